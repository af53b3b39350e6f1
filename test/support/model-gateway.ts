/** What a gateway really did, which our side only hears about: the truth of the model. */
import type { Failure, Observation } from '../../domain/observation.ts'
import type { PayoutFact } from '../../domain/payout.ts'

/** What one send meets on its way. */
export type Fate =
  | 'answered' // executed, the answer arrives
  | 'silent' // executed, the answer is lost
  | 'lost' // not executed, and nobody hears
  | 'late' // nobody hears, and it is executed only when everybody has stopped looking
  | 'unreachable' // proven not to have left
  | 'throttled' // 429: not executed
  | 'refused' // a documented refusal of the request: not executed
  | 'crash-before' // our process dies between the claim and the first byte
  | 'crash-after' // executed, our process dies before it writes down the answer
/** What becomes of a payout that the gateway executed. */
export type End = 'paid' | 'passing' | 'account' | 'float' | 'undocumented' | 'returned' | 'stuck'
/** What an enquiry is answered with, when it is not the truth. */
export type Lens = 'truth' | 'away' | 'hidden'

/** One payout at the gateway: keyed by our reference, so the same key again finds the same object. */
interface Executed {
  readonly id: string
  readonly end: End
  state: Observation['state']
  hasCredited: boolean
}

/** Remembers payouts by our reference, here the number of the attempt: the same key again finds the same one. */
export class ModelGateway {
  readonly #amount: bigint
  readonly #executed = new Map<number, Executed>()
  readonly #onItsWay = new Map<number, End>()

  constructor(amount: bigint) {
    this.#amount = amount
  }

  knows(n: number): boolean {
    return this.#executed.has(n)
  }

  /** Payouts that moved money which was not given back. */
  get paid(): number {
    return [...this.#executed.values()].filter(({ hasCredited, state }) => hasCredited && state !== 'returned').length
  }

  /** A request leaves; where it will lead is decided by who receives it. */
  put(n: number, end: End): void {
    this.#onItsWay.set(n, end)
  }

  /** What is on its way reaches the gateway; under a key that it knows it is the same payout. */
  arrive(n: number): void {
    const end = this.#onItsWay.get(n)
    if (end === undefined) return
    this.#onItsWay.delete(n)
    if (this.#executed.has(n)) return
    this.#executed.set(n, { id: `po_${n}`, end, state: 'accepted', hasCredited: false })
  }

  /** One step of the gateway's own work. */
  proceed(n: number): void {
    const executed = this.#executed.get(n)
    if (!executed || (executed.state === 'accepted' && executed.end === 'stuck')) return
    if (executed.state === 'accepted') {
      const isPaid = executed.end === 'paid' || executed.end === 'returned'
      executed.state = isPaid ? 'paid' : 'failed'
      executed.hasCredited = isPaid
    } else if (executed.state === 'paid' && executed.end === 'returned') executed.state = 'returned'
  }

  /** What it called failed it pays after all; false when there is nothing of the kind. */
  contradict(n: number): boolean {
    const executed = this.#executed.get(n)
    if (executed?.state !== 'failed') return false
    executed.state = 'paid'
    executed.hasCredited = true
    return true
  }

  /** What it says of a payout. Throws when it does not know it. */
  seen(n: number): PayoutFact {
    const executed = this.#executed.get(n)
    if (!executed) throw new Error(`nothing is known of attempt ${n}`)
    const observation: Observation = {
      state: executed.state,
      gatewayId: executed.id,
      amount: { minor: this.#amount, currency: 'IDR' },
      account: null,
      failure: executed.state === 'failed' ? FAILURES[executed.end] : null,
      vendorStatus: '',
      at: null,
    }
    return { kind: 'observed', observation }
  }
}

function failure(of: Failure['class'], code: string): Failure {
  return { class: of, code, vendorCode: '' }
}

export const NO_ANSWER = failure('unknown', 'no-answer')
export const PASSING = failure('retry-new', 'unreachable')
export const THROTTLED = failure('retry-same', 'rate-limited')
const FAILURES: Readonly<Record<End, Failure | null>> = {
  paid: null,
  returned: null,
  stuck: null,
  passing: failure('retry-new', 'transfer-temporarily-failed'),
  account: failure('needs-account', 'account-closed'),
  float: failure('float-short', 'float-short'),
  undocumented: failure('undocumented', 'undocumented'),
}

/** A documented refusal has no object at the gateway. */
export function refusal(end: End): PayoutFact {
  const failed = FAILURES[end] ?? failure('permanent', 'request-refused')
  return {
    kind: 'observed',
    observation: {
      state: 'failed',
      gatewayId: null,
      amount: null,
      account: null,
      failure: failed,
      vendorStatus: '',
      at: null,
    },
  }
}
