/** A gateway that is taken out of the settings while money is under way there is seen by whoever starts. */
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../config.ts'
import { diagnose } from '../../local/diagnose.ts'
import { underWayElsewhere } from '../../store/underway.ts'
import { disbursementOf, NOON, openWorld, seen, seenFailed, SILENCE, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const elsewhere = (known: readonly string[] = []) => underWayElsewhere(world.root.pool, known)

/** A payout that was sent: its key. */
async function sent(): Promise<string> {
  return world.claim(disbursementOf(await world.ready()))
}

describe('what is under way at a gateway', () => {
  it('is counted until it has ended, and only where the gateway is not known', async () => {
    expect(await elsewhere()).toEqual([])
    const payout = await sent()
    const one = [{ gateway: 'sandbox', payouts: 1 }]
    expect(await elsewhere()).toEqual(one)
    expect(await elsewhere(['sandbox'])).toEqual([])
    expect(await elsewhere(['other'])).toEqual(one)
    for (const fact of [SILENCE, seen('accepted'), seen('processing')]) {
      await world.observe({ payout, source: 'submit', fact, atMs: NOON + 1000, send: 1 })
      expect(await elsewhere()).toEqual(one)
    }
    await world.observe({ payout, source: 'callback', fact: seen('paid'), atMs: NOON + 2000 })
    expect(await elsewhere()).toEqual([])
  })

  it('includes what has ended while its send may still arrive, and what was told of and not yet asked about', async () => {
    const payout = await sent()
    await world.observe({ payout, source: 'callback', fact: seenFailed('retry-new'), atMs: NOON + 1 })
    expect(await world.one('SELECT state FROM payout WHERE key = $1', [payout])).toEqual({ state: 'failed' })
    expect(await elsewhere()).toEqual([{ gateway: 'sandbox', payouts: 1 }])
    await world.root.pool.query(`UPDATE send SET ended_at = now(), result = 'x' WHERE payout = $1`, [payout])
    expect(await elsewhere()).toEqual([])
    await world.root.pool.query('UPDATE payout SET asked_at = now() WHERE key = $1', [payout])
    expect(await elsewhere()).toEqual([{ gateway: 'sandbox', payouts: 1 }])
    await world.root.pool.query('UPDATE payout SET asked_at = NULL WHERE key = $1', [payout])
  })
})

it('doctor names the gateway, how much is under way there, and the command that mends it', async () => {
  await sent()
  await sent()
  const look = async (gateways: string) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-doctor-'))
    const settings = { DATABASE_URL: world.database.app, LUNAS_DATA_DIR: folder, LUNAS_GATEWAYS: gateways }
    return (await diagnose(loadConfig(settings))).filter(({ what }) => what === 'gateways')
  }
  expect(await look('sandbox')).toEqual([{ what: 'gateways', state: 'green', found: 'sandbox', mend: null }])
  expect(await look('other')).toEqual([
    {
      what: 'gateways',
      state: 'red',
      found: '2 payouts are under way at sandbox, which LUNAS_GATEWAYS does not name',
      mend: 'env LUNAS_GATEWAYS=other,sandbox npm start',
    },
  ])
})
