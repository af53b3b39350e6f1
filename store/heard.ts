/**
 * By when something must happen to a life. Each look writes the true moment, each fact brings it near; the sweep nudges lives
 * that are past it, so that a lost message, timer or run costs minutes and never a life.
 */
import type { DisbursementStanding, Standing } from '../domain/standing.ts'
import type { Sql } from './database.ts'
import type { LifeRow } from './life-rows.ts'

/** How long after an expected instant the sweep waits before it nudges. */
const GRACE_MS = 30_000
/** A call that is due and not made is looked after twice as late each time, for it may stand in a long queue; at last hourly. */
const QUEUED_MAX_MS = 3600_000
/** A life that waits for people is looked at again at least daily. */
const DAILY_MS = 24 * 3600_000
/** A moment that comes too soon by less than this costs one idle look at most, which is cheaper than a write at each wake. */
const SLACK_MS = 5 * 60_000

/** Writes why people must look, and by when something must happen; only when it changed, for most wakes change neither. */
export async function keepHeard(sql: Sql, life: LifeRow, standing: Standing, nowMs: number): Promise<void> {
  const heardMs = heardBy(standing, life.swept, nowMs)
  const isDueNow = standing.disbursements.some(isDue)
  const isPatient = life.swept === 0 || isDueNow
  if (life.attention === standing.attention && isPatient && isHeard(life.heard_ms, heardMs, nowMs)) return
  await sql.query(
    `UPDATE participant
        SET heard_by = $3, attention = $4::text, swept = CASE WHEN $6 THEN swept ELSE 0 END,
            attention_since = CASE WHEN attention IS NOT DISTINCT FROM $4::text THEN attention_since
                                   WHEN $4::text IS NULL THEN NULL ELSE $5::timestamptz END
      WHERE programme = $1 AND ref = $2`,
    [
      life.programme,
      life.ref,
      heardMs === null ? null : new Date(heardMs),
      standing.attention,
      new Date(nowMs),
      isDueNow,
    ],
  )
}

/** True when the moment that is written serves: never too late, and too soon only by little or by half the way. */
function isHeard(writtenMs: number | null, heardMs: number | null, nowMs: number): boolean {
  if (writtenMs === null || heardMs === null) return writtenMs === heardMs
  if (writtenMs > heardMs || writtenMs < nowMs) return false
  return heardMs - writtenMs <= Math.max(SLACK_MS, writtenMs - nowMs)
}

/** A call is due, and it is not known whether anything is on its way to make it. */
function isDue({ next }: DisbursementStanding): boolean {
  return next.kind !== 'end' && next.kind !== 'wait'
}

/** The latest moment something must happen to a life; null once it is closed and every payment is at its end. */
function heardBy(standing: Standing, swept: number, nowMs: number): number | null {
  if (standing.stage === 'closed' && standing.disbursements.every(({ next }) => next.kind === 'end')) return null
  const instants = [nowMs + DAILY_MS + GRACE_MS]
  for (const { next } of standing.disbursements) {
    if (next.kind === 'wait' && next.untilMs !== null) instants.push(next.untilMs + GRACE_MS)
  }
  if (standing.disbursements.some(isDue)) instants.push(nowMs + Math.min(GRACE_MS * 2 ** swept, QUEUED_MAX_MS))
  if (standing.wakeAtMs !== null) instants.push(standing.wakeAtMs + GRACE_MS)
  return Math.min(...instants)
}
