/**
 * Carries messages from the store to their lives. Any number of relays is safe: messages are leased, and a life ignores ids it
 * has heard. Being poked after a commit makes it fast; the poll each second is what makes it sure. Between two rounds lies a beat, so
 * that facts which come one upon the other are told together.
 */
import { passBy, type Pass } from '../failpoints.ts'
import type { Messages, Lease } from '../store/messages.ts'
import { prepareServer } from './attributes.ts'
import type { Temporal } from './connect.ts'
import { deliver, type Delivery } from './deliver.ts'

export interface RelayOptions {
  readonly temporal: Temporal
  readonly messages: Messages
  /** Lives told at once. */
  readonly concurrency: number
  /** Lives told a second, at most: starts are dear, and others may use the server too. 0 is without limit. */
  readonly ratePerSecond: number
  readonly eventsMax: number
  /** Beside that nudges lives past their latest expected moment, and tells those who waited for something that has ended. */
  readonly sweeps: boolean
  readonly report: (event: RelayEvent) => void
  /** Where tests kill the process; absent, nothing happens there. */
  readonly pass?: Pass
}

export type RelayEvent =
  | { readonly kind: 'delivered'; readonly count: number }
  /** The server is away, asks to wait or does not know us. Told again and again until it is better. */
  | { readonly kind: 'unreachable'; readonly count: number; readonly why: string }
  | { readonly kind: 'ended' | 'refused'; readonly programme: string; readonly ref: string; readonly why: string }
  | { readonly kind: 'fault'; readonly error: unknown }

export interface Relay {
  /** New messages were committed: deliver with the next beat. */
  poke(): void
  /** Finishes what is under way and stops. */
  stop(): Promise<void>
}

const POLL_MS = 1000
/**
 * Facts of machines, for which nobody waits: people who act are heard by an Update. One signal costs a server 6 ms of processor,
 * before the task that it causes, and an institution reports start, completion and rating within moments.
 */
const BEAT_MS = 200
const SWEEP_MS = 10_000
/** Parts of what is swept, and of what is told, one behind the other: the rest waits for the next time. */
const PARTS_MAX = 50
const LEASE_SECONDS = 15
const SWEEP_LIVES = 500
/** The longest pause while the server is away: what waits is told this soon after it is back. */
const AWAY_MAX_MS = 10_000

/** What a relay remembers from round to round. */
interface Progress {
  /** The server answers and knows the search attributes. Until then nothing is leased. */
  isPrepared: boolean
  /** Rounds in a row in which nothing got through. */
  lost: number
}

/** How long to rest before the next round. A firm rest is kept whoever pokes. */
interface Rest {
  readonly ms: number
  readonly isFirm: boolean
}

export function startRelay(options: RelayOptions): Relay {
  const progress: Progress = { isPrepared: false, lost: 0 }
  let stopping = false
  let poked = false
  let wake: () => void = () => undefined
  const resting = ({ ms, isFirm }: Rest): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        if (!stopping && (isFirm || !poked)) return
        clearTimeout(timer)
        resolve()
      }
      wake()
    })
  const run = async (): Promise<void> => {
    while (!stopping) {
      poked = false
      await resting(await turn(options, progress))
      if (poked) await resting({ ms: BEAT_MS, isFirm: true })
    }
  }
  const running = run()
  const sweeping = options.sweeps ? startSweeping(options) : null
  return {
    poke() {
      poked = true
      wake()
    },
    async stop() {
      stopping = true
      wake()
      await Promise.all([running, sweeping?.stop()])
    },
  }
}

async function turn(options: RelayOptions, progress: Progress): Promise<Rest> {
  try {
    return await round(options, progress)
  } catch (error) {
    options.report({ kind: 'fault', error })
    return { ms: POLL_MS, isFirm: true }
  }
}

/** Beside the delivery: whatever it takes and whatever fails in it, what is pending is told. */
function startSweeping({ messages, report }: RelayOptions): { stop(): Promise<void> } {
  let isStopped = false
  let sweptAtMs = 0
  const inParts = async (part: () => Promise<boolean>): Promise<void> => {
    try {
      for (let done = 0; done < PARTS_MAX && !isStopped && (await part()); done += 1);
    } catch (error) {
      report({ kind: 'fault', error })
    }
  }
  const work = async (): Promise<void> => {
    await inParts(() => messages.tellOn())
    if (Date.now() - sweptAtMs < SWEEP_MS) return
    await inParts(async () => (await messages.sweep(SWEEP_LIVES)).isMore)
    sweptAtMs = Date.now()
  }
  let working: Promise<void> | undefined
  const begin = (): void => {
    working ??= work().finally(() => (working = undefined))
  }
  const timer = setInterval(begin, POLL_MS)
  begin()
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await working
    },
  }
}

/** Leases and delivers once. While as many were leased as may be there are more: only then is there no rest. */
async function round(options: RelayOptions, progress: Progress): Promise<Rest> {
  if (!progress.isPrepared) {
    const why = await prepareServer(options.temporal).then(() => null, sentenceOf)
    if (why !== null) return away(options, progress, 0, why)
    progress.isPrepared = true
  }
  const { pass = passBy } = options
  const leases = await pass('message:leased', options.messages.lease(options.concurrency, LEASE_SECONDS))
  if (leases.length === 0) return { ms: POLL_MS, isFirm: false }
  const began = performance.now()
  const telling = leases.map(async (lease) => ({
    lease,
    delivery: await pass('message:told', deliver(options.temporal, lease, options.eventsMax)),
  }))
  const deliveries = await pass('message:all-told', Promise.all(telling))
  await pass('message:settled', settle(options, deliveries))
  const lost = deliveries.flatMap(({ delivery }) => (delivery.kind === 'unreachable' ? [delivery.why] : []))
  if (lost.length === deliveries.length) return away(options, progress, lost.length, lost[0] ?? '')
  if (lost.length > 0) options.report({ kind: 'unreachable', count: lost.length, why: lost[0] ?? '' })
  progress.lost = 0
  const rest = restOf(options.ratePerSecond, leases.length, performance.now() - began)
  return { ms: leases.length < options.concurrency ? Math.max(rest, BEAT_MS) : rest, isFirm: true }
}

/** Nothing gets through: longer and longer pauses, said each time, and the server is looked at before anything is leased again. */
function away({ report }: RelayOptions, progress: Progress, count: number, why: string): Rest {
  report({ kind: 'unreachable', count, why })
  progress.isPrepared = false
  progress.lost += 1
  return { ms: Math.min(POLL_MS * 2 ** Math.min(progress.lost - 1, 10), AWAY_MAX_MS), isFirm: true }
}

async function settle(
  { messages, report }: RelayOptions,
  deliveries: readonly { readonly lease: Lease; readonly delivery: Delivery }[],
): Promise<void> {
  const idsOf = (kind: Delivery['kind']): string[] =>
    deliveries.filter(({ delivery }) => delivery.kind === kind).flatMap(({ lease }) => lease.ids)
  const delivered = idsOf('delivered')
  if (delivered.length > 0) {
    await messages.delivered(delivered)
    report({ kind: 'delivered', count: delivered.length })
  }
  const unreachable = idsOf('unreachable')
  if (unreachable.length > 0) await messages.postponed(unreachable)
  for (const { lease, delivery } of deliveries) {
    if (delivery.kind !== 'refused' && delivery.kind !== 'ended') continue
    const why = delivery.kind === 'refused' ? delivery.why : 'the run has ended'
    if (delivery.kind === 'refused') await messages.refused(lease.ids, why)
    else await messages.afterEnd(lease)
    report({ kind: delivery.kind, programme: lease.programme, ref: lease.ref, why })
  }
}

function restOf(ratePerSecond: number, told: number, tookMs: number): number {
  return ratePerSecond === 0 ? 0 : Math.max(0, (told / ratePerSecond) * 1000 - tookMs)
}

/** Nothing was sent yet that could be quoted. */
function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no answer'
}
