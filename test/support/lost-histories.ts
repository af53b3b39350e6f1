/** What a database forgets: attempts of the lost time, made as the engine makes them, of which only a gateway knows; and the life afterwards. */
import { createHash } from 'node:crypto'
import { createPaymentActivities } from '../../activities/payments.ts'
import { afterPayout } from '../../domain/disbursement.ts'
import type { Failure, Observation } from '../../domain/observation.ts'
import type { PayoutState } from '../../domain/payout.ts'
import type { NextForDisbursement } from '../../domain/standing.ts'
import type { Gateway } from '../../gateways/gateway.ts'
import { referenceOf } from './lost-time.ts'
import { AMOUNT, disbursementOf, failed, MINUTE, SECOND, TIMING, type World } from './world.ts'

/** What became of an attempt of the lost time. */
export type Fate =
  | 'unreachable' // proven not to have left
  | 'credentials' // a documented 401 or 403: nothing was executed, and the gateway has no object of it
  | 'refused' // so it is, and may pass
  | 'failed' // executed, and failed in passing
  | 'closed-account' // executed, and failed at the account; the person links another one, which the other gateway reaches
  | 'returned' // paid, and come back; the person links another one
  | 'accepted' // on its way
  | 'paid'

type State = Observation['state']

interface Held {
  readonly disbursement: string
  readonly state: State
  readonly id: string
  readonly body: string
}

const LEFT: Readonly<Partial<Record<Fate, State>>> = {
  failed: 'failed',
  'closed-account': 'failed',
  returned: 'returned',
  accepted: 'accepted',
  paid: 'paid',
}
const AWAY: Failure = { class: 'retry-new', code: 'unreachable', vendorCode: 'ECONNREFUSED' }
const MEANING: Readonly<Partial<Record<Fate, readonly [PayoutState, Failure | null]>>> = {
  unreachable: ['not-sent', AWAY],
  credentials: ['failed', failed('config')],
  refused: ['failed', failed('retry-new')],
  failed: ['failed', failed('retry-new')],
  'closed-account': ['failed', failed('needs-account')],
  returned: ['returned', null],
}
const FAILURES: Readonly<Partial<Record<Fate, Failure>>> = {
  failed: failed('retry-new'),
  'closed-account': failed('needs-account'),
}

/** Gateways that know a payment by its key and by its reference, each of which they take once. */
export class Gateways {
  readonly delays: readonly number[]
  readonly #objects = new Map<string, Held & { readonly failure: Failure | null }>()
  readonly #keys = new Map<string, string>()
  readonly sent: string[] = []
  readonly all: ReadonlyMap<string, Gateway>

  constructor(delays: readonly number[], codes: readonly string[]) {
    this.delays = delays
    this.all = new Map(codes.map((code) => [code, this.#gateway(code)]))
  }

  /** Payments of a disbursement that are on their way or with somebody. */
  livingOf(disbursement: string): number {
    const living: readonly State[] = ['accepted', 'processing', 'paid']
    return [...this.#objects.values()].filter((one) => one.disbursement === disbursement && living.includes(one.state))
      .length
  }

  knows(code: string, reference: string): boolean {
    return this.#objects.has(`${code} ${reference}`)
  }

  /** An attempt as it was made in the lost time. */
  put(code: string, disbursement: string, n: number, fate: Fate): void {
    const state = LEFT[fate]
    if (state === undefined) return
    this.#take(code, `${disbursement}#${n}`, referenceOf(disbursement, n), 'lost', state, FAILURES[fate] ?? null)
  }

  #take(code: string, key: string, reference: string, body: string, state: State, failure: Failure | null): void {
    const [disbursement = ''] = key.split('#')
    this.#keys.set(`${code} ${key}`, reference)
    const id = createHash('sha256').update(`${code} ${key}`).digest('hex').slice(0, 16)
    this.#objects.set(`${code} ${reference}`, { disbursement, state, id, body, failure })
  }

  #gateway(code: string): Gateway {
    const observed = ({ state, id, failure }: Held & { readonly failure: Failure | null }): Observation => {
      const amount = { minor: AMOUNT, currency: 'IDR' }
      return { state, gatewayId: id, amount, account: null, failure, vendorStatus: state, at: null }
    }
    return {
      code,
      capabilities: { timing: { submitTimeoutMs: 2000, enquireTimeoutMs: 2000, outcomeWithinMs: 0 } },
      prepare: (order: { reference: string }) => ({ kind: 'prepared', body: Buffer.from(order.reference) }),
      submit: ({ payoutKey, reference, body }: { payoutKey: string; reference: string; body: Uint8Array }) => {
        const text = Buffer.from(body).toString()
        const known = this.#keys.get(`${code} ${payoutKey}`)
        const held = this.#objects.get(`${code} ${known ?? reference}`)
        if (held && (known === undefined || held.body !== text)) {
          return Promise.resolve({ kind: 'unknown', failure: failed('unknown') })
        }
        this.sent.push(payoutKey)
        if (!held) this.#take(code, payoutKey, reference, text, 'paid', null)
        const object = this.#objects.get(`${code} ${reference}`)
        return Promise.resolve({ kind: 'observed', observation: object && observed(object) })
      },
      enquire: ({ reference }: { reference: string }) => {
        const held = this.#objects.get(`${code} ${reference}`)
        return Promise.resolve(held ? { kind: 'found', observations: [observed(held)] } : { kind: 'not-found' })
      },
    } as unknown as Gateway
  }
}

export interface Lost {
  readonly ref: string
  /** Attempts that the backup has. */
  readonly known: number
  readonly fates: readonly Fate[]
}

/** Attempts that people cause one after another in the time that is lost: more of them than the look asks about are not made in it. */
const CAUSED_MAX = 2

/** Makes the attempts of the lost time, each when the engine makes it; the last that was paid or is on its way ends them. */
export function lose(gateways: Gateways, { ref, known, fates }: Lost, fromMs: number, untilMs: number): void {
  const disbursement = disbursementOf(ref)
  const codes = [...gateways.all.keys()]
  let [atMs, retries, returns, caused] = [fromMs, 0, 0, 0]
  // What is under way in the backup ends first, and has used up its attempt.
  let n = Math.max(1, known)
  for (const fate of fates) {
    gateways.put(codes[caused % codes.length] ?? '', disbursement, n, fate)
    const [state, failure] = MEANING[fate] ?? ['paid', null]
    const step = afterPayout(state, failure, { attempts: n, retries, returns }, gateways.delays)
    if (state === 'returned') returns += 1
    if (step?.isRetry) retries += 1
    if (step?.to === 'needs-account' && caused < CAUSED_MAX) {
      caused += 1
      atMs += MINUTE
    } else if (step?.to === 'released') atMs += step.retryAfterMs ?? 0
    else return
    if (atMs >= untilMs) return
    n += 1
  }
}

/** A run of the engine: what the life says is next, until nothing is before `untilMs`; where it stands then. */
export async function goOn(
  world: World,
  { all }: Gateways,
  ref: string,
  fromMs: number,
  untilMs: number,
): Promise<NextForDisbursement | undefined> {
  const clock = { nowMs: fromMs }
  const activities = createPaymentActivities({
    store: world.store,
    gateways: all,
    now: () => clock.nowMs,
    wait: () => Promise.resolve(),
  })
  const disbursement = disbursementOf(ref)
  const of = { programme: world.programme.code, ref }
  let next: NextForDisbursement | undefined
  while (clock.nowMs < untilMs) {
    next = (await world.advance(ref, clock.nowMs)).disbursements[0]?.next
    if (next?.kind === 'send') await activities.submit({ ...of, disbursement })
    else if (next?.kind === 'resend') await activities.resend({ ...of, payout: next.payout })
    else if (next?.kind === 'enquire') await activities.enquire({ ...of, payout: next.payout })
    else if (next?.kind === 'give-up') await world.store.payouts.giveUp(next.payout, clock.nowMs)
    else if (next?.kind !== 'wait' || next.untilMs === null) return next
    clock.nowMs = next?.kind === 'wait' ? (next.untilMs ?? untilMs) : clock.nowMs + SECOND
  }
  return next
}

/** Waits of a gateway that answers soon and remembers a key for half a day, as the tests of the store have them, with the delays of the sandbox. */
export const QUICK = { ...TIMING, retryDelaysMs: [2 * SECOND, 4 * SECOND, 8 * SECOND] }
