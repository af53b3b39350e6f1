/** A restored database: refused until it is said, joined once, and told ever after. */
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { joinRestored } from '../../sealer/restore.ts'
import { openSealing, type Sealing } from '../support/sealed.ts'
import { NOON, openWorld, type World } from '../support/world.ts'

// Sealing waits for whatever writes in the same cluster.
vi.setConfig({ testTimeout: 180_000 })

let world: World
let sealing: Sealing
beforeEach(async () => {
  world = await openWorld()
  sealing = openSealing(world.database)
})
afterEach(async () => {
  await sealing.close()
  await world.close()
})

/** Takes the database back to a moment: what was written after it is gone, as after a restore from a backup. */
async function takeBack(): Promise<() => Promise<void>> {
  const marks = await world.one<{ audit: bigint; posting: bigint; seal: bigint }>(
    `SELECT (SELECT coalesce(max(id), 0) FROM audit_event) AS audit, (SELECT coalesce(max(id), 0) FROM posting) AS posting,
            (SELECT coalesce(max(sequence), 0) FROM seal) AS seal`,
  )
  return async () => {
    await world.root.pool.query(
      `BEGIN; SET LOCAL session_replication_role = replica;
       DELETE FROM audit_event WHERE id > ${marks.audit};
       DELETE FROM posting WHERE id > ${marks.posting};
       DELETE FROM seal WHERE sequence > ${marks.seal}; COMMIT`,
    )
  }
}

test('a restore is told once, joins the chain, and verify is clean and tells of the gap', async () => {
  await world.ready()
  await sealing.sealAll()
  const restore = await takeBack()
  const kept = (await sealing.verify()).seals
  await world.ready()
  await sealing.sealAll()
  const lostHead = (await sealing.verify()).head
  await restore()
  expect((await sealing.verify()).findings[0]).toMatchObject({ table: 'seal', kind: 'truncated' })
  expect((await sealing.sealer.round()).state).toBe('refusing')

  const joined = await joinRestored(sealing.parts, 'disk of 22 November')
  expect(joined).toMatchObject({ kind: 'joined', after: kept, lost: { head: lostHead } })
  await world.register({}, NOON)
  await sealing.sealAll()
  const verified = await sealing.verify()
  expect(verified.findings).toEqual([])
  expect(verified.restored).toMatchObject([{ sequence: kept + 1n, reason: 'disk of 22 November' }])

  await sealing.sealer.stop()
  expect(await joinRestored(sealing.parts, 'again')).toMatchObject({ kind: 'refused' })
  expect((await sealing.verify()).restored).toHaveLength(1)
})

test('a restore does not excuse what was changed before it', async () => {
  await world.ready()
  await sealing.sealAll()
  const restore = await takeBack()
  await world.ready()
  await sealing.sealAll()
  await restore()
  await world.root.pool.query(
    `BEGIN; SET LOCAL session_replication_role = replica; UPDATE posting SET amount = amount + 1 WHERE id = 1; COMMIT`,
  )
  await sealing.sealer.stop()
  await joinRestored(sealing.parts, 'restored')
  const { findings } = await sealing.verify()
  expect(findings[0]).toMatchObject({ table: 'posting', id: '1', kind: 'changed' })
})

test('lost anchors are begun anew by the same act, and said', async () => {
  await sealing.sealAll()
  await sealing.sealer.stop()
  rmSync(sealing.anchors)
  expect(await joinRestored(sealing.parts, 'the volume died')).toMatchObject({ kind: 'joined', lost: null })
  await sealing.sealAll()
  const verified = await sealing.verify()
  expect(verified.findings).toEqual([])
  expect(verified.restored).toMatchObject([{ reason: 'the volume died', lost: null }])
})

test('while a sealer is at work nothing is joined', async () => {
  await sealing.sealAll()
  const other = openSealing(world.database)
  expect(await joinRestored({ ...sealing.parts, book: other.book }, 'why')).toEqual({
    kind: 'refused',
    why: 'a sealer is at work, so database and anchors agree',
  })
  await other.close()
})
