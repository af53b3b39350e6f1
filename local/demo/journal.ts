/** The sandbox's own journal, read over HTTP: what really happened to money, whatever our books say. */
import { scenarioOf } from '../../sandbox/scenarios.ts'

export interface JournalEntry {
  readonly seq: number
  readonly kind: string
  readonly id?: string
  readonly reference?: string
  readonly amount?: string
  readonly account?: string
  readonly debited?: string
  readonly restored?: string
  readonly balance?: string
}

export interface Journal {
  /** Reads what was added since the last read into `entries`. Throws when the sandbox does not answer. */
  update(): Promise<void>
  /** All that was read, by whomever: how many there are tells whether anything came. */
  readonly entries: readonly JournalEntry[]
}

const PAGE = 1000

/** Opens the journal of a sandbox. Throws when it does not answer. */
export function openJournal(url: string, apiKey: string): Journal {
  const entries: JournalEntry[] = []
  const page = async (): Promise<JournalEntry[]> => {
    const after = entries.at(-1)?.seq ?? 0
    const answer = await fetch(`${url}/journal?after=${after}&limit=${PAGE}`, {
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(5000),
    })
    if (!answer.ok) throw new Error(`the sandbox's journal answers ${answer.status}`)
    return ((await answer.json()) as { entries: JournalEntry[] }).entries
  }
  const read = async (): Promise<void> => {
    for (let found = PAGE; found === PAGE;) {
      const next = await page()
      entries.push(...next)
      found = next.length
    }
  }
  // One reader at a time: two would take in the same entries twice. What goes wrong is told to whoever asked for that read.
  let last: Promise<void> = Promise.resolve()
  return {
    entries,
    update() {
      const reading = last.then(read)
      last = reading.catch(() => undefined)
      return reading
    },
  }
}

/** Payouts that were credited and, by their account's scenario, are still to come back. */
export function awaitedReturns(entries: readonly JournalEntry[]): number {
  const returned = new Set(entries.flatMap(({ kind, id }) => (kind === 'returned' ? [id] : [])))
  return entries.filter(({ kind, id, account }) => kind === 'credited' && comesBack(account ?? '') && !returned.has(id))
    .length
}

function comesBack(account: string): boolean {
  return scenarioOf(account).steps.some(({ status }) => status === 'RETURNED')
}

/** How many payouts came back. */
export function returnsIn(entries: readonly JournalEntry[]): number {
  return entries.filter(({ kind }) => kind === 'returned').length
}

/** What each account received: credited minus returned, in minor units. */
export function receivedByAccount(entries: readonly JournalEntry[]): Map<string, bigint> {
  const received = new Map<string, bigint>()
  for (const entry of entries) {
    if (entry.account === undefined || entry.amount === undefined) continue
    const sign = entry.kind === 'credited' ? 1n : entry.kind === 'returned' ? -1n : 0n
    received.set(entry.account, (received.get(entry.account) ?? 0n) + sign * BigInt(entry.amount))
  }
  return received
}

/** What the gateway took from our balance for each reference and has not given back, in minor units. */
export function debitedByReference(entries: readonly JournalEntry[]): Map<string, bigint> {
  const debited = new Map<string, bigint>()
  const add = (reference: string, amount: bigint): void => {
    debited.set(reference, (debited.get(reference) ?? 0n) + amount)
  }
  for (const entry of entries) {
    if (entry.reference === undefined) continue
    if (entry.debited !== undefined) add(entry.reference, BigInt(entry.debited))
    if (entry.restored !== undefined) add(entry.reference, -BigInt(entry.restored))
    if (entry.kind === 'returned') add(entry.reference, -BigInt(entry.amount ?? '0'))
  }
  return debited
}

/** Our balance at the gateway after the last entry, in minor units. */
export function balanceIn(entries: readonly JournalEntry[]): bigint {
  return BigInt(entries.findLast((entry) => entry.balance !== undefined)?.balance ?? '0')
}
