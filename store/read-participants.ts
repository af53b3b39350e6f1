/** Reads of participants for lists and for one person's page. Amounts are text, times are `Date`. */
import type { Outcome, Stage, TrancheState } from '../domain/lifecycle.ts'
import type { HoldCause } from '../domain/standing.ts'
import { Problem } from '../domain/problem.ts'
import type { Sql } from './database.ts'
import { Conditions, readPage, type Page, type PageRequest } from './read-page.ts'

export interface ParticipantFilter {
  readonly stage?: string | undefined
  readonly wave?: string | undefined
  /** A code, or `any`: everybody whom people should look at. */
  readonly attention?: string | undefined
}

export interface ParticipantItem {
  readonly ref: string
  readonly stage: Stage
  readonly outcome: Outcome | null
  readonly wave: string | null
  readonly region: string
  readonly registeredAt: Date
  readonly attention: string | null
  readonly attentionSince: Date | null
}

export interface ParticipantDetail extends ParticipantItem {
  readonly programme: string
  readonly version: number
  readonly admittedAt: Date | null
  readonly trainedAt: Date | null
  readonly closedAt: Date | null
  readonly withdrawnAt: Date | null
  readonly heldAt: Date | null
  readonly holdReason: string | null
  readonly holdCause: HoldCause | null
  readonly checks: readonly CheckView[]
  readonly tranches: readonly TrancheView[]
}

export interface CheckView {
  readonly rule: string
  readonly outcome: 'pass' | 'fail'
  readonly code: string
}

export interface TrancheView {
  readonly code: string
  readonly amount: string
  readonly state: TrancheState
  readonly opensAt: Date | null
  readonly closesAt: Date | null
  readonly dueAt: Date | null
}

const ITEM = `ref, stage, outcome, wave, region, registered_at AS "registeredAt", attention,
       attention_since AS "attentionSince"`

/** Participants of a programme, by reference. */
export function listParticipants(
  sql: Sql,
  programme: string,
  filter: ParticipantFilter,
  page: PageRequest,
): Promise<Page<ParticipantItem>> {
  const conditions = new Conditions()
    .add('programme = ?', programme)
    .add('stage = ?', filter.stage)
    .add('wave = ?', filter.wave)
    .when(filter.attention === 'any', 'attention IS NOT NULL')
    .add('attention = ?', filter.attention === 'any' ? undefined : filter.attention)
  return readPage(
    sql,
    { select: `SELECT ${ITEM} FROM participant`, orderBy: 'ref', orderType: 'text' },
    conditions,
    page,
  )
}

/** One person without anything personal. Throws `unknown-participant`. */
export async function findParticipant(sql: Sql, programme: string, ref: string): Promise<ParticipantDetail> {
  const { rows } = await sql.query<Omit<ParticipantDetail, 'tranches' | 'checks'>>(
    `SELECT ${ITEM}, programme, programme_version AS version, admitted_at AS "admittedAt", trained_at AS "trainedAt",
            closed_at AS "closedAt", withdrawn_at AS "withdrawnAt", held_at AS "heldAt", hold_reason AS "holdReason", hold_cause AS "holdCause"
       FROM participant WHERE programme = $1 AND ref = $2`,
    [programme, ref],
  )
  const row = rows[0]
  if (!row) throw unknownParticipant()
  const checks = await sql.query<CheckView>(
    'SELECT rule, outcome, code FROM check_result WHERE programme = $1 AND ref = $2 ORDER BY rule',
    [programme, ref],
  )
  const tranches = await sql.query<TrancheView>(
    `SELECT code, amount::text, state, opens_at AS "opensAt", closes_at AS "closesAt", due_at AS "dueAt"
       FROM tranche WHERE programme = $1 AND ref = $2 ORDER BY position`,
    [programme, ref],
  )
  return { ...row, checks: checks.rows, tranches: tranches.rows }
}

export interface EvidenceView {
  readonly kind: string
  readonly subject: string
  readonly occurredAt: Date
  readonly document: string | null
  readonly source: string
  readonly recordedAt: Date
}

/** Everything recorded about one person, in the order it happened. Throws `unknown-participant`. */
export async function listEvidence(sql: Sql, programme: string, ref: string): Promise<EvidenceView[]> {
  await requireParticipant(sql, programme, ref)
  const { rows } = await sql.query<EvidenceView>(
    `SELECT kind, subject, occurred_at AS "occurredAt", document, source, recorded_at AS "recordedAt"
       FROM evidence WHERE programme = $1 AND ref = $2 ORDER BY occurred_at, recorded_at, kind`,
    [programme, ref],
  )
  return rows
}

/** Throws `unknown-participant`. */
export async function requireParticipant(sql: Sql, programme: string, ref: string): Promise<void> {
  const { rowCount } = await sql.query('SELECT FROM participant WHERE programme = $1 AND ref = $2', [programme, ref])
  if (rowCount === 0) throw unknownParticipant()
}

function unknownParticipant(): Problem {
  return new Problem('unknown-participant', 'nobody in this programme has this reference')
}
