/** Loads payouts with what surrounds them, for a whole batch at once, under the locks of their lives. */
import { ON_ITS_WAY, type DisbursementState } from '../domain/disbursement.ts'
import type { Failure } from '../domain/observation.ts'
import type { PayoutMoney } from '../domain/payout.ts'
import type { Sql } from './database.ts'
import type { SentTo } from './observed-account.ts'
import { BESIDE } from './receivables-beside.ts'
import { ASKED, type AskedRow, type PayoutRow } from './life-rows.ts'

/** A payout, its disbursement and its life, as a batch of facts is folded into them. Mutable: a batch may tell of one twice. */
export interface Work extends Mutable<PayoutRow> {
  readonly programme: string
  readonly ref: string
  readonly programme_version: number
  readonly region: string
  readonly wave: string | null
  readonly closed: boolean
  held: boolean
  readonly n: number
  readonly reference: string
  readonly amount: bigint
  readonly currency: string
  readonly account: string
  readonly sent_to: SentTo
  /** It was found at its gateway after a restore: its bytes are lost, and nothing of it is sent again. */
  readonly lost: boolean
  version: number
  money: PayoutMoney
  /** Came back of it while the rest is still with the payee. */
  readonly returned: bigint
  gateway_id: string | null
  /** Since when the gateway must be asked because of what somebody told. */
  asked_ms: number | null
  /** Of the newest fact that moved it: what a paid payout failed with before is in its observations. */
  failure: Failure | null
  alarm: string | null
  readonly disbursement: {
    readonly key: string
    readonly tranche: string
    state: DisbursementState
    reason: string | null
    readonly version: number
    readonly attempts: number
    retries: number
    returns: number
    /** Came back in all, in minor units as text: JSON has no exact numbers of that size. */
    returned: string
    release_ms: number
    lapses_ms: number
    first_paid_ms: number | null
    paid_ms: number | null
    asked: AskedRow | null
    /** Its attempts that stand beside what counts; null without one. */
    readonly beside: readonly string[] | null
    readonly budget_line: string
    readonly fiscal_year: number
  }
  /**
   * Other payments of the life that are on their way, when nothing else of its plan is still to come: their outcome moves the life
   * on, this one's alone does not. Null where anything is still to come.
   */
  readonly beside_under_way: readonly string[] | null
  /** The life's live, usable account; null without one. */
  live_account: { readonly id: string; readonly institution: string; readonly usable_ms: number } | null
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

const LOCK = `
SELECT FROM participant
 WHERE (programme, ref) IN (SELECT programme, ref FROM payout WHERE key = ANY ($1))
 ORDER BY programme, ref FOR UPDATE`

const OTHERS = ON_ITS_WAY.map((state) => `'${state}'`).join(', ')

const LOAD = `
SELECT y.key, y.programme, y.ref, p.programme_version, p.region, p.wave, p.stage = 'closed' AS closed,
       p.held_at IS NOT NULL AS held, y.n, y.gateway, y.reference, y.amount, y.currency, y.account, y.state, y.money, y.returned, y.version,
       y.gateway_id, y.alarm, y.sends, y.request IS NULL AS lost,
       CASE WHEN y.failure_class IS NOT NULL THEN jsonb_build_object('class', y.failure_class, 'code', y.failure_code,
                                                                     'vendorCode', coalesce(y.vendor_code, '')) END AS failure,
        y.same_key_retries, y.enquiries, y.not_found, ms(y.not_found_at) AS not_found_ms,
       ms(y.last_enquiry_at) AS last_enquiry_ms, ms(y.send_again_at) AS send_again_ms, ms(y.asked_at) AS asked_ms,
       ms(y.claimed_at) AS first_sent_ms, ms(last.started_at) AS last_started_ms, ms(last.ended_at) AS last_ended_ms,
       jsonb_build_object('key', d.key, 'tranche', d.tranche, 'state', d.state, 'reason', d.reason, 'version', d.version,
                          'attempts', d.attempts, 'retries', d.retries, 'returns', d.returns, 'returned', d.returned::text, 'asked', ${ASKED}, 'beside', ${BESIDE},
                          'release_ms', ms(d.release_at), 'lapses_ms', ms(d.lapses_at), 'first_paid_ms', ms(d.first_paid_at), 'paid_ms', ms(d.paid_at), 'budget_line', d.budget_line, 'fiscal_year', d.fiscal_year)
         AS disbursement,
       CASE WHEN NOT EXISTS (SELECT FROM tranche t
                              WHERE (t.programme, t.ref) = (y.programme, y.ref) AND t.state IN ('planned', 'open'))
            -- The state is no condition of the search: an empty table would be searched by it.
            THEN (SELECT coalesce(array_agg(o.key) FILTER (WHERE o.state IN (${OTHERS}) AND o.key <> d.key), '{}')
                    FROM disbursement o WHERE (o.programme, o.ref) = (y.programme, y.ref))
            END AS beside_under_way,
       CASE WHEN a.id IS NOT NULL THEN jsonb_build_object('id', a.id, 'institution', a.institution,
                                                             'usable_ms', ms(greatest(a.usable_from, a.rests_until))) END AS live_account
       , jsonb_build_object('institution', used.institution, 'masked', used.masked,
                            'index', encode(used.account_index, 'hex'), 'index_key', used.account_index_key) AS sent_to
  FROM payout y
  JOIN account used ON used.id = y.account
  JOIN disbursement d ON d.key = y.disbursement
  JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref)
  JOIN send last ON last.payout = y.key AND last.number = y.sends
  LEFT JOIN account a ON (a.programme, a.ref) = (y.programme, y.ref) AND a.ended_at IS NULL AND a.state <> 'failed'
 WHERE y.key = ANY ($1)`

/** Locks the lives of the payouts, in one order for every caller. */
export async function lockLivesOf(sql: Sql, keys: readonly string[]): Promise<void> {
  await sql.query({ name: 'lock-lives', text: LOCK, values: [keys] })
}

/** Locks the lives of the payouts and loads what the batch is folded into. */
export async function lockWork(sql: Sql, keys: readonly string[]): Promise<Map<string, Work>> {
  const [, { rows }] = await Promise.all([
    lockLivesOf(sql, keys),
    sql.query<Work>({ name: 'load-payouts', text: LOAD, values: [keys] }),
  ])
  // Two attempts of one disbursement in a batch fold into the same one: neither's news is lost.
  const disbursements = new Map<string, Work['disbursement']>()
  const shared = (row: Work): Work['disbursement'] => {
    const known = disbursements.get(row.disbursement.key) ?? row.disbursement
    disbursements.set(known.key, known)
    return known
  }
  return new Map(rows.map((row) => [row.key, { ...row, ...numbers(row), disbursement: shared(row) }]))
}

/** `bigint` columns that are times: exact as numbers. */
function numbers(row: Work): Pick<Work, TimeColumn> {
  const number = (value: number | bigint | null): number | null => (value === null ? null : Number(value))
  return {
    not_found_ms: number(row.not_found_ms),
    asked_ms: number(row.asked_ms),
    last_enquiry_ms: number(row.last_enquiry_ms),
    send_again_ms: number(row.send_again_ms),
    first_sent_ms: Number(row.first_sent_ms),
    last_started_ms: Number(row.last_started_ms),
    last_ended_ms: number(row.last_ended_ms),
  }
}

type TimeColumn =
  | 'not_found_ms'
  | 'asked_ms'
  | 'last_enquiry_ms'
  | 'send_again_ms'
  | 'first_sent_ms'
  | 'last_started_ms'
  | 'last_ended_ms'

/** The keys of payouts by what a gateway knows them by, for callbacks. */
export async function keysByReference(
  sql: Sql,
  pairs: readonly { readonly gateway: string; readonly reference: string }[],
): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ gateway: string; reference: string; key: string }>({
    name: 'payouts-by-reference',
    text: `SELECT y.gateway, y.reference, y.key
             FROM unnest($1::text[], $2::text[]) AS asked (gateway, reference)
             JOIN payout y USING (gateway, reference)`,
    values: [pairs.map((pair) => pair.gateway), pairs.map((pair) => pair.reference)],
  })
  return new Map(rows.map((row) => [`${row.gateway}/${row.reference}`, row.key]))
}
