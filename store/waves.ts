/** Waves: a group admitted together under one decree, within its quota and its appropriation. */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { entitlementTotal, type Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { promisedOf } from './budgets.ts'
import { codeOf, one, type Sql } from './database.ts'
import { insertMessages, nudge } from './nudges.ts'
import { insertPostings } from './postings.ts'
import type { ProgrammeBook } from './programmes.ts'

export interface NewWave {
  readonly programme: Programme
  readonly code: string
  readonly quota: number
  readonly fiscalYear: number
}

/** Opens a wave on the programme's appropriation of a fiscal year. Throws `wave-exists`, or `not-found` without appropriation. */
export async function openWave(sql: Sql, wave: NewWave, actor: Actor, atMs: number): Promise<void> {
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM appropriation WHERE programme = $1 AND fiscal_year = $2 AND budget_line = $3',
    [wave.programme.code, wave.fiscalYear, wave.programme.budgetLine],
  )
  const appropriation = rows[0]?.id
  if (!appropriation) {
    throw new Problem('not-found', `no appropriation of ${wave.fiscalYear} for ${wave.programme.code}; set one first`)
  }
  try {
    await sql.query(
      `INSERT INTO wave (programme, code, state, quota, appropriation, opened_at) VALUES ($1, $2, 'open', $3, $4, $5)`,
      [wave.programme.code, wave.code, wave.quota, appropriation, new Date(atMs)],
    )
  } catch (error) {
    if (codeOf(error) !== '23505') throw error
    throw new Problem('wave-exists', `wave ${wave.code} exists; a wave is opened once`)
  }
  const after = { quota: wave.quota, fiscalYear: wave.fiscalYear }
  const subject = `wave:${wave.programme.code}:${wave.code}`
  await insertAudit(sql, [{ act: 'wave-opened', actor, atMs, subject, programme: wave.programme.code, after }])
}

/** Closes a wave: nobody is admitted to it any more. Throws `unknown-wave`, `wave-not-open`. */
export async function closeWave(
  sql: Sql,
  programme: Programme,
  code: string,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const wave = await lockWave(sql, programme.code, code)
  if (wave.state !== 'open') throw new Problem('wave-not-open', `wave ${code} is closed already`)
  await sql.query(`UPDATE wave SET state = 'closed', closed_at = $3 WHERE programme = $1 AND code = $2`, [
    programme.code,
    code,
    new Date(atMs),
  ])
  const subject = `wave:${programme.code}:${code}`
  const after = { admitted: wave.admitted }
  await insertAudit(sql, [{ act: 'wave-closed', actor, atMs, subject, programme: programme.code, after }])
}

export interface Admission {
  readonly programme: string
  readonly wave: string
  /** Number of the signed decree. */
  readonly decree: string
  readonly refs: readonly string[]
}

/** People of one programme version: each keeps the plan they registered under. */
interface Group {
  readonly programme: Programme
  readonly refs: readonly string[]
}

/**
 * Admits a list, all or none: quota and budget are counters under CHECKs, moved once for the whole list. Throws `unknown-wave`,
 * `wave-not-open`, `not-awaiting-admission` (with the references), `wave-quota-exceeded`, `budget-exceeded`.
 */
export async function admit(
  sql: Sql,
  programmes: ProgrammeBook,
  admission: Admission,
  actor: Actor,
  atMs: number,
): Promise<{ admitted: number }> {
  const refs = [...new Set(admission.refs)].toSorted()
  const wave = await lockWave(sql, admission.programme, admission.wave)
  if (wave.state !== 'open') {
    throw new Problem('wave-not-open', `wave ${wave.code} is closed; nobody can be admitted to it`)
  }
  const versions = await lockWaiting(sql, admission)
  const groups: Group[] = []
  for (const [version, people] of versions) {
    groups.push({ programme: await programmes.version(admission.programme, version, sql), refs: people })
  }
  const total = groups.reduce((sum, group) => sum + entitlementTotal(group.programme) * BigInt(group.refs.length), 0n)
  await reserve(sql, wave, refs.length, total)
  await sql.query(
    `UPDATE participant SET stage = 'training', wave = $3, admitted_at = $4, version = version + 1, heard_by = $4
      WHERE programme = $1 AND ref = ANY ($2)`,
    [admission.programme, refs, wave.code, new Date(atMs)],
  )
  await sql.query('UPDATE wave SET decree = coalesce(decree, $3) WHERE programme = $1 AND code = $2', [
    admission.programme,
    wave.code,
    admission.decree,
  ])
  for (const group of groups) {
    await insertPlan(sql, group, wave, atMs)
    await recordAdmission(sql, admission, group, { wave, actor, atMs })
  }
  return { admitted: refs.length }
}

interface WaveRow {
  readonly programme: string
  readonly code: string
  readonly state: string
  readonly quota: number
  readonly admitted: number
  readonly appropriation: string
}

async function lockWave(sql: Sql, programme: string, code: string): Promise<WaveRow> {
  const { rows } = await sql.query<WaveRow>(
    'SELECT programme, code, state, quota, admitted, appropriation FROM wave WHERE programme = $1 AND code = $2 FOR UPDATE',
    [programme, code],
  )
  const row = rows[0]
  if (!row) throw new Problem('unknown-wave', `no wave ${code} in ${programme}`)
  return row
}

/** Locks the list and sorts it by programme version. */
async function lockWaiting(sql: Sql, admission: Admission): Promise<Map<number, string[]>> {
  const { rows } = await sql.query<{ ref: string; version: number }>(
    `SELECT ref, programme_version AS version FROM participant
      WHERE programme = $1 AND ref = ANY ($2) AND stage = 'admission' AND withdrawn_at IS NULL
      ORDER BY ref FOR UPDATE`,
    [admission.programme, admission.refs],
  )
  const waiting = new Set(rows.map((row) => row.ref))
  const faults = admission.refs.flatMap((ref, index) =>
    waiting.has(ref) ? [] : [{ pointer: `/refs/${index}`, detail: `${ref} is not waiting for admission` }],
  )
  if (faults.length > 0) {
    throw new Problem('not-awaiting-admission', `${faults.length} of the list cannot be admitted; nobody was`, {
      faults,
    })
  }
  const versions = new Map<number, string[]>()
  for (const row of rows) versions.set(row.version, [...(versions.get(row.version) ?? []), row.ref])
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
  const promised = await promisedOf(sql, wave.appropriation)
  try {
    await sql.query('UPDATE appropriation SET committed = $2 WHERE id = $1', [wave.appropriation, promised + total])
  } catch (error) {
    if (codeOf(error) !== '23514') throw error
    throw new Problem('budget-exceeded', `${total} minor units are more than the appropriation has left`)
  }
}

async function insertPlan(sql: Sql, group: Group, wave: WaveRow, atMs: number): Promise<void> {
  const { programme, refs } = group
  await sql.query(
    `INSERT INTO commitment (programme, ref, appropriation, amount, committed_at)
     SELECT $1, ref, $3, $4, $5 FROM unnest($2::text[]) AS admitted (ref)`,
    [programme.code, refs, wave.appropriation, entitlementTotal(programme), new Date(atMs)],
  )
  await sql.query(
    `INSERT INTO tranche (programme, ref, code, position, amount, state)
     SELECT $1, ref, code, position, amount, 'planned'
       FROM unnest($2::text[]) AS admitted (ref)
       CROSS JOIN unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS plan (code, amount, position)`,
    [programme.code, refs, programme.tranches.map((rule) => rule.code), programme.tranches.map((rule) => rule.amount)],
  )
}

async function recordAdmission(
  sql: Sql,
  admission: Admission,
  group: Group,
  of: { readonly wave: WaveRow; readonly actor: Actor; readonly atMs: number },
): Promise<void> {
  const { programme, refs } = group
  const amount = entitlementTotal(programme)
  const budget = await sql.query<{ fiscal_year: number; budget_line: string }>(
    'SELECT fiscal_year, budget_line FROM appropriation WHERE id = $1',
    [of.wave.appropriation],
  )
  const { fiscal_year: fiscalYear, budget_line: budgetLine } = one(budget.rows, 'appropriation')
  const shared = { programme: programme.code, amount, currency: programme.currency, fiscalYear, budgetLine }
  const businessDate = localDate(programme.zone, of.atMs)
  const subjectOf = (ref: string): string => `commitment:${programme.code}:${ref}`
  await insertPostings(
    sql,
    refs.map((ref) => ({ event: 'committed' as const, subject: subjectOf(ref), ref, businessDate, ...shared })),
  )
  const { wave, decree } = admission
  const after = { wave, decree, amount: amount.toString(), currency: programme.currency }
  const told = { act: 'admitted' as const, actor: of.actor, atMs: of.atMs, programme: programme.code, after }
  await insertAudit(
    sql,
    refs.map((ref) => ({ ...told, ref, subject: `${programme.code}:${ref}` })),
  )
  await insertMessages(
    sql,
    refs.map((ref) => nudge(programme.code, ref, 'admitted')),
  )
}
