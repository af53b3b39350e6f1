/** Payout runs end to end: twenty people paid through one, by the real workflow, schedule, activities, gateway and database. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { payoutRunsId, payoutRunWorkflowId } from '../../domain/identity.ts'
import type { RunRow } from '../../store/run-rows.ts'
import { keepCollection } from '../../temporal/schedules.ts'
import { LIVES_QUEUE } from '../../workflows/messages.ts'
import { bankAccount } from '../support/builders.ts'
import { abortRun, agreeToRun, approvedProgramme, collect, proposeRun } from '../support/runs.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'

const programme = approvedProgramme({
  cutOff: '17:00',
  canary: { lines: 3, pause: 'PT1S' },
  approvals: [{ approvers: 1, releaser: false }],
})
let scene: Scene
beforeAll(async () => {
  scene = await openScene({ server: 'real', programme, timeFactor: 0.1 })
})
afterAll(() => scene.close())
afterEach(async () => {
  expect(await scene.imbalances()).toEqual([])
})

const people = (count: number, scenario = '00') =>
  Promise.all(Array.from({ length: count }, () => scene.ready({ account: bankAccount(scenario) }, Date.now())))
const find = (run: Pick<RunRow, 'key'>) => scene.store.runs.find(run.key)
const inState = (run: Pick<RunRow, 'key'>, state: string) =>
  untilTrue(async () => (await find(run)).state === state, 60_000)
const resultOf = (run: Pick<RunRow, 'key'>) =>
  scene.temporal.client.workflow.getHandle(payoutRunWorkflowId(run.key)).result()
const agree = async (run: RunRow) => agreeToRun(scene, await proposeRun(scene, run, Date.now()), Date.now())
const lines = (run: Pick<RunRow, 'key'>, state: string) =>
  scene.count('SELECT FROM payout_run_line WHERE run = $1 AND state = $2', [run.key, state])
const sent = async () => (await scene.journal()).filter(({ kind }) => kind === 'accepted').length

test('the programme has one schedule in its own zone; what it collects is approved, released, paid to twenty people and closed', async () => {
  await people(20)
  await Promise.all([keepCollection(scene.temporal, programme, true), keepCollection(scene.temporal, programme, true)])
  const schedule = scene.temporal.client.schedule.getHandle(payoutRunsId(programme.code))
  const { spec } = await schedule.describe()
  expect(spec.timezone).toBe('Asia/Jakarta')
  expect(spec.calendars?.[0]).toMatchObject({ hour: [{ start: 17 }], minute: [{ start: 0 }] })
  await scene.settle()
  await schedule.trigger()
  await untilTrue(async () => (await scene.store.runs.list(null, true)).length > 0)
  const [run] = await scene.store.runs.list(null, true)
  if (!run) throw new Error('it was collected')
  expect(run).toMatchObject({ lines: 20, collectedBy: 'engine' })
  expect(await sent()).toBe(0)
  expect((await agree(run)).state).toBe('executed')
  await inState(run, 'closed')
  expect(await resultOf(run)).toEqual({ state: 'closed' })
  expect(await lines(run, 'paid')).toBe(20)
  expect(await scene.count(`SELECT FROM disbursement WHERE state = 'paid'`)).toBe(20)
  expect(await sent()).toBe(20)
}, 120_000)

test('a pause stops it in the middle, its workers may die between two portions, and it goes on to its end', async () => {
  await people(12)
  await scene.settle()
  const before = await sent()
  const run = await collect(scene, Date.now())
  await agree(run)
  await untilTrue(async () => (await sent()) > before)
  await scene.act((acts) => acts.pauseRun({ run: run.key, reason: 'a doubt' }), Date.now())
  const { rows } = await scene.root.pool.query(
    `SELECT FROM payout y JOIN payout_run_line l USING (disbursement) WHERE l.run = $1`,
    [run.key],
  )
  await scene.stopWorkers()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await scene.startWorkers()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  // What a worker had claimed and not yet sent when it died is found out about later; nothing else leaves.
  expect(await sent()).toBeLessThanOrEqual(before + rows.length)
  await scene.act((acts) => acts.resumeRun({ run: run.key, reason: 'looked into' }), Date.now())
  await inState(run, 'closed')
  expect(await lines(run, 'paid')).toBe(12)
  expect(await sent()).toBe(before + 12)
}, 120_000)

test('an abort sends nothing more; what is owed is collected again, by hand, and paid once', async () => {
  await people(6)
  await scene.settle()
  const before = await sent()
  const run = await collect(scene, Date.now())
  await agree(run)
  expect((await abortRun(scene, run, Date.now())).state).toBe('executed')
  await scene.settle()
  expect(await resultOf(run)).toEqual({ state: 'aborted' })
  const args = [{ programme: programme.code }]
  const collected = await scene.temporal.client.workflow.execute('collection', {
    workflowId: 'by-hand',
    taskQueue: LIVES_QUEUE,
    args,
  })
  expect(collected).toMatchObject({ outcome: 'collected' })
  const [next] = await scene.store.runs.list(null, true)
  if (!next) throw new Error('it was collected')
  await agree(next)
  await inState(next, 'closed')
  expect(await sent()).toBe(before + 6)
  const again = await scene.temporal.client.workflow.execute('collection', {
    workflowId: 'by-hand',
    taskQueue: LIVES_QUEUE,
    args,
  })
  expect(again).toEqual({ outcome: 'refused', code: 'nothing-owed' })
}, 120_000)
