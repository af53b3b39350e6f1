/** Waves: a group admitted together under one decree. People open and close them; who is admitted stands in `admission.ts`. */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { insertAudit } from './audit.ts'
import { codeOf, type Sql } from './database.ts'
import { isEnding, yearEnding } from './year-rows.ts'

export interface NewWave {
  readonly programme: Programme
  readonly code: string
  readonly quota: number
  readonly fiscalYear: number
}

/** Opens a wave on the programme's appropriation of a fiscal year. Throws `wave-exists`, `year-ending`, or `not-found` without appropriation. */
export async function openWave(sql: Sql, wave: NewWave, actor: Actor, atMs: number): Promise<void> {
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM appropriation WHERE programme = $1 AND fiscal_year = $2 AND budget_line = $3',
    [wave.programme.code, wave.fiscalYear, wave.programme.budgetLine],
  )
  const appropriation = rows[0]?.id
  if (!appropriation) {
    throw new Problem('not-found', `no appropriation of ${wave.fiscalYear} for ${wave.programme.code}; set one first`)
  }
  if (await isEnding(sql, wave.programme.code, wave.fiscalYear)) throw yearEnding(wave.fiscalYear)
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
  const before = { state: wave.state }
  const after = { admitted: wave.admitted }
  await insertAudit(sql, [{ act: 'wave-closed', actor, atMs, subject, programme: programme.code, before, after }])
}

export interface WaveRow {
  readonly programme: string
  readonly code: string
  readonly state: string
  readonly quota: number
  readonly admitted: number
  readonly appropriation: string
}

/** The wave, locked until the transaction ends. Throws `unknown-wave`. */
export async function lockWave(sql: Sql, programme: string, code: string): Promise<WaveRow> {
  const { rows } = await sql.query<WaveRow>(
    'SELECT programme, code, state, quota, admitted, appropriation FROM wave WHERE programme = $1 AND code = $2 FOR UPDATE',
    [programme, code],
  )
  const row = rows[0]
  if (!row) throw new Problem('unknown-wave', 'the programme has no wave of this code')
  return row
}
