/**
 * Admission: a decreed list joins a wave, all or none, within quota and appropriation. The list may hold a hundred thousand
 * people, so it is worked off in parts: no statement is long, and the process answers others in between.
 */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { feesOfPerson } from '../domain/fees.ts'
import { entitlementTotal, type Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { promisedOf } from './budgets.ts'
import { codeOf, one, type Sql } from './database.ts'
import { dayFaults } from './document-numbers.ts'
import { addReserve } from './fees.ts'
import { holdYears } from './freeze-locks.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { insertPostings } from './postings.ts'
import type { ProgrammeBook } from './programmes.ts'
import { invalid } from './two-person-act.ts'
import { lockWave, type WaveRow } from './waves.ts'
import { isEnding, yearEnding } from './year-rows.ts'

export interface Admission {
  readonly programme: string
  readonly wave: string
  /** Number of the signed decree. */
  readonly decree: string
  /** The day it was signed. */
  readonly decreeDate?: string | undefined
  readonly refs: readonly string[]
}

/** People that one round of statements takes. */
const PART = 5000

/** One admission as it is carried out. */
interface Decreed {
  readonly admission: Admission
  readonly wave: WaveRow
  readonly fiscalYear: number
  readonly budgetLine: string
  readonly actor: Actor
  readonly atMs: number
}

/**
 * Admits a list, all or none: quota and budget are counters under CHECKs, moved once for the whole list. Everybody keeps the
 * plan of the programme version they registered under. Throws `unknown-wave`, `wave-not-open`, `not-awaiting-admission` (with
 * the references), `wave-quota-exceeded`, `budget-exceeded`, `year-ending`,
 * `invalid-request` without a date of the decree where the programme requires one.
 */
export async function admit(
  sql: Sql,
  { programmes, pass }: Pick<StoreContext, 'programmes' | 'pass'>,
  admission: Admission,
  actor: Actor,
  atMs: number,
): Promise<{ admitted: number }> {
  const wave = await pass('admission:wave', lockWave(sql, admission.programme, admission.wave))
  if (wave.state !== 'open') {
    throw new Problem('wave-not-open', `wave ${wave.code} is closed; nobody can be admitted to it`)
  }
  const { decreeDate } = admission
  const faults = dayFaults('/decreeDate', decreeDate)
  if (faults.length > 0) throw invalid(faults)
  const versions = await pass('admission:locked', lockWaiting(sql, admission))
  const groups = await pass('admission:ruled', groupsOf(sql, programmes, admission.programme, versions))
  if (decreeDate === undefined && groups.some(({ programme }) => programme.requires?.includes('decree-date'))) {
    throw invalid([{ pointer: '/decreeDate', detail: 'is missing: the programme requires it' }])
  }
  const count = groups.reduce((sum, { refs }) => sum + refs.length, 0)
  const total = groups.reduce((sum, group) => sum + entitlementTotal(group.programme) * BigInt(group.refs.length), 0n)
  const fees = groups.reduce((sum, { programme, refs }) => sum + feesOfPerson(programme) * BigInt(refs.length), 0n)
  await pass('admission:reserved', reserve(sql, wave, count, total + fees))
  const decreeing = sql.query(
    'UPDATE wave SET decree = $3, decree_date = $4 WHERE programme = $1 AND code = $2 AND decree IS NULL',
    [admission.programme, wave.code, admission.decree, decreeDate ?? null],
  )
  await pass('admission:decreed', decreeing)
  const decreed = { admission, wave, actor, atMs, ...(await pass('admission:budgeted', budgetOf(sql, wave))) }
  for (const { programme, refs } of groups) {
    for (const part of partsOf(refs)) {
      await pass('admission:planned', insertPlan(sql, decreed, programme, part))
      await pass('admission:recorded', record(sql, decreed, programme, part))
    }
  }
  await pass('admission:fees', reserveFees(sql, wave, groups[0]?.programme, fees, atMs))
  return { admitted: count }
}

/** The last of all: statements that take from the wave's reserve wait for who has added to it. */
async function reserveFees(
  sql: Sql,
  { programme: code, code: wave, appropriation }: WaveRow,
  programme: Programme | undefined,
  amount: bigint,
  atMs: number,
): Promise<void> {
  if (amount > 0n && programme)
    await addReserve(sql, programme, `wave:${code}:${wave}`, { appropriation, amount, atMs })
}

/** Everybody of a list under the rules they registered under. */
interface Group {
  readonly programme: Programme
  readonly refs: readonly string[]
}

async function groupsOf(
  sql: Sql,
  programmes: ProgrammeBook,
  code: string,
  versions: ReadonlyMap<number, readonly string[]>,
): Promise<Group[]> {
  const groups: Group[] = []
  for (const [version, refs] of versions) groups.push({ programme: await programmes.version(code, version, sql), refs })
  return groups
}

function partsOf(refs: readonly string[]): (readonly string[])[] {
  return Array.from({ length: Math.ceil(refs.length / PART) }, (_, part) => refs.slice(part * PART, (part + 1) * PART))
}

/** Locks the list, in one order for every caller, and sorts it by programme version. */
async function lockWaiting(sql: Sql, admission: Admission): Promise<Map<number, string[]>> {
  const versions = new Map<number, string[]>()
  const waiting = new Set<string>()
  for (const part of partsOf([...new Set(admission.refs)].toSorted())) {
    const { rows } = await sql.query<{ ref: string; version: number }>(
      `SELECT ref, programme_version AS version FROM participant
        WHERE programme = $1 AND ref = ANY ($2) AND stage = 'admission' AND withdrawn_at IS NULL
        ORDER BY ref FOR UPDATE`,
      [admission.programme, part],
    )
    for (const { ref, version } of rows) {
      const group = versions.get(version) ?? []
      group.push(ref)
      versions.set(version, group)
      waiting.add(ref)
    }
  }
  const faults = admission.refs.flatMap((ref, index) =>
    waiting.has(ref) ? [] : [{ pointer: `/refs/${index}`, detail: `${ref} is not waiting for admission` }],
  )
  if (faults.length > 0) {
    throw new Problem('not-awaiting-admission', `${faults.length} of the list cannot be admitted; nobody was`, {
      faults,
    })
  }
  return versions
}

async function reserve(sql: Sql, wave: WaveRow, count: number, total: bigint): Promise<void> {
  try {
    await sql.query('UPDATE wave SET admitted = admitted + $3 WHERE programme = $1 AND code = $2', [
      wave.programme,
      wave.code,
      count,
    ])
  } catch (error) {
    if (codeOf(error) !== '23514') throw error
    throw new Problem(
      'wave-quota-exceeded',
      `the wave has ${wave.quota - wave.admitted} places left, the list has ${count}`,
    )
  }
  await sql.query('SELECT FROM appropriation WHERE id = $1 FOR UPDATE', [wave.appropriation])
  // The last that is locked: who ends the year waits for this commit, or has committed and is seen.
  await holdYears(sql, wave.programme)
  const { fiscalYear } = await budgetOf(sql, wave)
  if (await isEnding(sql, wave.programme, fiscalYear)) throw yearEnding(fiscalYear)
  const promised = await promisedOf(sql, wave.appropriation)
  try {
    await sql.query('UPDATE appropriation SET committed = $2 WHERE id = $1', [wave.appropriation, promised + total])
  } catch (error) {
    if (codeOf(error) !== '23514') throw error
    throw new Problem('budget-exceeded', `${total} minor units are more than the appropriation has left`)
  }
}

async function budgetOf(sql: Sql, wave: WaveRow): Promise<Pick<Decreed, 'fiscalYear' | 'budgetLine'>> {
  const { rows } = await sql.query<Pick<Decreed, 'fiscalYear' | 'budgetLine'>>(
    'SELECT fiscal_year AS "fiscalYear", budget_line AS "budgetLine" FROM appropriation WHERE id = $1',
    [wave.appropriation],
  )
  return one(rows, 'appropriation')
}

/** The person's place in the wave, the money reserved for them, and their tranches. */
async function insertPlan(sql: Sql, of: Decreed, programme: Programme, refs: readonly string[]): Promise<void> {
  const at = new Date(of.atMs)
  await sql.query(
    `UPDATE participant SET stage = 'training', wave = $3, admitted_at = $4, version = version + 1,
                            heard_by = $4::timestamptz + interval '5 minutes'
      WHERE programme = $1 AND ref = ANY ($2)`,
    [programme.code, refs, of.wave.code, at],
  )
  await sql.query(
    `INSERT INTO commitment (programme, ref, appropriation, amount, committed_at)
     SELECT $1, ref, $3, $4, $5 FROM unnest($2::text[]) AS admitted (ref)`,
    [programme.code, refs, of.wave.appropriation, entitlementTotal(programme), at],
  )
  await sql.query(
    `INSERT INTO tranche (programme, ref, code, position, amount, state)
     SELECT $1, ref, code, position, amount, 'planned'
       FROM unnest($2::text[]) AS admitted (ref)
       CROSS JOIN unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS plan (code, amount, position)`,
    [programme.code, refs, programme.tranches.map((rule) => rule.code), programme.tranches.map((rule) => rule.amount)],
  )
}

/** The postings, the audit rows and the messages of the admitted. */
async function record(sql: Sql, of: Decreed, programme: Programme, refs: readonly string[]): Promise<void> {
  const amount = entitlementTotal(programme)
  const { fiscalYear, budgetLine, actor, atMs } = of
  const posting = {
    event: 'committed' as const,
    programme: programme.code,
    amount,
    currency: programme.currency,
    fiscalYear,
    budgetLine,
    businessDate: localDate(programme.zone, atMs),
  }
  await insertPostings(
    sql,
    refs.map((ref) => ({ ...posting, subject: `commitment:${programme.code}:${ref}`, ref })),
  )
  const { wave, decree, decreeDate } = of.admission
  const dated = decreeDate === undefined ? {} : { decreeDate }
  const after = { wave, decree, ...dated, amount: amount.toString(), currency: programme.currency }
  const before = { stage: 'admission' }
  const told = { act: 'admitted' as const, actor, atMs, programme: programme.code, before, after }
  await insertAudit(
    sql,
    refs.map((ref) => ({ ...told, ref, subject: `${programme.code}:${ref}` })),
  )
  await insertMessages(
    sql,
    refs.map((ref) => nudge(programme.code, ref, 'admitted')),
  )
}
