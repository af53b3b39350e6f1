/**
 * Lives in bulk, without the workflow engine, which takes seconds of a processor for a hundred of them: the messages, looks and
 * activities are the engine's own, in the order in which `workflows/pay.ts` takes them, and nothing is remembered but when to look.
 */
import { createLifeActivities } from '../../activities/lives.ts'
import { createPaymentActivities } from '../../activities/payments.ts'
import type { DisbursementStanding, Standing } from '../../domain/standing.ts'
import { RUN_REF } from '../../domain/payout-run.ts'
import type { Engine } from '../../main/compose.ts'
import { until } from '../live/trial.ts'

export interface BulkLives {
  /** Settles once nothing has been told, is at work or is about to be looked at. */
  rest(): Promise<void>
  /** Throws when nothing goes on any more. */
  check(): void
  stop(): Promise<void>
}

/** Most of them wait for what the gateway has to say. */
const AT_ONCE = 128
const LEASED = 400
const LEASE_SECONDS = 300
const IDLE_MS = 20
/** A step that was turned away is tried again after this. */
const TURNED_AWAY_MS = 2000
/** A step that failed is tried again after this, as the workflow engine does it: a server was slow, or away. */
const FAILED_MS = 1000
/** So many failures without a success between them are a fault of the engine, and no bad minute. */
const FAILURES_MAX = 300
const PATIENCE_MS = 4 * 3_600_000

export function driveLives({ store, gateways }: Engine, programme: string): BulkLives {
  return new Driver({ store, gateways }, programme)
}

class Driver implements BulkLives {
  readonly #programme: string
  readonly #store: Engine['store']
  readonly #steps: ReturnType<typeof createLifeActivities>
  readonly #calls: ReturnType<typeof createPaymentActivities>
  /** Lives that are to look, in order, and whether for the first time. */
  readonly #queue = new Map<string, boolean>()
  readonly #working = new Set<string>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #loops: Promise<void>
  #stopped = false
  #isIdle = false
  #failures = 0
  #lastFailure: unknown

  constructor({ store, gateways }: Pick<Engine, 'store' | 'gateways'>, programme: string) {
    this.#programme = programme
    this.#store = store
    this.#steps = createLifeActivities({ store })
    this.#calls = createPaymentActivities({ store, gateways, now: () => Date.now() })
    const lanes = Array.from({ length: AT_ONCE }, () => this.#lane())
    this.#loops = Promise.all([this.#lease(), ...lanes]).then(() => undefined)
  }

  async rest(): Promise<void> {
    await until('lives rest', () => this.#rests(), PATIENCE_MS, 100)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await this.#loops
  }

  check(): void {
    // Said in one sentence: whoever started this process hears no more of it than that.
    if (this.#failures > FAILURES_MAX) throw new Error(`lives do not go on: ${String(this.#lastFailure)}`)
  }

  async #rests(): Promise<boolean> {
    this.check()
    const isQuiet = (): boolean =>
      this.#isIdle && this.#queue.size === 0 && this.#working.size === 0 && this.#timers.size === 0
    if (!isQuiet()) return false
    const { pending } = await this.#store.messages.backlog()
    return pending === 0 && isQuiet()
  }

  async #lease(): Promise<void> {
    while (!this.#stopped) {
      const isTold = await this.#take().catch(() => true)
      this.#isIdle = !isTold
      if (!isTold || this.#queue.size >= LEASED) await pause(IDLE_MS)
    }
  }

  /** Takes what is told to lives, as a relay does; false when nothing was. Runs are looked at by whoever drives them. */
  async #take(): Promise<boolean> {
    if (this.#queue.size >= LEASED) return true
    const leases = await this.#store.messages.lease(LEASED, LEASE_SECONDS)
    for (const { ref, stage } of leases) {
      if (!ref.startsWith(RUN_REF)) this.#look(ref, stage === 'screening')
    }
    if (leases.length > 0) await this.#store.messages.delivered(leases.flatMap(({ ids }) => ids))
    return leases.length > 0
  }

  #look(ref: string, isFirst: boolean): void {
    this.#queue.set(ref, isFirst || (this.#queue.get(ref) ?? false))
  }

  async #lane(): Promise<void> {
    while (!this.#stopped) {
      const ref = this.#nextFree()
      if (ref === undefined) {
        await pause(IDLE_MS)
        continue
      }
      const isFirst = this.#queue.get(ref) ?? false
      this.#queue.delete(ref)
      this.#working.add(ref)
      try {
        await this.#live(ref, isFirst)
        this.#failures = 0
      } catch (error) {
        this.#failures += 1
        this.#lastFailure = error
        await pause(FAILED_MS)
        this.#look(ref, isFirst)
      } finally {
        this.#working.delete(ref)
      }
    }
  }

  /** A life does one thing at a time, as its workflow does. */
  #nextFree(): string | undefined {
    for (const ref of this.#queue.keys()) if (!this.#working.has(ref)) return ref
    return undefined
  }

  async #live(ref: string, isFirst: boolean): Promise<void> {
    clearTimeout(this.#timers.get(ref))
    this.#timers.delete(ref)
    const of = { programme: this.#programme, ref }
    const question = { ...of, nowMs: Date.now() }
    let standing: Standing = isFirst ? await this.#steps.screen(question) : await this.#steps.advance(question)
    const [disbursement] = standing.disbursements
    if (!disbursement) return this.#wakeAt(ref, standing.wakeAtMs)
    let now: DisbursementStanding | undefined = disbursement
    while (now && now.next.kind !== 'wait' && now.next.kind !== 'end') {
      const before = JSON.stringify(now)
      now = (await this.#carryOut(of, now)) ?? undefined
      if (now === undefined) {
        standing = await this.#steps.advance({ ...of, nowMs: Date.now() })
        now = standing.disbursements[0]
      }
      if (JSON.stringify(now) === before) return this.#wakeAt(ref, Date.now() + TURNED_AWAY_MS)
    }
    const waits = [standing.wakeAtMs, now?.next.kind === 'wait' ? now.next.untilMs : null]
    const times = waits.filter((ms) => ms !== null)
    this.#wakeAt(ref, times.length === 0 ? null : Math.min(...times))
  }

  async #carryOut(
    of: { readonly programme: string; readonly ref: string },
    { key: disbursement, next }: DisbursementStanding,
  ): Promise<DisbursementStanding | null> {
    switch (next.kind) {
      case 'send':
        return this.#calls.submit({ ...of, disbursement })
      case 'resend':
        return this.#calls.resend({ ...of, payout: next.payout })
      case 'enquire':
        return this.#calls.enquire({ ...of, payout: next.payout })
      case 'give-up':
        await this.#steps.giveUp({ ...of, payout: next.payout, nowMs: Date.now() })
        return null
      default:
        throw new Error(`${of.ref} is to ${next.kind}, which nobody of this file should need`)
    }
  }

  /** Deadlines of days are nobody's business here. */
  #wakeAt(ref: string, atMs: number | null): void {
    if (atMs === null || atMs > Date.now() + 600_000 || this.#stopped) return
    const timer = setTimeout(
      () => {
        this.#timers.delete(ref)
        this.#look(ref, false)
      },
      Math.max(10, atMs - Date.now()),
    )
    this.#timers.set(ref, timer)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
