/** Statements as tests tell them, and what became of them in the store. */
import { createHash } from 'node:crypto'
import type { DiscrepancyClass } from '../../domain/reconciliation.ts'
import type { StatementLine, StatementPart } from '../../domain/statement.ts'
import { addDays } from '../../domain/zone.ts'
import type { DiscrepancyView } from '../../store/discrepancies.ts'
import type { Store } from '../../store/index.ts'
import { bankAccount } from './builders.ts'
import { AMOUNT, disbursementOf, HOUR, NOON, seen, type World } from './world.ts'

/** The day of NOON in Jakarta, and the one after it. */
export const DAY = '2026-11-22'
export const NEXT = '2026-11-23'
export const RULE = { zone: 'Asia/Jakarta', windowDays: 1 }

export interface Paid {
  readonly payout: string
  readonly reference: string
  readonly ref: string
}

export function line(
  { reference, payout }: Pick<Paid, 'payout' | 'reference'>,
  more: Partial<StatementLine> = {},
): StatementLine {
  return {
    kind: 'line',
    id: `e${reference}`,
    direction: 'debit',
    type: 'payout',
    reference,
    gatewayId: `po_${payout}`,
    amount: AMOUNT,
    currency: 'IDR',
    account: null,
    rawDate: `${DAY}T12:00:00+07:00`,
    valueDate: DAY,
    businessDate: DAY,
    ...more,
  }
}

export function credit(id: string, more: Partial<StatementLine> = {}): StatementLine {
  const of = { direction: 'credit', type: 'other', reference: null, gatewayId: null, amount: 700n, ...more } as const
  return line({ payout: '', reference: id }, of)
}

export interface Told {
  readonly day?: string
  readonly gateway?: string
  readonly version?: number
  /** What the statement says its lines come to; true when absent. */
  readonly count?: number
  /** What it opens with; what the day before closed with when absent. */
  readonly opening?: bigint
  readonly closing?: bigint | null
}

export const OPENING = 1_000_000_000_000n

/** A statement of these lines; its balances are those of the lines unless told otherwise. */
export function partsOf(lines: readonly StatementLine[], told: Told = {}): StatementPart[] {
  const { day = DAY, gateway = 'sandbox', version = 1, opening = OPENING } = told
  const moved = lines.reduce((sum, { amount, direction, currency }) => {
    return currency === 'IDR' ? sum + (direction === 'credit' ? 1n : -1n) * (amount ?? 0n) : sum
  }, 0n)
  const closing = told.closing === undefined ? opening + moved : told.closing
  return [
    { kind: 'head', gateway, day, version, currency: 'IDR', opening },
    ...lines,
    { kind: 'end', closing, count: told.count ?? lines.length },
  ]
}

/** Loads a statement of these lines into a store. */
export async function loadInto(store: Store, lines: readonly StatementLine[], told: Told, atMs: number) {
  const parts = partsOf(lines, told)
  const text = JSON.stringify(parts, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  async function* pieces() {
    for (const part of parts) yield [part]
  }
  const sha256 = () => createHash('sha256').update(text).digest()
  const statement = {
    gateway: told.gateway ?? 'sandbox',
    day: told.day ?? DAY,
    format: 'jsonl',
    parts: pieces(),
    sha256,
  } as const
  return store.statements.load(statement, atMs)
}

/** Matches a statement and settles all of it. */
export async function settleIn(store: Store, id: string, atMs: number): Promise<void> {
  await store.statements.match(id, RULE, atMs)
  while ((await store.statements.settle(id, 2, atMs)).settled > 0) {
    // Until none is left.
  }
}

export type Reconciling = ReturnType<typeof reconciling>

/** Ways to send, to tell a statement, and to look at what it made. */
export function reconciling(world: World) {
  /** One payout on its way, paid when asked. */
  async function send(isPaid = true, account = bankAccount()): Promise<Paid> {
    const ref = await world.ready({ account })
    const payout = await world.claim(disbursementOf(ref))
    const { reference } = await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [
      payout,
    ])
    if (isPaid) await observePaid(payout)
    return { payout, reference, ref }
  }

  async function observePaid(payout: string): Promise<void> {
    await world.observe({
      payout,
      source: 'submit',
      send: 1,
      fact: seen('paid', { gatewayId: `po_${payout}` }),
      atMs: NOON,
    })
  }

  const closings = new Map<string, bigint>()

  async function load(lines: readonly StatementLine[], told: Told = {}, into = world.store) {
    const { day = DAY } = told
    const opening = told.opening ?? closings.get(addDays(day, -1)) ?? OPENING
    const end = partsOf(lines, { ...told, opening }).at(-1)
    if (end?.kind === 'end' && end.closing !== null) closings.set(day, end.closing)
    return loadInto(into, lines, { ...told, opening }, NOON + HOUR)
  }

  async function reconcile(lines: readonly StatementLine[], told: Told = {}): Promise<string> {
    const { id } = await load(lines, told)
    await settle(id)
    return id
  }

  const settle = (id: string): Promise<void> => settleIn(world.store, id, NOON + HOUR)

  async function found(isOpen = false): Promise<readonly DiscrepancyView[]> {
    return (await world.store.statements.discrepancies({ programmes: null, isOpen }, { limit: 100, after: null })).rows
  }

  async function classes(isOpen = false): Promise<readonly DiscrepancyClass[]> {
    return (await found(isOpen)).map((one) => one.class)
  }

  async function balance(account: string): Promise<bigint> {
    const row = await world.one<{ balance: bigint }>(
      `SELECT coalesce(sum(CASE WHEN credit = $1 THEN amount ELSE -amount END), 0)::bigint AS balance
       FROM posting WHERE $1 IN (credit, debit)`,
      [account],
    )
    return row.balance
  }

  /** What the gateway holds for us, as the books have it: an asset. */
  async function float(): Promise<bigint> {
    return -(await balance('funds:float:sandbox'))
  }

  async function states(payout: string) {
    return world.one<{ payout: string; disbursement: string; alarm: string | null }>(
      `SELECT y.state AS payout, d.state AS disbursement, y.alarm FROM payout y JOIN disbursement d ON d.key = y.disbursement
      WHERE y.key = $1`,
      [payout],
    )
  }

  return { send, load, reconcile, settle, found, classes, balance, float, states }
}
