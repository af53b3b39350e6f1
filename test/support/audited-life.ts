/** What has happened to people of the auditor's country, all of it rightly: everything that can. */
import { END, FIRST_DAY, gatewayId, SECOND_DAY } from './audited-teller.ts'
import type { Payments } from './audited-payments.ts'
import { linked } from './audited-accounts.ts'
import { bankAccount } from './builders.ts'
import {
  AMOUNT,
  DAY as DAY_MS,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  SECOND,
  seen,
  seenFailed,
  SILENCE,
  TIMING,
  type World,
} from './world.ts'

export class History {
  readonly #world: World
  readonly #payments: Payments

  constructor(world: World, payments: Payments) {
    this.#world = world
    this.#payments = payments
  }

  async firstDay(): Promise<void> {
    await this.#paidAtOnce()
    await this.#failsThenPaid()
    await this.#sentAgain()
    await this.#heldThenPaid()
    await this.#contradicted()
    await this.#leaves()
    await this.#refused()
    await this.#underWay()
    await this.#noAccount()
    await this.#tellsOtherwise()
  }

  /** Two who were paid get their money back to the treasury, one gets a new account and is paid again. */
  async secondDay(): Promise<void> {
    const sent = await this.#payments.paid()
    this.#payments.tell(FIRST_DAY, this.#payments.lineOf(sent))
    await this.#payments.callback(sent, 'returned', NOON + HOUR)
    // Before anything is paid anew, the gateway is asked what it has of it.
    const back = seen('returned', { gatewayId: gatewayId(sent.payout) })
    await this.#payments.answer(sent.payout, back, NOON + HOUR + MINUTE)
    this.#payments.tell(FIRST_DAY, {
      ...this.#payments.lineOf(sent),
      id: `r${sent.payout}`,
      type: 'return',
      direction: 'credit',
    })
    const account = bankAccount()
    await linked(this.#world, sent.ref, NOON + 2 * HOUR, { account })
    const at = NOON + DAY_MS + 3 * HOUR
    await this.#world.advance(sent.ref, at)
    const payout = await this.#world.claim(disbursementOf(sent.ref), at)
    await this.#payments.answer(payout, seen('paid', { gatewayId: gatewayId(payout) }), at, 1)
    this.#payments.tell(SECOND_DAY, await this.#payments.line({ ref: sent.ref, payout, account }))
  }

  /** What comes weeks later. */
  async later(): Promise<void> {
    const { act, advance } = this.#world
    const claim = (key: string, atMs: number): Promise<string> => this.#world.claim(key, atMs)
    const sent = await this.#payments.paid()
    this.#payments.tell(FIRST_DAY, this.#payments.lineOf(sent))
    const { ref } = sent
    await advance(ref, NOON + MINUTE)
    const evidence = {
      programme: 'swift',
      ref,
      kind: 'survey-answered',
      subject: 'evaluation-1',
      document: null,
    } as const
    await act((acts) => acts.recordEvidence({ ...evidence, occurredAtMs: NOON + 8 * DAY_MS }), NOON + 8 * DAY_MS)
    await advance(ref, NOON + 8 * DAY_MS)
    const payout = await claim(disbursementOf(ref, 'survey-1'), NOON + 8 * DAY_MS + SECOND)
    await this.#payments.answer(
      payout,
      seen('paid', { gatewayId: gatewayId(payout), amount: { minor: 5_000_000n, currency: 'IDR' } }),
      NOON + 8 * DAY_MS + MINUTE,
      1,
    )
    await advance(ref, NOON + 32 * DAY_MS)
    const second = await claim(disbursementOf(ref, 'incentive-2'), NOON + 32 * DAY_MS)
    await this.#payments.answer(second, seen('accepted', { gatewayId: gatewayId(second) }), NOON + 32 * DAY_MS, 1)
    await this.#payments.answer(second, seen('paid', { gatewayId: gatewayId(second) }), NOON + 32 * DAY_MS + MINUTE)
    await advance(ref, NOON + 33 * DAY_MS)
    const { rows } = await this.#world.root.pool.query<{ ref: string }>(
      `SELECT ref FROM participant WHERE stage = 'incentives' ORDER BY ref`,
    )
    for (const one of rows) await advance(one.ref, END - HOUR)
  }

  async #paidAtOnce(): Promise<void> {
    for (let one = 0; one < 3; one += 1) {
      const sent = await this.#payments.paid()
      this.#payments.tell(FIRST_DAY, this.#payments.lineOf(sent))
    }
    const sent = await this.#payments.send()
    await this.#payments.callback(sent, 'paid', NOON + SECOND)
    this.#payments.tell(FIRST_DAY, this.#payments.lineOf(sent))
  }

  async #failsThenPaid(): Promise<void> {
    const { ref, payout, account } = await this.#payments.send()
    await this.#payments.answer(payout, seenFailed('retry-new', { gatewayId: gatewayId(payout) }), NOON, 1)
    const at = NOON + (TIMING.retryDelaysMs[0] ?? 0) + SECOND
    const next = await this.#world.claim(disbursementOf(ref), at)
    await this.#payments.answer(next, seen('processing', { gatewayId: gatewayId(next) }), at, 1)
    await this.#payments.answer(next, seen('paid', { gatewayId: gatewayId(next) }), at + SECOND)
    this.#payments.tell(FIRST_DAY, await this.#payments.line({ ref, payout: next, account }))
  }

  async #sentAgain(): Promise<void> {
    const sent = await this.#payments.send()
    const { payout } = sent
    await this.#payments.answer(payout, SILENCE, NOON + SECOND, 1)
    const at = NOON + 2 * TIMING.quietPeriodMs
    for (const enquiry of [1, 2]) {
      await this.#world.observe({
        payout,
        source: 'enquiry',
        fact: { kind: 'not-found' },
        atMs: at + enquiry - (2 - enquiry) * MINUTE,
        enquiry,
      })
    }
    const opened = await this.#world.store.payouts.reopen(payout, at + 10)
    if (opened.kind !== 'reopened') throw new Error('it is sent again')
    await this.#world.observe({
      payout,
      source: 'submit',
      send: 2,
      fact: seen('paid', { gatewayId: gatewayId(payout) }),
      atMs: at + 20,
    })
    this.#payments.tell(FIRST_DAY, this.#payments.lineOf(sent))
  }

  async #heldThenPaid(): Promise<void> {
    const { act } = this.#world
    const { ref, account } = await this.#payments.ready()
    await act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a complaint' }), NOON)
    await act((acts) => acts.release({ programme: 'swift', ref, reason: 'settled' }), NOON + HOUR)
    await this.#world.advance(ref, NOON + HOUR)
    const payout = await this.#world.claim(disbursementOf(ref), NOON + HOUR)
    await this.#payments.answer(payout, seen('paid', { gatewayId: gatewayId(payout) }), NOON + HOUR, 1)
    this.#payments.tell(FIRST_DAY, await this.#payments.line({ ref, payout, account }))
    const other = await this.#payments.ready()
    await act((acts) => acts.hold({ programme: 'swift', ref: other.ref, reason: 'a complaint' }), NOON + HOUR)
  }

  /** What the gateway called failed was paid after all. */
  async #contradicted(): Promise<void> {
    const sent = await this.#payments.send()
    const { payout } = sent
    await this.#payments.answer(payout, seenFailed('compliance', { gatewayId: gatewayId(payout) }), NOON, 1)
    await this.#payments.callback(sent, 'paid', NOON + MINUTE)
    this.#payments.tell(FIRST_DAY, this.#payments.lineOf(sent))
  }

  async #leaves(): Promise<void> {
    const { ref } = await this.#payments.ready()
    await this.#world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'has found work' }), NOON + HOUR)
    await this.#world.advance(ref, NOON + HOUR)
    const late = await this.#world.admit()
    await this.#world.advance(late, NOON + 31 * DAY_MS)
  }

  async #refused(): Promise<void> {
    const ref = await this.#world.register({ birthDate: '2015-08-17' })
    await this.#world.store.lives.screen('swift', ref, NOON)
    await this.#world.register()
  }

  async #underWay(): Promise<void> {
    const { payout } = await this.#payments.send()
    await this.#payments.answer(payout, seen('processing', { gatewayId: gatewayId(payout) }), NOON, 1)
    await this.#payments.send()
    const { payout: lost } = await this.#payments.send()
    await this.#payments.answer(lost, SILENCE, NOON + SECOND, 1)
  }

  /** Refused for its account, never mended: it lapses. */
  async #noAccount(): Promise<void> {
    const { payout, ref } = await this.#payments.send()
    await this.#payments.answer(payout, seenFailed('needs-account', { gatewayId: gatewayId(payout) }), NOON, 1)
    await this.#world.advance(ref, NOON + 61 * DAY_MS)
  }

  /** A line twice, one of another amount, one that is missing, a fee, and money from nobody. */
  async #tellsOtherwise(): Promise<void> {
    const twice = this.#payments.lineOf(await this.#payments.paid())
    this.#payments.tell(FIRST_DAY, twice)
    this.#payments.tell(FIRST_DAY, { ...twice, id: `${twice.id}b` })
    this.#payments.tell(FIRST_DAY, { ...this.#payments.lineOf(await this.#payments.paid()), amount: AMOUNT + 100n })
    await this.#payments.paid()
    this.#payments.tell(FIRST_DAY, { ...this.#payments.lineOf(await this.#payments.paid()), reference: null })
    const beside = { gatewayId: null, account: null } as const
    this.#payments.tell(FIRST_DAY, { ...twice, ...beside, id: 'f1', type: 'fee', amount: 250_000n })
    this.#payments.tell(SECOND_DAY, {
      ...twice,
      ...beside,
      id: 'c1',
      type: 'other',
      direction: 'credit',
      reference: null,
      amount: 700n,
    })
    this.#payments.tell(SECOND_DAY, { ...twice, ...beside, id: 'u1', reference: 'A1B2C3D4E5F6G7H8', amount: 900n })
  }
}
