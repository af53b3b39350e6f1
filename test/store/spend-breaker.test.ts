/** A programme that sends too little is stopped, and only where somebody waits whom nothing but the engine keeps waiting. */
import { afterEach, expect, it } from 'vitest'
import type { PaymentRules } from '../../domain/programme.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { AGAIN, lostTime } from '../support/lost-time.ts'
import { approved, approvedProgramme, release } from '../support/runs.ts'
import {
  AMOUNT,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  YEAR,
  type World,
} from '../support/world.ts'
import { endYear, YEARS_END } from '../support/years.ts'

const BAND = { min: (2n * AMOUNT).toString(), max: (100n * AMOUNT).toString() }

let world: World
afterEach(() => world.close())
const open = async (more: Partial<PaymentRules> = {}, programme = swiftProgramme()) => {
  world = await openWorld({
    programme: { ...programme, payment: { ...programme.payment, spendPerHour: BAND, ...more } },
  })
}
const watch = async (atMs: number) =>
  (await world.store.freezes.watch([], atMs)).map(({ target, cause }) => `${target} ${cause}`)
const FROZEN = ['programme:swift spend-rate']
const alter = (sql: string, of: unknown[]) => world.root.pool.query(sql, of)

it('what waits for people to agree, or for a run that they have paused, stops nobody', async () => {
  await open({}, approvedProgramme())
  await world.ready()
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  const { key: run } = await approved(world, NOON + 2 * HOUR)
  await release(world, { key: run }, NOON + 2 * HOUR)
  await world.act((acts) => acts.pauseRun({ run, reason: 'a question' }), NOON + 2 * HOUR + MINUTE)
  expect(await watch(NOON + 6 * HOUR)).toEqual([])
  await world.act((acts) => acts.resumeRun({ run, reason: 'answered' }), NOON + 6 * HOUR)
  await release(world, { key: run }, NOON + 6 * HOUR)
  expect(await watch(NOON + 6 * HOUR + MINUTE)).toEqual([])
  expect(await watch(NOON + 7 * HOUR + MINUTE)).toEqual(FROZEN)
})

it('what stayed out while its run was paused has waited for the engine only since people have let the run go on', async () => {
  await open({}, approvedProgramme())
  await world.ready()
  const { key: run } = await approved(world, NOON)
  await release(world, { key: run }, NOON)
  // As the engine itself stops one whose first payments went wrong: nothing is taken back.
  await alter(
    `UPDATE payout_run SET state = 'paused', stopped_at = released_at, stopped_by = 'engine', reason = 'wrong' WHERE key = $1`,
    [run],
  )
  expect(await watch(NOON + 6 * HOUR)).toEqual([])
  await world.act((acts) => acts.resumeRun({ run, reason: 'answered' }), NOON + 6 * HOUR)
  expect(await world.one('SELECT state FROM payout_run_line WHERE run = $1', [run])).toEqual({ state: 'released' })
  expect(await watch(NOON + 6 * HOUR + MINUTE)).toEqual([])
  expect(await watch(NOON + 7 * HOUR + MINUTE)).toEqual(FROZEN)
})

it('what an approval that has run out covered stops nobody', async () => {
  await open({}, approvedProgramme({ approvedFor: 'PT2H' }))
  await world.ready()
  await release(world, await approved(world), NOON)
  expect(await watch(NOON + 2 * HOUR + MINUTE)).toEqual([])
  expect(await watch(NOON + 2 * HOUR - MINUTE)).toEqual(FROZEN)
})

it('an account that rests after it was linked anew keeps its person waiting, and nobody else', async () => {
  await open({ coolingAfterRelink: 'PT3H' })
  const ref = await world.ready()
  await world.link(ref, bankAccount('9998887776'), NOON)
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  expect(await watch(NOON + 3 * HOUR + MINUTE)).toEqual([])
  expect(await watch(NOON + 4 * HOUR)).toEqual(FROZEN)
})

it('somebody whose hold has only ended has not waited for the engine', async () => {
  await open()
  const ref = await world.ready()
  await world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a complaint' }), NOON)
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  await world.act((acts) => acts.release({ programme: 'swift', ref, reason: 'settled' }), NOON + 2 * HOUR)
  expect(await watch(NOON + 2 * HOUR + MINUTE)).toEqual([])
  expect(await watch(NOON + 3 * HOUR)).toEqual(FROZEN)
})

it('an account that is shared or doubtful, or of which nobody has been asked yet, is not paid', async () => {
  await open({ accounts: { check: 'before-use' } })
  const ref = await world.ready()
  await alter('UPDATE account SET shared = true WHERE ref = $1', [ref])
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  await alter('UPDATE account SET shared = false, doubtful = true WHERE ref = $1', [ref])
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  await alter(`UPDATE account SET doubtful = false, state = 'unverified' WHERE ref = $1`, [ref])
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  await alter(`UPDATE account SET state = 'verified' WHERE ref = $1`, [ref])
  expect(await watch(NOON + 2 * HOUR)).toEqual(FROZEN)
})

it('while an earlier send may still leave, or is asked about, nothing else is sent', async () => {
  await open()
  const ref = await world.ready()
  const payout = await world.claim(disbursementOf(ref), NOON)
  await world.observe({ payout, source: 'callback', fact: seenFailed('retry-new'), atMs: NOON + SECOND })
  expect(await watch(NOON + 3 * HOUR)).toEqual([])
  await alter('UPDATE send SET ended_at = started_at, result = $2 WHERE payout = $1', [payout, 'lost'])
  await alter('UPDATE payout SET asked_at = claimed_at WHERE key = $1', [payout])
  expect(await watch(NOON + 3 * HOUR)).toEqual([])
  await alter('UPDATE payout SET asked_at = NULL WHERE key = $1', [payout])
  expect(await watch(NOON + 3 * HOUR)).toEqual(FROZEN)
})

it('while our money at the gateway is short, and for the hour after, those who come next wait for it', async () => {
  await open()
  const first = disbursementOf(await world.ready())
  const next = disbursementOf(await world.ready())
  const payout = await world.claim(first, NOON)
  await world.observe({ payout, source: 'submit', fact: seenFailed('float-short'), atMs: NOON + SECOND, send: 1 })
  expect(await watch(NOON + 3 * HOUR)).toEqual([])
  const balance = { minor: 100n * AMOUNT, currency: 'IDR' }
  const at = NOON + 3 * HOUR
  expect(await world.store.floats.restore(first, { gateway: 'sandbox', balance }, at)).toBe(true)
  expect(await watch(at + MINUTE)).toEqual([])
  const again = await world.claim(first, at + MINUTE)
  await world.observe({ payout: again, source: 'submit', fact: seen('accepted'), atMs: at + MINUTE, send: 1 })
  expect(await watch(at + 2 * MINUTE)).toEqual([])
  expect(await watch(at + 2 * HOUR)).toEqual(FROZEN)
  await expect(world.claim(next, at + 2 * HOUR)).rejects.toThrow('parked: frozen')
})

it('while a credential of the gateway is not in force, and for the hour after who waits is told, nobody waits for the engine', async () => {
  await open()
  const ref = await world.ready()
  await world.store.gatewayCredentials.endAdopted(NOON)
  await world.advance(ref, NOON + MINUTE)
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  await world.store.gatewayCredentials.resume(['sandbox'])
  await alter(`INSERT INTO telling (cause) VALUES ('credential:elsewhere:1')`, [])
  await alter('UPDATE participant SET attention = NULL WHERE ref = $1', [ref])
  expect(await watch(NOON + 2 * HOUR)).toEqual([])
  await alter(`UPDATE telling SET done_at = $1 WHERE cause LIKE 'credential:sandbox:%'`, [new Date(NOON + 2 * HOUR)])
  expect(await watch(NOON + 3 * HOUR - MINUTE)).toEqual([])
  expect(await watch(NOON + 3 * HOUR + MINUTE)).toEqual(FROZEN)
})

it('while the year it is owed from is being closed, nobody of it is sent anything', async () => {
  await open()
  await world.ready({}, YEARS_END - 2 * HOUR)
  await world.appropriate(100n * AMOUNT, YEAR + 1)
  await endYear(world, YEARS_END)
  expect(await watch(YEARS_END + 2 * HOUR)).toEqual([])
})

it('while a restore is open, what would be sent is looked up first, however long a gateway takes to tell', async () => {
  await open()
  await world.ready({}, NOON - HOUR)
  await (await lostTime(world)).lift()
  expect(await watch(AGAIN + 4 * HOUR)).toEqual([])
})

it('money that is short at a gateway which only an earlier version names stops nobody', async () => {
  const programme = swiftProgramme()
  world = await openWorld({ programme })
  const first = disbursementOf(await world.ready())
  await world.ready()
  const payment = { ...programme.payment, gateways: ['other'], spendPerHour: BAND }
  await world.publish({ ...programme, version: 2, payment })
  const payout = await world.claim(first, NOON)
  await world.observe({ payout, source: 'submit', fact: seenFailed('float-short'), atMs: NOON + SECOND, send: 1 })
  expect(await watch(NOON + 3 * HOUR)).toEqual([])
})
