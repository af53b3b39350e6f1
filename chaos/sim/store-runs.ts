/** Payout runs on simulated rows: the real steps, the real hash, and one open run for a disbursement. */
import { createHash } from 'node:crypto'
import { AT_REST } from '../../domain/disbursement.ts'
import { afterStep, runHash, type RunStep } from '../../domain/payout-run.ts'
import { ConstraintViolation } from './database.ts'
import type { Judge } from './judge.ts'
import { GATEWAY, PROGRAMME, type LineRow, type RunRow } from './rows.ts'
import type { Setting } from './setting.ts'

export class SimRuns {
  readonly #setting: Setting
  readonly #judge: Judge
  readonly #tell: (ref: string) => void

  constructor(setting: Setting, judge: Judge, tell: (ref: string) => void) {
    this.#setting = setting
    this.#judge = judge
    this.#tell = tell
  }

  /** Collects what is released and on no run, and puts it forward; null when there is nothing. */
  collect(key: string, proposer: string, nowMs: number): RunRow | null {
    const { rows } = this.#setting
    if (rows.runs.find(key)) return null
    for (const { key: disbursement, state, run } of rows.disbursements.all()) {
      if (state !== 'released' || run !== null) continue
      const { held, account, amount, currency, usable_ms } = rows.candidate(disbursement)
      if (held || account === null || amount <= 0n || Number(usable_ms) > nowMs) continue
      const line = { run: key, disbursement, amount, currency, gateway: GATEWAY, account, state: 'collected' } as const
      rows.lines.insert(`${key}/${disbursement}`, line)
      rows.disbursements.update(disbursement, { run: key })
    }
    if (rows.linesOf(key).length === 0) return null
    rows.runs.insert(key, { key, state: 'proposed', proposer, hash: this.#hash(key), until_ms: 0 })
    return rows.runs.get(key)
  }

  #hash(key: string): string {
    return runHash(key, PROGRAMME, this.#setting.rows.linesOf(key), sha256)
  }

  /** Refused to who put it forward, and where the content is not what was seen. */
  approve(key: string, approver: string, seen: string, untilMs: number): boolean {
    const { rows, plant } = this.#setting
    const { proposer, hash } = rows.runs.get(key)
    if (approver === proposer || seen !== hash || hash !== this.#hash(key)) return false
    if (!this.step(key, 'approve')) return false
    rows.runs.update(key, { until_ms: untilMs })
    this.#judge.approved(key, proposer, approver, untilMs, rows.linesOf(key))
    if (plant === 'line-added-after-approval') this.#addLine(key)
    return true
  }

  #addLine(key: string): void {
    const { rows } = this.#setting
    const [disbursement] = Array.from(rows.disbursements.all()).filter(
      ({ state, run }) => state === 'released' && run === null,
    )
    if (!disbursement) return
    const { account, amount, currency } = rows.candidate(disbursement.key)
    const of = { run: key, disbursement: disbursement.key, amount, currency, gateway: GATEWAY, account: account ?? '' }
    rows.lines.insert(`${key}/${disbursement.key}`, { ...of, state: 'collected' })
    rows.disbursements.update(disbursement.key, { run: key })
  }

  /** Takes a step of the run where its machine allows it. */
  step(key: string, step: RunStep): boolean {
    const { rows } = this.#setting
    const { state } = rows.runs.get(key)
    const to = afterStep(state, step)
    if (!to) return false
    if (to === state) return true
    rows.runs.update(key, { state: to })
    this.#judge.stands(key, to)
    if (to === 'paused') this.#takeBack(key)
    if (to === 'aborted' || to === 'closed' || to === 'void') this.#end(key)
    return true
  }

  /** Lets up to `count` lines more go. */
  release(key: string, count: number): void {
    const { rows } = this.#setting
    if (!this.step(key, 'release')) return
    const waiting = rows.linesOf(key).filter(({ state }) => state === 'collected')
    for (const line of waiting.slice(0, count)) {
      this.#move(line, 'released')
      this.#tell(rows.disbursements.get(line.disbursement).ref)
    }
  }

  /** What was let go and is not under way waits with the others again. */
  #takeBack(key: string): void {
    const { rows } = this.#setting
    for (const line of rows.linesOf(key)) {
      const isAtRest = AT_REST.includes(rows.disbursements.get(line.disbursement).state)
      if (line.state === 'released' && isAtRest) this.#move(line, 'collected')
    }
  }

  /** Lines that are paid, or no longer what was approved, leave the run; true when none is left. */
  tidy(key: string, nowMs: number): boolean {
    const { rows, faults } = this.#setting
    const isExpired = nowMs >= rows.runs.get(key).until_ms
    for (const line of rows.linesOf(key)) {
      if (line.state !== 'collected' && line.state !== 'released') continue
      const { state } = rows.disbursements.get(line.disbursement)
      const { held, account, amount } = rows.candidate(line.disbursement)
      if (state === 'paid') this.#move(line, 'paid')
      else if (state !== 'released') continue
      else if (isExpired || held || account !== line.account || amount !== line.amount) {
        faults.hit('run-line-dropped')
        this.#move(line, 'dropped')
      }
    }
    return rows.linesOf(key).every(({ state }) => state !== 'collected' && state !== 'released')
  }

  /** What is still under way is left; what is not joins a later run. */
  #end(key: string): void {
    const { rows } = this.#setting
    for (const line of rows.linesOf(key)) {
      if (line.state !== 'collected' && line.state !== 'released') continue
      this.#move(line, rows.disbursements.get(line.disbursement).state === 'in-flight' ? 'left' : 'dropped')
    }
  }

  #move(line: LineRow, to: LineRow['state']): void {
    const { rows } = this.#setting
    const { run, disbursement } = line
    rows.lines.update(`${run}/${disbursement}`, { state: to })
    if (to === 'collected' || to === 'released') return
    if (rows.disbursements.get(disbursement).run !== run) throw new ConstraintViolation('payout_run_line_open')
    rows.disbursements.update(disbursement, { run: null })
  }

  /** What is on its way may be sent again only under a run, whose pause and end tell nobody: the daily sweep of `store/heard.ts` finds it. */
  sweep(): void {
    for (const { ref, state } of this.#setting.rows.disbursements.all()) if (state === 'in-flight') this.#tell(ref)
  }
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
