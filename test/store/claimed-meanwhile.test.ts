/** A payment is claimed while the statement that has its debit is matched: neither sees the other, and the debit is its payment all the same. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Pass } from '../../failpoints.ts'
import { bankAccount } from '../support/builders.ts'
import { gate } from '../support/gate.ts'
import { debitsTo, JAKARTA, LATER, lostTimeOfEach, type LostTime } from '../support/lost-time.ts'
import { NEXT, OPENING } from '../support/statements.ts'
import { WAITING } from '../support/waiting.ts'
import { AMOUNT, bytesOf, disbursementOf, NOON, openStore, type World } from '../support/world.ts'

let world: World
let lost: LostTime
lostTimeOfEach((...opened) => ([world, lost] = opened))

const account = bankAccount()

/** What is owed, drafted, and the statement that has its debit. */
async function atOnce() {
  const ref = await world.ready({ account }, NOON)
  await lost.tellDays()
  await lost.close()
  const draft = await world.draft(disbursementOf(ref), LATER)
  const { id } = await lost.teller.load([debitsTo(account)(ref)], { version: 2 })
  return { draft, id }
}

async function expectPaid(id: string): Promise<void> {
  // Already now, not only when this statement is matched again, or that of the next day is.
  expect(await lost.teller.classes(true)).not.toContain('unknown-reference')
  await lost.teller.settle(id)
  await lost.teller.reconcile([], { day: NEXT, opening: OPENING - AMOUNT, version: 2 })
  expect(await lost.teller.classes(true)).toEqual([])
  expect(await world.one('SELECT state FROM payout')).toEqual({ state: 'paid' })
  expect(await lost.teller.float()).toBe(OPENING - AMOUNT)
}

/** Somebody waits for a lock that another has. */
const isWaitedFor = async (): Promise<boolean> => (await world.count(WAITING)) > 0

it('is found where the claim ends before the match does', async () => {
  const { draft, id } = await atOnce()
  const holder = await world.root.pool.connect()
  await holder.query('BEGIN; LOCK TABLE discrepancy IN SHARE MODE')
  const matching = world.store.statements.match(id, JAKARTA, LATER)
  await sleep(300)
  expect(await world.store.claims.claim(draft, bytesOf(draft), LATER)).toMatchObject({ kind: 'claimed' })
  await holder.query('COMMIT')
  holder.release()
  await matching
  await expectPaid(id)
})

it('is found where the match ends before the claim does', async () => {
  const { draft, id } = await atOnce()
  const [read, goesOn] = [gate(), gate()]
  const pass: Pass = async (name, work) => {
    const value = await work
    if (name !== 'claim:read') return value
    read.open()
    await goesOn.opened
    return value
  }
  const slow = openStore(world.database, { pass })
  const claiming = slow.claims.claim(draft, bytesOf(draft), LATER)
  await read.opened
  let isOver = false
  const matching = world.store.statements.match(id, JAKARTA, LATER).finally(() => (isOver = true))
  await expect.poll(async () => isOver || (await isWaitedFor()), { timeout: 20_000 }).toBe(true)
  expect(await world.one('SELECT state FROM statement WHERE id = $1', [id])).toEqual({ state: 'matched' })
  goesOn.open()
  expect(await claiming).toMatchObject({ kind: 'claimed' })
  await matching
  await slow.close()
  await expectPaid(id)
})
