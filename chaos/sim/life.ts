/**
 * One life's workflow, as `workflows/life.ts` and `workflows/pay.ts` drive it: it looks when it is told and when an instant has
 * come, carries out one step of each disbursement at a time, and remembers nothing that a reset could take away.
 */
import type { DisbursementStanding, Standing } from '../../domain/standing.ts'
import type { Outward } from './engine.ts'
import { MINUTE, SECOND, type Setting } from './setting.ts'

const TURNED_AWAY_MS = 5 * SECOND
const LOOK_PAUSE_MAX_MS = 2 * MINUTE

export interface LifeCalls {
  /** A local activity: where the life stands; undefined where nobody brought it back in time. */
  look(ref: string, done: (standing: Standing | undefined) => void): void
  /** An activity: where the disbursement stands, or null when only another look tells. */
  carryOut(ref: string, disbursement: string, next: Outward, done: (told: DisbursementStanding | null) => void): void
}

export class SimLife {
  readonly ref: string
  readonly #setting: Setting
  readonly #calls: LifeCalls
  /** Which run of the workflow it is: what an earlier one waited for is nobody's any more. */
  #run = 0
  #looks = 0
  #isLooking = false
  #isTold = false
  #alarm = 0
  #standing: Standing | undefined
  readonly #open = new Set<string>()
  /** How a disbursement stood before a step that was turned away: the next look tells whether anything came of it. */
  readonly #before = new Map<string, DisbursementStanding>()

  constructor(ref: string, setting: Setting, calls: LifeCalls) {
    this.ref = ref
    this.#setting = setting
    this.#calls = calls
  }

  /** Told something, once or again: it looks. */
  tell(): void {
    this.#isTold = true
    this.#lookIfTold()
  }

  /** Reset to its start, or continued as new: what runs goes on running, and nobody waits for it. */
  restart(): void {
    this.#run += 1
    this.#isLooking = false
    this.#standing = undefined
    this.#open.clear()
    this.#before.clear()
    this.tell()
  }

  #lookIfTold(): void {
    if (!this.#isTold || this.#isLooking) return
    this.#isLooking = true
    this.#look(this.#run, 0)
  }

  /** Until it is answered, like any local activity: later and later, so that a process that stands still is not buried in looks. */
  #look(run: number, failures: number): void {
    this.#isTold = false
    this.#calls.look(this.ref, (standing) => {
      if (run !== this.#run) return
      if (!standing) {
        return this.#setting.clock.after(Math.min(SECOND * 2 ** failures, LOOK_PAUSE_MAX_MS), () => {
          if (run === this.#run) this.#look(run, failures + 1)
        })
      }
      this.#isLooking = false
      this.#looks += 1
      this.#see(standing)
      this.#lookIfTold()
    })
  }

  #see(standing: Standing): void {
    this.#standing = standing
    this.#arm(earliest(standing))
    for (const disbursement of standing.disbursements) this.#drive(disbursement)
  }

  #drive(disbursement: DisbursementStanding): void {
    const { key, next } = disbursement
    if (next.kind === 'wait' || next.kind === 'end') return void this.#before.delete(key)
    if (this.#open.has(key)) return
    const before = this.#before.get(key)
    if (before !== undefined && isSame(before, disbursement)) {
      // Turned away without a time: not at once again.
      this.#before.delete(key)
      return this.#lookWithin(TURNED_AWAY_MS)
    }
    this.#before.delete(key)
    this.#carryOut(disbursement, next)
  }

  #carryOut(disbursement: DisbursementStanding, next: Outward): void {
    const { key } = disbursement
    const run = this.#run
    const looks = this.#looks
    this.#open.add(key)
    this.#calls.carryOut(this.ref, key, next, (told) => {
      if (run !== this.#run) return
      this.#open.delete(key)
      this.#before.set(key, disbursement)
      // What an activity brought back may be older than a look that was taken while it ran.
      if (!told || looks !== this.#looks || !this.#standing) return this.tell()
      const disbursements = this.#standing.disbursements.map((each) => (each.key === key ? told : each))
      this.#see({ ...this.#standing, disbursements })
    })
  }

  #arm(atMs: number | null): void {
    this.#alarm += 1
    const alarm = this.#alarm
    if (atMs === null) return
    this.#setting.clock.at(Math.max(atMs, this.#setting.clock.nowMs + 1), () => {
      if (alarm === this.#alarm) this.tell()
    })
  }

  #lookWithin(ms: number): void {
    const run = this.#run
    this.#setting.clock.after(ms, () => {
      if (run === this.#run) this.tell()
    })
  }
}

function isSame(one: DisbursementStanding, other: DisbursementStanding): boolean {
  const { state, next } = one
  return state === other.state && next.kind === other.next.kind && JSON.stringify(one) === JSON.stringify(other)
}

function earliest(standing: Standing): number | null {
  const instants = standing.disbursements.flatMap(({ next }) =>
    next.kind === 'wait' && next.untilMs !== null ? [next.untilMs] : [],
  )
  if (standing.wakeAtMs !== null) instants.push(standing.wakeAtMs)
  return instants.length === 0 ? null : Math.min(...instants)
}
