/** Whose key it is, asked of the store seldom: known keys are remembered, unknown ones apart from them, and guessing is slowed down. */
import { createHash } from 'node:crypto'
import type { Caller } from '../../store/keys.ts'
import { coalesce } from './coalesce.ts'

export interface CallersOptions {
  callerOf(secret: string): Promise<Caller | undefined>
  /** Which secrets are those of keys in force, in their order. */
  areInForce(secrets: readonly string[]): Promise<readonly boolean[]>
  now(): number
  /** Refused keys a minute from one address; after that, those that are not known here wait for each other, and are looked up together. */
  readonly refusedPerMinute: number
}

export type Found =
  | { readonly kind: 'known'; readonly caller: Caller }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }

export interface Callers {
  /** `secret` is undefined when what was sent cannot be a key. */
  find(secret: string | undefined, address: string): Promise<Found>
  /** Keys or roles have changed: whoever was remembered is looked up again. */
  forget(): void
}

const REMEMBERED_MS = 2_000
const MINUTE_MS = 60_000
const KNOWN_MAX = 1_000
const STRANGERS_MAX = 10_000

/** However many keys an address guesses, they cost one question at a time, and each answer takes as long as a batch waits. */
const GUESSES = { batchMax: 1_000, waitMs: 100, openMax: 1, waitingMax: 10_000 } as const

interface Remembered {
  readonly caller: Promise<Caller | undefined>
  readonly untilMs: number
  readonly generation: number
}

/** Secrets themselves are not remembered, only their hashes. */
export function rememberCallers(options: CallersOptions): Callers {
  const { now } = options
  const known = new Recent<Remembered>(KNOWN_MAX)
  const unknown = new Recent<{ readonly untilMs: number }>(STRANGERS_MAX)
  const guesses = new Guesses(options)
  const isInForce = coalesce<string, boolean>({ ...GUESSES, run: (secrets) => options.areInForce(secrets) })
  let generation = 0

  function isUnknown(name: string): boolean {
    return (unknown.get(name)?.untilMs ?? 0) > now()
  }

  async function lookUp(name: string, secret: string): Promise<Caller | undefined> {
    const caller = options.callerOf(secret)
    known.set(name, { caller, untilMs: now() + REMEMBERED_MS, generation })
    try {
      const found = await caller
      if (found) return found
      known.delete(name)
      unknown.set(name, { untilMs: now() + REMEMBERED_MS })
      return undefined
    } catch (error) {
      // What could not be asked is asked again.
      known.delete(name)
      throw error
    }
  }

  return {
    async find(secret, address) {
      const name = secret === undefined ? undefined : createHash('sha256').update(secret).digest('base64')
      if (secret === undefined || name === undefined || isUnknown(name)) return guesses.refuse(address)
      const remembered = known.get(name)
      // The address may be that of a proxy: whoever guesses behind it locks out nobody whose key is in force.
      if (!remembered && guesses.areMany(address) && !(await isInForce(secret))) {
        unknown.set(name, { untilMs: now() + REMEMBERED_MS })
        return guesses.refuse(address)
      }
      const isFresh = remembered !== undefined && remembered.untilMs > now() && remembered.generation === generation
      const caller = await (isFresh ? remembered.caller : lookUp(name, secret))
      return caller ? { kind: 'known', caller } : guesses.refuse(address)
    },
    forget() {
      // They stay known as keys that were in force.
      generation += 1
      unknown.clear()
    },
  }
}

/** How many wrong keys came from each address within a minute. */
class Guesses {
  readonly #counted = new Recent<{ count: number; readonly untilMs: number }>(STRANGERS_MAX)
  readonly #options: Pick<CallersOptions, 'now' | 'refusedPerMinute'>
  constructor(options: Pick<CallersOptions, 'now' | 'refusedPerMinute'>) {
    this.#options = options
  }

  areMany(address: string): boolean {
    return this.#waitMs(address) > 0
  }

  /** What a wrong key is answered. */
  refuse(address: string): Found {
    const waitMs = this.#waitMs(address)
    if (waitMs > 0) return { kind: 'limited', retryAfterSeconds: Math.ceil(waitMs / 1000) }
    const nowMs = this.#options.now()
    const counted = this.#counted.get(address)
    if (counted && counted.untilMs > nowMs) counted.count += 1
    else this.#counted.set(address, { count: 1, untilMs: nowMs + MINUTE_MS })
    return { kind: 'unknown' }
  }

  #waitMs(address: string): number {
    const counted = this.#counted.get(address)
    return counted && counted.count >= this.#options.refusedPerMinute ? counted.untilMs - this.#options.now() : 0
  }
}

/** A map that keeps the newest: strangers cannot fill the memory. */
class Recent<Value> {
  readonly #values = new Map<string, Value>()
  readonly #max: number
  constructor(max: number) {
    this.#max = max
  }
  get(name: string): Value | undefined {
    return this.#values.get(name)
  }
  set(name: string, value: Value): void {
    this.#values.delete(name)
    this.#values.set(name, value)
    const [oldest] = this.#values.keys()
    if (this.#values.size > this.#max && oldest !== undefined) this.#values.delete(oldest)
  }
  delete(name: string): void {
    this.#values.delete(name)
  }
  clear(): void {
    this.#values.clear()
  }
}
