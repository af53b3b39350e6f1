/** Schedules of a worker that runs: one that is missing is made again, whatever becomes of another. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ScheduleNotFoundError } from '@temporalio/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { payoutRunsId, reconciliationId } from '../../domain/identity.ts'
import type { Calendar, Programme } from '../../domain/programme.ts'
import { localTime, weekdayOf } from '../../domain/zone.ts'
import { freePort } from '../../local/ports.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { startSchedules } from '../../main/schedules.ts'
import { connectTemporal, type Temporal } from '../../temporal/connect.ts'
import { approvedProgramme } from '../support/runs.ts'
import { untilTrue } from '../support/temporal.ts'

const programme = approvedProgramme({ cutOff: '17:00' })
const other: Programme = { ...programme, code: 'other' }
const sandbox = {
  code: 'sandbox',
  capabilities: { statement: { zone: 'Asia/Jakarta', readyAt: { hour: 0, minute: 30 } } },
}
const gateways = new Map([['sandbox', sandbox as never]])

let folder: string
let server: RunningTemporal
let temporal: Temporal
let port: number
async function start(): Promise<void> {
  folder = mkdtempSync(path.join(tmpdir(), 'lunas-schedules-'))
  mkdirSync(path.join(folder, 'logs'))
  const program = await findTemporalCli({ configured: null })
  server = await startTemporal({ program, home: folder, port, uiPort: await freePort() })
}
async function stop(): Promise<void> {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
beforeAll(async () => {
  port = await freePort()
  await start()
  temporal = connectTemporal({ address: server.address, namespace: 'default' })
})
afterAll(async () => {
  await temporal.close()
  await stop()
})

const scheduleOf = (id: string) => temporal.client.schedule.getHandle(id)
const described = (id: string) =>
  scheduleOf(id)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof ScheduleNotFoundError) return null
      throw error
    })
const isThere = (id: string) => untilTrue(async () => (await described(id)) !== null)

function keep(programmes: () => Promise<readonly Programme[]>) {
  const said: string[] = []
  const schedules = startSchedules({
    store: { programmes: { listApproved: programmes } } as never,
    gateways,
    temporal,
    report: (_level, message) => said.push(message),
    everyMs: 200,
  })
  return { said, stop: schedules.stop }
}

test('a programme whose schedule is refused keeps no other from its own, and is tried again', async () => {
  let first: Programme = approvedProgramme({ cutOff: '99:00' })
  const schedules = keep(() => Promise.resolve([first, other]))
  await isThere(payoutRunsId('other'))
  await isThere(reconciliationId('sandbox'))
  expect(await described(payoutRunsId(programme.code))).toBeNull()
  expect(schedules.said).toContain(`the schedule of ${programme.code}'s payout runs is not kept for now`)
  first = programme
  await isThere(payoutRunsId(programme.code))
  await schedules.stop()
})

test('reconciliations have their schedule also while the programmes cannot be read', async () => {
  await scheduleOf(reconciliationId('sandbox')).delete()
  const schedules = keep(() => Promise.reject(new Error('the database is away')))
  await isThere(reconciliationId('sandbox'))
  await schedules.stop()
})

test.each([
  ['Asia/Jakarta', [1, 2, 3, 4, 5]],
  ['Asia/Jayapura', [1, 3]],
] as const)('the cut-off comes by the clock of %s, on the weekdays of its programme', async (zone, weekdays) => {
  const calendar: Calendar = { kind: 'working-days', weekdays, holidays: [], opens: '08:00', cutOff: '15:00' }
  const of: Programme = { ...approvedProgramme({ cutOff: '16:30' }, { zone, calendar }), code: `of-${weekdays.length}` }
  const schedules = keep(() => Promise.resolve([of]))
  await isThere(payoutRunsId(of.code))
  const times = (await described(payoutRunsId(of.code)))?.info.nextActionTimes.map((at) =>
    localTime(zone, at.getTime()),
  )
  await schedules.stop()
  expect(times?.length).toBeGreaterThan(5)
  for (const { date, timeMs } of times ?? []) {
    expect(timeMs).toBe(16.5 * 3_600_000)
    expect(weekdays).toContain(weekdayOf(date))
  }
  expect(new Set(times?.map(({ date }) => weekdayOf(date)))).toEqual(new Set(weekdays))
})

test('one that people have paused stays so, and a new version gives it its form', async () => {
  await scheduleOf(payoutRunsId(programme.code)).pause()
  let current = programme
  const schedules = keep(() => Promise.resolve([current]))
  const hour = async () => (await described(payoutRunsId(programme.code)))?.spec.calendars?.[0]?.hour[0]?.start
  await untilTrue(async () => (await hour()) === 17)
  current = { ...approvedProgramme({ cutOff: '18:00' }), version: programme.version + 1 }
  await untilTrue(async () => (await hour()) === 18)
  expect((await described(payoutRunsId(programme.code)))?.state.paused).toBe(true)
  await schedules.stop()
})

test('all of them are made anew where Temporal has lost everything under a worker that goes on', async () => {
  const schedules = keep(() => Promise.resolve([programme, other]))
  await isThere(payoutRunsId('other'))
  await stop()
  await start()
  await untilTrue(() => temporal.healthy())
  for (const id of [payoutRunsId(programme.code), payoutRunsId('other'), reconciliationId('sandbox')]) await isThere(id)
  await schedules.stop()
}, 120_000)
