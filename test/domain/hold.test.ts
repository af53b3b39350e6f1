/** A hold stops the clock of what counts from a person's own dates; a date that is the same for everybody stays. */
import { describe, expect, it } from 'vitest'
import { deadlinesAfterHold } from '../../domain/hold.ts'
import { nextInstant, nextStep, type LifeTranche } from '../../domain/lifecycle.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { lifeOf, owed, swiftProgramme, tranche } from '../support/builders.ts'

const DAY = 86_400_000
const programme = swiftProgramme()
const office = shippedProgramme('prakerja-2020')

const training = { admittedAtMs: 0 }
const hold = (fromDay: number, toDay: number) => ({ fromMs: fromDay * DAY, toMs: toDay * DAY })
const nothing = { heldForMs: 0, tranches: [] }

describe('the deadlines of the training', () => {
  it('rest: held on day 29 of 30 and released on day 40, one day is left', () => {
    const { heldForMs } = deadlinesAfterHold(lifeOf(programme, training), programme, hold(29, 40))
    expect(heldForMs).toBe(11 * DAY)
    const life = lifeOf(programme, { ...training, heldForMs })
    expect(nextStep(life, programme, 41 * DAY - 1)).toBeUndefined()
    expect(nextInstant(life, programme, 40 * DAY)).toBe(41 * DAY)
    expect(nextStep(life, programme, 41 * DAY)).toEqual({ kind: 'expire' })
  })

  it('rest from the admission on, for those who were on hold before it', () => {
    const life = lifeOf(programme, { admittedAtMs: 5 * DAY })
    expect(deadlinesAfterHold(life, programme, hold(0, 8)).heldForMs).toBe(3 * DAY)
    expect(deadlinesAfterHold(life, programme, hold(0, 4))).toEqual(nothing)
    expect(deadlinesAfterHold(lifeOf(programme, { admittedAtMs: null }), programme, hold(0, 4))).toEqual(nothing)
  })

  it('that had passed before the hold have passed after it', () => {
    const { heldForMs } = deadlinesAfterHold(lifeOf(programme, training), programme, hold(31, 40))
    expect(nextStep(lifeOf(programme, { ...training, heldForMs }), programme, 40 * DAY)).toEqual({ kind: 'expire' })
  })

  it('that are a date for everybody stay', () => {
    const admittedAtMs = Date.parse('2027-07-01T05:00:00Z')
    const evidence = [{ kind: 'course-started', subject: 'A', occurredAtMs: admittedAtMs }] as const
    const life = lifeOf(office, { admittedAtMs, heldForMs: 99 * DAY, evidence })
    expect(nextInstant(life, office, admittedAtMs)).toBe(Date.parse('2027-12-15T16:59:59Z'))
  })

  it('wake nobody while they rest', () => {
    expect(nextInstant(lifeOf(programme, { ...training, held: true }), programme, 0)).toBeNull()
  })
})

describe('the deadlines of the incentives', () => {
  const paying = (...tranches: readonly LifeTranche[]) =>
    lifeOf(programme, {
      stage: 'incentives',
      admittedAtMs: 0,
      trainedAtMs: 0,
      tranches: programme.tranches.map(({ code }) => tranches.find((each) => each.code === code) ?? tranche(code)),
    })
  const survey = tranche('survey-1', { state: 'open', opensAtMs: 7 * DAY, closesAtMs: 37 * DAY })
  const waiting = owed({ state: 'needs-account', lapsesAtMs: 60 * DAY })
  const first = tranche('incentive-1', { state: 'due', dueAtMs: 0, disbursement: waiting })

  it('rest for as long as the hold and the window have in common', () => {
    const at = (fromDay: number, toDay: number) =>
      deadlinesAfterHold(paying(first, survey), programme, hold(fromDay, toDay)).tranches.map((moved) => [
        moved.code,
        moved.closesAtMs === null ? null : moved.closesAtMs / DAY,
        moved.lapsesAtMs === null ? null : moved.lapsesAtMs / DAY,
      ])
    expect(at(36, 50)).toEqual([
      ['incentive-1', null, 74],
      ['survey-1', 51, null],
    ])
    expect(at(2, 10)).toEqual([
      ['incentive-1', null, 68],
      ['survey-1', 40, null],
    ])
    expect(at(2, 6)).toEqual([['incentive-1', null, 64]])
    expect(at(38, 39)).toEqual([['incentive-1', null, 61]])
    expect(at(60, 90)).toEqual([])
  })

  it('of what has ended stay as they were', () => {
    const paid = tranche('incentive-1', { ...first, disbursement: owed({ state: 'paid', lapsesAtMs: 60 * DAY }) })
    const missed = tranche('survey-1', { ...survey, state: 'missed' })
    expect(deadlinesAfterHold(paying(paid, missed), programme, hold(36, 50)).tranches).toEqual([])
  })

  it('that are a date for everybody stay', () => {
    const life = lifeOf(office, {
      stage: 'incentives',
      trainedAtMs: 0,
      tranches: office.tranches.map(({ code }) => (code === 'incentive-1' ? first : tranche(code))),
    })
    expect(deadlinesAfterHold(life, office, hold(1, 9)).tranches).toEqual([])
  })

  it('are not moved by a hold whose end another clock puts before its start', () => {
    expect(deadlinesAfterHold(paying(first, survey), programme, hold(9, 8))).toEqual(nothing)
  })
})
