/**
 * A freeze under full load: 64 callers claim, or send again, as fast as they can while it is placed. Whoever places it counts what
 * was claimed before its own commit; one more at the end would be a claim after that commit, or one under way across it.
 */
import { signedApproval } from '../../client/identity.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction, openDatabase, type Database } from '../../store/database.ts'
import { holdTargets } from '../../store/freeze-locks.ts'
import { decide } from '../../store/approvals.ts'
import { placeFreeze } from '../../store/freezes.ts'
import type { Store } from '../../store/index.ts'
import { agreeToLift, EVERYTHING, freeze, lift, pairOf, proposeLift, SANDBOX, tellAll } from '../support/freezes.ts'
import { seenAs } from '../support/two-people.ts'
import {
  bytesOf,
  disbursementOf,
  MINUTE,
  NOON,
  OPERATOR,
  openStore,
  openWorld,
  SECOND,
  SILENCE,
  TIMING,
  type World,
} from '../support/world.ts'

const CALLERS = 64
const STORES = 7

let world: World
let app: Database
let stores: readonly Store[]
beforeAll(async () => {
  world = await openWorld()
  app = openDatabase(world.database.app, { max: 4, name: 'freezer' })
  stores = Array.from({ length: STORES }, () => openStore(world.database))
})
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()))
  await app.pool.end()
  await world.close()
})

/** Many at a time, so that the preparation does not take the whole test. */
async function inLanes<T, R>(items: readonly T[], lanes: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const [index, item] of queue) results[index] = await work(item)
    }),
  )
  return results
}

const people = (count: number) => inLanes(Array.from({ length: count }), 10, () => world.ready())

/** Lets 64 callers work on their items again and again while the freeze is placed, and some time longer. */
async function freezeAmong(
  items: readonly string[],
  work: (store: Store, item: string) => Promise<void>,
  count: string,
) {
  let stopped = false
  let calls = 0
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    const own = items.filter((_item, index) => index % CALLERS === caller)
    const store = stores[caller % STORES]
    for (let turn = 0; !stopped && store; turn += 1) {
      await work(store, own[turn % own.length] ?? '')
      calls += 1
    }
  })
  while (calls < items.length / 8) await sleep(1)
  const started = performance.now()
  const before = calls
  const placed = await inTransaction(app, async (sql) => {
    const { freeze } = await placeFreeze(sql, { target: SANDBOX, cause: 'person', reason: 'load' }, OPERATOR, NOON)
    const { rows } = await sql.query<{ n: number }>(count)
    return { id: freeze.id, counted: rows[0]?.n ?? -1 }
  })
  const tookMs = performance.now() - started
  const during = calls - before
  await sleep(400)
  stopped = true
  await Promise.all(callers)
  const after = await world.one<{ n: number }>(count)
  return { ...placed, tookMs, during, after: after.n, callsAfter: calls - before - during }
}

describe('among 64 callers', () => {
  it('nothing is claimed after the commit of a freeze, and what was claimed before it stays', async () => {
    // More than can be claimed while the freeze is being placed, however quick the machine is.
    const refs = await people(CALLERS * 12)
    const drafts = new Map(
      await inLanes(refs, 10, async (ref) => {
        const draft = await world.draft(disbursementOf(ref))
        return [draft.disbursement, draft] as const
      }),
    )
    const parked = new Set<string>()
    const result = await freezeAmong(
      [...drafts.keys()],
      async (store, disbursement) => {
        const draft = drafts.get(disbursement)
        if (!draft) throw new Error('everybody has work')
        const claim = await store.claims.claim(draft, bytesOf(draft), NOON)
        if (claim.kind === 'parked') parked.add(claim.reason)
      },
      'SELECT count(*)::int AS n FROM payout',
    )
    console.log(
      `freeze among ${CALLERS} claimers: in force after ${result.tookMs.toFixed(1)} ms, ${result.counted} claimed before it, ${result.callsAfter} claims turned away after it`,
    )
    expect(result.after).toBe(result.counted)
    expect(result.counted).toBeGreaterThan(0)
    expect(result.counted).toBeLessThan(refs.length)
    expect(result.callsAfter).toBeGreaterThan(CALLERS)
    expect(parked).toContain('frozen')
    expect(result.tookMs).toBeLessThan(5 * SECOND)
    await lift(world, result.id)
    const unclaimed = refs.length - result.counted
    expect(await world.count(`SELECT FROM message WHERE kind = 'lift'`)).toBeGreaterThanOrEqual(unclaimed)
    expect(await world.imbalances()).toEqual([])
  })

  it('nothing is sent again after the commit of a freeze', async () => {
    const refs = await people(CALLERS * 6)
    const atMs = NOON + 2 * TIMING.quietPeriodMs
    const payouts = await inLanes(refs, 10, async (ref) => {
      const payout = await world.claim(disbursementOf(ref))
      await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON + SECOND, send: 1 })
      for (const enquiry of [1, 2]) {
        await world.observe({
          payout,
          source: 'enquiry',
          fact: { kind: 'not-found' },
          atMs: atMs + enquiry - (2 - enquiry) * MINUTE,
          enquiry,
        })
      }
      return payout
    })
    const result = await freezeAmong(
      payouts,
      async (store, payout) => void (await store.payouts.reopen(payout, atMs + 3)),
      'SELECT count(*)::int AS n FROM send WHERE number > 1',
    )
    console.log(`freeze among ${CALLERS} who send again: in force after ${result.tookMs.toFixed(1)} ms`)
    expect(result.after).toBe(result.counted)
    expect(result.counted).toBeGreaterThan(0)
    expect(result.counted).toBeLessThan(payouts.length)
    expect(result.tookMs).toBeLessThan(5 * SECOND)
    await lift(world, result.id)
  })
})

describe('a process that dies or stops in the middle', () => {
  const rows = (table: string) => world.count(`SELECT FROM ${table}`)
  const end = (pid: number) => world.root.pool.query('SELECT pg_terminate_backend($1)', [pid])

  it('of placing a freeze leaves none, and no row about one', async () => {
    const before = [await rows('freezes'), await rows('audit_event')]
    const dying = inTransaction(app, async (sql) => {
      await placeFreeze(sql, { target: EVERYTHING, cause: 'person', reason: 'dying' }, OPERATOR, NOON)
      const { rows: own } = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await end(own[0]?.pid ?? 0)
    })
    await expect(dying).rejects.toThrow()
    expect([await rows('freezes'), await rows('audit_event')]).toEqual(before)
    expect(await world.claim(disbursementOf(await world.ready()))).toMatch(/#1$/)
  })

  it('of lifting one leaves it in force, and tells nobody', async () => {
    const ref = await world.ready()
    const { freeze: placed } = await freeze(world, SANDBOX)
    const proposal = await proposeLift(world, placed.id)
    const { budi } = await pairOf(world)
    const { hash, signature } = signedApproval(budi.identity, seenAs(proposal), 'approve')
    const dying = inTransaction(app, async (sql) => {
      const asked = { proposal: proposal.id, decision: 'approve' as const, hash, signature, reason: null }
      expect((await decide(sql, world.store.context, asked, budi.actor, NOON)).state).toBe('executed')
      const { rows: own } = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await end(own[0]?.pid ?? 0)
    })
    await expect(dying).rejects.toThrow()
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])).toBe(0)
    await expect(world.claim(disbursementOf(ref))).rejects.toThrow('parked: frozen')
    expect((await agreeToLift(world, proposal)).state).toBe('executed')
    expect(await world.claim(disbursementOf(ref))).toMatch(/#1$/)
  })

  it('of a claim does not keep a freeze waiting: the claim is given up, and nothing of it stays', async () => {
    const disbursement = disbursementOf(await world.ready())
    const client = await app.pool.connect()
    client.on('error', () => undefined)
    await client.query('BEGIN')
    await holdTargets(client, ['all', 'gateway:sandbox'])
    const started = performance.now()
    const { freeze: placed } = await freeze(world, EVERYTHING)
    expect(performance.now() - started).toBeLessThan(4 * SECOND)
    await expect(client.query('COMMIT')).rejects.toThrow()
    client.release(true)
    await expect(world.claim(disbursement)).rejects.toThrow('parked: frozen')
    await lift(world, placed.id)
  })

  it('a life that finds itself frozen while the freeze is lifted is nudged, or finds it gone', async () => {
    const refs = await people(20)
    for (let round = 0; round < 5; round += 1) {
      const { freeze: placed } = await freeze(world, SANDBOX)
      const proposal = await proposeLift(world, placed.id)
      const told = async (ref: string) => world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])
      const before = await Promise.all(refs.map(told))
      const [standings] = await Promise.all([
        Promise.all(refs.map((ref) => world.advance(ref))),
        agreeToLift(world, proposal),
      ])
      await tellAll(world.store)
      const after = await Promise.all(refs.map(told))
      for (const [index, standing] of standings.entries()) {
        const waits = standing.disbursements[0]?.next.kind === 'wait'
        expect(waits && after[index] === before[index]).toBe(false)
      }
    }
  })
})
