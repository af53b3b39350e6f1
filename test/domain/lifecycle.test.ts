import { describe, expect, it } from 'vitest'
import {
  nextInstant,
  nextStep,
  trainedAt,
  type EvidenceKind,
  type Life,
  type LifeEvidence,
  type LifeTranche,
} from '../../domain/lifecycle.ts'
import type { DisbursementState } from '../../domain/disbursement.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { lifeOf, owed, swiftProgramme, tranche } from '../support/builders.ts'

const DAY = 86_400_000
const programme = swiftProgramme()
const office = shippedProgramme('prakerja-2020')
/** Sunday 22 November 2026, noon in Jakarta. */
const NOON = Date.parse('2026-11-22T05:00:00Z')

const step = (life: Life, atMs = NOON) => nextStep(life, programme, atMs)
const wakes = (life: Life, atMs = NOON) => nextInstant(life, programme, atMs)

function fact(kind: EvidenceKind, subject: string, occurredAtMs: number): LifeEvidence {
  return { kind, subject, occurredAtMs }
}

/** In training since noon. */
const training = (more: Partial<Life> = {}): Life => lifeOf(programme, { admittedAtMs: NOON, ...more })

/** Trained at noon, with the tranches in these places. */
function paying(more: Partial<Life>, ...tranches: readonly LifeTranche[]): Life {
  const plan = programme.tranches.map(({ code }) => tranches.find((one) => one.code === code) ?? tranche(code))
  return lifeOf(programme, { stage: 'incentives', admittedAtMs: NOON, trainedAtMs: NOON, tranches: plan, ...more })
}

const settled = (code: string, state: DisbursementState = 'paid') =>
  tranche(code, { state: 'due', dueAtMs: NOON, disbursement: owed({ state, firstPaidAtMs: NOON }) })

describe('before admission', () => {
  it('nothing is due: a wave has to decree the person', () => {
    expect(step(lifeOf(programme, { stage: 'admission', admittedAtMs: null }), NOON + 9999 * DAY)).toBeUndefined()
    expect(wakes(lifeOf(programme, { stage: 'admission', admittedAtMs: null }))).toBeNull()
  })

  it('a person who leaves is closed at once', () => {
    const left = lifeOf(programme, { stage: 'admission', admittedAtMs: null, withdrawn: true, tranches: [] })
    expect(step(left)).toEqual({ kind: 'close', outcome: 'withdrawn' })
  })
})

describe('training', () => {
  const deadline = NOON + 30 * DAY

  it('wakes at the deadline of the first course', () => {
    expect(wakes(training())).toBe(deadline)
    expect(step(training(), deadline - 1)).toBeUndefined()
  })

  it('expires when no course was started by then', () => {
    expect(step(training(), deadline)).toEqual({ kind: 'expire' })
  })

  it('waits for completion and rating once a course was started', () => {
    const started = training({ evidence: [fact('course-started', 'A', NOON)] })
    expect(step(started, deadline)).toBeUndefined()
    expect(step(started, NOON + 366 * DAY)).toEqual({ kind: 'expire' })
  })

  it('is finished when one course is both completed and rated, at the later of the two', () => {
    const completed = fact('course-completed', 'A', NOON + 5)
    expect(step(training({ evidence: [completed] }))).toBeUndefined()
    expect(step(training({ evidence: [completed, fact('course-rated', 'B', NOON + 6)] }))).toBeUndefined()
    expect(step(training({ evidence: [completed, fact('course-rated', 'A', NOON + 9)] }))).toEqual({
      kind: 'finish-training',
      atMs: NOON + 9,
    })
  })

  it('is finished by the first of several courses', () => {
    const evidence = [
      fact('course-completed', 'A', 10),
      fact('course-completed', 'B', 5),
      fact('course-rated', 'A', 11),
      fact('course-rated', 'B', 30),
    ]
    expect(trainedAt(evidence)).toBe(11)
    expect(trainedAt([])).toBeUndefined()
  })

  it('does not expire for a person on hold: they cannot act', () => {
    expect(step(training({ held: true }), deadline)).toBeUndefined()
    expect(step(training({ held: false }), deadline)).toEqual({ kind: 'expire' })
  })

  it('takes a date that is the same for everybody', () => {
    const life = lifeOf(office, { admittedAtMs: NOON, evidence: [fact('course-started', 'A', NOON)] })
    expect(nextInstant(life, office, NOON)).toBe(Date.parse('2027-12-15T16:59:59Z'))
  })
})

describe('the first incentive', () => {
  it('is scheduled from the rating, owed when due', () => {
    expect(step(paying({}))).toEqual({ kind: 'schedule', tranche: 'incentive-1', dueAtMs: NOON })
    const due = tranche('incentive-1', { dueAtMs: NOON })
    expect(step(paying({}, due), NOON - 1)).toBeUndefined()
    expect(step(paying({}, due))).toEqual({
      kind: 'owe',
      tranche: 'incentive-1',
      releaseAtMs: NOON,
      lapsesAtMs: NOON + 60 * DAY,
    })
  })

  it('is handed over after working days, on a working day', () => {
    const life = lifeOf(office, {
      stage: 'incentives',
      trainedAtMs: NOON,
      tranches: office.tranches.map(({ code }) => tranche(code, code === 'incentive-1' ? { dueAtMs: NOON } : {})),
    })
    const found = nextStep(life, office, NOON)
    expect(found).toMatchObject({ kind: 'owe', lapsesAtMs: Date.parse('2027-12-15T16:59:59Z') })
    // Two working days after a Sunday.
    expect(found?.kind === 'owe' && new Date(found.releaseAtMs).getUTCDay()).toBe(2)
  })

  const owing = (more: Partial<Life>, disbursement = owed({ releaseAtMs: NOON, lapsesAtMs: NOON + DAY })) =>
    paying(more, tranche('incentive-1', { state: 'due', dueAtMs: NOON, disbursement }))

  it('is released at its time', () => {
    expect(step(owing({}), NOON - 1)).toBeUndefined()
    expect(wakes(owing({}), NOON - 1)).toBe(NOON)
    expect(step(owing({}))).toEqual({ kind: 'release', tranche: 'incentive-1' })
  })

  it('whose deadline is before it is due is missed, and its money never owed', () => {
    const late = lifeOf(office, {
      stage: 'incentives',
      trainedAtMs: NOON,
      tranches: office.tranches.map(({ code }) =>
        tranche(code, code === 'incentive-1' ? { dueAtMs: Date.parse('2027-12-16T05:00:00Z') } : {}),
      ),
    })
    expect(nextStep(late, office, NOON)).toEqual({ kind: 'miss', tranche: 'incentive-1' })
  })

  it('that could not be released before its deadline lapses, but not while the person is on hold', () => {
    const late = owed({ releaseAtMs: NOON + 2 * DAY, lapsesAtMs: NOON + DAY })
    expect(wakes(owing({}, late))).toBe(NOON + DAY)
    expect(step(owing({}, late), NOON + DAY - 1)).toBeUndefined()
    for (const atMs of [NOON + DAY, NOON + 9 * DAY]) {
      expect(step(owing({}, late), atMs)).toEqual({ kind: 'lapse', tranche: 'incentive-1' })
    }
    expect(step(owing({ held: true }, late), NOON + DAY)).toBeUndefined()
  })

  it('that was to be released before its deadline is released, however late the engine looks', () => {
    const late = owed({ releaseAtMs: NOON, lapsesAtMs: NOON + DAY })
    expect(step(owing({}, late), NOON + 9 * DAY)).toEqual({ kind: 'release', tranche: 'incentive-1' })
    const none = owing({ accountUsableFromMs: null }, late)
    expect(step(none, NOON + 9 * DAY)).toEqual({ kind: 'need-account', tranche: 'incentive-1' })
  })

  it('that is on its way, or only waits for its gateway, never lapses', () => {
    for (const state of ['released', 'in-flight', 'float-short', 'review'] as const) {
      expect(step(owing({}, owed({ state, lapsesAtMs: NOON })), NOON + 99 * DAY)).toBeUndefined()
    }
  })

  it('needs an account when there is none, and lapses when none comes', () => {
    expect(step(owing({ accountUsableFromMs: null }))).toEqual({ kind: 'need-account', tranche: 'incentive-1' })
    const waiting = owed({ state: 'needs-account', action: 'relink', releaseAtMs: NOON, lapsesAtMs: NOON + DAY })
    const none = owing({ accountUsableFromMs: null }, waiting)
    expect(step(none)).toBeUndefined()
    expect(wakes(none)).toBe(NOON + DAY)
    expect(step(none, NOON + DAY)).toEqual({ kind: 'lapse', tranche: 'incentive-1' })
  })

  it('does not lapse while a new account rests, nor while the person is on hold', () => {
    const waiting = owed({ state: 'needs-account', action: 'relink', releaseAtMs: NOON, lapsesAtMs: NOON + DAY })
    const resting = owing({ accountUsableFromMs: NOON + 2 * DAY }, waiting)
    expect(step(resting, NOON + DAY)).toBeUndefined()
    expect(step(resting, NOON + 2 * DAY)).toEqual({
      kind: 'account-ready',
      tranche: 'incentive-1',
      releaseAtMs: NOON + 2 * DAY,
    })
    expect(step(owing({ accountUsableFromMs: null, held: true }, waiting), NOON + 9 * DAY)).toBeUndefined()
  })

  it('asks the person once for what the failure needs, and again only for something else', () => {
    const waiting = owed({ state: 'needs-account', reason: 'wallet-not-upgraded', lapsesAtMs: NOON + 9 * DAY })
    const failed = { accountUsableFromMs: null, failedAccount: { checkAtMs: null } }
    const asked = { kind: 'ask', tranche: 'incentive-1', byMs: null }
    expect(step(owing(failed, waiting))).toEqual({ ...asked, action: 'upgrade-wallet', checkAtMs: NOON + DAY })
    const checked = { accountUsableFromMs: null, failedAccount: { checkAtMs: NOON + DAY } }
    const upgrading = { ...waiting, action: 'upgrade-wallet' as const }
    expect(step(owing(checked, upgrading))).toBeUndefined()
    expect(step(owing(checked, { ...upgrading, reason: 'account-closed' }))).toEqual({
      ...asked,
      action: 'relink',
      checkAtMs: null,
    })
    // What was asked for a payment that has arrived is over with it.
    expect(step(owing({}, { ...upgrading, state: 'paid' }))).toEqual({ ...asked, action: null, checkAtMs: null })
  })

  it('gives the time that the programme gives, and then lapses or stops the person, as the programme says', () => {
    const rules = (otherwise: 'lapse' | 'hold') => ({
      ...programme,
      payment: { ...programme.payment, actions: { relink: { within: 'P3D', otherwise } } },
    })
    const waiting = owed({ state: 'needs-account', lapsesAtMs: NOON + 9 * DAY })
    const none = owing({ accountUsableFromMs: null }, waiting)
    expect(nextStep(none, rules('hold'), NOON)).toMatchObject({ kind: 'ask', action: 'relink', byMs: NOON + 3 * DAY })
    const asked = { ...waiting, action: 'relink' as const, actionByMs: NOON + 3 * DAY }
    const late = owing({ accountUsableFromMs: null }, asked)
    expect(nextInstant(late, rules('hold'), NOON)).toBe(NOON + 3 * DAY)
    expect(nextStep(late, rules('hold'), NOON + 3 * DAY - 1)).toBeUndefined()
    expect(nextStep(late, rules('hold'), NOON + 3 * DAY)).toEqual({ kind: 'hold-overdue', tranche: 'incentive-1' })
    expect(nextStep(late, rules('lapse'), NOON + 3 * DAY)).toEqual({ kind: 'lapse', tranche: 'incentive-1' })
    // Whoever is stopped cannot be late, and no deadline is later than the end of it all.
    const held = owing({ accountUsableFromMs: null, held: true }, asked)
    expect(nextStep(held, rules('lapse'), NOON + 3 * DAY)).toBeUndefined()
    const short = owing({ accountUsableFromMs: null }, { ...waiting, lapsesAtMs: NOON + 2 * DAY })
    expect(nextStep(short, rules('hold'), NOON)).toMatchObject({ kind: 'ask', byMs: null })
  })

  it('refused for good, goes on with an account that was linked since its attempt, and lapses without one', () => {
    const refused = owed({ state: 'failed', releaseAtMs: NOON, lapsesAtMs: NOON + 9 * DAY })
    const same = owing({ accountLinkedAtMs: NOON }, refused)
    expect(step(same, NOON + DAY)).toBeUndefined()
    expect(wakes(same, NOON + DAY)).toBe(NOON + 9 * DAY)
    expect(step(same, NOON + 9 * DAY)).toEqual({ kind: 'lapse', tranche: 'incentive-1' })
    const another = owing({ accountLinkedAtMs: NOON + 1, accountUsableFromMs: NOON + DAY }, refused)
    expect(step(another)).toBeUndefined()
    expect(wakes(another)).toBe(NOON + DAY)
    expect(step(another, NOON + DAY)).toMatchObject({ kind: 'account-ready', releaseAtMs: NOON + DAY })
  })

  it('needs an account also when it was released and the account failed meanwhile, so that its deadline counts', () => {
    for (const state of ['released', 'float-short'] as const) {
      const lost = owing({ accountUsableFromMs: null }, owed({ state, releaseAtMs: NOON + DAY }))
      expect(step(lost)).toEqual({ kind: 'need-account', tranche: 'incentive-1' })
      expect(step(owing({}, owed({ state })))).toBeUndefined()
    }
  })
})

describe('the second incentive', () => {
  it('is scheduled a month after the first was first paid, by the calendar', () => {
    expect(step(paying({}, settled('incentive-1')))).toEqual({
      kind: 'schedule',
      tranche: 'incentive-2',
      dueAtMs: Date.parse('2026-12-22T05:00:00Z'),
    })
  })

  it('does not move while the first is not paid', () => {
    for (const state of ['owed', 'released', 'in-flight', 'review', 'failed', 'float-short'] as const) {
      const disbursement = owed({ state, releaseAtMs: NOON + DAY })
      const first = tranche('incentive-1', { state: 'due', dueAtMs: NOON, disbursement })
      expect(step(paying({}, first))).toBeUndefined()
    }
  })

  it('is missed when the first ended unpaid, and so is the survey', () => {
    const lapsed = tranche('incentive-1', { state: 'due', disbursement: owed({ state: 'lapsed' }) })
    expect(step(paying({}, lapsed))).toEqual({ kind: 'miss', tranche: 'incentive-2' })
    expect(step(paying({}, lapsed, tranche('incentive-2', { state: 'missed' })))).toEqual({
      kind: 'miss',
      tranche: 'survey-1',
    })
  })
})

describe('a survey', () => {
  const first = settled('incentive-1')
  const second = tranche('incentive-2', { dueAtMs: NOON + 90 * DAY })
  const opensAtMs = NOON + 7 * DAY
  const closesAtMs = NOON + 37 * DAY
  const open = tranche('survey-1', { state: 'open', opensAtMs, closesAtMs })

  it('opens a week after the first incentive was paid', () => {
    expect(step(paying({}, first, second))).toEqual({ kind: 'open-survey', tranche: 'survey-1', opensAtMs, closesAtMs })
  })

  it('is only waited for at its close', () => {
    expect(wakes(paying({}, first, second, open))).toBe(closesAtMs)
  })

  it('is owed once it was answered', () => {
    const answered = paying({ evidence: [fact('survey-answered', 'evaluation-1', opensAtMs + 5)] }, first, second, open)
    expect(step(answered, opensAtMs + 6)).toEqual({ kind: 'schedule', tranche: 'survey-1', dueAtMs: opensAtMs + 5 })
  })

  it('is missed when it closes unanswered, but not for a person on hold', () => {
    expect(step(paying({}, first, second, open), closesAtMs - 1)).toBeUndefined()
    expect(step(paying({}, first, second, open), closesAtMs)).toEqual({ kind: 'miss', tranche: 'survey-1' })
    expect(step(paying({ held: true }, first, second, open), closesAtMs)).toBeUndefined()
  })
})

describe('the end of a life', () => {
  it('is completed when every tranche is paid, missed, lapsed or cancelled', () => {
    const life = paying(
      {},
      settled('incentive-1'),
      settled('incentive-2', 'lapsed'),
      tranche('survey-1', { state: 'missed' }),
    )
    expect(step(life)).toEqual({ kind: 'close', outcome: 'completed' })
    expect(wakes(life)).toBeNull()
  })

  it('of a person who leaves: what is not under way is dropped, what is under way ends first', () => {
    const flying = tranche('incentive-1', { state: 'due', disbursement: owed({ state: 'in-flight' }) })
    const left = { withdrawn: true }
    expect(step(paying(left, flying))).toEqual({ kind: 'cancel', tranche: 'incentive-2' })
    const dropped = [tranche('incentive-2', { state: 'cancelled' }), tranche('survey-1', { state: 'cancelled' })]
    expect(step(paying(left, flying, ...dropped))).toBeUndefined()
    expect(step(paying(left, settled('incentive-1'), ...dropped))).toEqual({ kind: 'close', outcome: 'withdrawn' })
    for (const state of ['owed', 'released', 'needs-account', 'float-short', 'failed'] as const) {
      const resting = tranche('incentive-1', { state: 'due', disbursement: owed({ state }) })
      expect(step(paying(left, resting))).toEqual({ kind: 'cancel', tranche: 'incentive-1' })
    }
  })

  it('of a person who leaves while money comes back: it stays theirs, and is paid after the end', () => {
    const dropped = [tranche('incentive-2', { state: 'cancelled' }), tranche('survey-1', { state: 'cancelled' })]
    for (const state of ['owed', 'released', 'needs-account', 'float-short', 'failed'] as const) {
      const cameBack = tranche('incentive-1', { state: 'due', disbursement: owed({ state, firstPaidAtMs: NOON }) })
      expect(step(paying({ withdrawn: true }, cameBack, ...dropped))).toEqual({ kind: 'close', outcome: 'withdrawn' })
    }
    const flying = tranche('incentive-1', {
      state: 'due',
      disbursement: owed({ state: 'in-flight', firstPaidAtMs: NOON }),
    })
    expect(step(paying({ withdrawn: true }, flying, ...dropped))).toBeUndefined()
  })

  it('of a person who leaves while people look at a payment: it waits for them', () => {
    const review = tranche('incentive-1', { state: 'due', disbursement: owed({ state: 'review' }) })
    const dropped = [tranche('incentive-2', { state: 'cancelled' }), tranche('survey-1', { state: 'cancelled' })]
    expect(step(paying({ withdrawn: true }, review, ...dropped))).toBeUndefined()
    const back = owed({ state: 'released', firstPaidAtMs: NOON })
    const cameBack = tranche('incentive-2', { state: 'due', disbursement: back })
    const without = paying({ withdrawn: true, accountUsableFromMs: null }, review, cameBack, ...dropped.slice(1))
    expect(step(without)).toEqual({ kind: 'need-account', tranche: 'incentive-2' })
  })
})

describe('after the end', () => {
  const returned = (more: Partial<Life>) =>
    paying(
      { stage: 'closed', outcome: 'completed', ...more },
      tranche('incentive-1', {
        state: 'due',
        disbursement: owed({
          state: 'needs-account',
          action: 'relink',
          releaseAtMs: NOON,
          lapsesAtMs: NOON + DAY,
          firstPaidAtMs: NOON,
        }),
      }),
    )

  it('nothing new becomes due, however much time passes', () => {
    const closed = paying({ stage: 'closed', outcome: 'completed' }, settled('incentive-1'))
    expect(step(closed, NOON + 999 * DAY)).toBeUndefined()
    expect(wakes(closed)).toBeNull()
  })

  it('money that came back waits for another account, and goes out again with it', () => {
    expect(step(returned({ accountUsableFromMs: null }))).toBeUndefined()
    expect(step(returned({ accountUsableFromMs: NOON }))).toMatchObject({ kind: 'account-ready' })
  })

  it('money that came back lapses at its deadline', () => {
    expect(wakes(returned({ accountUsableFromMs: null }))).toBe(NOON + DAY)
    expect(step(returned({ accountUsableFromMs: null }), NOON + DAY)).toEqual({ kind: 'lapse', tranche: 'incentive-1' })
  })
})
