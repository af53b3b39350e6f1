/** What two people decide about what the machines cannot place, on simulated rows: the real decision says what it comes to. */
import { deadlineAfter } from '../../domain/duration.ts'
import { BLOCKING_STATES } from '../../domain/payout.ts'
import { decideReview, type ReviewDecision, type ReviewOutcome } from '../../domain/review.ts'
import { reviewFactsOf, type ReviewPicture } from '../../store/review-facts.ts'
import { RECEIVABLE_STANDS } from '../../domain/disbursement.ts'
import { standsBeside, type StoredDisbursement } from './rows.ts'
import { callBeside, checkLive, checkPayout } from './store-payouts.ts'
import type { Setting } from './setting.ts'

type Decided = Extract<ReviewOutcome, { kind: 'decided' }>

/** What was looked at, by its versions, and what is found and wanted. */
export interface Asked extends ReviewDecision {
  readonly disbursement: string
  readonly version: number
  readonly payout: string | null
  readonly payoutVersion: number | null
}

export class SimReviews {
  readonly #setting: Setting
  readonly #tell: (ref: string) => void

  constructor(setting: Setting, tell: (ref: string) => void) {
    this.#setting = setting
    this.#tell = tell
  }

  /** What it would come to as things stand; undefined where the books contradict it. */
  outcome({ disbursement, payout, ...decision }: Asked): Decided | undefined {
    const outcome = decideReview(reviewFactsOf(this.#picture(disbursement), payout), decision)
    return outcome.kind === 'decided' ? outcome : undefined
  }

  #picture(key: string): ReviewPicture {
    const { rows, programme } = this.#setting
    const stored = rows.disbursements.get(key)
    const attempts = rows.payoutsOf(stored).map((payout) => ({
      ...payout,
      returned: 0n,
      repaid: 0n,
      beside: standsBeside(payout),
      // What statements show is read by the judge.
      debited: false,
    }))
    const of = { programme: programme.code, programme_version: 1, amount: BigInt(stored.amount) }
    return { disbursement: { ...stored, ...of }, attempts }
  }

  /** Carries it out, unless something has been learnt since it was looked at. */
  decide(asked: Asked, nowMs: number): boolean {
    const { rows, faults } = this.#setting
    const stored = rows.disbursements.get(asked.disbursement)
    const payout = asked.payout === null ? undefined : rows.payouts.get(asked.payout)
    const isMoved = stored.version !== asked.version || (payout?.version ?? null) !== asked.payoutVersion
    if (isMoved) {
      faults.hit('review-moved')
      return false
    }
    if (payout && payout.state !== 'review') return false
    const outcome = this.outcome(asked)
    if (!outcome) return false
    faults.hit('review-decided')
    this.#movePayout(asked, outcome, nowMs)
    this.#moveDisbursement(stored, outcome, nowMs)
    if (outcome.disbursement.reason === RECEIVABLE_STANDS) callBeside(rows, stored.key, asked.payout)
    this.#post(stored, asked.payout, outcome)
    const { account } = rows.people.get(stored.ref)
    if (asked.next === 'needs-account' && account !== null && rows.accounts.get(account).state === 'verified') {
      rows.accounts.update(account, { state: 'failed' })
    }
    this.#tell(stored.ref)
    return true
  }

  #movePayout({ payout: key, next }: Asked, { payout: to }: Decided, nowMs: number): void {
    const { payouts } = this.#setting.rows
    if (key === null || !to) return
    const { version, asked_ms: asked, disbursement } = payouts.get(key)
    for (const other of this.#setting.rows.payoutsOf(this.#setting.rows.disbursements.get(disbursement))) {
      const isOver = !BLOCKING_STATES.includes(other.state)
      if (!to.superseded && other.key !== key && isOver) payouts.update(other.key, { superseded: true })
    }
    payouts.update(key, {
      state: to.state,
      money: to.money,
      superseded: to.superseded,
      decided_next: next,
      called: false,
      asked_ms: to.state === 'unknown' ? nowMs : asked,
      version: version + 1,
    })
    checkPayout(payouts.get(key))
    checkLive(this.#setting.rows, disbursement)
  }

  #moveDisbursement(
    stored: StoredDisbursement,
    { disbursement: to, returned, wasDelivered }: Decided,
    nowMs: number,
  ): void {
    const { rows, programme } = this.#setting
    const isDelivered = to.state === 'paid' || wasDelivered
    const { key, tranche, version, returns, retries, release_ms, lapses_ms, first_paid_ms, paid_ms } = stored
    const rule = programme.tranches.find(({ code }) => code === tranche)
    const renewed = rule ? deadlineAfter(nowMs, rule.lapsesAfter, programme.zone) : nowMs
    rows.disbursements.update(key, {
      ...to,
      version: version + 1,
      returns: returned > 0n ? returns + 1 : returns,
      retries: to.state === 'released' ? 0 : retries,
      release_ms: to.state === 'released' ? nowMs : release_ms,
      lapses_ms: to.state === 'needs-account' ? Math.max(lapses_ms, renewed) : lapses_ms,
      first_paid_ms: isDelivered ? (first_paid_ms ?? nowMs) : first_paid_ms,
      paid_ms: to.state === 'paid' ? (paid_ms ?? nowMs) : paid_ms,
    })
  }

  #post({ key, ref, state, amount }: StoredDisbursement, payout: string | null, outcome: Decided): void {
    const { rows } = this.#setting
    if (payout !== null) {
      const { gateway } = rows.payouts.get(payout)
      for (const { event, amount: part } of outcome.events)
        rows.books.postNext({ event, subject: payout, amount: part, gateway })
    }
    if (outcome.disbursement.state !== 'cancelled' || state === 'cancelled') return
    rows.books.post({ event: 'cancelled', subject: key, amount: BigInt(amount) })
    this.#unobligate(ref, BigInt(amount))
  }

  #unobligate(ref: string, amount: bigint): void {
    const { books, commitments, people } = this.#setting.rows
    const { obligated, released } = commitments.get(ref)
    const isClosed = people.get(ref).stage === 'closed'
    commitments.update(ref, { obligated: obligated - amount, released: released + (isClosed ? amount : 0n) })
    if (!isClosed) return
    books.postNext({ event: 'decommitted', subject: `commitment:${ref}`, amount })
  }
}
