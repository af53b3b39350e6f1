/** Kills the worker at the worst moment: the gateway has accepted a payout, and our database does not know. */
import { scenarioOf } from '../../sandbox/scenarios.ts'
import type { Sql } from '../../store/database.ts'
import type { Stack } from '../stack.ts'
import { unrecorded } from './figures.ts'
import type { Journal } from './journal.ts'

export interface Kill {
  readonly workerKills: number
  /** Payouts that were accepted and unrecorded when the worker was dead. */
  readonly inFlightAtKill: number
  /** Their references, the one whose story is best first. */
  readonly references: readonly string[]
  /** Why it could not be done; null when nothing went wrong. */
  readonly fault: string | null
}

export const NO_KILL: Kill = { workerKills: 0, inFlightAtKill: 0, references: [], fault: null }

const POLL_MS = 50
/** A payout that is still unrecorded after this was not merely on its way back to us. */
const STABLE_MS = 200

/**
 * Waits for the moment, kills with SIGKILL, and waits until the worker is up again. Gives up when the signal says so. Never
 * rejects: it runs beside the demo, and what went wrong is told at its end. When some of `accounts` make the gateway never
 * answer, the moment is when it holds such a payout: nobody will tell of it by himself.
 */
export async function killWorker(
  stack: Stack,
  journal: Journal,
  sql: Sql,
  signal: AbortSignal,
  accounts: readonly string[] = [],
): Promise<Kill> {
  try {
    return await waitAndKill({ stack, journal, sql, signal, isAnyMoment: !accounts.some(isSilent) })
  } catch (error) {
    return { ...NO_KILL, fault: `the worker could not be killed: ${(error as Error).message}` }
  }
}

interface Watching {
  readonly stack: Stack
  readonly journal: Journal
  readonly sql: Sql
  readonly signal: AbortSignal
  readonly isAnyMoment: boolean
}

async function waitAndKill({ stack, journal, sql, signal, isAnyMoment }: Watching): Promise<Kill> {
  const seenSinceMs = new Map<string, number>()
  const ageOf = (reference: string): number => Date.now() - (seenSinceMs.get(reference) ?? Date.now())
  while (!signal.aborted) {
    const open = await inFlightNow(journal, sql)
    for (const { reference } of open) if (!seenSinceMs.has(reference)) seenSinceMs.set(reference, Date.now())
    if (open.some((payout) => ageOf(payout.reference) >= STABLE_MS && (isAnyMoment || isSilent(payout.account)))) {
      await stack.kill('worker', 'SIGKILL')
      const left = await inFlightNow(journal, sql)
      await stack.ready('worker')
      const silentFirst = (one: Accepted): number => (isSilent(one.account) ? 0 : 1)
      left.sort((one, other) => silentFirst(one) - silentFirst(other) || ageOf(other.reference) - ageOf(one.reference))
      const references = left.map(({ reference }) => reference)
      return { workerKills: 1, inFlightAtKill: left.length, references, fault: null }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return NO_KILL
}

function isSilent(account: string): boolean {
  return scenarioOf(account).answer === 'silent'
}

interface Accepted {
  readonly reference: string
  readonly account: string
}

async function inFlightNow(journal: Journal, sql: Sql): Promise<Accepted[]> {
  await journal.update()
  const accepted = acceptedIn(journal)
  const open = await unrecorded(
    sql,
    accepted.map(({ reference }) => reference),
  )
  return accepted.filter(({ reference }) => open.includes(reference))
}

/** The latest references are enough: what matters is in flight now. */
function acceptedIn({ entries }: Journal): Accepted[] {
  return entries
    .slice(-400)
    .flatMap(({ kind, reference, account = '' }) => (kind === 'accepted' && reference ? [{ reference, account }] : []))
}
