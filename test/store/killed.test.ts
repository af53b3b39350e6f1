/** Work that is cut off at its waits in this process: quick beside the trial that kills processes there, and two places that no gateway of ours brings about. */
import { afterEach, expect, test } from 'vitest'
import { createReconciliationActivities } from '../../activities/reconciliation.ts'
import { FAILPOINTS } from '../../failpoints.ts'
import { openGateways } from '../../gateways/index.ts'
import { auditWithin } from '../support/audited.ts'
import { END } from '../support/audited-teller.ts'
import { openEndedYear } from '../support/audited-year.ts'
import { cutsAt } from '../support/killed.ts'
import { decide, propose, signer } from '../support/two-people.ts'
import { agreeToRun, AHEAD, approvedProgramme, payFirst, proposeRun } from '../support/runs.ts'
import { credit, line, reconciling, RULE } from '../support/statements.ts'
import { finishYears, yearOf } from '../support/years.ts'
import { DAY, disbursementOf, HOUR, NOON, OPERATOR, openStore, openWorld, type World } from '../support/world.ts'

const opened: World[] = []
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close()
})

const placesOf = (areas: RegExp) => FAILPOINTS.filter((point) => areas.test(point))

test('a year whose closing is cut off three times at every wait ends as it should, to the last rupiah', async () => {
  const cuts = cutsAt(placesOf(/^(year|year-lapse|year-return|year-carry|period):/))
  const { world, told } = await openEndedYear(async ({ database }, atMs) => {
    const store = openStore(database, { pass: cuts.pass })
    await cuts.through(() => finishYears(store, atMs))
    await store.close()
  })
  opened.push(world)
  expect(cuts.left()).toEqual([])
  expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null })
  expect(await world.imbalances()).toEqual([])
  const client = await world.root.pool.connect()
  await client.query('BEGIN')
  expect((await auditWithin(client, told, END)).findings).toEqual([])
  await client.query('ROLLBACK')
  client.release()
})

test('a statement whose settling is cut off three times at every wait is booked once', async () => {
  const world = await openWorld()
  opened.push(world)
  const at = reconciling(world)
  const paid = await at.send()
  const unheard = await at.send(false)
  const { id } = await at.load([line(paid), line(paid, { id: 'twice' }), line(unheard), credit('c1')])
  await world.store.statements.match(id, RULE, NOON + HOUR)
  const cuts = cutsAt(placesOf(/^settle:/))
  const store = openStore(world.database, { pass: cuts.pass })
  const gateways = openGateways({ sandbox: { baseUrl: 'http://localhost', apiKey: 'none', callbackSecrets: [] } })
  const steps = createReconciliationActivities({
    store,
    gateways,
    now: () => NOON + HOUR,
    beat: () => undefined,
    pass: cuts.pass,
  })
  await cuts.through(() => steps.settleStatement({ statement: id }))
  await store.close()
  expect(cuts.left()).toEqual([])
  expect(await at.classes()).toEqual(['duplicate', 'missing-here', 'unreferenced-credit'])
  const open = `SELECT FROM posting WHERE subject LIKE 'discrepancy:%'`
  expect(await world.count(open)).toBe(2)
  expect(await world.count(`SELECT FROM payout WHERE state = 'paid'`)).toBe(2)
  expect(await world.count(`SELECT FROM audit_event WHERE act = 'discrepancy-found'`)).toBe(3)
  expect(await world.imbalances()).toEqual([])
})

test('a run whose collecting, letting go and closing are cut off three times at every wait reserves its fees once and frees what it did not send', async () => {
  const fees = [{ gateway: 'sandbox', amount: '250000', times: 1 }]
  const programme = approvedProgramme({ canary: { lines: 9, pause: 'PT0S' } })
  const world = await openWorld({ programme: { ...programme, payment: { ...programme.payment, fees } } })
  opened.push(world)
  const refs = [await world.ready(), await world.ready(), await world.ready()]
  const cuts = cutsAt(placesOf(/^(collect|close):|^release:(?!committed)/))
  const store = openStore(world.database, { pass: cuts.pass })
  const collecting = { actor: OPERATOR, atMs: NOON, idempotency: null }
  await cuts.through(() =>
    store.desk.perform(collecting, async (acts) => {
      await acts.collectRun({ programme: 'swift', cutOffMs: NOON })
      return { status: 200, body: {} }
    }),
  )
  const [run] = await store.runs.list(null, true)
  if (!run) throw new Error('no run')
  await agreeToRun(world, await proposeRun(world, run))
  await world.act((acts) => acts.hold({ programme: 'swift', ref: refs[2] ?? '', reason: 'a doubt' }), NOON)
  await cuts.through(() => store.runs.look(run.key, AHEAD, NOON))
  await payFirst(world, refs[0] ?? '')
  expect(await cuts.through(() => store.runs.look(run.key, AHEAD, NOON + 4 * DAY))).toMatchObject({ state: 'closed' })
  await store.close()
  expect(cuts.left()).toEqual([])
  expect(await world.one('SELECT reserved, spent, freed FROM fee_reserve')).toEqual({
    reserved: 750_000n,
    spent: 0n,
    freed: 500_000n,
  })
  expect(await world.count(`SELECT FROM posting WHERE event = 'fee-freed'`)).toBe(1)
  expect(await world.imbalances()).toEqual([])
})

test('a fee of which two people say what it came to is booked once, however often that is cut off', async () => {
  const world = await openWorld()
  opened.push(world)
  const at = reconciling(world)
  const paid = await at.send()
  await at.reconcile([line(paid), line(paid, { id: 'f1', type: 'fee', amount: null })])
  const [{ id } = { id: '' }] = await at.found(true)
  const cuts = cutsAt(placesOf(/^resolve:/))
  const store = openStore(world.database, { pass: cuts.pass })
  const atMs = NOON + 2 * HOUR
  const content = { discrepancy: id, difference: '-2500', resolution: 'written-off' }
  const sari = await signer(store, 'sari', ['operator'])
  const budi = await signer(store, 'budi', ['approver'])
  const proposal = await propose(store, sari, { act: 'discrepancy-resolution', content }, atMs)
  const decided = await cuts.through(() => decide(store, budi, proposal, 'approve', atMs))
  await store.close()
  expect(decided.state).toBe('executed')
  expect(cuts.left()).toEqual([])
  expect(await world.count(`SELECT FROM posting WHERE event = 'written-off'`)).toBe(1)
  expect(await world.imbalances()).toEqual([])
})

test('a payment that its gateway turned away for longer than it remembers the key is given up once, however often that is cut off', async () => {
  const world = await openWorld()
  opened.push(world)
  const disbursement = disbursementOf(await world.ready())
  const payout = await world.claim(disbursement)
  const failure = { class: 'retry-same', code: 'rate-limited', vendorCode: '429', retryAfterMs: DAY } as const
  await world.observe({ payout, source: 'submit', send: 1, fact: { kind: 'retry-same', failure }, atMs: NOON })
  const cuts = cutsAt(placesOf(/^giving-up:(locked|ruled|unsent)/))
  const store = openStore(world.database, { pass: cuts.pass })
  await cuts.through(() => store.payouts.giveUp(payout, NOON + DAY))
  await store.payouts.giveUp(payout, NOON + DAY)
  await store.close()
  expect(cuts.left()).toEqual([])
  expect(await world.one('SELECT state, money FROM payout')).toEqual({ state: 'not-sent', money: 'back' })
  expect(await world.count(`SELECT FROM posting WHERE event = 'voided'`)).toBe(1)
  expect(await world.imbalances()).toEqual([])
})
