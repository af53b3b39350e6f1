/** Programme versions: published once, never changed; participants stay on theirs. */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { insertAudit } from './audit.ts'
import { codeOf, type Database, type Sql } from './database.ts'

export interface ProgrammeBook {
  /**
   * The version a participant was registered under. A transaction hands in its own connection: with one of the pool, as many
   * transactions as there are connections would each wait for one more. Throws `unknown-programme`.
   */
  version(code: string, version: number, sql?: Sql): Promise<Programme>
  /** The newest version: what new participants get; a transaction hands in its connection here too. Throws `unknown-programme`. */
  current(code: string, sql?: Sql): Promise<Programme>
  /** The newest version of each. */
  list(): Promise<readonly Programme[]>
  /** Versions whose payments people agree to, newest first; none where there is none. */
  approved(code: string, sql?: Sql): Promise<readonly Programme[]>
  /** The newest of these, of each programme that has one. */
  listApproved(): Promise<readonly Programme[]>
}

const CURRENT_FOR_MS = 2000

/** Reads programme versions and remembers them: a version is immutable; which one is newest is asked again every 2 s. */
export function createProgrammeBook(database: Database, now: () => number): ProgrammeBook {
  const versions = new Map<string, Programme>()
  const newest = new Map<string, { readonly programme: Programme; readonly untilMs: number }>()
  const find = async (sql: Sql, text: string, values: unknown[]): Promise<Programme | undefined> => {
    const { rows } = await sql.query<{ definition: Programme }>(text, values)
    const programme = rows[0]?.definition
    if (programme) versions.set(`${programme.code}@${programme.version}`, programme)
    return programme
  }
  const definitions = async (sql: Sql, text: string, values: unknown[]): Promise<Programme[]> => {
    const { rows } = await sql.query<{ definition: Programme }>(text, values)
    return rows.map(({ definition }) => definition)
  }
  return {
    async version(code, version, sql = database.pool) {
      const known = versions.get(`${code}@${version}`)
      return known ?? found(await find(sql, BY_VERSION, [code, version]))
    },
    async current(code, sql = database.pool) {
      const known = newest.get(code)
      if (known && known.untilMs > now()) return known.programme
      const programme = found(await find(sql, NEWEST, [code]))
      newest.set(code, { programme, untilMs: now() + CURRENT_FOR_MS })
      return programme
    },
    list: () => definitions(database.pool, LIST, []),
    approved: (code, sql = database.pool) => definitions(sql, APPROVED, [code]),
    listApproved: () => definitions(database.pool, LIST_APPROVED, []),
  }
}

const BY_VERSION = 'SELECT definition FROM programme_version WHERE programme = $1 AND version = $2'
const NEWEST = 'SELECT definition FROM programme_version WHERE programme = $1 ORDER BY version DESC LIMIT 1'
const LIST = 'SELECT DISTINCT ON (programme) definition FROM programme_version ORDER BY programme, version DESC'
const OTHER_CURRENCY = `SELECT definition ->> 'currency' AS currency FROM programme_version WHERE programme = $1 AND definition ->> 'currency' <> $2 LIMIT 1`
const IS_APPROVED = `definition #>> '{payment,release}' = 'approved'`
const APPROVED = `SELECT definition FROM programme_version WHERE programme = $1 AND ${IS_APPROVED} ORDER BY version DESC`
const LIST_APPROVED = `SELECT DISTINCT ON (programme) definition FROM programme_version WHERE ${IS_APPROVED} ORDER BY programme, version DESC`

function found(programme: Programme | undefined): Programme {
  if (!programme) throw new Problem('unknown-programme', 'no such programme is published, or the key has no part in it')
  return programme
}

/** Throws `programme-version-exists`, `conflict` for another currency than its earlier versions have. */
export async function refusePublished(sql: Sql, programme: Programme): Promise<void> {
  const { rowCount } = await sql.query(BY_VERSION, [programme.code, programme.version])
  if (rowCount !== 0) throw published(programme)
  await refuseOtherCurrency(sql, programme)
}

/** Its appropriations, its floats and its runs add up what the lives of all versions are owed. */
async function refuseOtherCurrency(sql: Sql, { code, currency }: Programme): Promise<void> {
  const { rows } = await sql.query<{ currency: string }>(OTHER_CURRENCY, [code, currency])
  if (rows[0])
    throw new Problem(
      'conflict',
      `${code} is paid in ${rows[0].currency}; a programme in ${currency} has a code of its own`,
    )
}

function published({ code, version }: Programme): Problem {
  const detail = `version ${version} of ${code} is published; publish the change as a higher version`
  return new Problem('programme-version-exists', detail)
}

/** Publishes a version. Throws `programme-version-exists`: a published version never changes; and `conflict` for another currency. */
export async function publishProgramme(
  sql: Sql,
  programme: Programme,
  sha256: Uint8Array,
  actor: Actor,
  atMs: number,
): Promise<void> {
  await refuseOtherCurrency(sql, programme)
  try {
    await sql.query(
      'INSERT INTO programme_version (programme, version, definition, sha256, published_by) VALUES ($1, $2, $3, $4, $5)',
      [programme.code, programme.version, JSON.stringify(programme), sha256, actor.person],
    )
  } catch (error) {
    if (codeOf(error) !== '23505') throw error
    throw published(programme)
  }
  const before = await newestBefore(sql, programme)
  const subject = `${programme.code}@${programme.version}`
  const after = { version: programme.version, sha256: Buffer.from(sha256).toString('hex') }
  await insertAudit(sql, [
    { act: 'programme-published', actor, atMs, subject, programme: programme.code, before, after },
  ])
}

/** The version that those who registered before are on; nulls where it is the first. */
async function newestBefore(sql: Sql, { code, version }: Programme) {
  const { rows } = await sql.query<{ version: number; sha256: string }>(
    `SELECT version, encode(sha256, 'hex') AS sha256 FROM programme_version WHERE programme = $1 AND version <> $2 ORDER BY version DESC LIMIT 1`,
    [code, version],
  )
  return rows[0] ?? { version: null, sha256: null }
}
