/** A small country in which everything has happened that can, all of it rightly: what the auditor is tried on. */
import { createHash } from 'node:crypto'
import type { Actor } from '../../domain/act.ts'
import type { Observation } from '../../domain/observation.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import type { Programme } from '../../domain/programme.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { StatementLine, StatementPart } from '../../domain/statement.ts'
import type { Store } from '../../store/index.ts'
import { textOf, type ToldDays } from './audited.ts'
import { bankAccount, registration, swiftProgramme } from './builders.ts'
import { agree, propose, signer, type Signer } from './two-people.ts'
import {
  AMOUNT,
  DAY as DAY_MS,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  SILENCE,
  TIMING,
  YEAR,
  type World,
} from './world.ts'

const BOOTSTRAP: Actor = { person: 'bootstrap', keyId: null, role: null, requestId: null }
export const FIRST_DAY = '2026-11-22'
export const SECOND_DAY = '2026-11-23'
/** When everything has happened. */
export const END = NOON + 70 * DAY_MS

export interface Country {
  readonly world: World
  readonly told: ToldDays
  readonly signers: readonly [administrator: Signer, approver: Signer, other: Signer]
}

/** What one person's payment has come to so far. */
interface Sent {
  readonly ref: string
  readonly payout: string
  readonly account: AccountDetails
}

export async function openCountry(): Promise<Country> {
  const signers: Signer[] = []
  const world = await openWorld({
    begin: async (store, programme, amount) => {
      signers.push(...(await begin(store, programme, amount)))
    },
  })
  const [administrator, approver, other] = signers
  if (!administrator || !approver || !other) throw new Error('nobody agrees')
  const history = new History(world)
  await history.firstDay()
  await history.secondDay()
  await frozen(world, [administrator, approver])
  await propose(world.store, administrator, appropriation(world.programme, 1_500_000_000_000n, 'DIPA-3'), NOON + HOUR)
  await history.later()
  const told = await history.reconcile()
  await resolved(world, [other, approver])
  return { world, told, signers: [administrator, approver, other] }
}

async function begin(store: Store, programme: Programme, amount: bigint): Promise<Signer[]> {
  const at = NOON - 2 * HOUR
  const administrator = await signer(store, 'agus', ['administrator'], BOOTSTRAP, at)
  const approver = await signer(store, 'budi', ['approver'], BOOTSTRAP, at)
  const other = await signer(store, 'citra', ['approver'], BOOTSTRAP, at)
  const pair = [administrator, approver] as const
  const content = programme as unknown as Readonly<Record<string, unknown>>
  await agree(store, pair, { act: 'programme-publication', content }, at + MINUTE)
  await agree(store, pair, appropriation(programme, amount / 2n, 'DIPA-1'), at + 2 * MINUTE)
  await agree(store, pair, appropriation(programme, amount, 'DIPA-2'), at + 3 * MINUTE)
  const grant = {
    person: 'citra',
    role: 'operator',
    programme: programme.code,
    publicKey: other.identity.registration().publicKey,
  }
  await agree(store, pair, { act: 'role-grant', content: grant }, at + 4 * MINUTE)
  return [administrator, approver, other]
}

function appropriation(programme: Programme, amount: bigint, number: string) {
  const content = {
    programme: programme.code,
    fiscalYear: YEAR,
    number,
    amount: { minor: amount.toString(), currency: programme.currency },
  }
  return { act: 'appropriation', content }
}

async function frozen({ store, act, one }: World, pair: readonly [Signer, Signer]): Promise<void> {
  await act(
    (acts) => acts.placeFreeze({ target: { scope: 'region', programme: 'swift', name: '99' }, reason: 'a flood' }),
    NOON + HOUR,
  )
  await act(
    (acts) => acts.placeFreeze({ target: { scope: 'wave', programme: 'swift', name: 'wave-9' }, reason: 'a doubt' }),
    NOON + HOUR,
  )
  const { id } = await one<{ id: string }>(`SELECT id FROM freezes WHERE scope = 'region'`)
  await agree(store, pair, { act: 'freeze-lift', content: { freeze: id } }, NOON + 2 * HOUR)
}

/** Differences with money in them end by two people, others by one. */
async function resolved(world: World, pair: readonly [Signer, Signer]): Promise<void> {
  const { rows } = await world.store.statements.discrepancies(
    { programmes: null, isOpen: true },
    { limit: 100, after: null },
  )
  const stray = rows.find((row) => row.class === 'unreferenced-credit')
  const twice = rows.find((row) => row.class === 'duplicate')
  const endings = [
    { of: stray, resolution: 'to-treasury' },
    { of: twice, resolution: 'receivable' },
  ]
  for (const { of, resolution } of endings) {
    const content = { discrepancy: of?.id ?? '', difference: String(of?.difference ?? 0n), resolution }
    await agree(world.store, pair, { act: 'discrepancy-resolution', content }, NOON + 2 * DAY_MS)
  }
}

class History {
  readonly #world: World
  readonly #lines = new Map<string, StatementLine[]>([
    [FIRST_DAY, []],
    [SECOND_DAY, []],
  ])

  constructor(world: World) {
    this.#world = world
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
    const transfer = {
      id: 't1',
      type: 'top-up',
      direction: 'credit',
      reference: 'SP2D-1',
      gatewayId: null,
      account: null,
    } as const
    this.#tell(FIRST_DAY, { ...transfer, amount: 1_000_000_000_000n })
  }

  /** Two who were paid get their money back to the treasury, one gets a new account and is paid again. */
  async secondDay(): Promise<void> {
    const sent = await this.#paid()
    this.#tell(FIRST_DAY, this.#lineOf(sent))
    await this.#callback(sent, 'returned', NOON + HOUR)
    this.#tell(FIRST_DAY, { ...this.#lineOf(sent), id: `r${sent.payout}`, type: 'return', direction: 'credit' })
    const account = bankAccount()
    await this.#world.link(sent.ref, account, NOON + 2 * HOUR)
    const at = NOON + DAY_MS + 3 * HOUR
    await this.#world.advance(sent.ref, at)
    const payout = await this.#world.claim(disbursementOf(sent.ref), at)
    await this.#answer(payout, seen('paid', { gatewayId: gatewayId(payout) }), at, 1)
    this.#tell(SECOND_DAY, await this.#line({ ref: sent.ref, payout, account }))
  }

  /** What comes weeks later, of which no statement is at hand. */
  async later(): Promise<void> {
    const { act, advance } = this.#world
    const claim = (key: string, atMs: number): Promise<string> => this.#world.claim(key, atMs)
    const sent = await this.#paid()
    this.#tell(FIRST_DAY, this.#lineOf(sent))
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
    await this.#answer(
      payout,
      seen('paid', { gatewayId: gatewayId(payout), amount: { minor: 5_000_000n, currency: 'IDR' } }),
      NOON + 8 * DAY_MS + MINUTE,
      1,
    )
    await advance(ref, NOON + 32 * DAY_MS)
    const second = await claim(disbursementOf(ref, 'incentive-2'), NOON + 32 * DAY_MS)
    await this.#answer(second, seen('accepted', { gatewayId: gatewayId(second) }), NOON + 32 * DAY_MS, 1)
    await this.#answer(second, seen('paid', { gatewayId: gatewayId(second) }), NOON + 32 * DAY_MS + MINUTE)
    await advance(ref, NOON + 33 * DAY_MS)
    const { rows } = await this.#world.root.pool.query<{ ref: string }>(
      `SELECT ref FROM participant WHERE stage = 'incentives' ORDER BY ref`,
    )
    for (const one of rows) await advance(one.ref, END - HOUR)
  }

  /** Both days, as the gateway tells them and as the engine has read them. */
  async reconcile(): Promise<ToldDays> {
    const { statements } = this.#world.store
    const told = new Map<string, readonly StatementPart[]>()
    let opening = 5_000n
    for (const [day, lines] of this.#lines) {
      const parts = partsOf(day, opening, lines)
      const end = parts.at(-1)
      opening = end?.kind === 'end' ? (end.closing ?? 0n) : 0n
      told.set(day, parts)
      const text = textOf(parts)
      async function* pieces() {
        yield parts
      }
      const sha256 = () => createHash('sha256').update(text).digest()
      const atMs = NOON + (day === FIRST_DAY ? 1 : 2) * DAY_MS
      const { id } = await statements.load({ gateway: 'sandbox', day, format: 'jsonl', parts: pieces(), sha256 }, atMs)
      await statements.match(id, { zone: 'Asia/Jakarta', windowDays: 1 }, atMs)
      while ((await statements.settle(id, 3, atMs)).settled > 0) {
        // Until none is left.
      }
    }
    return told
  }

  async #paidAtOnce(): Promise<void> {
    for (let one = 0; one < 3; one += 1) {
      const sent = await this.#paid()
      this.#tell(FIRST_DAY, this.#lineOf(sent))
    }
    const sent = await this.#send()
    await this.#callback(sent, 'paid', NOON + SECOND)
    this.#tell(FIRST_DAY, this.#lineOf(sent))
  }

  async #failsThenPaid(): Promise<void> {
    const { ref, payout, account } = await this.#send()
    await this.#answer(payout, seenFailed('retry-new', { gatewayId: gatewayId(payout) }), NOON, 1)
    const at = NOON + TIMING.retryDelaysMs[0]! + SECOND
    const next = await this.#world.claim(disbursementOf(ref), at)
    await this.#answer(next, seen('processing', { gatewayId: gatewayId(next) }), at, 1)
    await this.#answer(next, seen('paid', { gatewayId: gatewayId(next) }), at + SECOND)
    this.#tell(FIRST_DAY, await this.#line({ ref, payout: next, account }))
  }

  async #sentAgain(): Promise<void> {
    const sent = await this.#send()
    const { payout } = sent
    await this.#answer(payout, SILENCE, NOON + SECOND, 1)
    const at = NOON + 2 * TIMING.quietPeriodMs
    for (const enquiry of [1, 2]) {
      await this.#world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs: at + enquiry, enquiry })
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
    this.#tell(FIRST_DAY, this.#lineOf(sent))
  }

  async #heldThenPaid(): Promise<void> {
    const { act } = this.#world
    const { ref, account } = await this.#ready()
    await act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a complaint' }), NOON)
    await act((acts) => acts.release({ programme: 'swift', ref, reason: 'settled' }), NOON + HOUR)
    await this.#world.advance(ref, NOON + HOUR)
    const payout = await this.#world.claim(disbursementOf(ref), NOON + HOUR)
    await this.#answer(payout, seen('paid', { gatewayId: gatewayId(payout) }), NOON + HOUR, 1)
    this.#tell(FIRST_DAY, await this.#line({ ref, payout, account }))
    const other = await this.#ready()
    await act((acts) => acts.hold({ programme: 'swift', ref: other.ref, reason: 'a complaint' }), NOON + HOUR)
  }

  /** What the gateway called failed was paid after all. */
  async #contradicted(): Promise<void> {
    const sent = await this.#send()
    const { payout } = sent
    await this.#answer(payout, seenFailed('compliance', { gatewayId: gatewayId(payout) }), NOON, 1)
    await this.#callback(sent, 'paid', NOON + MINUTE)
    this.#tell(FIRST_DAY, this.#lineOf(sent))
  }

  async #leaves(): Promise<void> {
    const { ref } = await this.#ready()
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
    const { payout } = await this.#send()
    await this.#answer(payout, seen('processing', { gatewayId: gatewayId(payout) }), NOON, 1)
    await this.#send()
    const { payout: lost } = await this.#send()
    await this.#answer(lost, SILENCE, NOON + SECOND, 1)
  }

  /** Refused for its account, never mended: it lapses. */
  async #noAccount(): Promise<void> {
    const { payout, ref } = await this.#send()
    await this.#answer(payout, seenFailed('needs-account', { gatewayId: gatewayId(payout) }), NOON, 1)
    await this.#world.advance(ref, NOON + 61 * DAY_MS)
  }

  /** A line twice, one of another amount, one that is missing, a fee, and money from nobody. */
  async #tellsOtherwise(): Promise<void> {
    const twice = this.#lineOf(await this.#paid())
    this.#tell(FIRST_DAY, twice)
    this.#tell(FIRST_DAY, { ...twice, id: `${twice.id}b` })
    this.#tell(FIRST_DAY, { ...this.#lineOf(await this.#paid()), amount: AMOUNT + 100n })
    await this.#paid()
    const beside = { gatewayId: null, account: null } as const
    this.#tell(FIRST_DAY, { ...twice, ...beside, id: 'f1', type: 'fee', amount: 250_000n })
    this.#tell(SECOND_DAY, {
      ...twice,
      ...beside,
      id: 'c1',
      type: 'other',
      direction: 'credit',
      reference: null,
      amount: 700n,
    })
    this.#tell(SECOND_DAY, { ...twice, ...beside, id: 'u1', reference: 'A1B2C3D4E5F6G7H8', amount: 900n })
  }

  async #ready(): Promise<Omit<Sent, 'payout'>> {
    const account = bankAccount()
    return { ref: await this.#world.ready({ ...registration(), account }), account }
  }

  async #send(): Promise<Sent> {
    const ready = await this.#ready()
    const payout = await this.#world.claim(disbursementOf(ready.ref))
    await this.#remember(payout)
    return { ...ready, payout }
  }

  async #paid(): Promise<Sent> {
    const sent = await this.#send()
    await this.#answer(sent.payout, seen('paid', { gatewayId: gatewayId(sent.payout) }), NOON, 1)
    return sent
  }

  async #answer(payout: string, fact: PayoutFact, atMs: number, send?: number): Promise<void> {
    await this.#world.observe(
      send === undefined
        ? { payout, source: 'enquiry', enquiry: 1, fact, atMs }
        : { payout, source: 'submit', send, fact, atMs },
    )
  }

  async #callback({ payout }: Sent, state: 'paid' | 'returned', receivedAtMs: number): Promise<void> {
    const fact = seen(state, { gatewayId: gatewayId(payout) }) as { readonly observation: Observation }
    const body = Buffer.from(`${payout} ${state}`)
    const of = {
      gateway: 'sandbox',
      eventId: `e-${payout}-${state}`,
      reference: this.#references.get(payout) ?? '',
      trusted: true,
      body,
    }
    await this.#world.store.desk.receiveCallbacks([{ ...of, observation: fact.observation, receivedAtMs }])
  }

  readonly #references = new Map<string, string>()

  async #remember(payout: string): Promise<void> {
    const { reference } = await this.#world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [
      payout,
    ])
    this.#references.set(payout, reference)
  }

  async #line(sent: Sent): Promise<Omit<StatementLine, 'rawDate' | 'valueDate' | 'businessDate'>> {
    await this.#remember(sent.payout)
    return this.#lineOf(sent)
  }

  #lineOf({ payout, account }: Sent): Omit<StatementLine, 'rawDate' | 'valueDate' | 'businessDate'> {
    const reference = this.#references.get(payout) ?? ''
    const to = { institution: account.institution, number: account.number }
    const of = { gatewayId: gatewayId(payout), amount: AMOUNT, currency: 'IDR', account: to }
    return { kind: 'line', id: `e${reference}`, direction: 'debit', type: 'payout', reference, ...of }
  }

  #tell(day: string, line: Partial<StatementLine>): void {
    const dated = {
      kind: 'line',
      currency: 'IDR',
      ...line,
      rawDate: `${day}T12:00:00.000+07:00`,
      valueDate: day,
      businessDate: day,
    }
    this.#lines.get(day)?.push(dated as StatementLine)
  }
}

function gatewayId(payout: string): string {
  return `po_${createHash('sha256').update(payout).digest('hex').slice(0, 12)}`
}

function partsOf(day: string, opening: bigint, lines: readonly StatementLine[]): StatementPart[] {
  const moved = lines.reduce(
    (sum, { amount, direction }) => sum + (direction === 'credit' ? 1n : -1n) * (amount ?? 0n),
    0n,
  )
  return [
    { kind: 'head', gateway: 'sandbox', day, version: 1, currency: 'IDR', opening },
    ...lines,
    { kind: 'end', closing: opening + moved, count: lines.length },
  ]
}
