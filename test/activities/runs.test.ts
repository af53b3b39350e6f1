/** A scheduled collection that comes to nothing: tried again where that helps, and otherwise seen by people. */
import { afterEach, expect, it } from 'vitest'
import { createRunActivities } from '../../activities/runs.ts'
import { entitlementTotal } from '../../domain/programme.ts'
import { approvedProgramme } from '../support/runs.ts'
import { NOON, openWorld, type World } from '../support/world.ts'

let world: World
afterEach(() => world.close())

const collect = () =>
  createRunActivities({ store: world.store, gateways: new Map(), beat: () => undefined }).collectRun({
    programme: 'swift',
    nowMs: NOON,
  })

it('is tried again while something is deducted: a second of that costs nobody the day', async () => {
  world = await openWorld({ programme: approvedProgramme() })
  await world.ready()
  const deducting = await world.root.pool.connect()
  await deducting.query('BEGIN')
  await deducting.query(`SELECT pg_advisory_xact_lock_shared(hashtextextended('runs:swift', 0))`)
  const refused = await collect().catch((error: unknown) => error)
  await deducting.query('COMMIT')
  deducting.release()
  expect(refused).toMatchObject({ type: 'conflict', nonRetryable: false })
  expect(await collect()).toMatchObject({ outcome: 'collected' })
})

it('fails its workflow by its code where the fees have no room, which only people can change', async () => {
  const programme = approvedProgramme()
  const fees = [{ gateway: 'sandbox', amount: '1', times: 1 }]
  world = await openWorld({
    programme: { ...programme, payment: { ...programme.payment, fees } },
    budget: entitlementTotal(programme),
  })
  await world.ready()
  await expect(collect()).rejects.toMatchObject({ type: 'budget-exceeded', nonRetryable: true })
})

it('is over where nothing is owed', async () => {
  world = await openWorld({ programme: approvedProgramme() })
  expect(await collect()).toEqual({ outcome: 'refused', code: 'nothing-owed' })
})
