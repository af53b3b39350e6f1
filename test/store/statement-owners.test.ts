/** Whose books carry what a statement shows and is of no payout, also where no money at its gateway was recorded yet. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Programme } from '../../domain/programme.ts'
import { setAppropriation } from '../../store/budgets.ts'
import { inTransaction } from '../../store/database.ts'
import type { Store } from '../../store/index.ts'
import { publishProgramme } from '../../store/programmes.ts'
import { credit, NEXT, reconciling, type Reconciling } from '../support/statements.ts'
import { hashOf, NOON, openWorld, OPERATOR, refusal, YEAR, type World } from '../support/world.ts'

const AMOUNT = 5000n

/** The programme is there, and nobody has recorded money at a gateway: as in a database that was put back to before that. */
const unfunded = ({ context }: Store, programme: Programme, amount: bigint): Promise<void> =>
  inTransaction(context.database, async (sql) => {
    await publishProgramme(sql, programme, hashOf(programme), OPERATOR, NOON)
    await setAppropriation(sql, { programme, fiscalYear: YEAR, number: 'DIPA-1', amount }, OPERATOR, NOON)
  })

let world: World
let at: Reconciling
beforeEach(async () => {
  world = await openWorld({ begin: unfunded })
  at = reconciling(world)
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const topUp = (gateway: string) => ({
  lines: [credit('t1', { type: 'top-up', reference: 'SP2D-9', amount: AMOUNT })],
  told: { opening: 0n, gateway },
})

it('a transfer that comes before it is recorded is of the programme that names its gateway, and no difference once it is', async () => {
  const { lines, told } = topUp('sandbox')
  await at.reconcile(lines, told)
  const [found] = await at.found()
  expect(found).toMatchObject({ class: 'unreferenced-credit', state: 'open', programme: 'swift', difference: AMOUNT })
  await world.act((acts) =>
    acts.recordFunding({ programme: world.programme, gateway: 'sandbox', number: 'SP2D-9', amount: AMOUNT }),
  )
  expect(await at.found()).toMatchObject([{ id: found?.id, resolution: 'corrected' }])
  expect(await at.float()).toBe(AMOUNT)
  expect(await at.balance('funds:suspense-in')).toBe(0n)
})

it('a statement of a gateway that no programme names waits with what is nobody’s, and is matched once one does', async () => {
  const { lines, told } = topUp('elsewhere')
  const { id } = await at.load(lines, told)
  expect(await refusal(at.settle(id))).toBe('conflict')
  expect(await at.found()).toEqual([])
  expect(await world.one('SELECT state FROM statement WHERE id = $1', [id])).toEqual({ state: 'loaded' })
  const { programme } = world
  const payment = { ...programme.payment, gateways: ['sandbox', 'elsewhere'] }
  await world.publish({ ...programme, version: programme.version + 1, payment })
  await at.settle(id)
  expect(await at.found()).toMatchObject([{ gateway: 'elsewhere', programme: 'swift', state: 'open' }])
})

it('one that has nothing is matched all the same', async () => {
  await at.reconcile([], { opening: 0n, gateway: 'elsewhere', day: NEXT })
  expect(await at.found()).toEqual([])
  expect(await world.one('SELECT state FROM statement')).toEqual({ state: 'settled' })
})
