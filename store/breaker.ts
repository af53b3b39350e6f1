/**
 * The engine stops by itself what goes wrong: a gateway that shows two payouts for one reference, at once and with the fact; one
 * that fails or leaves us in doubt too often, and a programme that sends too much or too little, within seconds by a sweep.
 */
import { engineActor } from '../domain/act.ts'
import { nextBusinessInstant } from '../domain/calendar.ts'
import {
  callBreach,
  GATEWAY_FAULTS,
  gatewayTarget,
  spendBreach,
  type Breach,
  type BreakerRule,
  type CallCount,
  type FreezeTarget,
} from '../domain/freeze.ts'
import type { Programme } from '../domain/programme.ts'
import { inTransaction, type Database, type Sql } from './database.ts'
import { placeFreeze, type FreezeView } from './freezes.ts'

/** One reference that shows two payouts. */
export interface TwoPayouts {
  readonly gateway: string
  readonly payout: string
  readonly atMs: number
}

/** Freezes the gateways at once, in the transaction of the facts that told; one that is frozen already stays as it is. */
export async function freezeTwins(sql: Sql, found: readonly TwoPayouts[]): Promise<void> {
  // One order for every caller, so that two batches wait for each other and not in a circle.
  for (const { gateway, payout, atMs } of found.toSorted((a, b) => (a.gateway < b.gateway ? -1 : 1))) {
    const reason = `the gateway shows two payouts for the one reference of ${payout}`
    const freeze = { target: gatewayTarget(gateway), cause: 'two-payouts', reason, details: { payout } } as const
    await placeFreeze(sql, freeze, engineActor(), atMs)
  }
}

export interface WatchedGateway {
  readonly code: string
  readonly rule: BreakerRule
}

/** Looks at the newest calls and at what was sent within the hour, and freezes what is out of bounds; returns what it froze. */
export async function breakCircuits(
  database: Database,
  gateways: readonly WatchedGateway[],
  nowMs: number,
): Promise<FreezeView[]> {
  const breaches = [
    ...(await gatewayBreaches(database.pool, gateways, nowMs)),
    ...(await spendBreaches(database.pool, nowMs)),
  ]
  const frozen: FreezeView[] = []
  for (const { target, cause, reason } of breaches) {
    const placed = await inTransaction(database, (sql) =>
      placeFreeze(sql, { target, cause, reason }, engineActor(), nowMs),
    )
    if (placed.isNew) frozen.push(placed.freeze)
  }
  return frozen
}

type FoundBreach = Breach & { readonly target: FreezeTarget }

/** The rates are those of so many facts at most, the newest: at a great rate they tell enough, and sooner. */
const FACTS_MAX = 20_000

/** Calls count from the end of the gateway's last freeze on: what caused that one does not cause another. */
const CALLS = `
WITH watched AS (
  SELECT w.gateway, greatest(w.since, (SELECT max(lifted_at) FROM freezes f WHERE f.target = 'gateway:' || w.gateway)) AS since
    FROM unnest($1::text[], $2::timestamptz[]) AS w (gateway, since)
   WHERE NOT EXISTS (SELECT FROM freezes f WHERE f.target = 'gateway:' || w.gateway AND f.lifted_at IS NULL)
), newest AS (
  SELECT payout, observed_at, source = 'submit' AS called, fact = 'unanswered' AS unanswered,
         decision = 'move' AND to_state = 'failed' AS failed
    FROM observation
   WHERE observed_at > (SELECT min(since) FROM watched) AND decision <> 'keep:repeated'
   ORDER BY observed_at DESC LIMIT $3
)
SELECT w.gateway, count(*) FILTER (WHERE n.called)::int AS calls,
       count(*) FILTER (WHERE n.called AND n.unanswered)::int AS unknown,
       count(*) FILTER (WHERE n.failed AND y.failure_class = ANY ($4::text[]))::int AS failed
  FROM newest n JOIN payout y ON y.key = n.payout JOIN watched w ON w.gateway = y.gateway AND n.observed_at > w.since
 GROUP BY w.gateway`

async function gatewayBreaches(sql: Sql, gateways: readonly WatchedGateway[], nowMs: number): Promise<FoundBreach[]> {
  const { rows } = await sql.query<CallCount & { gateway: string }>({
    name: 'breaker-calls',
    text: CALLS,
    values: [
      gateways.map(({ code }) => code),
      gateways.map(({ rule }) => new Date(nowMs - rule.windowMs)),
      FACTS_MAX,
      GATEWAY_FAULTS,
    ],
  })
  return rows.flatMap((row) => {
    const rule = gateways.find(({ code }) => code === row.gateway)?.rule
    const breach = rule && callBreach(rule, row)
    return breach ? [{ ...breach, target: gatewayTarget(row.gateway) }] : []
  })
}

const HOUR_MS = 3600_000

/** Too little is told of a programme only when nothing was frozen for the whole hour and somebody waited through it. */
const SPENT = `
SELECT v.definition,
       (SELECT coalesce(sum(y.amount), 0)::bigint FROM payout y
         WHERE y.programme = v.programme AND y.claimed_at > greatest($1::timestamptz, lift.at)) AS spent,
       NOT EXISTS (SELECT FROM freezes WHERE lifted_at IS NULL OR lifted_at > $1)
         AND EXISTS (SELECT FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
                      WHERE d.programme = v.programme AND d.state = 'released' AND d.release_at <= $1
                        AND p.held_at IS NULL) AS waiting
  FROM (SELECT DISTINCT ON (programme) programme, definition FROM programme_version ORDER BY programme, version DESC) AS v
  CROSS JOIN LATERAL (SELECT max(lifted_at) AS at FROM freezes WHERE target = 'programme:' || v.programme) AS lift
 WHERE v.definition #> '{payment,spendPerHour}' IS NOT NULL
   AND NOT EXISTS (SELECT FROM freezes WHERE target = 'programme:' || v.programme AND lifted_at IS NULL)`

async function spendBreaches(sql: Sql, nowMs: number): Promise<FoundBreach[]> {
  const sinceMs = nowMs - HOUR_MS
  const { rows } = await sql.query<{ definition: Programme; spent: bigint; waiting: boolean }>({
    name: 'breaker-spent',
    text: SPENT,
    values: [new Date(sinceMs)],
  })
  return rows.flatMap(({ definition, spent, waiting }) => {
    const { code, calendar, zone, payment } = definition
    const isOpen = [sinceMs, nowMs].every((atMs) => nextBusinessInstant(calendar, zone, atMs) === atMs)
    const breach = payment.spendPerHour && spendBreach(payment.spendPerHour, { spent, couldSpend: waiting && isOpen })
    return breach ? [{ ...breach, target: { scope: 'programme', programme: code, name: null } as const }] : []
  })
}
