/** The gateway's days: what it tells at last, whole and in order, and what of ours it does not have. */
import type { ObservationItem } from '../../store/observation-item.ts'
import type { Host } from './hosts.ts'
import type { Executed, Provider } from './provider.ts'
import type { StoredPayout } from './rows.ts'
import { DAY, END, type Setting } from './setting.ts'
import type { SimPayouts } from './store-payouts.ts'

/** After so long nothing of a payout changes at the gateway any more but that it comes back. */
const CLOSED_AFTER_MS = 2 * DAY

export class Statements {
  readonly #setting: Setting
  readonly #payouts: SimPayouts
  readonly #provider: Provider
  readonly #host: Host

  constructor(setting: Setting, payouts: SimPayouts, provider: Provider, host: Host) {
    this.#setting = setting
    this.#payouts = payouts
    this.#provider = provider
    this.#host = host
  }

  /** Each day, in worlds whose gateway tells of its days: always where a failure is final only then. */
  begin(): void {
    const { random, timing } = this.#setting
    const isToldOf = random.chance(0.4)
    if (isToldOf || timing.failureFinal === 'after-statement') this.#nextDay()
  }

  #nextDay(): void {
    const { clock } = this.#setting
    clock.after(DAY, () => {
      if (clock.nowMs >= END) return
      for (const payout of this.#setting.rows.payouts.all()) if (this.#itemOf(payout)) this.#settle(payout.key)
      this.#nextDay()
    })
  }

  /** Told again the next day when it could not be written down. */
  #settle(key: string): void {
    const { rows, failed } = this.#setting
    if (!this.#host.isUp) return
    this.#host
      .begin()
      .transaction(`statement ${key}`, () => {
        const item = this.#itemOf(rows.payouts.get(key))
        if (item) this.#payouts.observe([item])
      })
      .catch((error: unknown) => failed(`statement ${key}`, error))
  }

  /** What the statement adds to what is known of a payout; undefined when that is nothing. */
  #itemOf(payout: StoredPayout): ObservationItem | undefined {
    const { clock, faults } = this.#setting
    const { key, state, reference } = payout
    if (state === 'review' || state === 'returned' || clock.nowMs < payout.claimed_ms + CLOSED_AFTER_MS)
      return undefined
    const objects = this.#provider.under(reference)
    if (objects.some(({ createdMs }) => clock.nowMs < createdMs + CLOSED_AFTER_MS)) return undefined
    const moved = objects.find(({ isCredited }) => isCredited)
    const isNews = moved && (moved.isReturned || state !== 'paid')
    if (moved && isNews) return told(key, moved, clock.nowMs)
    if (moved || state !== 'failing') return undefined
    faults.hit('failure-settled-by-statement')
    return { payout: key, source: 'statement', isOtherAccount: false, atMs: clock.nowMs, fact: { kind: 'undebited' } }
  }
}

function told(payout: string, { id, amount, account, asked, isReturned }: Executed, atMs: number): ObservationItem {
  return {
    payout,
    source: 'statement',
    isOtherAccount: account !== asked.account,
    atMs,
    fact: {
      kind: 'observed',
      observation: {
        state: isReturned ? 'returned' : 'paid',
        gatewayId: id,
        amount: { minor: amount, currency: 'IDR' },
        account: null,
        failure: null,
        vendorStatus: isReturned ? 'RETURNED' : 'SUCCEEDED',
        at: null,
      },
    },
  }
}
