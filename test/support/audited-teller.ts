/** The gateway of the auditor's country: what it tells of two days, and how the engine reads it. */
import { createHash } from 'node:crypto'
import type { StatementLine, StatementPart } from '../../domain/statement.ts'
import type { Store } from '../../store/index.ts'
import { textOf, type ToldDays } from './audited.ts'
import { DAY as DAY_MS, NOON } from './world.ts'

export const FIRST_DAY = '2026-11-22'
export const SECOND_DAY = '2026-11-23'
export const THIRD_DAY = '2026-11-24'
export const FOURTH_DAY = '2026-11-25'
/** When everything has happened. */
export const END = NOON + 70 * DAY_MS

export class Teller {
  readonly #lines: ReadonlyMap<string, StatementLine[]>

  constructor(days: readonly string[] = [FIRST_DAY, SECOND_DAY, THIRD_DAY, FOURTH_DAY]) {
    this.#lines = new Map(days.map((day) => [day, []]))
  }

  tell(day: string, line: Partial<StatementLine>): void {
    const dates = { rawDate: `${day}T12:00:00.000+07:00`, valueDate: day, businessDate: day }
    this.#lines.get(day)?.push({ kind: 'line', currency: 'IDR', ...line, ...dates } as StatementLine)
  }

  /** Its days, as the gateway tells them and as the engine has read them. */
  async reconcile({ statements }: Store): Promise<ToldDays> {
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
      const atMs = NOON + DAY_MS + Date.parse(day) - Date.parse(FIRST_DAY)
      const { id } = await statements.load({ gateway: 'sandbox', day, format: 'jsonl', parts: pieces(), sha256 }, atMs)
      await statements.match(id, { zone: 'Asia/Jakarta', windowDays: 1 }, atMs)
      while ((await statements.settle(id, 3, atMs)).settled > 0) {
        // Until none is left.
      }
    }
    return told
  }
}

/** What the gateway calls a payout. */
export function gatewayId(payout: string): string {
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
