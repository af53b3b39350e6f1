/** Payments of the auditor's country: sent, answered, called back, and told on the gateway's statement. */
import type { Observation } from '../../domain/observation.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { StatementLine } from '../../domain/statement.ts'
import { gatewayId, type Teller } from './audited-teller.ts'
import { bankAccount, registration } from './builders.ts'
import { AMOUNT, disbursementOf, NOON, seen, SIGNED, type World } from './world.ts'

/** What one person's payment has come to so far. */
export interface Sent {
  readonly ref: string
  readonly payout: string
  readonly account: AccountDetails
}

type ToldLine = Omit<StatementLine, 'rawDate' | 'valueDate' | 'businessDate'>

export class Payments {
  readonly #world: World
  readonly #teller: Teller

  constructor(world: World, teller: Teller) {
    this.#world = world
    this.#teller = teller
  }

  async ready(): Promise<Omit<Sent, 'payout'>> {
    const account = bankAccount()
    return { ref: await this.#world.ready({ ...registration(), account }), account }
  }

  async send(): Promise<Sent> {
    const ready = await this.ready()
    const payout = await this.#world.claim(disbursementOf(ready.ref))
    await this.remember(payout)
    return { ...ready, payout }
  }

  async paid(): Promise<Sent> {
    const sent = await this.send()
    await this.answer(sent.payout, seen('paid', { gatewayId: gatewayId(sent.payout) }), NOON, 1)
    return sent
  }

  async answer(payout: string, fact: PayoutFact, atMs: number, send?: number): Promise<void> {
    await this.#world.observe(
      send === undefined
        ? { payout, source: 'enquiry', enquiry: 1, fact, atMs }
        : { payout, source: 'submit', send, fact, atMs },
    )
  }

  async callback({ payout }: Sent, state: 'paid' | 'returned', receivedAtMs: number): Promise<void> {
    const fact = seen(state, { gatewayId: gatewayId(payout) }) as { readonly observation: Observation }
    const body = Buffer.from(`${payout} ${state}`)
    const of = {
      gateway: 'sandbox',
      eventId: `e-${payout}-${state}`,
      reference: this.#references.get(payout) ?? '',
      trusted: true,
      credentials: SIGNED,
      body,
    }
    await this.#world.store.desk.receiveCallbacks([{ ...of, observation: fact.observation, receivedAtMs }])
  }

  readonly #references = new Map<string, string>()

  async remember(payout: string): Promise<void> {
    const { reference } = await this.#world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [
      payout,
    ])
    this.#references.set(payout, reference)
  }

  async line(sent: Sent): Promise<ToldLine> {
    await this.remember(sent.payout)
    return this.lineOf(sent)
  }

  lineOf({ payout, account }: Sent): ToldLine {
    const reference = this.#references.get(payout) ?? ''
    const to = { institution: account.institution, number: account.number }
    const of = { gatewayId: gatewayId(payout), amount: AMOUNT, currency: 'IDR', account: to }
    return { kind: 'line', id: `e${reference}`, direction: 'debit', type: 'payout', reference, ...of }
  }

  tell(day: string, line: Partial<StatementLine>): void {
    this.#teller.tell(day, line)
  }
}
