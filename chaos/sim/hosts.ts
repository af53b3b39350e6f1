/**
 * Our processes. What runs in one awaits the database and the network by simulated time; when its process dies it is never heard
 * of again, whatever it had begun, and when its process is stopped it goes on later as if nothing had been.
 */
import type { Judge } from './judge.ts'
import { ConnectionLost, MINUTE, SECOND, type Setting } from './setting.ts'

/** Made once: where it was thrown says nothing, and to find out costs more than a transaction. */
const NOT_COMMITTED = new ConnectionLost('not committed')
const NOBODY_KNOWS = new ConnectionLost('nobody knows')

export class Host {
  readonly name: string
  readonly #setting: Setting
  readonly #judge: Judge
  #life = 0
  #upFromMs = 0
  #resumesMs = 0

  constructor(name: string, setting: Setting, judge: Judge) {
    this.name = name
    this.#setting = setting
    this.#judge = judge
  }

  get isUp(): boolean {
    return this.#setting.clock.nowMs >= this.#upFromMs
  }

  /** Something that runs in this process from now on. */
  begin(): Running {
    return new Running(this, this.#setting, this.#life)
  }

  /** Runs a transaction whole; what it leaves behind is judged at once. Throws what the work throws. */
  commit<T>(what: string, work: () => T): T {
    const { clock, rows, trace, find } = this.#setting
    try {
      const result = rows.transactions.run(work)
      trace.add(clock.nowMs, `commit ${what}`)
      this.#judge.afterCommit(what)
      return result
    } catch (error) {
      trace.add(clock.nowMs, `rollback ${what}`)
      // A refused row or a machine that threw is a bug: the engine must not rely on the last wall.
      find('failure', `${what}: ${String(error)}`)
      throw error
    }
  }

  get standsStillUntilMs(): number {
    return this.#resumesMs
  }

  lives(life: number): boolean {
    return life === this.#life
  }

  crash(): void {
    const { clock, random, trace } = this.#setting
    this.#life += 1
    this.#upFromMs = clock.nowMs + random.between(SECOND, 20 * SECOND)
    trace.add(clock.nowMs, `${this.name} dies`)
  }

  /** When code that waits in this process goes on: later, where the process is stopped. */
  resumesAt(atMs: number): number {
    const { clock, faults, random, trace } = this.#setting
    // Once on its feet it works for a while: else a world of pauses does nothing but begin again.
    if (atMs > this.#resumesMs + 10 * MINUTE && faults.strikes('process-paused')) {
      this.#resumesMs = clock.nowMs + random.between(SECOND, 20 * MINUTE)
      trace.add(clock.nowMs, `${this.name} stands still`)
    }
    return Math.max(atMs, this.#resumesMs)
  }
}

export class Running {
  readonly #host: Host
  readonly #setting: Setting
  readonly #life: number

  constructor(host: Host, setting: Setting, life: number) {
    this.#host = host
    this.#setting = setting
    this.#life = life
  }

  get isAlive(): boolean {
    return this.#host.lives(this.#life)
  }

  /** Goes on after a delay, unless the process has died by then. */
  later(delayMs: number, work: () => void): void {
    const { clock } = this.#setting
    clock.at(this.#host.resumesAt(clock.nowMs + delayMs), () => {
      if (this.isAlive) work()
    })
  }

  /** One transaction, awaited: it commits or not, and its answer comes or not. Throws what the work throws. */
  transaction<T>(what: string, work: () => T): Promise<T> {
    const { faults, random } = this.#setting
    return new Promise<T>((resolve, reject) => {
      this.#begins(random.between(1, 20), () => {
        if (faults.strikes('crash-before-commit')) return this.#host.crash()
        if (faults.strikes('statement-failed')) return this.#resume(() => reject(NOT_COMMITTED))
        let outcome: () => void
        try {
          const result = this.#host.commit(what, work)
          outcome = () => resolve(result)
        } catch (error) {
          const refusal = error instanceof Error ? error : new Error(String(error))
          outcome = () => reject(refusal)
        }
        if (faults.strikes('crash-after-commit')) return this.#host.crash()
        if (faults.strikes('commit-answer-lost')) outcome = () => reject(NOBODY_KNOWS)
        this.#resume(outcome)
      })
    })
  }

  /** A process that stands still begins nothing until it goes on. */
  #begins(delayMs: number, work: () => void): void {
    const { clock } = this.#setting
    clock.at(Math.max(clock.nowMs + delayMs, this.#host.standsStillUntilMs), () => {
      if (this.isAlive) work()
    })
  }

  #resume(outcome: () => void): void {
    this.later(this.#setting.random.between(1, 10), () => {
      this.#setting.clock.resumed()
      outcome()
    })
  }

  /** What the network answers, once it does. */
  answer<T>(atMs: number, answer: () => T): Promise<T> {
    const { clock } = this.#setting
    return new Promise<T>((resolve) => {
      this.later(atMs - clock.nowMs, () => {
        clock.resumed()
        resolve(answer())
      })
    })
  }
}
