/** What people look at when a payout, or what is owed, waits for their decision: the disbursement with all of its attempts. */
import type { DisbursementState } from '../domain/disbursement.ts'
import type { PayoutMoney, PayoutState } from '../domain/payout.ts'
import { Problem } from '../domain/problem.ts'
import type { ReviewFacts } from '../domain/review.ts'
import type { Sql } from './database.ts'
import { IS_CALLED, STANDS_BESIDE } from './receivables-beside.ts'

export interface ReviewedDisbursement {
  readonly key: string
  readonly programme: string
  readonly programme_version: number
  readonly ref: string
  readonly tranche: string
  /** Less what was taken off it. */
  readonly amount: bigint
  readonly currency: string
  readonly state: DisbursementState
  readonly reason: string | null
  readonly version: number
  readonly fiscal_year: number
  readonly budget_line: string
}

export interface ReviewedAttempt {
  readonly key: string
  readonly n: number
  readonly gateway: string
  readonly account: string
  readonly state: PayoutState
  readonly money: PayoutMoney
  readonly amount: bigint
  readonly returned: bigint
  /** Given back of it while it was a receivable. */
  readonly repaid: bigint
  readonly version: number
  /** It stands beside another one that counts. */
  readonly beside: boolean
  /** It is under review because what counted came to nothing. */
  readonly called: boolean
  /** A statement shows its debit. */
  readonly debited: boolean
}

export interface ReviewPicture {
  readonly disbursement: ReviewedDisbursement
  /** By their number. */
  readonly attempts: readonly ReviewedAttempt[]
}

/** Throws `not-found`. */
export async function readReview(sql: Sql, disbursement: string): Promise<ReviewPicture> {
  const found = await sql.query<ReviewedDisbursement>(
    `SELECT d.key, d.programme, p.programme_version, d.ref, d.tranche, d.amount - d.deducted AS amount, d.currency, d.state, d.reason, d.version,
            d.fiscal_year, d.budget_line
       FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref) WHERE d.key = $1`,
    [disbursement],
  )
  if (!found.rows[0]) throw new Problem('not-found', `no disbursement ${disbursement}`)
  const { rows: attempts } = await sql.query<ReviewedAttempt>(
    `SELECT key, n, gateway, account, state, money, amount, returned, repaid, version, ${STANDS_BESIDE} AS beside, ${IS_CALLED} AS called,
            EXISTS (SELECT FROM statement_line l JOIN statement s ON s.id = l.statement AND NOT s.superseded
                     WHERE l.reference = y.reference AND s.gateway = y.gateway AND l.type = 'payout' AND l.direction = 'debit') AS debited
       FROM payout y WHERE disbursement = $1 ORDER BY n`,
    [disbursement],
  )
  return { disbursement: found.rows[0], attempts }
}

/** The picture as the decision is made from it; `payout` is the one that is decided about. */
export function reviewFactsOf({ disbursement, attempts }: ReviewPicture, payout: string | null): ReviewFacts {
  const own = attempts.find(({ key }) => key === payout) ?? null
  const others = attempts.filter(({ key }) => key !== payout)
  return {
    payout: own && {
      money: own.money,
      amount: own.amount,
      returned: own.returned,
      repaid: own.repaid,
      isCalled: own.called,
      isDebited: own.debited,
    },
    disbursement: { state: disbursement.state, amount: disbursement.amount },
    others: {
      delivered: leftOf(others.filter(({ money }) => money === 'credited')),
      underWay: leftOf(others.filter(({ money, state }) => money === 'clearing' && state !== 'review')),
      areReviewed: others.some(({ state }) => state === 'review'),
      mayBeDelivered: leftOf(others.filter(({ money, state }) => money === 'clearing' && state === 'review')),
      areBeside: others.some(({ beside }) => beside),
    },
  }
}

/** Minor units that have not come back. */
function leftOf(attempts: readonly ReviewedAttempt[]): bigint {
  return attempts.reduce((sum, { amount, returned }) => sum + amount - returned, 0n)
}
