/** Sends callbacks as Standard Webhooks 1.0 asks: signed, repeated until somebody answers 2xx, the same id on every repeat. */
import { createHash } from 'node:crypto'
import type { Payout } from './book.ts'
import type { VirtualClock } from './clock.ts'
import type { CallbackSent, Entry } from './entries.ts'
import { createPost } from './post.ts'
import { show } from './wire.ts'

export interface CallbackSender {
  /** Learns of an entry: changes of payouts make callbacks, what was sent ends them. */
  learn(entry: Entry, payout: Payout | undefined): void
  /** Sends what is pending and, from now on, what is learnt. */
  start(): void
  /** Resolves when a first delivery of this event has been tried. */
  tried(eventId: string): Promise<void>
  stop(): void
}

export interface CallbackSenderParts {
  /** `null`: nobody wants callbacks. */
  readonly url: string | null
  readonly secret: string
  readonly clock: VirtualClock
  /** Resolves when the facts to be told are on disk. */
  readonly settled: () => Promise<void>
  readonly record: (sent: CallbackSent) => void
}

interface Pending {
  readonly eventId: string
  readonly payoutId: string
  readonly body: string
  readonly copies: 1 | 3
  readonly forgedFirst: boolean
  attempts: number
  dueAtMs: number
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** Waits before the second and further attempts, in the provider's time; then it gives up. */
const RETRY_MS = [5 * SECOND_MS, 30 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS]
const LATE_MS = 10 * MINUTE_MS
const OUT_OF_ORDER_MS = 2 * SECOND_MS
const AFTER_FORGED_MS = SECOND_MS

export function createCallbackSender(parts: CallbackSenderParts): CallbackSender {
  const pending = new Map<string, Pending>()
  const waiters = new Map<string, () => void>()
  const post = createPost(parts.url, parts.secret)
  let started = false

  function learn(entry: Entry, payout: Payout | undefined): void {
    if (parts.url === null) return
    if (entry.kind === 'callback-sent') settle(entry)
    else if (payout && tellsChange(entry)) for (const callback of callbacksFor(payout)) add(callback)
  }

  function add(callback: Pending): void {
    pending.set(callback.eventId, callback)
    if (started) schedule(callback)
  }

  /** After a restart: what had been sent before it counts. */
  function settle(sent: CallbackSent): void {
    const callback = pending.get(sent.event)
    if (sent.done) pending.delete(sent.event)
    else if (callback && !started) callback.attempts = sent.attempt
  }

  function schedule(callback: Pending): void {
    parts.clock.at(callback.dueAtMs, () => void deliver(callback))
  }

  async function deliver(callback: Pending): Promise<void> {
    await parts.settled()
    const forged = callback.forgedFirst && callback.attempts === 0
    const answers = await Promise.all(Array.from({ length: callback.copies }, () => post(callback, forged)))
    if (answers.includes('stopped')) return
    callback.attempts += 1
    const heard = !forged && answers.find((answer) => /^HTTP 2\d\d$/.test(answer))
    const wait = forged ? AFTER_FORGED_MS : RETRY_MS[callback.attempts - 1]
    const done = Boolean(heard) || wait === undefined
    parts.record({
      kind: 'callback-sent',
      event: callback.eventId,
      id: callback.payoutId,
      attempt: callback.attempts,
      answer: heard || (answers[0] ?? ''),
      done,
    })
    waiters.get(callback.eventId)?.()
    callback.dueAtMs = parts.clock.now() + (wait ?? 0)
    if (!done) schedule(callback)
  }

  function tried(eventId: string): Promise<void> {
    if (parts.url === null) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(giveUp)
        waiters.delete(eventId)
        resolve()
      }
      const giveUp = setTimeout(end, SECOND_MS)
      waiters.set(eventId, end)
    })
  }

  return {
    learn,
    start() {
      started = true
      for (const callback of pending.values()) schedule(callback)
    },
    tried,
    stop: post.stop,
  }
}

/** The id of the callback about the latest change of a payout. */
export function eventIdOf(payout: Payout): string {
  return `evt_${payout.id}_${payout.changes}`
}

function tellsChange(entry: Entry): boolean {
  return entry.kind === 'moved' || entry.kind === 'failed' || entry.kind === 'credited' || entry.kind === 'returned'
}

/** What is sent about the latest change of a payout, as its scenario wants it. */
function callbacksFor(payout: Payout): readonly Pending[] {
  const style = payout.scenario.callbacks
  const final = payout.status !== 'PROCESSING' && payout.status !== 'ROUTING'
  if (style === 'none' || (style === 'final-missing' && final)) return []
  if (style === 'success-missing' && payout.status === 'SUCCEEDED') return []
  const delay =
    style === 'late' ? LATE_MS : style === 'out-of-order' && payout.status === 'SUCCEEDED' ? OUT_OF_ORDER_MS : 0
  const own: Pending = {
    eventId: eventIdOf(payout),
    payoutId: payout.id,
    body: bodyOf(payout, payout.reference),
    copies: style === 'triple' ? 3 : 1,
    forgedFirst: style === 'forged-first',
    attempts: 0,
    dueAtMs: payout.changedAtMs + delay,
  }
  if (style === 'with-false-return' && payout.status === 'SUCCEEDED') {
    const body = bodyOf({ ...payout, status: 'RETURNED' }, payout.reference)
    return [own, { ...own, eventId: `${own.eventId}r`, body, dueAtMs: own.dueAtMs + OUT_OF_ORDER_MS }]
  }
  if (style !== 'with-stranger') return [own]
  return [{ ...own, eventId: `${own.eventId}x`, body: bodyOf(payout, strangerOf(payout.reference)) }, own]
}

function bodyOf(payout: Payout, reference: string): string {
  const data = { ...show(payout), reference }
  return JSON.stringify({ type: `payout.${payout.status.toLowerCase()}`, timestamp: data.updatedAt, data })
}

/** A reference nobody has sent, the same after every restart. */
function strangerOf(reference: string): string {
  return createHash('sha256').update(`stranger ${reference}`).digest('hex').slice(0, 16).toUpperCase()
}
