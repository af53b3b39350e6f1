/** What a decision about a payout means for the differences of statements that were waiting for it. */
import type { Actor } from '../domain/act.ts'
import { differenceOf, isSettled, type DifferenceFacts } from '../domain/reconciliation.ts'
import { insertAudit } from './audit.ts'
import { bookedPayouts } from './booked-payouts.ts'
import type { Sql } from './database.ts'
import { entryOf, eventOf, UNDONE, type PostedDifference } from './discrepancy-undo.ts'
import type { StoreContext } from './options.ts'
import { insertPostings, numbered, type LedgerEntry } from './postings.ts'
import { factsOf, type DifferenceRow } from './statement-settle.ts'

interface OpenRow extends DifferenceRow, PostedDifference {
  readonly class: DifferenceRow['class']
}

const OPEN = `
SELECT d.id, d.gateway, d.programme, d.ref, d.class, d.type, d.direction, d.payout, d.amount_there AS there, d.amount_here AS here,
       d.currency, d.difference, d.fee_reserve, d.over_reserve, s.currency AS statement_currency
  FROM discrepancy d JOIN statement s ON s.id = d.statement
 WHERE d.payout = $1 AND d.state = 'open' ORDER BY d.number FOR UPDATE OF d`

interface Word {
  readonly proposal: string
  readonly proposedBy: string
  readonly reason: string
}

/**
 * Once two people have said where a payout's money is, its open differences are computed anew: what the books explain now leaves
 * suspense, and what they explain only in part stays open for the rest. The caller holds the life's lock.
 */
export async function resettle(
  sql: Sql,
  context: StoreContext,
  payout: string,
  word: Word,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { pass } = context
  const { rows } = await pass('resettle:found', sql.query<OpenRow>(OPEN, [payout]))
  if (rows.length === 0) return
  const booked = await pass('resettle:booked', bookedPayouts(sql, [payout]))
  for (const row of rows) await pass('resettle:done', resettleOne(sql, context, row, booked, word, actor, atMs))
}

/** A movement whose amount no statement tells is what people have found of its payout. A second one, or a fee beside it, is not: two people say what that is. */
function isDecidedUnread({ class: found, there, payout }: DifferenceFacts): boolean {
  if (there !== null || payout === null || payout.isUnderWay) return false
  return found !== 'missing-there' && found !== 'duplicate' && found !== 'fee'
}

async function resettleOne(
  sql: Sql,
  context: StoreContext,
  row: OpenRow,
  booked: Awaited<ReturnType<typeof bookedPayouts>>,
  { proposal, proposedBy, reason }: Word,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const facts = factsOf(row, booked)
  const difference = differenceOf(facts)
  const before = row.difference
  const isOver = isSettled(facts) || isDecidedUnread(facts)
  if (difference === before && !(difference === 0n && isOver)) return
  const { pass } = context
  const now = { ...row, difference }
  const events = [
    ...(before === 0n ? [] : [entryOf(sql, context, row, UNDONE[eventOf(row)], atMs)]),
    ...(difference === 0n ? [] : [entryOf(sql, context, now, eventOf(now), atMs)]),
  ]
  const drawnUp: LedgerEntry[] = await pass('resettle:drawn-up', Promise.all(events))
  const entries = await pass('resettle:numbered', numbered(sql, drawnUp))
  await pass('resettle:posted', insertPostings(sql, entries))
  // What was in suspense stays on record as it was found; `booked` says that it left.
  const end = difference !== 0n ? null : before === 0n ? 'applied' : 'booked'
  const writing = sql.query(
    `UPDATE discrepancy
        SET decided_under = $8, difference = CASE WHEN $3::text = 'booked' THEN difference ELSE $2 END, version = version + 1,
            state = CASE WHEN $3::text IS NULL THEN 'open' ELSE 'resolved' END, resolution = $3::text,
            resolved_at = CASE WHEN $3::text IS NOT NULL THEN $4::timestamptz END,
            resolved_by = CASE WHEN $3::text IS NOT NULL THEN $5::text END,
            proposed_by = CASE WHEN $3::text = 'booked' THEN $6::text END, reason = CASE WHEN $3::text = 'booked' THEN $7::text END
      WHERE id = $1`,
    [row.id, difference, end, new Date(atMs), actor.person, proposedBy, reason, proposal],
  )
  await pass('resettle:written', writing)
  const after = { class: row.class, resolution: end, difference: difference.toString(), proposedBy }
  const { programme, ref } = row
  const act = end === null ? ('discrepancy-found' as const) : ('discrepancy-resolved' as const)
  const auditing = insertAudit(sql, [
    {
      act,
      actor,
      atMs,
      subject: `discrepancy:${row.id}`,
      programme,
      ref,
      reason,
      before: { difference: before.toString() },
      after,
    },
  ])
  await pass('resettle:audited', auditing)
}
