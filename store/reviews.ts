/** What waits for the decision of two people, and what is to be had back, as the API reads them. */
import { AT_REST, type DisbursementState } from '../domain/disbursement.ts'
import type { PayoutMoney, PayoutState } from '../domain/payout.ts'
import { Problem } from '../domain/problem.ts'
import type { Database, Sql } from './database.ts'
import { discrepanciesById, listDiscrepanciesOf, type DiscrepancyView } from './discrepancies.ts'
import { findStraysOfOwed } from './lost-time.ts'
import { Conditions, readPage, type Page, type PageRequest } from './read-page.ts'
import { observationsOf, type ObservationView } from './read-payments.ts'

export interface ReviewAttempt {
  readonly key: string
  readonly n: number
  readonly version: number
  readonly gateway: string
  readonly reference: string
  readonly gatewayId: string | null
  readonly state: PayoutState
  readonly money: PayoutMoney
  readonly amount: string
  readonly returned: string
  readonly alarm: string | null
  readonly failureCode: string | null
  /** The gateway’s own; empty where it has told none. */
  readonly vendorCode: string | null
}

export interface ReviewView {
  readonly disbursement: string
  readonly programme: string
  readonly ref: string
  readonly tranche: string
  readonly amount: string
  readonly currency: string
  readonly state: DisbursementState
  readonly reason: string | null
  readonly version: number
  /** Since when people are asked, as far as it is on record. */
  readonly since: Date | null
  readonly attempts: readonly ReviewAttempt[]
}

export interface ReviewDetail extends ReviewView {
  readonly observations: ReadonlyMap<string, readonly ObservationView[]>
  readonly discrepancies: readonly DiscrepancyView[]
  /** Payments of a time that a restore has lost which may be this one, and which nobody has decided about. */
  readonly strays: readonly DiscrepancyView[]
}

export interface ReceivableView {
  readonly payout: string
  readonly programme: string
  readonly ref: string
  readonly gateway: string
  readonly amount: string
  readonly currency: string
  readonly version: number
  readonly since: Date | null
}

export interface Reviews {
  /** `programmes` null: of every one. */
  list(programmes: readonly string[] | null, page: PageRequest): Promise<Page<ReviewView>>
  /** Throws `not-found`, also for what is not under review and cannot have been paid in a time that a restore has lost. */
  find(disbursement: string): Promise<ReviewDetail>
  /** Of one payout, where it is named. */
  receivables(programmes: readonly string[] | null, page: PageRequest, payout?: string): Promise<Page<ReceivableView>>
}

const REVIEW = `
SELECT d.key AS disbursement, d.programme, d.ref, d.tranche, (d.amount - d.deducted)::text AS amount, d.currency, d.state, d.reason, d.version,
       (SELECT max(e.at) FROM audit_event e WHERE (e.programme, e.ref) = (d.programme, d.ref) AND e.act = 'review-needed'
           AND (e.subject = d.key OR e.subject LIKE d.key || '#%')) AS since,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'key', y.key, 'n', y.n, 'version', y.version, 'gateway', y.gateway, 'reference', y.reference,
                 'gatewayId', y.gateway_id, 'state', y.state, 'money', y.money, 'amount', y.amount::text,
                 'returned', y.returned::text, 'alarm', y.alarm, 'failureCode', y.failure_code, 'vendorCode', y.vendor_code) ORDER BY y.n), '[]')
          FROM payout y WHERE y.disbursement = d.key) AS attempts
  FROM disbursement d`

/** By their two indexes: a payout, or only the disbursement, waits for people. */
const WAITING = `d.key IN (SELECT key FROM disbursement WHERE state = 'review' UNION SELECT disbursement FROM payout WHERE state = 'review')`

/** Two people may find that a stray debit was the payment before it is under review: what is owed to somebody who registered after a restore, or has one. */
const AT_REST_NOW = `d.state IN (${AT_REST.map((state) => `'${state}'`).join(', ')})`
const REGISTERED_SINCE = `EXISTS (SELECT FROM restore r JOIN participant p ON p.registered_at > r.restored_to WHERE (p.programme, p.ref) = (d.programme, d.ref))`

const RECEIVABLE = `
SELECT y.key AS payout, y.programme, y.ref, y.gateway, (y.amount - y.returned - y.repaid)::text AS amount, y.currency, y.version,
       (SELECT max(e.at) FROM audit_event e WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act = 'receivable-opened'
           AND e.subject = y.key) AS since
  FROM payout y`

export function createReviews({ pool }: Database): Reviews {
  return {
    list: (programmes, page) => {
      const conditions = new Conditions().when(true, WAITING).add('d.programme = ANY (?)', programmes ?? undefined)
      return readPage<ReviewView>(pool, { select: REVIEW, orderBy: 'd.key', orderType: 'text' }, conditions, page)
    },
    find: (disbursement) => findReview(pool, disbursement),
    receivables: (programmes, page, payout) => {
      const conditions = new Conditions().when(true, `y.money = 'receivable'`)
      conditions.add('y.programme = ANY (?)', programmes ?? undefined).add('y.key = ?', payout)
      return readPage<ReceivableView>(
        pool,
        { select: RECEIVABLE, orderBy: 'y.key', orderType: 'text' },
        conditions,
        page,
      )
    },
  }
}

async function findReview(sql: Sql, disbursement: string): Promise<ReviewDetail> {
  const strays = await discrepanciesById(sql, await findStraysOfOwed(sql, disbursement))
  const { rows } = await sql.query<ReviewView>(
    `${REVIEW} WHERE d.key = $1 AND (${WAITING} OR ${AT_REST_NOW} AND ($2 OR ${REGISTERED_SINCE}))`,
    [disbursement, strays.length > 0],
  )
  const [found] = rows
  if (!found) throw new Problem('not-found', `no review of ${disbursement}`)
  const keys = found.attempts.map(({ key }) => key)
  const observations = new Map<string, readonly ObservationView[]>()
  for (const key of keys) observations.set(key, await observationsOf(sql, key))
  return { ...found, observations, discrepancies: await listDiscrepanciesOf(sql, keys), strays }
}
