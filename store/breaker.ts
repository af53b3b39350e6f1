/**
 * The engine stops by itself what goes wrong: a gateway that shows two payouts for one reference, at once and with the fact; one
 * that fails or leaves us in doubt too often, and a programme that sends too much or too little, within seconds by a sweep.
 */
import { engineActor } from '../domain/act.ts'
import { nextBusinessInstant } from '../domain/calendar.ts'
import { DOUBTED } from '../domain/failure-rule.ts'
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
import { CREDENTIAL_NOT_IN_FORCE } from '../domain/standing.ts'
import { inTransaction, type Database, type Sql } from './database.ts'
import { placeFreeze, type FreezeView } from './freezes.ts'
import { SHORTS } from './shorts.ts'

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

/**
 * The codes by which a payout would have failed, and their gateway with it, had one person not classed them otherwise: what they meant when two
 * people last agreed, or by the released table, is what the first rule since then has changed.
 */
const RULED = `
  SELECT r.gateway, r.vendor_code FROM failure_rule r
    JOIN failure_rule f ON (f.gateway, f.vendor_code) = (r.gateway, r.vendor_code)
     AND f.n = 1 + coalesce((SELECT max(g.n) FROM failure_rule g WHERE (g.gateway, g.vendor_code) = (r.gateway, r.vendor_code)
                                AND (g.is_default OR g.decided_under IS NOT NULL)), 0)
   WHERE r.ended_at IS NULL AND f.from_class = ANY ($4::text[]) AND f.from_class <> 'unknown'`

/** Payout `n` has not been told of so before: by its enquiries a gateway says the same again and again. */
const isFirst = (told: string): string =>
  `NOT EXISTS (SELECT FROM observation o WHERE o.payout = n.payout AND o.id < n.id AND (${told}))`

/** Calls count from the end of the gateway's last freeze on: what caused that one does not cause another. */
const CALLS = `
WITH watched AS (
  SELECT w.gateway, greatest(w.since, (SELECT max(lifted_at) FROM freezes f WHERE f.target = 'gateway:' || w.gateway)) AS since
    FROM unnest($1::text[], $2::timestamptz[]) AS w (gateway, since)
   WHERE NOT EXISTS (SELECT FROM freezes f WHERE f.target = 'gateway:' || w.gateway AND f.lifted_at IS NULL)
), newest AS (
  SELECT id, payout, observed_at, source = 'submit' AS called, source = 'submit' AND fact = 'unanswered' AS unanswered,
         decision = 'move' AND to_state = 'failed' AS failed,
         -- Told to have failed, and not believed: nobody knows what became of it.
         to_state IN ('unknown', 'accepted', 'processing')
           AND (observed = 'failed' OR source <> 'submit' AND fact = 'unanswered') AS doubted
    FROM observation
   WHERE observed_at > (SELECT min(since) FROM watched) AND decision <> 'keep:repeated'
   ORDER BY observed_at DESC LIMIT $3
), ruled AS (${RULED}
), told AS (
  SELECT w.gateway, n.called, n.unanswered OR n.doubted AND ${isFirst(`o.observed = 'failed' OR o.fact = 'unanswered'`)} AS unknown,
         CASE WHEN n.failed AND y.failure_class = ANY ($4::text[]) THEN true
              WHEN n.failed OR n.unanswered AND y.failure_code = '${DOUBTED}'
                OR n.doubted AND ${isFirst(`o.observed = 'failed' OR o.source <> 'submit' AND o.fact = 'unanswered'`)}
              -- Of a payout that is under way no code is kept.
              THEN EXISTS (SELECT FROM ruled r WHERE r.gateway = y.gateway AND r.vendor_code = coalesce(y.vendor_code, r.vendor_code))
              ELSE false END AS failed
    FROM newest n JOIN payout y ON y.key = n.payout JOIN watched w ON w.gateway = y.gateway AND n.observed_at > w.since
)
SELECT gateway, count(*) FILTER (WHERE called)::int AS calls, count(*) FILTER (WHERE unknown)::int AS unknown,
       count(*) FILTER (WHERE failed)::int AS failed
  FROM told GROUP BY gateway`

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

/** Money of ours was short within the hour at a gateway of the programme of `v`, whichever version names it: whoever waits there goes on a while after it is not. */
const WAS_SHORT = `(
          EXISTS (SELECT FROM jsonb_array_elements(${SHORTS}) AS short JOIN programme_version w ON w.programme = v.programme AND w.definition #> '{payment,gateways}' ? (short ->> 'gateway'))
          OR EXISTS (SELECT FROM disbursement s WHERE s.programme = v.programme AND s.reason = 'float-restored' AND s.release_at > $1 AND s.release_at <= $2)
          OR EXISTS (SELECT FROM payout y JOIN payout b ON (b.disbursement, b.n) = (y.disbursement, y.n - 1)
                      WHERE y.programme = v.programme AND y.claimed_at > $1 AND b.failure_class = 'float-short'))`

/** Somebody of the programme of `v` waits for a credential of their gateway, or within the hour those were told who waited for one of a gateway of it. */
const WAS_WITHOUT = `(
          EXISTS (SELECT FROM participant c WHERE c.programme = v.programme AND c.attention = '${CREDENTIAL_NOT_IN_FORCE}')
          OR EXISTS (SELECT FROM telling t JOIN programme_version w ON w.programme = v.programme AND w.definition #> '{payment,gateways}' ? split_part(t.cause, ':', 2)
                      WHERE t.cause LIKE 'credential:%' AND (t.done_at IS NULL OR t.done_at > $1)))`

/** Nothing has forbidden for the whole hour to claim what disbursement `d` of person `p` owes, as far as their life and their account tell. */
const CLAIMABLE = `d.state = 'released' AND d.release_at <= $1 AND p.held_at IS NULL
             AND (p.withdrawn_at IS NULL OR p.stage = 'closed' OR d.first_paid_at IS NOT NULL)
             AND EXISTS (SELECT FROM account a
                          WHERE (a.programme, a.ref) = (d.programme, d.ref) AND a.ended_at IS NULL AND a.state <> 'failed' AND NOT a.shared AND NOT a.doubtful
                            AND greatest(a.usable_from, a.rests_until) <= $1
                            AND (a.state <> 'unverified' OR u.definition #>> '{payment,accounts,check}' IS DISTINCT FROM 'before-use'))
             AND NOT EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key
                              AND (y.asked_at IS NOT NULL OR EXISTS (SELECT FROM send s WHERE s.payout = y.key AND s.ended_at IS NULL)))
             AND NOT EXISTS (SELECT FROM year_close z WHERE z.programme = d.programme
                              AND (z.fiscal_year = d.fiscal_year AND z.state <> 'closed' OR z.closed_at > $1))`

const OF_THEIR_VERSION = `JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
             JOIN programme_version u ON (u.programme, u.version) = (p.programme, p.programme_version)`

/** So many of them are asked whether anything has become of them: of a programme that stands still nothing has, of nobody. */
const FEW = 200

/** People have let run `r` go on within the hour: what stayed out while it was paused, as the engine's own pause leaves it, was let go before. */
const RESUMED = `EXISTS (SELECT FROM audit_event e WHERE e.programme = r.programme AND e.ref IS NULL
                                  AND e.act = 'run-resumed' AND e.subject = 'run:' || r.key AND e.at > $1)`

/**
 * Where people must agree first, only what a run has let go an hour ago waits for the engine alone; everybody else is not even looked at.
 * What has become of somebody since then may have been what they waited for: a hold that has ended, an account, a decision.
 */
const WAITED = `EXISTS (
           SELECT FROM (
             (SELECT d.programme, d.ref FROM disbursement d ${OF_THEIR_VERSION}
               WHERE d.programme = v.programme AND u.definition #>> '{payment,release}' = 'automatic' AND ${CLAIMABLE}
                 AND EXISTS (SELECT FROM programme_version w WHERE w.programme = v.programme AND w.definition #>> '{payment,release}' = 'automatic')
               LIMIT ${FEW})
             UNION ALL
             (SELECT d.programme, d.ref
                FROM payout_run r JOIN payout_run_line l ON l.run = r.key JOIN disbursement d ON d.key = l.disbursement ${OF_THEIR_VERSION}
               WHERE r.programme = v.programme AND r.state = 'releasing' AND r.approved_until > $2 AND NOT ${RESUMED}
                 AND l.state = 'released' AND l.released_at <= $1 AND ${CLAIMABLE}
               LIMIT ${FEW})) AS few
            WHERE NOT EXISTS (SELECT FROM audit_event e WHERE (e.programme, e.ref) = (few.programme, few.ref) AND e.at > $1))`

/**
 * Too little is told of a programme only when somebody waited through the whole hour whom nothing kept from being paid: no freeze, no
 * restore, no money of ours that was short, no credential that two people had not agreed to, nothing of their own, and nobody who had yet to agree.
 */
const SPENT = `
SELECT v.definition, sent.spent,
       sent.spent < (v.definition #>> '{payment,spendPerHour,min}')::bigint
         AND NOT EXISTS (SELECT FROM freezes WHERE lifted_at IS NULL OR lifted_at > $1)
         AND NOT EXISTS (SELECT FROM restore WHERE closed_at IS NULL OR closed_at > $1)
         AND NOT ${WAS_SHORT} AND NOT ${WAS_WITHOUT} AND ${WAITED} AS waiting
  FROM (SELECT DISTINCT ON (programme) programme, definition FROM programme_version ORDER BY programme, version DESC) AS v
  CROSS JOIN LATERAL (SELECT max(lifted_at) AS at FROM freezes WHERE target = 'programme:' || v.programme) AS lift
  CROSS JOIN LATERAL (SELECT coalesce(sum(y.amount), 0)::bigint AS spent FROM payout y
                       WHERE y.programme = v.programme AND y.claimed_at > greatest($1::timestamptz, lift.at)) AS sent
 WHERE v.definition #> '{payment,spendPerHour}' IS NOT NULL
   AND NOT EXISTS (SELECT FROM freezes WHERE target = 'programme:' || v.programme AND lifted_at IS NULL)`

async function spendBreaches(sql: Sql, nowMs: number): Promise<FoundBreach[]> {
  const sinceMs = nowMs - HOUR_MS
  // Planned anew for what there is by now: a plan that was made before anybody had registered would look at everybody for everybody.
  const { rows } = await sql.query<{ definition: Programme; spent: bigint; waiting: boolean }>(SPENT, [
    new Date(sinceMs),
    new Date(nowMs),
  ])
  return rows.flatMap(({ definition, spent, waiting }) => {
    const { code, calendar, zone, payment } = definition
    const isOpen = [sinceMs, nowMs].every((atMs) => nextBusinessInstant(calendar, zone, atMs) === atMs)
    const breach = payment.spendPerHour && spendBreach(payment.spendPerHour, { spent, couldSpend: waiting && isOpen })
    return breach ? [{ ...breach, target: { scope: 'programme', programme: code, name: null } as const }] : []
  })
}
