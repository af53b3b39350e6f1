/** Differences that a later or corrected statement no longer shows: what was booked because of them is booked back. */
import { engineActor } from '../domain/act.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import { Problem } from '../domain/problem.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import type { StoreContext } from './options.ts'
import { freeGivenBack, reservePostings, spend } from './fees.ts'
import { insertPostings, numbered, type LedgerEntry } from './postings.ts'

export interface PostedDifference {
  readonly id: string
  readonly gateway: string
  readonly programme: string
  readonly ref: string | null
  readonly class: string
  readonly difference: bigint
  /** The reserve that a fee was taken from; null for what is none, or was taken from none. */
  readonly fee_reserve: string | null
  /** A fee that no reserve covers. */
  readonly over_reserve: boolean
}

/**
 * Marks differences as corrected and books back what they had put into suspense. The caller holds nobody's life. Throws `conflict` when somebody has
 * ended one of them meanwhile: what was made of it as it stood before is wrong, and is tried again.
 */
export async function takeBack(
  sql: Sql,
  context: Pick<StoreContext, 'programmes' | 'pass'>,
  ids: readonly string[],
  atMs: number,
): Promise<void> {
  if (ids.length === 0) return
  const { pass } = context
  const correcting = sql.query<PostedDifference & { readonly state: string; readonly owner: string }>(
    `UPDATE discrepancy d SET state = 'resolved', resolution = 'corrected', resolved_by = 'engine', resolved_at = $2,
            settled_at = coalesce(d.settled_at, $2), version = d.version + 1
       FROM (SELECT id, state, owner FROM discrepancy WHERE id = ANY ($1) AND (state <> 'resolved' OR resolution = 'applied') FOR UPDATE) AS was
      WHERE d.id = was.id
      RETURNING d.id, d.gateway, d.programme, d.ref, d.class, d.difference, d.fee_reserve, d.over_reserve, was.state, was.owner`,
    [ids, new Date(atMs)],
  )
  const { rows } = await pass('undo:written', correcting)
  if (rows.length !== new Set(ids).size) {
    throw new Problem(
      'conflict',
      'a difference was resolved while it was being taken back; what is here is looked at again',
    )
  }
  const posted = rows.filter(({ difference }) => difference !== 0n)
  const drawing = Promise.all(posted.map((row) => entryOf(sql, context, row, UNDONE[eventOf(row)], atMs)))
  const entries = await pass('undo:drawn-up', drawing)
  const given = await pass('undo:given-back', giveBack(sql, context, posted, atMs))
  const ours = await pass('undo:numbered', numbered(sql, [...entries, ...given]))
  await pass('undo:posted', insertPostings(sql, ours))
  const sources = posted.flatMap(({ fee_reserve: source }) => source ?? [])
  const zoneOf = (code: string) => context.programmes.current(code, sql).then(({ zone }) => zone)
  await pass('undo:freed', freeGivenBack(sql, sources, zoneOf, atMs))
  const auditing = insertAudit(
    sql,
    rows.map(({ id, programme, ref, difference, class: found, state, owner }) => ({
      act: 'discrepancy-corrected' as const,
      actor: engineActor(),
      atMs,
      subject: `discrepancy:${id}`,
      programme,
      ref,
      before: { state, owner },
      after: { class: found, difference: difference.toString() },
    })),
  )
  await pass('undo:audited', auditing)
}

/** What was taken from reserves is there again. */
async function giveBack(
  sql: Sql,
  { programmes }: Pick<StoreContext, 'programmes'>,
  rows: readonly PostedDifference[],
  atMs: number,
): Promise<LedgerEntry[]> {
  const fees = rows.flatMap(({ id, ref, difference, fee_reserve: source }) =>
    source === null ? [] : [{ id, ref, difference, source }],
  )
  const amounts = new Map<string, bigint>()
  for (const { source, difference } of fees) amounts.set(source, (amounts.get(source) ?? 0n) + difference)
  await spend(sql, amounts)
  return reservePostings(sql, 'fee-unspent', fees, async (code) =>
    localDate((await programmes.current(code, sql)).zone, atMs),
  )
}

type DifferenceEvent = Extract<
  LedgerEvent,
  'debit-unexplained' | 'debit-explained' | 'credit-unexplained' | 'credit-explained' | 'fee-charged' | 'fee-refunded'
>

/** What books a difference. */
export function eventOf({
  class: found,
  difference,
  over_reserve: isOver,
}: Pick<PostedDifference, 'class' | 'difference' | 'over_reserve'>): DifferenceEvent {
  // What no reserve covers is in suspense until people have found out.
  if (found === 'fee' && !isOver) return difference < 0n ? 'fee-charged' : 'fee-refunded'
  return difference < 0n ? 'debit-unexplained' : 'credit-unexplained'
}

/** What books it back. */
export const UNDONE: Readonly<Record<DifferenceEvent, DifferenceEvent>> = {
  'debit-unexplained': 'debit-explained',
  'debit-explained': 'debit-unexplained',
  'credit-unexplained': 'credit-explained',
  'credit-explained': 'credit-unexplained',
  'fee-charged': 'fee-refunded',
  'fee-refunded': 'fee-charged',
}

/** The ledger's entry of a difference, on the day on which it is booked. */
export async function entryOf(
  sql: Sql,
  { programmes }: Pick<StoreContext, 'programmes'>,
  row: PostedDifference,
  event: LedgerEvent,
  atMs: number,
): Promise<LedgerEntry> {
  const programme = await programmes.current(row.programme, sql)
  const businessDate = localDate(programme.zone, atMs)
  return {
    event,
    subject: `discrepancy:${row.id}`,
    amount: row.difference < 0n ? -row.difference : row.difference,
    currency: programme.currency,
    gateway: row.gateway,
    programme: row.programme,
    ref: row.ref,
    fiscalYear: Number(businessDate.slice(0, 4)),
    budgetLine: programme.budgetLine,
    businessDate,
  }
}
