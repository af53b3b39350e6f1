/** Whose key it is, asked of the store seldom: known keys are remembered, unknown ones apart from them, and guessing is slowed down. */
import { createHash } from 'node:crypto'
import type { Caller } from '../../store/keys.ts'

export interface CallersOptions {
  callerOf(secret: string): Promise<Caller | undefined>
  now(): number
  /** Refused keys a minute from one address; after that, keys that never were in force here are not looked up for it. */
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
  let generation = 0
  const refusals = new Recent<{ count: number; readonly untilMs: number }>(STRANGERS_MAX)

  function refuse(address: string): Found {
    const counted = refusals.get(address)
    if (counted && counted.untilMs > now()) counted.count += 1
    else refusals.set(address, { count: 1, untilMs: now() + MINUTE_MS })
    return { kind: 'unknown' }
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
      const remembered = name === undefined ? undefined : known.get(name)
      // A key that was in force is looked up whatever else comes from its address: it may be that of a proxy.
      if (!remembered) {
        const counted = refusals.get(address)
        if (counted && counted.untilMs > now() && counted.count >= options.refusedPerMinute) {
          return { kind: 'limited', retryAfterSeconds: Math.ceil((counted.untilMs - now()) / 1000) }
        }
      }
      if (secret === undefined || name === undefined) return refuse(address)
      if ((unknown.get(name)?.untilMs ?? 0) > now()) return refuse(address)
      const isFresh = remembered !== undefined && remembered.untilMs > now() && remembered.generation === generation
      const caller = await (isFresh ? remembered.caller : lookUp(name, secret))
      return caller ? { kind: 'known', caller } : refuse(address)
    },
    forget() {
      // They stay known as keys that were in force.
      generation += 1
      unknown.clear()
    },
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
