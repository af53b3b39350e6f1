/** Discrepancies as people work with them: whose they are, what explains them, and how those with money in them end. */
import { engineActor, type Actor } from '../domain/act.ts'
import { DISCREPANCY_CARE } from '../domain/discrepancy-care.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import { Problem } from '../domain/problem.ts'
import { mayResolve, type DiscrepancyClass, type MoneyResolution, type Resolution } from '../domain/reconciliation.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { entryOf, eventOf, UNDONE } from './discrepancy-undo.ts'
import type { StoreContext } from './options.ts'
import { insertPostings, numbered, type LedgerEntry } from './postings.ts'
import { Conditions, readPage, type Page, type PageRequest } from './read-page.ts'

export interface DiscrepancyView {
  readonly id: string
  readonly number: bigint
  readonly gateway: string
  readonly programme: string
  readonly class: DiscrepancyClass
  readonly day: string
  readonly payout: string | null
  readonly ref: string | null
  readonly reference: string | null
  readonly gatewayId: string | null
  readonly direction: 'debit' | 'credit'
  readonly amountThere: bigint | null
  readonly amountHere: bigint | null
  readonly currency: string
  readonly valueDate: string | null
  readonly state: 'found' | 'open' | 'resolved'
  /** What the statement says of our money at the gateway less what the books said. Minor units. */
  readonly difference: bigint
  /** A role, as `role:operator`, until it is a person's. */
  readonly owner: string
  readonly resolution: Resolution | null
  readonly reason: string | null
  readonly resolvedBy: string | null
  readonly foundAt: Date
  readonly resolvedAt: Date | null
  /** The reserve that a fee was taken from; null for what is none, or was taken from none. */
  readonly fee_reserve: string | null
  /** A fee that no reserve covers. */
  readonly over_reserve: boolean
}

const COLUMNS = `id, number, gateway, programme, class, day::text AS day, payout, ref, reference, gateway_id AS "gatewayId", direction,
       amount_there AS "amountThere", amount_here AS "amountHere", currency, value_date::text AS "valueDate", state, difference, owner,
       resolution, reason, resolved_by AS "resolvedBy", found_at AS "foundAt", resolved_at AS "resolvedAt", fee_reserve, over_reserve`

export interface DiscrepancyFilter {
  /** Null for every programme. */
  readonly programmes: readonly string[] | null
  readonly gateway?: string
  readonly day?: string
  readonly class?: DiscrepancyClass
  readonly owner?: string
  readonly isOpen: boolean
  /** Only those that are open for longer than their class may be, at this moment; milliseconds. */
  readonly overdueAtMs?: number
}

const DAYS = Object.entries(DISCREPANCY_CARE).map(([found, { withinDays }]) => `WHEN '${found}' THEN ${withinDays}`)

/** Of an open discrepancy: its class should have ended by a moment, in SQL. */
export function isOverdue(at: string): string {
  return `found_at < ${at}::timestamptz - CASE class ${DAYS.join(' ')} END * interval '1 day'`
}

export interface OpenOfClass {
  readonly class: DiscrepancyClass
  readonly open: number
  readonly overdue: number
}

/** How many of each class are open, and overdue, of all programmes. It reads those that are open and no other. */
export async function openDiscrepancies(sql: Sql, nowMs: number): Promise<OpenOfClass[]> {
  const { rows } = await sql.query<OpenOfClass>(
    `SELECT class, count(*)::int AS open, (count(*) FILTER (WHERE ${isOverdue('$1')}))::int AS overdue
       FROM discrepancy WHERE state <> 'resolved' GROUP BY class ORDER BY class`,
    [new Date(nowMs)],
  )
  return rows
}

/** Discrepancies in the order in which they were found. */
export function listDiscrepancies(
  sql: Sql,
  filter: DiscrepancyFilter,
  page: PageRequest,
): Promise<Page<DiscrepancyView>> {
  const conditions = new Conditions()
    .when(filter.isOpen || filter.overdueAtMs !== undefined, `state <> 'resolved'`)
    .add(isOverdue('?'), filter.overdueAtMs === undefined ? undefined : new Date(filter.overdueAtMs))
    .add('programme = ANY (?)', filter.programmes ?? undefined)
    .add('gateway = ?', filter.gateway)
    .add('day = ?::date', filter.day)
    .add('class = ?', filter.class)
    .add('owner = ?', filter.owner)
  const query = { select: `SELECT ${COLUMNS} FROM discrepancy`, orderBy: 'number', orderType: 'bigint' } as const
  return readPage<DiscrepancyView>(sql, query, conditions, page)
}

/** Every discrepancy of some payouts, in the order in which they were found. */
export async function listDiscrepanciesOf(sql: Sql, payouts: readonly string[]): Promise<DiscrepancyView[]> {
  const { rows } = await sql.query<DiscrepancyView>(
    `SELECT ${COLUMNS} FROM discrepancy WHERE payout = ANY ($1) AND resolution IS DISTINCT FROM 'corrected' ORDER BY number`,
    [payouts],
  )
  return rows
}

/** Those of some ids, in that order too. */
export async function discrepanciesById(sql: Sql, ids: readonly string[]): Promise<DiscrepancyView[]> {
  const query = `SELECT ${COLUMNS} FROM discrepancy WHERE id = ANY ($1) ORDER BY number`
  return (await sql.query<DiscrepancyView>(query, [ids])).rows
}

/** Throws `not-found`. */
export async function findDiscrepancy(sql: Sql, id: string, lock = ''): Promise<DiscrepancyView> {
  const { rows } = await sql.query<DiscrepancyView>(`SELECT ${COLUMNS} FROM discrepancy WHERE id = $1 ${lock}`, [id])
  if (!rows[0]) throw noDiscrepancy(id)
  return rows[0]
}

export function noDiscrepancy(id: string): Problem {
  return new Problem('not-found', `no discrepancy ${id}`)
}

/** Locks one that is still to be resolved. Throws `not-found`, `discrepancy-resolved`, and `conflict` before it was settled. */
function lockOpen(sql: Sql, id: string): Promise<DiscrepancyView> {
  return openOne(sql, id, 'FOR UPDATE')
}

async function openOne(sql: Sql, id: string, lock: string): Promise<DiscrepancyView> {
  const found = await findDiscrepancy(sql, id, lock)
  if (found.state === 'resolved') throw new Problem('discrepancy-resolved', `discrepancy ${id} was resolved already`)
  if (found.state === 'found')
    throw new Problem('conflict', 'it has only just been found; what it means is being booked')
  return found
}

export interface Assignment {
  readonly id: string
  /** Whose it is from now on. */
  readonly owner: string
}

/** Makes somebody look after it. Throws `not-found`, `discrepancy-resolved`, `conflict`. */
export async function assignDiscrepancy(
  sql: Sql,
  { id, owner }: Assignment,
  actor: Actor,
  atMs: number,
): Promise<DiscrepancyView> {
  const before = await lockOpen(sql, id)
  await sql.query('UPDATE discrepancy SET owner = $2, version = version + 1 WHERE id = $1', [id, owner])
  const { programme, ref } = before
  await insertAudit(sql, [
    {
      act: 'discrepancy-assigned',
      actor,
      atMs,
      subject: `discrepancy:${id}`,
      programme,
      ref,
      before: { owner: before.owner },
      after: { owner },
    },
  ])
  return findDiscrepancy(sql, id)
}

export interface Explanation {
  readonly id: string
  readonly reason: string
}

/**
 * Ends one that has no money in it. Throws `not-found`, `discrepancy-resolved`, `two-people-needed`, and `conflict` while nobody
 * knows whether it has: its amount cannot be read, or its payout is under way.
 */
export async function explainDiscrepancy(
  sql: Sql,
  { pass }: Pick<StoreContext, 'pass'>,
  { id, reason }: Explanation,
  actor: Actor,
  atMs: number,
): Promise<DiscrepancyView> {
  const found = await pass('explain:locked', lockOpen(sql, id))
  if (found.difference !== 0n) {
    throw new Problem('two-people-needed', 'there is money in this difference: one person cannot explain it away')
  }
  await pass('explain:clear', refuseUnclear(sql, found))
  const end = { resolution: 'explained', reason, proposedBy: null, proposal: null } as const
  await pass('explain:written', resolve(sql, found, end, actor, atMs))
  const { programme, ref } = found
  const before = { state: found.state, owner: found.owner }
  const after = { class: found.class }
  const auditing = insertAudit(sql, [
    { act: 'discrepancy-explained', actor, atMs, subject: `discrepancy:${id}`, programme, ref, reason, before, after },
  ])
  await pass('explain:audited', auditing)
  return findDiscrepancy(sql, id)
}

async function refuseUnclear(sql: Sql, { class: found, amountThere, payout }: DiscrepancyView): Promise<void> {
  if (amountThere === null && found !== 'missing-there') {
    throw new Problem('conflict', 'its amount cannot be read: a corrected statement, or two people, say what it is')
  }
  const { rows } = await sql.query(`SELECT FROM payout WHERE key = $1 AND money = 'clearing'`, [payout])
  if (rows.length > 0) throw new Problem('conflict', `${payout} is under way: what differs is known once it has ended`)
}

export interface MoneyDecision {
  readonly id: string
  /** As it was looked at. */
  readonly difference: bigint
  readonly resolution: MoneyResolution
  readonly reason: string
  /** The person who put it forward; the actor is another one who agrees. */
  readonly proposedBy: string
  /** The database refuses any that is not of them, and of this. */
  readonly proposal: string
}

/** Throws `not-found`, `discrepancy-resolved`, `review-moved` when it is another difference by now, `conflict` for what cannot be. */
export async function checkResolution(
  sql: Sql,
  { id, difference, resolution }: Pick<MoneyDecision, 'id' | 'difference' | 'resolution'>,
  lock = '',
): Promise<DiscrepancyView> {
  const found = await openOne(sql, id, lock)
  if (isUnread(found)) return told(found, difference, resolution)
  if (found.difference !== difference) {
    throw new Problem('review-moved', `the difference is ${found.difference} by now; look again and decide anew`)
  }
  if (!mayResolve(resolution, found.difference)) {
    throw new Problem('conflict', `a difference of ${found.difference} cannot end as ${resolution}`)
  }
  if (resolution === 'booked' && !(await isBooked(sql, id))) {
    throw new Problem(
      'conflict',
      'nothing of it is booked: no decision about its payout, and no recorded transfer of that number and amount',
    )
  }
  return found
}

/**
 * Where else the books have it: people have decided about its payout, or its transfer was recorded since, and no other line stood for that. Without
 * either, giving it back from suspense would leave the books with other money at the gateway than the statement.
 */
const BOOKED = `
SELECT FROM discrepancy d
 WHERE d.id = $1
   AND (d.class <> 'fee' AND EXISTS (SELECT FROM payout y WHERE y.key = d.payout AND y.decided_under IS NOT NULL)
        OR d.class = 'unreferenced-credit' AND d.type = 'top-up'
           AND EXISTS (SELECT FROM funding f WHERE (f.gateway, f.number, f.amount, f.currency) = (d.gateway, d.reference, d.amount_there, d.currency))
           AND NOT EXISTS (SELECT FROM discrepancy o WHERE (o.gateway, o.reference, o.type, o.class) = (d.gateway, d.reference, 'top-up', 'unreferenced-credit')
                              AND (o.resolution = 'booked' OR o.resolution = 'corrected' AND EXISTS (SELECT FROM statement s WHERE s.id = o.statement AND NOT s.superseded))))`

async function isBooked(sql: Sql, id: string): Promise<boolean> {
  return (await sql.query(BOOKED, [id])).rows.length > 0
}

/** Nothing is booked of it, and no payout's answer will say what it is, nor of what is beside it: only people can find out. */
function isUnread({ class: found, amountThere, payout, difference }: DiscrepancyView): boolean {
  if (found === 'missing-there' || amountThere !== null || difference !== 0n) return false
  return payout === null || found === 'fee' || found === 'duplicate'
}

/** It is what two people say that it is. */
function told(found: DiscrepancyView, difference: bigint, resolution: MoneyResolution): DiscrepancyView {
  if (difference < 0n !== (found.direction === 'debit'))
    throw new Problem('conflict', `a ${found.direction} does not come to ${difference}`)
  if (resolution === 'booked' || !mayResolve(resolution, difference))
    throw new Problem('conflict', `a difference of ${difference} cannot end as ${resolution}`)
  return found
}

/** As two people say that it is: a fee of which no reserve knew is in suspense before they place it. */
function saidToBe(seen: DiscrepancyView, difference: bigint): DiscrepancyView {
  return { ...seen, difference, over_reserve: seen.class === 'fee' }
}

/**
 * Ends one with money in it, as two people have decided: the caller has seen to it that they are two; the database refuses one.
 * Throws `not-found`, `discrepancy-resolved`, `two-people-needed`, `review-moved`, `conflict`.
 */
export async function resolveDiscrepancy(
  sql: Sql,
  context: Pick<StoreContext, 'programmes' | 'pass'>,
  decision: MoneyDecision,
  actor: Actor,
  atMs: number,
): Promise<DiscrepancyView> {
  const { pass } = context
  const { id, resolution, reason, proposedBy, proposal } = decision
  if (proposedBy === actor.person || [proposedBy, actor.person].includes(engineActor().person)) {
    throw new Problem('two-people-needed', 'two different people resolve a difference with money in it')
  }
  const seen = await pass('resolve:checked', checkResolution(sql, decision, 'FOR UPDATE'))
  const found = isUnread(seen) ? saidToBe(seen, decision.difference) : seen
  await pass('resolve:written', resolve(sql, found, { resolution, reason, proposedBy, proposal }, actor, atMs))
  const { programme, ref } = found
  const entries: LedgerEntry[] = []
  if (seen.difference !== found.difference) {
    // What no statement tells exactly was not booked when it was found.
    entries.push(await pass('resolve:found', entryOf(sql, context, found, eventOf(found), atMs)))
    const before = { difference: seen.difference.toString() }
    const said = { class: found.class, difference: found.difference.toString(), proposedBy }
    const act = 'discrepancy-found' as const
    const telling = insertAudit(sql, [
      { act, actor, atMs, subject: `discrepancy:${id}`, programme, ref, reason, before, after: said },
    ])
    await pass('resolve:said', telling)
  }
  const ending = entryOf(sql, context, found, RESOLVES[resolution] ?? UNDONE[eventOf(found)], atMs)
  entries.push(await pass('resolve:drawn-up', ending))
  const ours = await pass('resolve:numbered', numbered(sql, entries))
  await pass('resolve:posted', insertPostings(sql, ours))
  const before = { state: seen.state, owner: seen.owner }
  const after = { class: found.class, resolution, difference: found.difference.toString(), proposedBy }
  const auditing = insertAudit(sql, [
    { act: 'discrepancy-resolved', actor, atMs, subject: `discrepancy:${id}`, programme, ref, reason, before, after },
  ])
  await pass('resolve:audited', auditing)
  return findDiscrepancy(sql, id)
}

/** What each decision posts; `booked` takes back what the difference itself had posted. */
const RESOLVES: Readonly<Record<MoneyResolution, LedgerEvent | null>> = {
  booked: null,
  receivable: 'made-receivable',
  'written-off': 'written-off',
  'to-treasury': 'suspense-to-treasury',
}

interface End {
  readonly resolution: Resolution
  readonly reason: string
  readonly proposedBy: string | null
  readonly proposal: string | null
}

async function resolve(
  sql: Sql,
  { id, difference, over_reserve: isOver }: DiscrepancyView,
  end: End,
  actor: Actor,
  atMs: number,
): Promise<void> {
  await sql.query(
    `UPDATE discrepancy SET state = 'resolved', resolution = $2, reason = $3, proposed_by = $4, resolved_by = $5, resolved_at = $6,
            decided_under = $7, difference = $8, over_reserve = $9, version = version + 1 WHERE id = $1`,
    [id, end.resolution, end.reason, end.proposedBy, actor.person, new Date(atMs), end.proposal, difference, isOver],
  )
}
