/** Kills the worker at the worst moment: the gateway has accepted a payout, and our database does not know. */
import type { Sql } from '../../store/database.ts'
import type { Stack } from '../stack.ts'
import { unrecorded } from './figures.ts'
import type { Journal } from './journal.ts'

export interface Kill {
  readonly workerKills: number
  /** Payouts that were accepted and unrecorded when the worker was dead. */
  readonly inFlightAtKill: number
  /** Whose payout it was. */
  readonly ref: string | null
}

const POLL_MS = 20
/** A payout that is still unrecorded after this was not merely on its way back to us. */
const STABLE_MS = 200

/** Waits for the moment, kills with SIGKILL, and waits until the worker is up again. Gives up when the signal says so. */
export async function killWorker(stack: Stack, journal: Journal, sql: Sql, signal: AbortSignal): Promise<Kill> {
  const seenSinceMs = new Map<string, number>()
  while (!signal.aborted) {
    await journal.update()
    const open = await unrecorded(sql, acceptedIn(journal))
    for (const { reference } of open) seenSinceMs.set(reference, seenSinceMs.get(reference) ?? Date.now())
    if (open.some(({ reference }) => Date.now() - (seenSinceMs.get(reference) ?? Infinity) >= STABLE_MS)) {
      await stack.kill('worker', 'SIGKILL')
      await journal.update()
      const inFlight = await unrecorded(sql, acceptedIn(journal))
      await stack.ready('worker')
      return { workerKills: 1, inFlightAtKill: inFlight.length, ref: inFlight[0]?.ref ?? null }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return { workerKills: 0, inFlightAtKill: 0, ref: null }
}

/** The latest references are enough: what matters is in flight now. */
function acceptedIn(journal: Journal): string[] {
  return journal.entries
    .slice(-400)
    .flatMap((entry) => (entry.kind === 'accepted' && entry.reference ? [entry.reference] : []))
}
