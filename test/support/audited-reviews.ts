/** Payments of the auditor's country that no rule can place, and what two people find of each: every way that moves money. */
import type { Payments, Sent } from './audited-payments.ts'
import { done, type Signers } from './audited-signers.ts'
import { END, FIRST_DAY, gatewayId, SECOND_DAY } from './audited-teller.ts'
import { reviewDecisionOf, type Word } from './reviews.ts'
import { agree } from './two-people.ts'
import { DAY, disbursementOf, HOUR, MINUTE, NOON, seen, seenFailed, type World } from './world.ts'

/** Whether the gateway's statement has the debit, and what is decided. */
const CASES: readonly (readonly [isTold: boolean, word: Word])[] = [
  [true, { finding: 'paid' }],
  [false, { finding: 'not-paid', next: 'pay-again' }],
  [false, { finding: 'returned', next: 'needs-account' }],
  [true, { finding: 'receivable', next: 'cancel' }],
  [true, { finding: 'receivable', next: 'hold' }],
  [true, { finding: 'written-off', next: 'needs-account' }],
]
const PART = 20_000_000n

export class Reviewed {
  readonly #world: World
  readonly #sent: readonly (readonly [sent: Sent, word: Word])[]

  private constructor(world: World, sent: readonly (readonly [sent: Sent, word: Word])[]) {
    this.#world = world
    this.#sent = sent
  }

  /** Failed, then paid after all; and one of which a part came back. */
  static async happen(world: World, payments: Payments): Promise<Reviewed> {
    const sent: (readonly [Sent, Word])[] = []
    for (const [isTold, word] of CASES) {
      const one = await payments.send()
      await payments.answer(one.payout, seenFailed('compliance', { gatewayId: gatewayId(one.payout) }), NOON, 1)
      await payments.callback(one, 'paid', NOON + MINUTE)
      if (isTold) payments.tell(FIRST_DAY, payments.lineOf(one))
      sent.push([one, word])
    }
    const one = await payments.paid()
    payments.tell(FIRST_DAY, payments.lineOf(one))
    const fact = seen('returned', { gatewayId: gatewayId(one.payout), amount: { minor: PART, currency: 'IDR' } })
    await world.observe({ payout: one.payout, source: 'callback', fact, atMs: NOON + DAY })
    const back = { id: `p${one.payout}`, type: 'return', direction: 'credit', amount: PART } as const
    payments.tell(SECOND_DAY, { ...payments.lineOf(one), ...back })
    sent.push([one, { finding: 'partly-returned', returned: PART.toString(), next: 'needs-account' }])
    return new Reviewed(world, sent)
  }

  /** Once the statements are read; and one who was paid too much gives it back to the treasury. */
  async decide({ operator, approver }: Signers): Promise<void> {
    const { store } = this.#world
    const at = NOON + 2 * DAY
    for (const [index, [{ ref, payout }, word]] of this.#sent.entries()) {
      const put = await reviewDecisionOf(this.#world, disbursementOf(ref), payout, word)
      await done(agree(store, [operator, approver], put, at + index * MINUTE))
    }
    const payout = this.#sent.find(([, { next }]) => next === 'cancel')?.[0].payout
    const { version } = await this.#world.one<{ version: number }>('SELECT version FROM payout WHERE key = $1', [
      payout,
    ])
    const content = { programme: this.#world.programme.code, payout, version, end: 'repaid' }
    await done(agree(store, [operator, approver], { act: 'receivable-end', content }, at + HOUR))
    for (const [{ ref }] of this.#sent) await this.#world.advance(ref, END - HOUR)
  }
}
