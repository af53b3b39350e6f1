/** Lives on simulated rows: the real machine says which step is due, the real patch says what it changes. */
import { AT_REST } from '../../domain/disbursement.ts'
import { nextStep, type LifeStep } from '../../domain/lifecycle.ts'
import type { Standing } from '../../domain/standing.ts'
import type { LifeRow } from '../../store/life-rows.ts'
import { lifeOf } from '../../store/life-rows.ts'
import { patched } from '../../store/life-patch.ts'
import { standingOf } from '../../store/lives.ts'
import { ConstraintViolation } from './database.ts'
import { GATEWAY, disbursementOf, type CommitmentRow } from './rows.ts'
import type { Setting } from './setting.ts'

const STEPS_MAX = 200

export class SimLives {
  readonly #setting: Setting

  constructor(setting: Setting) {
    this.#setting = setting
  }

  advance(ref: string, nowMs: number): Standing {
    const { programme, context } = this.#setting
    let life = this.#picture(ref)
    const gateway = life.account ? GATEWAY : null
    for (let steps = 0; ; steps += 1) {
      const step = nextStep(lifeOf(life, gateway), programme, nowMs)
      if (!step) break
      if (steps === STEPS_MAX) throw new Error(`the life ${ref} does not come to rest`)
      const next = patched(life, step, programme.currency, nowMs)
      this.#write(life, next)
      this.#settle(life, next, step)
      life = next
    }
    return standingOf(context, life, programme, nowMs)
  }

  /** A wrong engine does not see that a send of an attempt that is over may still leave. */
  #picture(ref: string): LifeRow {
    const { plant, rows } = this.#setting
    const life = rows.life(ref)
    if (plant !== 'next-attempt-while-send-open') return life
    const tranches = life.tranches.map((tranche) => {
      const owed = tranche.disbursement
      if (!owed?.payout || !AT_REST.includes(owed.state)) return tranche
      const payout = { ...owed.payout, last_ended_ms: owed.payout.last_ended_ms ?? owed.payout.last_started_ms }
      return { ...tranche, disbursement: { ...owed, payout } }
    })
    return { ...life, tranches }
  }

  #write(before: LifeRow, life: LifeRow): void {
    const { rows, programme } = this.#setting
    const { account: _account, tranches, ...person } = life
    rows.people.update(life.ref, {
      ...person,
      tranches: tranches.map((tranche) => ({ ...tranche, disbursement: null })),
    })
    for (const [index, { code, disbursement: after }] of tranches.entries()) {
      const was = before.tranches[index]?.disbursement ?? null
      if (!after || after === was) continue
      if (was) {
        const { state, reason, release_ms, action, action_by_ms, version } = after
        rows.disbursements.update(after.key, { state, reason, release_ms, action, action_by_ms, version })
      } else {
        const {
          payout: _payout,
          asked: _asked,
          reviewing: _reviewing,
          year_over: _over,
          approval: _approval,
          ...stored
        } = after
        const more = {
          ref: life.ref,
          tranche: code,
          paid_ms: null,
          run: null,
          fiscal_year: 2026,
          budget_line: programme.budgetLine,
        }
        rows.disbursements.insert(after.key, { ...stored, ...more })
      }
    }
  }

  /** The money that a step moves. */
  #settle(before: LifeRow, { ref, tranches }: LifeRow, step: LifeStep): void {
    const { books } = this.#setting.rows
    if (step.kind === 'close' || step.kind === 'expire') return this.#giveBack(ref)
    if (step.kind !== 'owe' && step.kind !== 'lapse' && step.kind !== 'cancel') return
    if (step.kind === 'cancel' && !before.tranches.some((one) => one.code === step.tranche && one.disbursement)) return
    const after = tranches.find(({ code }) => code === step.tranche)
    const amount = BigInt(after?.amount ?? 0)
    const subject = disbursementOf(ref, step.tranche)
    const isLapsing = after?.disbursement?.state === 'lapsed'
    books.post({ event: isLapsing ? 'lapsed' : step.kind === 'owe' ? 'obligated' : 'cancelled', subject, amount })
    if (isLapsing) return
    this.#oblige(ref, step.kind === 'owe' ? amount : -amount)
  }

  #oblige(ref: string, change: bigint): void {
    const { commitments } = this.#setting.rows
    commitments.update(ref, { obligated: commitments.get(ref).obligated + change })
    checkCommitment(commitments.get(ref))
  }

  #giveBack(ref: string): void {
    const { books, commitments } = this.#setting.rows
    const commitment = commitments.find(ref)
    if (!commitment) return
    const released = commitment.amount - commitment.obligated
    const left = released - commitment.released
    commitments.update(ref, { released })
    checkCommitment(commitments.get(ref))
    if (left > 0n) books.post({ event: 'decommitted', subject: `commitment:${ref}`, amount: left })
  }
}

/** The CHECK `commitment_limit`. */
function checkCommitment({ amount, obligated, released }: CommitmentRow): void {
  if (amount <= 0n || obligated < 0n || released < 0n || obligated + released > amount) {
    throw new ConstraintViolation('commitment_limit')
  }
}
