/**
 * Carries messages from the store to their lives. Any number of relays is safe: messages are leased, and a life ignores ids it
 * has heard. Being poked after a commit makes it fast; the poll each second is what makes it sure.
 */
import type { Messages, Lease } from '../store/messages.ts'
import type { Temporal } from './connect.ts'
import { deliver, type Delivery } from './deliver.ts'

export interface RelayOptions {
  readonly temporal: Temporal
  readonly messages: Messages
  /** Lives told at once. */
  readonly concurrency: number
  /** Deliveries a second, at most: starts are dear, and people who register come first. 0 is without limit. */
  readonly ratePerSecond: number
  readonly eventsMax: number
  /** Also nudges lives past their latest expected moment. */
  readonly sweeps: boolean
  readonly report: (event: RelayEvent) => void
}

export type RelayEvent =
  | { readonly kind: 'delivered' | 'unreachable'; readonly count: number }
  | { readonly kind: 'ended' | 'refused'; readonly programme: string; readonly ref: string; readonly why: string }
  | { readonly kind: 'fault'; readonly error: unknown }

export interface Relay {
  /** New messages were committed: deliver now. */
  poke(): void
  /** Finishes what is under way and stops. */
  stop(): Promise<void>
}

const POLL_MS = 1000
const SWEEP_MS = 10_000
const LEASE_SECONDS = 15
const SWEEP_LIVES = 500
const UNREACHABLE_SECONDS = 2

export function startRelay(options: RelayOptions): Relay {
  let stopping = false
  let poked = false
  let wake: () => void = () => undefined
  let lastSweepMs = 0
  const run = async (): Promise<void> => {
    while (!stopping) {
      poked = false
      const more = await round(options).catch((error: unknown) => {
        options.report({ kind: 'fault', error })
        return false
      })
      if (options.sweeps && Date.now() - lastSweepMs >= SWEEP_MS) {
        lastSweepMs = Date.now()
        await options.messages.sweep(SWEEP_LIVES).catch((error: unknown) => options.report({ kind: 'fault', error }))
      }
      if (!more && !poked && !stopping) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, POLL_MS)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    }
  }
  const running = run()
  return {
    poke() {
      poked = true
      wake()
    },
    async stop() {
      stopping = true
      wake()
      await running
    },
  }
}

/** Leases and delivers once; true when there may be more at once. */
async function round(options: RelayOptions): Promise<boolean> {
  const leases = await options.messages.lease(options.concurrency, LEASE_SECONDS)
  if (leases.length === 0) return false
  const started = performance.now()
  const deliveries = await Promise.all(
    leases.map(async (lease) => ({ lease, delivery: await deliver(options.temporal, lease, options.eventsMax) })),
  )
  await settle(options, deliveries)
  await pace(options.ratePerSecond, leases.length, performance.now() - started)
  return leases.length === options.concurrency
}

async function settle(
  options: RelayOptions,
  deliveries: readonly { readonly lease: Lease; readonly delivery: Delivery }[],
): Promise<void> {
  const { messages, report } = options
  const idsOf = (kind: Delivery['kind']): string[] =>
    deliveries.filter(({ delivery }) => delivery.kind === kind).flatMap(({ lease }) => lease.ids)
  const delivered = idsOf('delivered')
  if (delivered.length > 0) {
    await messages.delivered(delivered)
    report({ kind: 'delivered', count: delivered.length })
  }
  const unreachable = idsOf('unreachable')
  if (unreachable.length > 0) {
    await messages.postponed(unreachable, UNREACHABLE_SECONDS)
    report({ kind: 'unreachable', count: unreachable.length })
  }
  for (const { lease, delivery } of deliveries) {
    if (delivery.kind === 'refused') await messages.refused(lease.ids, delivery.why)
    if (delivery.kind === 'ended') await afterEnd(messages, lease)
    if (delivery.kind === 'refused' || delivery.kind === 'ended') {
      const why = delivery.kind === 'refused' ? delivery.why : 'the run has ended'
      report({ kind: delivery.kind, programme: lease.programme, ref: lease.ref, why })
    }
  }
}

/**
 * The run is closed. If the life was closed meanwhile, the messages stay pending and the next lease, which reads the life anew,
 * takes them to recovery; if the store says it is open, its run failed or was terminated: people look.
 */
async function afterEnd(messages: Messages, lease: Lease): Promise<void> {
  await messages.flagFailed(lease.programme, lease.ref)
  await messages.refused(lease.ids, 'the run has ended')
}

async function pace(ratePerSecond: number, delivered: number, tookMs: number): Promise<void> {
  if (ratePerSecond === 0) return
  const restMs = (delivered / ratePerSecond) * 1000 - tookMs
  if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
}
