/** Lives on simulated rows: the real machine says which step is due, the real patch says what it changes. */
import { AT_REST } from '../../domain/disbursement.ts'
import { nextStep, type LifeStep } from '../../domain/lifecycle.ts'
import type { Standing } from '../../domain/standing.ts'
import type { LifeRow } from '../../store/life-rows.ts'
import { lifeOf } from '../../store/life-rows.ts'
import { patched } from '../../store/life-patch.ts'
import { standingOf } from '../../store/lives.ts'
import { ConstraintViolation } from './database.ts'
import { GATEWAY, disbursementOf, type CommitmentRow, type PersonRow } from './rows.ts'
import type { Setting } from './setting.ts'

const STEPS_MAX = 200
/** One look in so many is taken in full though nothing can have changed. */
const FULL_EVERY = 16

/** What a look found that found nothing to do, and before when no look of the same rows can find more. */
interface Rest {
  readonly picture: LifeRow
  readonly standing: Standing
  readonly untilMs: number
}

export class SimLives {
  readonly #setting: Setting
  readonly #rests = new Map<string, Rest>()
  #looks: number

  constructor(setting: Setting) {
    this.#setting = setting
    this.#looks = setting.random.between(1, FULL_EVERY)
  }

  /** Most looks find rows that were looked at before, and no instant come that was named then. Now and then that is not believed. */
  advance(ref: string, nowMs: number): Standing {
    const { rows, find } = this.#setting
    const rest = this.#rests.get(ref)
    if (!rest || rest.picture !== rows.life(ref) || nowMs >= rest.untilMs) return this.#take(ref, nowMs)
    this.#looks += 1
    if (this.#looks % FULL_EVERY !== 0) return rest.standing
    const standing = this.#take(ref, nowMs)
    if (JSON.stringify(standing) !== JSON.stringify(rest.standing)) {
      find('failure', `${ref} stands otherwise though nothing was written and no named instant has come`)
    }
    return standing
  }

  #take(ref: string, nowMs: number): Standing {
    const { programme, context, rows } = this.#setting
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
    const standing = standingOf(context, life, programme, nowMs)
    const untilMs = restsUntil(standing)
    if (untilMs > nowMs) this.#rests.set(ref, { picture: rows.life(ref), standing, untilMs })
    return standing
  }

  /** A wrong engine does not see that a send of an attempt that is over may still leave. */
  #picture(ref: string): LifeRow {
    const { plant, rows } = this.#setting
    const life = rows.life(ref)
    if (plant !== 'next-attempt-while-send-open') return life
    const tranches = life.tranches.map((tranche) => {
      const owed = tranche.disbursement
      if (!owed || !AT_REST.includes(owed.state)) return tranche
      return { ...tranche, disbursement: { ...owed, open_send: null } }
    })
    return { ...life, tranches }
  }

  #write(before: LifeRow, life: LifeRow): void {
    const { rows, programme } = this.#setting
    const { tranches } = life
    rows.people.update(life.ref, changed(before, life))
    for (const [index, { code, disbursement: after }] of tranches.entries()) {
      const was = before.tranches[index]?.disbursement ?? null
      if (!after || after === was) continue
      if (was) {
        const { state, reason, release_ms, action, action_by_ms, version } = after
        rows.disbursements.update(after.key, { state, reason, release_ms, action, action_by_ms, version })
      } else {
        const {
          owed: amount,
          payout: _payout,
          open_send: _open,
          asked: _asked,
          reviewing: _reviewing,
          year_over: _over,
          year_ending: _ending,
          approval: _approval,
          ...stored
        } = after
        const more = {
          amount,
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

/** The columns of a person that a step has changed. */
function changed(before: LifeRow, life: LifeRow): Partial<PersonRow> {
  const { stage, outcome, attention, trained_ms, held, held_since_ms, hold_cause, failed_account } = life
  const change = { stage, outcome, attention, trained_ms, held, held_since_ms, hold_cause, failed_account }
  if (life.tranches === before.tranches) return change
  return { ...change, tranches: life.tranches.map((tranche) => ({ ...tranche, disbursement: null })) }
}

/** The first instant that a standing names; nothing rests while something is to be done at once. */
function restsUntil({ wakeAtMs, disbursements }: Standing): number {
  let untilMs = wakeAtMs ?? Infinity
  for (const { next } of disbursements) {
    if (next.kind === 'wait') untilMs = Math.min(untilMs, next.untilMs ?? Infinity)
    else if (next.kind !== 'end') return -Infinity
  }
  return untilMs
}

/** The CHECK `commitment_limit`. */
function checkCommitment({ amount, obligated, released }: CommitmentRow): void {
  if (amount <= 0n || obligated < 0n || released < 0n || obligated + released > amount) {
    throw new ConstraintViolation('commitment_limit')
  }
}
