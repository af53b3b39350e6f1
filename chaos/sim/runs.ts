/** People who collect, approve, let go, stop and abort payout runs, each when the dice say so. */
import { RUN_ENDS } from '../../domain/payout-run.ts'
import type { Host } from './hosts.ts'
import { DAY, END, FAULTS_END, HOUR, MINUTE, type Setting } from './setting.ts'
import type { SimRuns } from './store-runs.ts'

const APPROVED_FOR_MS = 2 * DAY
const CANARY_LINES = 3

export class RunDesk {
  readonly #setting: Setting
  readonly #runs: SimRuns
  readonly #api: Host
  #number = 0

  constructor(setting: Setting, runs: SimRuns, api: Host) {
    this.#setting = setting
    this.#runs = runs
    this.#api = api
  }

  begin(): void {
    if (this.#setting.programme.payment.release !== 'approved') return
    this.#later(MINUTE, 2 * HOUR, () => this.#cutOff())
    this.#later(DAY, DAY, () => this.#sweep())
  }

  #sweep(): void {
    this.#runs.sweep()
    if (this.#setting.clock.nowMs < END - DAY) this.#later(DAY, DAY, () => this.#sweep())
  }

  #later(least: number, most: number, work: () => void): void {
    const { clock, random } = this.#setting
    clock.after(random.between(least, most), work)
  }

  #act(what: string, work: () => void): void {
    if (!this.#api.isUp) return
    this.#api
      .begin()
      .transaction(what, work)
      .catch((error: unknown) => this.#setting.failed(what, error))
  }

  #cutOff(): void {
    const { clock } = this.#setting
    if (clock.nowMs >= END - 3 * DAY) return
    this.#number += 1
    const key = `run-${this.#number}`
    this.#act(`collect ${key}`, () => this.#runs.collect(key, 'sari', clock.nowMs))
    const [least, most] = clock.nowMs < FAULTS_END ? [2 * HOUR, 8 * HOUR] : [8 * HOUR, 32 * HOUR]
    this.#later(least, most, () => this.#cutOff())
    const askedMs = clock.nowMs
    this.#later(MINUTE, 30 * MINUTE, () => this.#watch(key, askedMs))
  }

  /** Whoever looks at a run goes on from where it stands, whatever became of what was asked before. */
  #watch(key: string, askedMs: number): void {
    const { clock, rows } = this.#setting
    const state = rows.runs.find(key)?.state
    // There was nothing to collect; a process that stands still may collect late.
    if (state === undefined && clock.nowMs > askedMs + HOUR) return
    if (state !== undefined && RUN_ENDS.includes(state)) return
    if (state === 'proposed') this.#approve(key)
    else if (state !== undefined) this.#act(`tend ${key}`, () => this.#tend(key))
    this.#later(MINUTE, state === undefined || state === 'proposed' ? HOUR : 4 * HOUR, () => this.#watch(key, askedMs))
  }

  #approve(key: string): void {
    const { clock, faults, rows } = this.#setting
    const by = faults.strikes('approved-by-proposer') ? 'sari' : 'budi'
    const { hash } = rows.runs.get(key)
    const seen = faults.strikes('stale-hash-approved') ? `${hash}0` : hash
    this.#act(`approve ${key}`, () => this.#runs.approve(key, by, seen, clock.nowMs + APPROVED_FOR_MS))
  }

  /** Lets lines go, a few and then the rest; pauses, resumes and aborts; closes what is done or has run out. */
  #tend(key: string): void {
    const { clock, faults, rows } = this.#setting
    const { state, until_ms: untilMs } = rows.runs.get(key)
    if (faults.strikes('run-aborted')) return void this.#runs.step(key, 'abort')
    if (state === 'paused') return void this.#runs.step(key, 'resume')
    if (faults.strikes('run-paused')) return void this.#runs.step(key, 'pause')
    this.#runs.release(key, state === 'approved' ? CANARY_LINES : Infinity)
    const isDone = this.#runs.tidy(key, clock.nowMs)
    if (isDone || clock.nowMs >= untilMs + HOUR) this.#runs.step(key, 'close')
  }
}
