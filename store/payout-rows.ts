/** Loads payouts with what surrounds them, for a whole batch at once, under the locks of their lives. */
import { ON_ITS_WAY, type DisbursementState } from '../domain/disbursement.ts'
import { DOUBTED } from '../domain/failure-rule.ts'
import type { Failure, FailureClass } from '../domain/observation.ts'
import type { PayoutMoney } from '../domain/payout.ts'
import type { Sql } from './database.ts'
import type { SentTo } from './observed-account.ts'
import { BESIDE } from './receivables-beside.ts'
import {
  ASKED,
  BEFORE_RESTORE,
  KEY_UNKNOWN,
  OPEN_SEND,
  type AskedRow,
  type OpenSendRow,
  type PayoutRow,
} from './life-rows.ts'

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
  readonly sent_to: SentTo
  /** It was found at its gateway after a restore: its bytes are lost, and nothing of it is sent again. */
  readonly lost: boolean
  version: number
  money: PayoutMoney
  /** Came back of it while the rest is still with the payee. */
  readonly returned: bigint
  /** Given back of it while it was a receivable. */
  readonly repaid: bigint
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
    open_send: OpenSendRow | null
    asked: AskedRow | null
    /** Its attempts that stand beside what counts; null without one. */
    readonly beside: readonly string[] | null
    /** Less what was taken off it. Minor units. */
    readonly owed: bigint
    /** Of its attempts in all: what is delivered and has not come back, and what is under way. Minor units. */
    credited: bigint
    clearing: bigint
    readonly budget_line: string
    readonly fiscal_year: number
  }
  /**
   * Other payments of the life that are on their way, when nothing else of its plan is still to come: their outcome moves the life
   * on, this one's alone does not. Null where anything is still to come.
   */
  readonly beside_under_way: readonly string[] | null
  /** The life's live, usable account; null without one. `undecided`: it is shared by too many, or its name is doubtful, and nobody has decided about that. */
  live_account: {
    readonly id: string
    readonly institution: string
    readonly usable_ms: number
    readonly undecided: boolean
  } | null
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

const LOCK = `
SELECT FROM participant
 WHERE (programme, ref) IN (SELECT programme, ref FROM payout WHERE key = ANY ($1))
 ORDER BY programme, ref FOR UPDATE`

const OTHERS = ON_ITS_WAY.map((state) => `'${state}'`).join(', ')

/** A payout as it is read. Columns, not objects: PostgreSQL made `jsonb` of them at three times the cost of finding the rows. */
interface Loaded extends Omit<Work, 'sent_to' | 'failure' | 'doubted' | 'disbursement' | 'live_account' | TimeColumn> {
  readonly failure_class: FailureClass | null
  readonly failure_code: string | null
  readonly vendor_code: string | null
  readonly not_found_at: bigint | null
  readonly last_enquiry_at: bigint | null
  readonly send_again_at: bigint | null
  readonly asked_at: bigint | null
  readonly claimed_at: bigint
  readonly last_started_at: bigint
  readonly last_ended_at: bigint | null
  readonly disbursement: string
  readonly tranche: string
  readonly owed_state: DisbursementState
  readonly owed_reason: string | null
  readonly owed_version: number
  readonly attempts: number
  readonly retries: number
  readonly returns: number
  readonly returned_in_all: bigint
  readonly open_send: OpenSendRow | null
  readonly asked: AskedRow | null
  readonly beside: readonly string[] | null
  readonly owed: bigint
  readonly credited: bigint
  readonly clearing: bigint
  readonly release_at: bigint
  readonly lapses_at: bigint
  readonly first_paid_at: bigint | null
  readonly paid_at: bigint | null
  readonly budget_line: string
  readonly fiscal_year: number
  readonly live_id: string | null
  readonly live_institution: string
  readonly live_usable_at: bigint
  readonly live_undecided: boolean
  readonly sent_institution: string
  readonly sent_masked: string
  readonly sent_index: string
  readonly sent_index_key: string
}

/** What the attempts of disbursement `d` have of one kind of money, payout `y` among them; of the only one it is what that one has. */
function heldAs(money: PayoutMoney): string {
  return `CASE WHEN d.attempts > 1 THEN (SELECT coalesce(sum(o.amount - o.returned), 0) FROM payout o
                                  WHERE o.disbursement = d.key AND o.money = '${money}')
            WHEN y.money = '${money}' THEN y.amount - y.returned ELSE 0 END::bigint`
}

const LOAD = `
SELECT y.key, y.programme, y.ref, p.programme_version, p.region, p.wave, p.stage = 'closed' AS closed,
       p.held_at IS NOT NULL AS held, y.n, y.gateway, y.reference, y.amount, y.currency, y.account, y.state, y.money, y.returned, y.repaid, y.version,
       y.gateway_id, y.alarm, y.sends, y.request IS NULL AS lost, ${BEFORE_RESTORE} AS before_restore, ${KEY_UNKNOWN} AS key_unknown, y.failure_class, y.failure_code, y.vendor_code,
       y.same_key_retries, y.enquiries, y.not_found, ms(y.not_found_at) AS not_found_at, ms(y.last_enquiry_at) AS last_enquiry_at,
       ms(y.send_again_at) AS send_again_at, ms(y.asked_at) AS asked_at, ms(y.claimed_at) AS claimed_at,
       ms(last.started_at) AS last_started_at, ms(last.ended_at) AS last_ended_at,
       y.disbursement, d.tranche, d.state AS owed_state, d.reason AS owed_reason, d.version AS owed_version, d.attempts, d.retries, d.returns,
       d.returned AS returned_in_all, ${OPEN_SEND} AS open_send, ${ASKED} AS asked, ${BESIDE} AS beside, d.amount - d.deducted AS owed,
       ${heldAs('credited')} AS credited, ${heldAs('clearing')} AS clearing, ms(d.release_at) AS release_at, ms(d.lapses_at) AS lapses_at,
       ms(d.first_paid_at) AS first_paid_at, ms(d.paid_at) AS paid_at, d.budget_line, d.fiscal_year,
       CASE WHEN NOT EXISTS (SELECT FROM tranche t
                              WHERE (t.programme, t.ref) = (y.programme, y.ref) AND t.state IN ('planned', 'open'))
            -- The state is no condition of the search: an empty table would be searched by it.
            THEN (SELECT coalesce(array_agg(o.key) FILTER (WHERE o.state IN (${OTHERS}) AND o.key <> d.key), '{}')
                    FROM disbursement o WHERE (o.programme, o.ref) = (y.programme, y.ref))
            END AS beside_under_way,
       a.id AS live_id, a.institution AS live_institution, ms(greatest(a.usable_from, a.rests_until)) AS live_usable_at,
       a.shared OR a.doubtful AS live_undecided,
       used.institution AS sent_institution, used.masked AS sent_masked, encode(used.account_index, 'hex') AS sent_index,
       used.account_index_key AS sent_index_key
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

/** Whether a restore was found since it was claimed. */
export async function isBeforeRestore(sql: Sql, payout: string): Promise<boolean> {
  return (await sql.query(`SELECT FROM payout y WHERE y.key = $1 AND ${BEFORE_RESTORE}`, [payout])).rows.length > 0
}

/** Locks the lives of the payouts and loads what the batch is folded into. */
export async function lockWork(sql: Sql, keys: readonly string[]): Promise<Map<string, Work>> {
  const [, { rows }] = await Promise.all([
    lockLivesOf(sql, keys),
    sql.query<Loaded>({ name: 'load-payouts', text: LOAD, values: [keys] }),
  ])
  // Two attempts of one disbursement in a batch fold into the same one: neither's news is lost.
  const disbursements = new Map<string, Work['disbursement']>()
  const shared = (row: Loaded): Work['disbursement'] => {
    const known = disbursements.get(row.disbursement) ?? disbursementOf(row)
    disbursements.set(row.disbursement, known)
    return known
  }
  return new Map(rows.map((row) => [row.key, workOf(row, shared(row))]))
}

function workOf(row: Loaded, disbursement: Work['disbursement']): Work {
  return {
    key: row.key,
    programme: row.programme,
    ref: row.ref,
    programme_version: row.programme_version,
    region: row.region,
    wave: row.wave,
    closed: row.closed,
    held: row.held,
    n: row.n,
    gateway: row.gateway,
    reference: row.reference,
    amount: row.amount,
    currency: row.currency,
    account: row.account,
    sent_to: {
      institution: row.sent_institution,
      masked: row.sent_masked,
      index: row.sent_index,
      index_key: row.sent_index_key,
    },
    lost: row.lost,
    before_restore: row.before_restore,
    key_unknown: row.key_unknown,
    state: row.state,
    money: row.money,
    returned: row.returned,
    repaid: row.repaid,
    version: row.version,
    gateway_id: row.gateway_id,
    alarm: row.alarm,
    sends: row.sends,
    failure: failureOf(row),
    doubted: row.failure_code === DOUBTED,
    same_key_retries: row.same_key_retries,
    enquiries: row.enquiries,
    not_found: row.not_found,
    not_found_ms: msOf(row.not_found_at),
    last_enquiry_ms: msOf(row.last_enquiry_at),
    send_again_ms: msOf(row.send_again_at),
    asked_ms: msOf(row.asked_at),
    first_sent_ms: Number(row.claimed_at),
    last_started_ms: Number(row.last_started_at),
    last_ended_ms: msOf(row.last_ended_at),
    disbursement,
    beside_under_way: row.beside_under_way,
    live_account:
      row.live_id === null
        ? null
        : {
            id: row.live_id,
            institution: row.live_institution,
            usable_ms: Number(row.live_usable_at),
            undecided: row.live_undecided,
          },
  }
}

function disbursementOf(row: Loaded): Work['disbursement'] {
  return {
    key: row.disbursement,
    tranche: row.tranche,
    state: row.owed_state,
    reason: row.owed_reason,
    version: row.owed_version,
    attempts: row.attempts,
    retries: row.retries,
    returns: row.returns,
    returned: row.returned_in_all.toString(),
    release_ms: Number(row.release_at),
    lapses_ms: Number(row.lapses_at),
    first_paid_ms: msOf(row.first_paid_at),
    paid_ms: msOf(row.paid_at),
    open_send: row.open_send,
    asked: row.asked,
    beside: row.beside,
    owed: row.owed,
    credited: row.credited,
    clearing: row.clearing,
    budget_line: row.budget_line,
    fiscal_year: row.fiscal_year,
  }
}

function failureOf({ failure_class, failure_code, vendor_code }: Loaded): Failure | null {
  if (failure_class === null) return null
  return { class: failure_class, code: failure_code ?? '', vendorCode: vendor_code ?? '' }
}

/** `bigint` columns that are times: exact as numbers. */
function msOf(at: bigint | null): number | null {
  return at === null ? null : Number(at)
}

type TimeColumn =
  | 'not_found_ms'
  | 'asked_ms'
  | 'last_enquiry_ms'
  | 'send_again_ms'
  | 'first_sent_ms'
  | 'last_started_ms'
  | 'last_ended_ms'

/** Its account was replaced, or has failed: its bytes are sent to it no more. */
export function isAccountGone({ account, live_account: live }: Pick<Work, 'account' | 'live_account'>): boolean {
  return live?.id !== account
}

/** On hold, or put on it by the next look at the life, as nobody has decided about their account: nothing is sent to them. */
export function isHeld({ held, live_account: live }: Pick<Work, 'held' | 'live_account'>): boolean {
  return held || live?.undecided === true
}

/** What a callback tells of: by what its gateway knows the payout, and by which secrets of the gateway it was signed. */
export interface CalledBy {
  readonly gateway: string
  readonly reference: string
  readonly credentials: readonly string[]
}

export interface CalledPayout {
  readonly key: string
  /** One of the secrets that signed the callback is in force. */
  readonly believed: boolean
}

/** The payouts that callbacks tell of, in their order; undefined for one that nobody here knows. */
export async function payoutsCalled(
  sql: Sql,
  called: readonly CalledBy[],
): Promise<readonly (CalledPayout | undefined)[]> {
  const { rows } = await sql.query<CalledPayout & { at: number }>({
    name: 'payouts-called',
    text: `SELECT asked.at, y.key,
                  EXISTS (SELECT FROM gateway_credential c WHERE (c.gateway, c.purpose) = (asked.gateway, 'callback')
                             AND c.fingerprint = ANY (string_to_array(asked.signed, ' ')) AND c.ended_at IS NULL) AS believed
             FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS asked (gateway, reference, signed, at)
             JOIN payout y USING (gateway, reference)`,
    values: [
      called.map(({ gateway }) => gateway),
      called.map(({ reference }) => reference),
      called.map(({ credentials }) => credentials.join(' ')),
      called.map((_, at) => at),
    ],
  })
  const found = new Map(rows.map(({ at, ...payout }) => [at, payout]))
  return called.map((_, at) => found.get(at))
}
