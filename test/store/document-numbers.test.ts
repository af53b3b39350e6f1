/** Decree, appropriation, payment order and warrant: signed where an act exists, kept, told, and refused where they are no numbers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RequiredDocument } from '../../domain/document-number.ts'
import type { Problem } from '../../domain/problem.ts'
import { agree } from '../support/two-people.ts'
import { agreeToRun, approvedProgramme, collect, officersOf, proposeRun } from '../support/runs.ts'
import { NOON, openWorld, refusal, WAVE, YEAR, type World } from '../support/world.ts'

const paymentOrder = { number: 'SPM-00123/2026', date: '2026-11-20' }
const warrant = { number: '260191501000123', date: '2026-11-21' }
let world: World
const open = async (requires?: readonly RequiredDocument[]) => {
  world = await openWorld({ programme: approvedProgramme({}, requires ? { requires } : {}) })
}
afterEach(() => world.close())

const waiting = async (): Promise<string> => {
  const ref = await world.register()
  await world.store.lives.screen('swift', ref, NOON)
  return ref
}
const admit = async (more: { decreeDate?: string }) => {
  const refs = [await waiting()]
  await world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-7', refs, ...more }))
}
const faultsOf = async (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: Problem) => error.faults,
  )

describe('a programme that requires no documents', () => {
  beforeEach(() => open())

  it('keeps those that a run was signed with: on the run, in the trail, in the report, and for good', async () => {
    await world.ready()
    const run = await collect(world)
    const proposal = await proposeRun(world, run, NOON, { paymentOrder, warrant })
    expect(proposal.content).toMatchObject({ paymentOrder, warrant })
    await agreeToRun(world, proposal)
    expect(await world.store.runs.find(run.key)).toMatchObject({
      paymentOrder: paymentOrder.number,
      paymentOrderDate: paymentOrder.date,
      warrant: warrant.number,
      warrantDate: warrant.date,
    })
    const { after } = await world.one<{ after: object }>(`SELECT after FROM audit_event WHERE act = 'run-approved'`)
    expect(after).toMatchObject({ paymentOrder, warrant })
    expect((await world.store.reads.budget('swift', YEAR)).runs).toMatchObject([
      { run: run.key, paymentOrder: paymentOrder.number, warrant: warrant.number, lines: 1, amount: run.amount },
    ])
    const changed = world.root.pool.query(`UPDATE payout_run SET warrant = 'another' WHERE key = $1`, [run.key])
    await expect(changed).rejects.toThrow('payout_run.warrant is frozen')
  })

  it('takes a run without any, and a document without its day', async () => {
    await world.ready()
    const run = await collect(world)
    await agreeToRun(world, await proposeRun(world, run, NOON, { warrant: { number: 'SP2D-1' } }))
    const found = await world.store.runs.find(run.key)
    expect(found).toMatchObject({ paymentOrder: null, warrant: 'SP2D-1', warrantDate: null })
  })

  it('refuses what is no number and no day', async () => {
    await world.ready()
    const run = await collect(world)
    for (const number of ['', ' SPM-1', 'SPM-1 ', 'SPM\n1', 'SPM\u202e1', 'S'.repeat(101)]) {
      expect(await refusal(proposeRun(world, run, NOON, { paymentOrder: { number } }))).toBe('invalid-request')
    }
    const days = await faultsOf(proposeRun(world, run, NOON, { warrant: { number: 'SP2D-1', date: '2026-02-30' } }))
    expect(days).toEqual([{ pointer: '/content/warrant/date', detail: 'must be a day that there is' }])
  })

  it('keeps the day of the first decree on its wave, and tells of each', async () => {
    await admit({ decreeDate: '2026-11-19' })
    await admit({ decreeDate: '2026-11-20' })
    expect(await world.store.reads.wave('swift', WAVE)).toMatchObject({ decree: 'SK-7', decreeDate: '2026-11-19' })
    const { rows } = await world.root.pool.query(
      `SELECT after ->> 'decreeDate' AS day FROM audit_event WHERE act = 'admitted' ORDER BY id`,
    )
    expect(rows).toEqual([{ day: '2026-11-19' }, { day: '2026-11-20' }])
    expect(await faultsOf(admit({ decreeDate: '2026-02-30' }))).toEqual([
      { pointer: '/decreeDate', detail: 'must be a day that there is' },
    ])
  })

  it('keeps the day of an appropriation’s document with its number', async () => {
    const { budi, rina } = await officersOf(world)
    const content = {
      programme: 'swift',
      fiscalYear: YEAR + 1,
      number: 'DIPA-040.02/2027',
      date: '2026-11-17',
      amount: { minor: '100', currency: 'IDR' },
    }
    expect((await agree(world.store, [budi, rina], { act: 'appropriation', content }, NOON)).state).toBe('executed')
    expect((await world.store.reads.appropriations('swift'))[0]).toMatchObject({
      number: content.number,
      date: content.date,
    })
    expect((await world.store.reads.budget('swift', YEAR + 1)).appropriations).toEqual([
      { budgetLine: 'SWIFT', number: content.number, date: content.date, amount: 100n },
    ])
    const malformed = { act: 'appropriation', content: { ...content, number: 'DIPA\t1' } }
    expect(await refusal(agree(world.store, [budi, rina], malformed, NOON))).toBe('invalid-request')
  })
})

describe('a programme that requires documents', () => {
  beforeEach(() => open(['decree-date', 'payment-order', 'warrant']))

  it('admits nobody without the day of the decree, and puts no run forward without its documents', async () => {
    expect(await faultsOf(admit({}))).toEqual([
      { pointer: '/decreeDate', detail: 'is missing: the programme requires it' },
    ])
    const ref = await waiting()
    const admission = { programme: 'swift', wave: WAVE, decree: 'SK-7', decreeDate: '2026-11-19', refs: [ref] }
    await world.act((acts) => acts.admit(admission))
    await world.train(ref)
    const run = await collect(world)
    expect((await faultsOf(proposeRun(world, run))).map(({ pointer }) => pointer)).toEqual([
      '/content/paymentOrder',
      '/content/warrant',
    ])
    expect((await faultsOf(proposeRun(world, run, NOON, { warrant }))).map(({ pointer }) => pointer)).toEqual([
      '/content/paymentOrder',
    ])
    expect((await proposeRun(world, run, NOON, { paymentOrder, warrant })).state).toBe('open')
  })
})
