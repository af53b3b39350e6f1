/** A gateway's day from its sandbox to the books: the real workflow, activities, formats and database. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { audit, type AuditOptions } from '../../auditor/audit.ts'
import type { Finding } from '../../auditor/finding.ts'
import { httpStatements } from '../../auditor/statements/sources.ts'
import { reconcileWorkflowId, reconciliationId } from '../../domain/identity.ts'
import { DISCREPANCY_CLASSES } from '../../domain/reconciliation.ts'
import { endOfLocalDay } from '../../domain/zone.ts'
import { dayOf, nextDay } from '../../sandbox/statement.ts'
import { keepReconciliation } from '../../temporal/schedules.ts'
import { LIVES_QUEUE, type Reconciled } from '../../workflows/messages.ts'
import { withClient } from '../../local/roles.ts'
import { STATEMENTS_KEY } from '../sandbox/stage.ts'
import { auditOptions } from '../support/audited.ts'
import { bankAccount } from '../support/builders.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { AMOUNT, DAY, disbursementOf, HOUR, NOON } from '../support/world.ts'

const OPENING = 1_000_000_000_000n
/** One payment of each scenario in which a statement differs. */
const SCENARIOS = ['00', '70', '71', '72', '73', '74', '75', '76', '78', '79', '80', '81']

let scene: Scene
let today: string
let returned: string
beforeAll(async () => {
  today = dayOf(Date.now())
  // The provider's time runs a hundred times as fast: late in the evening it is set back, so that all is of one day.
  const startsAtMs = Math.min(Date.now(), endOfLocalDay('Asia/Jakarta', today) - 4 * HOUR)
  // A payment that never finishes must still be under way when the statement comes.
  const timing = { enquiryLadderMs: [30_000] }
  scene = await openScene({ server: 'real', openingBalance: OPENING, timing, startsAtMs })
  const refs = await Promise.all(
    SCENARIOS.map((scenario) => scene.ready({ account: bankAccount(scenario) }, Date.now())),
  )
  await scene.settle()
  returned = disbursementOf(refs[0] ?? '')
  const others = `SELECT reference, state FROM payout WHERE state NOT IN ('paid', 'processing')`
  const settled = async (): Promise<void> => {
    expect((await scene.root.pool.query(others)).rows).toEqual([])
    expect(await scene.count('SELECT FROM payout')).toBe(SCENARIOS.length)
  }
  await vi.waitFor(settled, { timeout: 150_000, interval: 50 })
}, 180_000)
afterAll(() => scene.close())

function reconcile(day: string, name = reconcileWorkflowId('sandbox', day)): Promise<Reconciled> {
  const args = [{ gateway: 'sandbox', day }]
  return scene.temporal.client.workflow.execute('reconcile', { workflowId: name, taskQueue: LIVES_QUEUE, args })
}

async function closing(day: string): Promise<bigint> {
  const row = await scene.one<{ closing: bigint }>('SELECT closing FROM statement WHERE day = $1 AND NOT superseded', [
    day,
  ])
  return row.closing
}

async function float(): Promise<bigint> {
  const row = await scene.one<{ float: bigint }>(
    `SELECT sum(CASE WHEN debit = 'funds:float:sandbox' THEN amount ELSE -amount END)::bigint AS float
       FROM posting WHERE 'funds:float:sandbox' IN (debit, credit)`,
  )
  return row.float
}

/** What an auditor finds who asks the sandbox too; that this programme was published by one hand is known. */
async function audited(more: Partial<AuditOptions> = {}): Promise<readonly Finding[]> {
  const { findings } = await withClient(scene.database.audit, (client) => {
    const source = { gateway: 'sandbox', url: scene.sandboxUrl, credential: STATEMENTS_KEY, format: 'jsonl' } as const
    return audit(client, { ...auditOptions(new Map(), Date.now()), statements: [httpStatements(source)], ...more })
  })
  return findings.filter(({ invariant, kind }) => !(invariant === 'I21' && kind === 'forbidden'))
}

test('every kind of difference is found in two days, and the books hold what the statement says', async () => {
  await scene.day('close', today)
  const results = await Promise.all([reconcile(today), reconcile(today, 'beside')])
  expect(results.map(({ outcome }) => outcome)).toEqual(['reconciled', 'reconciled'])
  // Those of 70, 74, 75 and 78 may still come: their window is open.
  expect(await float()).toBe((await closing(today)) - 4n * AMOUNT)

  // What comes back, and nobody calls.
  const { gateway_id: id } = await scene.one<{ gateway_id: string }>(
    'SELECT gateway_id FROM payout WHERE disbursement = $1',
    [returned],
  )
  await scene.giveBack(id)
  await scene.settle()
  await scene.day('close', nextDay(today))
  expect(await reconcile(nextDay(today))).toMatchObject({ outcome: 'reconciled' })
  expect(await float()).toBe(await closing(nextDay(today)))
  expect(await scene.imbalances()).toEqual([])

  const { rows } = await scene.store.statements.discrepancies(
    { programmes: null, isOpen: false },
    { limit: 100, after: null },
  )
  const found = new Set(rows.map((row) => row.class))
  // The return was told by its callback already, so that the statement agrees.
  expect(DISCREPANCY_CLASSES.filter((one) => !found.has(one))).toEqual(['return'])
  expect(rows.filter(({ state }) => state === 'found')).toEqual([])
  expect(await audited()).toEqual([])
}, 60_000)

test('a day that is reconciled again changes nothing, and a corrected one takes back what it no longer shows', async () => {
  const before = await scene.count('SELECT FROM discrepancy')
  const postings = await scene.count('SELECT FROM posting')
  await reconcile(today)
  expect([await scene.count('SELECT FROM discrepancy'), await scene.count('SELECT FROM posting')]).toEqual([
    before,
    postings,
  ])
  await scene.day('correct', today)
  await reconcile(today)
  const kept = await scene.one('SELECT version, told_version FROM statement WHERE day = $1 AND NOT superseded', [today])
  expect(kept).toEqual({ version: 2, told_version: 2 })
  const corrected = await scene.count(`SELECT FROM discrepancy WHERE resolution = 'corrected'`)
  expect(corrected).toBeGreaterThan(4)
  // What the first day tells now the second one tells no more.
  await reconcile(nextDay(today))
  expect(await audited()).toEqual([])
  expect(await scene.imbalances()).toEqual([])
}, 60_000)

test('each gateway has one schedule in its own zone, whoever starts; a round by hand does the days that are due', async () => {
  const round = { gateway: 'sandbox', zone: 'Asia/Jakarta', at: { hour: 0, minute: 30 } }
  await keepReconciliation(scene.temporal, { ...round, at: { hour: 3, minute: 0 } }, true)
  await Promise.all([keepReconciliation(scene.temporal, round, true), keepReconciliation(scene.temporal, round, true)])
  const schedule = scene.temporal.client.schedule.getHandle(reconciliationId('sandbox'))
  const { spec, action } = await schedule.describe()
  expect(spec.timezone).toBe('Asia/Jakarta')
  expect(spec.calendars?.[0]).toMatchObject({ hour: [{ start: 0 }], minute: [{ start: 30 }] })
  expect(action).toMatchObject({ workflowType: 'reconciliation', args: [{ gateway: 'sandbox' }] })
  await schedule.trigger()
  await untilTrue(async () => (await schedule.describe()).info.recentActions.length > 0)
  const [started] = (await schedule.describe()).info.recentActions
  const { workflowId } = started?.action.workflow ?? { workflowId: '' }
  expect(workflowId.startsWith('reconciliation:sandbox')).toBe(true)
  // Those of the last week that are over, from the day on which the treasury first put money there.
  const done = (await scene.temporal.client.workflow.getHandle(workflowId).result()) as Record<string, string>
  const first = dayOf(Math.max(NOON, Date.now() - 7 * DAY))
  const days: string[] = []
  for (let day = first; day < today; day = nextDay(day)) days.push(day)
  expect(done).toEqual(Object.fromEntries(days.map((day) => [day, 'reconciled'])))
}, 60_000)
