/** How far the sealer is behind is told to whoever watches, as the engine's own role sees it. */
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadConfig } from '../../config.ts'
import { diagnose } from '../../local/diagnose.ts'
import { openSealing, type Sealing } from '../support/sealed.ts'
import { openWorld, type World } from '../support/world.ts'

// Sealing waits for whatever writes in the same cluster.
vi.setConfig({ testTimeout: 180_000 })

let world: World
let sealing: Sealing
beforeAll(async () => {
  world = await openWorld()
  sealing = openSealing(world.database)
})
afterAll(async () => {
  await sealing.close()
  await world.close()
})

const lag = () => world.store.reads.sealLag()

/** Makes what is not sealed yet look as old as that, as only a superuser without guards can. */
async function age(seconds: number): Promise<void> {
  const change = (table: string): string =>
    `UPDATE ${table} SET recorded_at = now() - interval '${seconds} seconds'
      WHERE xid >= coalesce((SELECT max(to_xid) FROM seal), '0');`
  await world.root.pool.query(
    `BEGIN; SET LOCAL session_replication_role = replica; ${change('audit_event')} ${change('posting')} COMMIT`,
  )
}

async function seen() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-doctor-'))
  const settings = { DATABASE_URL: world.database.app, LUNAS_DATA_DIR: folder }
  return (await diagnose(loadConfig(settings))).find(({ what }) => what === 'seals')
}

test('rows wait for the sealer, by table and since when, and no longer once they are sealed', async () => {
  await world.ready()
  const count = (table: string) => world.count(`SELECT FROM ${table}`)
  const before = await lag()
  expect(before).toEqual({
    auditEvents: await count('audit_event'),
    postings: await count('posting'),
    oldestSeconds: expect.any(Number),
    hasSeals: false,
  })
  expect(before.oldestSeconds).toBeGreaterThan(0)
  await sealing.sealAll()
  expect(await lag()).toEqual({ auditEvents: 0, postings: 0, oldestSeconds: 0, hasSeals: true })
  await world.register()
  await age(90)
  expect(await lag()).toMatchObject({ auditEvents: 1, postings: 0, hasSeals: true })
  expect((await lag()).oldestSeconds).toBeGreaterThan(89)
})

test('doctor is red when the oldest row has waited for more than a minute, and says how long', async () => {
  await sealing.sealAll()
  expect(await seen()).toMatchObject({ state: 'green', found: 'all is sealed' })
  await world.register()
  expect(await seen()).toMatchObject({ state: 'green', found: '1 row is not sealed, the oldest for 0 seconds' })
  await age(3 * 3600)
  expect(await seen()).toEqual({
    what: 'seals',
    state: 'red',
    found: '1 row is not sealed, the oldest for 3 hours',
    mend: 'node dist/main/sealer.js',
  })
})
