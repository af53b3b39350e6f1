/** People who look at what waits for them, ask the gateway what it really did, and decide, two of them and some hours apart. */
import type { Finding } from '../../domain/review.ts'
import type { Host } from './hosts.ts'
import type { Provider } from './provider.ts'
import type { StoredDisbursement, StoredPayout } from './rows.ts'
import { DAY, END, HOUR, MINUTE, type Setting } from './setting.ts'
import type { Asked, SimReviews } from './store-reviews.ts'

/** Before that the gateway itself does not know what will become of a payout. */
const SETTLED_AFTER_MS = 2 * DAY

export class ReviewDesk {
  readonly #setting: Setting
  readonly #reviews: SimReviews
  readonly #provider: Provider
  readonly #api: Host

  constructor(setting: Setting, reviews: SimReviews, provider: Provider, api: Host) {
    this.#setting = setting
    this.#reviews = reviews
    this.#provider = provider
    this.#api = api
  }

  begin(): void {
    const { clock, random, rows } = this.#setting
    clock.after(random.between(6 * HOUR, 18 * HOUR), () => {
      // What is decided late could not come to its end.
      if (clock.nowMs > END - 35 * DAY) return
      for (const stored of rows.disbursements.all()) if (random.chance(0.4)) this.#look(stored)
      this.begin()
    })
  }

  #look(stored: StoredDisbursement): void {
    const { clock, random, rows, failed } = this.#setting
    const reviewed = rows.payoutsOf(stored).find(({ state }) => state === 'review')
    if (!reviewed && stored.state !== 'review') return
    const asked = this.#decision(stored, reviewed)
    if (!asked) return
    clock.after(random.between(MINUTE, 2 * DAY), () => {
      if (!this.#api.isUp) return
      this.#api
        .begin()
        .transaction(`decide ${stored.key}`, () => this.#reviews.decide(asked, clock.nowMs))
        .catch((error: unknown) => failed(`decide ${stored.key}`, error))
    })
  }

  /** The first of what is true and what the books do not contradict. */
  #decision(stored: StoredDisbursement, payout: StoredPayout | undefined): Asked | undefined {
    const { random } = this.#setting
    const findings = payout ? this.#findings(payout, stored) : [null]
    const wanted = random.pick(['pay-again', 'needs-account', 'cancel'] as const)
    const of = { disbursement: stored.key, version: stored.version, returned: null }
    const seen = { payout: payout?.key ?? null, payoutVersion: payout?.version ?? null }
    for (const finding of findings) {
      for (const next of [null, wanted, 'needs-account'] as const) {
        const asked = { ...of, ...seen, finding, next }
        if (this.#reviews.outcome(asked)) return asked
      }
    }
    return undefined
  }

  /** What the gateway says of it, once it is sure and has done what was asked: the rest waits on. */
  #findings({ key, reference, amount, claimed_ms: claimedMs }: StoredPayout, stored: StoredDisbursement): Finding[] {
    const { clock, rows } = this.#setting
    const objects = this.#provider.under(reference)
    const isYoung = [claimedMs, ...objects.map(({ createdMs }) => createdMs)].some(
      (atMs) => clock.nowMs < atMs + SETTLED_AFTER_MS,
    )
    const [object, twin] = objects
    if (isYoung || twin) return []
    if (!object) return ['not-paid']
    if (object.amount !== amount || object.account !== object.asked.account) return []
    if (object.isReturned) return ['returned', 'not-paid']
    if (object.isCredited) {
      // What they have got by another attempt as well is to be had back.
      const isElsewhere = rows.payoutsOf(stored).some((other) => other.key !== key && other.money === 'credited')
      const isEnded = stored.state === 'lapsed' || stored.state === 'cancelled'
      return isElsewhere || isEnded ? ['receivable'] : ['paid']
    }
    return object.status === 'FAILED' || object.status === 'CANCELLED' ? ['not-paid'] : []
  }
}
