/** The scheduled cut-off keeps the calendar of its programme: on a day that is not worked nothing is collected, by the clock of the programme's zone. */
import { afterEach, expect, it } from 'vitest'
import { createRunActivities, type Collected } from '../../activities/runs.ts'
import type { Calendar, Programme } from '../../domain/programme.ts'
import { approvedProgramme } from '../support/runs.ts'
import { openWorld, type World } from '../support/world.ts'

/** Wednesday is a holiday. */
const OFFICE: Calendar = {
  kind: 'working-days',
  weekdays: [1, 2, 3, 4, 5],
  holidays: ['2026-11-25'],
  opens: '08:00',
  cutOff: '15:00',
}

let world: World
afterEach(() => world.close())

const open = async (more: Partial<Programme> = {}): Promise<void> => {
  world = await openWorld({ programme: approvedProgramme({ cutOff: '17:00' }, { calendar: OFFICE, ...more }) })
}
const at = (instant: string): Promise<Collected> =>
  createRunActivities({ store: world.store, gateways: new Map(), beat: () => undefined }).collectRun({
    programme: 'swift',
    nowMs: Date.parse(instant),
  })
const runs = (): Promise<number> => world.count('SELECT FROM payout_run')
const OFF = { outcome: 'day-off' }
/** A day that is worked, on which nothing new is owed. */
const WORKED = { outcome: 'refused', code: 'nothing-owed' }

it('collects at five in Jakarta on a working day, and neither on a Sunday nor on a holiday', async () => {
  await open()
  const owes = (instant: string) => world.ready({}, Date.parse(instant))
  await owes('2026-11-22T12:00:00+07:00')
  expect(await at('2026-11-22T17:00:00+07:00')).toEqual(OFF)
  expect(await runs()).toBe(0)
  expect(await at('2026-11-23T17:00:00+07:00')).toMatchObject({ outcome: 'collected' })
  await owes('2026-11-24T18:00:00+07:00')
  expect(await at('2026-11-25T17:00:00+07:00')).toEqual(OFF)
  expect(await runs()).toBe(1)
  expect(await at('2026-11-26T17:00:00+07:00')).toMatchObject({ outcome: 'collected' })
  expect(await runs()).toBe(2)
})

it.each([
  ['Asia/Jakarta', '2026-11-27T23:59:59+07:00', '2026-11-28T00:00:00+07:00'],
  ['Asia/Jayapura', '2026-11-27T23:59:59+09:00', '2026-11-28T00:00:00+09:00'],
])('a Friday ends at midnight in %s, wherever the engine is', async (zone, friday, saturday) => {
  await open({ zone })
  expect(await at(friday)).toEqual(WORKED)
  expect(await at(saturday)).toEqual(OFF)
})

it('the same instant is a holiday for one programme and a working day for one of another zone', async () => {
  // Wednesday in Jayapura, still Tuesday in Jakarta.
  const instant = '2026-11-24T15:30:00Z'
  await open({ zone: 'Asia/Jayapura' })
  expect(await at(instant)).toEqual(OFF)
  await world.close()
  await open()
  expect(await at(instant)).toEqual(WORKED)
})

it('a programme that always works collects on a Sunday too', async () => {
  await open({ calendar: { ...OFFICE, kind: 'always' } })
  await world.ready()
  expect(await at('2026-11-22T17:00:00+07:00')).toMatchObject({ outcome: 'collected' })
})
