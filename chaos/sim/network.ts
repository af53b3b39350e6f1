/** The way to the gateway and back: the port of the real adapter, over a network that loses, delays and garbles. */
import type { Gateway, SubmitResult, EnquiryResult } from '../../gateways/gateway.ts'
import type { HttpAnswer } from '../../gateways/http.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { toEnquiryResult, toObservation, toSubmitResult } from '../../gateways/sandbox/translate.ts'
import type { Host, Running } from './hosts.ts'
import type { Judge } from './judge.ts'
import type { Provider, Told } from './provider.ts'
import { HOUR, MINUTE, SECOND, type Setting } from './setting.ts'
import type { SimDesk } from './store-desk.ts'

/** Only its pure parts are used: what it prepares, and what it can do. */
const real = createSandboxGateway({
  baseUrl: 'http://127.0.0.1:1',
  apiKey: 'none',
  callbackSecrets: [`whsec_${Buffer.alloc(24).toString('base64')}`],
})

const NO_ANSWER: HttpAnswer = { kind: 'unknown', failure: { class: 'unknown', code: 'no-answer', vendorCode: '' } }

export class Network {
  readonly #setting: Setting
  readonly #judge: Judge
  readonly #provider: () => Provider

  constructor(setting: Setting, judge: Judge, provider: () => Provider) {
    this.#setting = setting
    this.#judge = judge
    this.#provider = provider
  }

  /** The gateway as one running activity sees it. */
  gatewayFor(running: Running): Gateway {
    const { timing } = this.#setting
    return {
      ...real,
      capabilities: { ...real.capabilities, timing: { ...real.capabilities.timing, ...timing } },
      submit: (request) => this.#submit(running, request.payoutKey, request.reference, request.body),
      enquire: ({ reference }) => this.#enquire(running, reference),
      balance: () => running.answer(this.#soon(), () => ({ minor: this.#provider().balance, currency: 'IDR' })),
    }
  }

  #soon(): number {
    return this.#setting.clock.nowMs + this.#setting.random.between(20, 800)
  }

  async #submit(running: Running, payoutKey: string, reference: string, body: Uint8Array): Promise<SubmitResult> {
    const { faults, timing } = this.#setting
    if (faults.strikes('connection-refused')) {
      const failure = { class: 'retry-new', code: 'unreachable', vendorCode: 'ECONNREFUSED' } as const
      return running.answer(this.#soon(), () => toSubmitResult({ kind: 'not-sent', failure }, reference))
    }
    const key = this.#keyOf(payoutKey)
    this.#judge.left(payoutKey, body)
    const timeoutMs = this.#setting.clock.nowMs + timing.submitTimeoutMs
    const silence = (): Promise<SubmitResult> => running.answer(timeoutMs, () => toSubmitResult(NO_ANSWER, reference))
    if (faults.strikes('request-lost')) return silence()
    if (faults.strikes('request-late')) {
      const most = Math.min(6 * HOUR, timing.replayHorizonMs / 3)
      const late = timing.submitTimeoutMs + this.#setting.random.between(SECOND, most)
      this.#setting.clock.after(late, () => this.#provider().accept(key, body))
      return silence()
    }
    return this.#exchange(running, key, reference, body, silence)
  }

  #exchange(
    running: Running,
    key: string,
    reference: string,
    body: Uint8Array,
    silence: () => Promise<SubmitResult>,
  ): Promise<SubmitResult> {
    const { clock, faults, random } = this.#setting
    return new Promise((resolve) => {
      // The request travels, whatever becomes of the process that sent it.
      clock.after(random.between(10, 400), () => {
        const answer = this.#provider().accept(key, body)
        if (faults.strikes('answer-lost')) return void silence().then(resolve)
        void running.answer(this.#soon(), () => toSubmitResult(this.#garbled(answer), reference)).then(resolve)
      })
    })
  }

  #garbled(answer: HttpAnswer): HttpAnswer {
    const { faults } = this.#setting
    if (faults.strikes('answer-garbled')) return { kind: 'answered', status: 200, json: { id: 7 }, retryAfterMs: null }
    if (!faults.strikes('bad-gateway-after-commit')) return answer
    return { kind: 'unknown', failure: { class: 'unknown', code: 'server-error', vendorCode: 'HTTP 502' } }
  }

  /** The wrong engine sends what was not answered under another key. */
  #keyOf(payoutKey: string): string {
    const { plant, rows } = this.#setting
    const { sends, same_key_retries: throttled } = rows.payouts.get(payoutKey)
    const isAgain = plant === 'new-key-on-timeout' && sends - throttled > 1
    return isAgain ? `${payoutKey}~${sends}` : payoutKey
  }

  #enquire(running: Running, reference: string): Promise<EnquiryResult> {
    const { clock, faults, plant, random } = this.#setting
    if (plant === 'adapter-throws' && random.chance(0.02)) return Promise.reject(new TypeError('planted'))
    if (faults.strikes('enquiry-unanswered')) {
      return running.answer(clock.nowMs + 2 * SECOND, () => toEnquiryResult(NO_ANSWER, reference))
    }
    return new Promise((resolve) => {
      clock.after(random.between(10, 400), () => {
        const answer = this.#provider().list(reference)
        void running.answer(this.#soon(), () => toEnquiryResult(answer, reference)).then(resolve)
      })
    })
  }
}

const DELIVERIES_MAX = 8

/** The gateway calls us: by way of our API, which may be away, again until it is answered, or never. */
export class CallbackRoad {
  readonly #setting: Setting
  readonly #api: Host
  readonly #desk: SimDesk
  /** What was never told, for the days after the faults. */
  readonly #lost: Told[] = []

  constructor(setting: Setting, api: Host, desk: SimDesk) {
    this.#setting = setting
    this.#api = api
    this.#desk = desk
  }

  send(told: Told): void {
    const { faults, random } = this.#setting
    if (faults.strikes('callback-lost')) return void this.#lost.push(told)
    const copies = faults.strikes('callback-repeated') ? random.between(2, 4) : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = faults.strikes('callback-late') ? random.between(MINUTE, 12 * HOUR) : random.between(20, 5 * SECOND)
      const trusted = !faults.strikes('callback-stale')
      this.#setting.clock.after(delay, () => this.#deliver(told, trusted, 1))
    }
  }

  /** A good half of what was never told is told once all is well; the rest is for the statement to show. */
  makeUp(): void {
    for (const told of this.#lost) if (this.#setting.random.chance(0.6)) this.#deliver(told, true, 1)
  }

  #deliver(told: Told, trusted: boolean, delivery: number): void {
    const { clock, random } = this.#setting
    const { eventId, payout } = told
    let isTaken = false
    const again = (): void => {
      if (!isTaken && delivery < DELIVERIES_MAX) this.#deliver(told, trusted, delivery + 1)
    }
    clock.after(30 * SECOND * 2 ** delivery + random.between(0, SECOND), again)
    if (!this.#api.isUp) return
    const callback = { eventId, reference: payout.reference, observation: toObservation(payout), trusted }
    this.#api
      .begin()
      .transaction(`callback ${eventId}`, () => this.#desk.receive(callback, clock.nowMs))
      .then(() => {
        isTaken = true
      })
      .catch((error: unknown) => this.#setting.failed(`callback ${eventId}`, error))
  }
}
