/** Sealing: every row exactly once, whoever commits when, whoever is killed where. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { insertAudit } from '../../store/audit.ts'
import { inSnapshot, type Sql } from '../../store/database.ts'
import { wholeSize } from '../../sealer/anchors.ts'
import { trustedKeys } from '../../sealer/key.ts'
import { createSealer } from '../../sealer/sealer.ts'
import { verifyTrail } from '../../sealer/verify.ts'
import { readSealed } from '../../store/seal-reads.ts'
import { openRows } from '../../store/seal-rows.ts'
import { openSealBook, sha256 } from '../../store/seals.ts'
import { openSealing, type Sealing } from '../support/sealed.ts'
import { NOON, openWorld, OPERATOR, type World } from '../support/world.ts'

// Sealing waits for whatever writes in the same cluster.
vi.setConfig({ testTimeout: 180_000 })

let world: World
let sealing: Sealing
let nowMs = NOON
beforeEach(async () => {
  nowMs = NOON
  world = await openWorld()
  sealing = openSealing(world.database, () => nowMs)
})
afterEach(async () => {
  await sealing.close()
  await world.close()
})

async function tell(sql: Sql, subject: string): Promise<void> {
  await insertAudit(sql, [
    { act: 'corrected', actor: OPERATOR, atMs: NOON, subject, before: {}, after: { b: 1, a: [2, null] } },
  ])
}

async function rows(table: string): Promise<bigint> {
  return (await world.one<{ count: bigint }>(`SELECT count(*) AS count FROM ${table}`)).count
}

async function wholeTrail(): Promise<void> {
  await sealing.sealAll()
  const verified = await sealing.verify()
  expect(verified.findings).toEqual([])
  expect(verified.rows).toEqual({ audit_event: await rows('audit_event'), posting: await rows('posting') })
}

function anchorLines(): string[] {
  return readFileSync(sealing.anchors, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}

describe('the verifier', () => {
  test('takes nothing for lost that was sealed and anchored while it was reading', async () => {
    await world.ready()
    await wholeTrail()
    const size = await wholeSize(sealing.anchors)
    const anchors = { file: sealing.anchors, trusted: trustedKeys([sealing.key.publicKey]), size }
    const verified = await readSealed(world.database.audit, async (reader) => {
      await world.ready()
      await expect
        .poll(async () => {
          await sealing.sealer.round()
          return wholeSize(sealing.anchors)
        })
        .toBeGreaterThan(size)
      return verifyTrail({ reader, digest: sha256, anchors })
    })
    expect(verified.findings).toEqual([])
  })
})

describe('the sealer', () => {
  test('seals every audit event and posting of a life once, and anchors each head', async () => {
    await world.ready()
    await wholeTrail()
    await world.ready()
    await wholeTrail()
    const { seals, anchors } = await sealing.verify()
    expect(seals).toBeGreaterThanOrEqual(2n)
    expect(anchors).toBe(Number(seals) + 1)
  })

  test('takes rows by the number of their transaction, also where it gains a digit', async () => {
    for (const xid of ['10', '9', '101', '99']) {
      const row = `INSERT INTO audit_event (at, person, act, subject, xid) VALUES (now(), 'x', 'corrected', 's', $1::xid8)`
      await world.root.pool.query(row, [xid])
    }
    const taken = await inSnapshot(world.root, async (sql) => (await openRows(sql, 'audit_event', 0n, 200n)).next())
    expect(taken.map(({ xid }) => xid)).toEqual([9n, 10n, 99n, 101n])
  })

  test('never skips the rows of a transaction that commits late', async () => {
    const late = await world.root.pool.connect()
    await late.query('BEGIN')
    await tell(late, 'late')
    await world.ready()
    await sealing.sealer.round()
    const { unsealed } = await sealing.verify()
    expect(unsealed.audit_event).toBeGreaterThan(0n)
    await late.query('COMMIT')
    late.release()
    await wholeTrail()
  })

  test('leaves no row out while many write, some slowly and some in vain', { timeout: 60_000 }, async () => {
    const before = await world.count('SELECT FROM seal')
    let seals = before
    const writer = async (which: number): Promise<void> => {
      for (let turn = 0; turn < 15 || seals < before + 2; turn += 1) {
        const client = await world.root.pool.connect()
        await client.query('BEGIN')
        await tell(client, `w${which}-${turn}`)
        if (turn % 3 === 0) await client.query('SELECT pg_sleep(0.02)')
        await tell(client, `w${which}-${turn}-again`)
        await client.query(turn % 5 === 4 ? 'ROLLBACK' : 'COMMIT')
        client.release()
      }
    }
    let isWriting = true
    const rounds = (async () => {
      while (isWriting) {
        await sealing.sealer.round()
        seals = await world.count('SELECT FROM seal')
      }
    })()
    await Promise.all([0, 1, 2, 3].map(writer))
    isWriting = false
    await rounds
    await wholeTrail()
  })

  test('of two at once one seals, and the other goes on when it ends', async () => {
    const second = openSealing(world.database)
    const other = createSealer({ ...sealing.parts, book: second.book })
    expect((await sealing.sealer.round()).state).toBe('sealing')
    expect(await other.round()).toEqual({ state: 'waiting', says: 'another sealer is at work' })
    await sealing.sealer.stop()
    await world.register()
    expect((await other.round()).state).toBe('sealing')
    await other.stop()
    await second.close()
    await wholeTrail()
  })

  test('killed between a seal and its anchor, the trail is whole and the next round anchors it', async () => {
    await wholeTrail()
    await sealing.sealer.stop()
    await world.ready()
    const right = await sealing.book.take()
    for (let made = null; made === null;) made = (await right?.seal(nowMs)) ?? null
    await right?.release()
    expect((await sealing.verify()).findings).toEqual([])
    const before = anchorLines().length
    await wholeTrail()
    expect(anchorLines().length).toBeGreaterThan(before)
  })

  test('killed in the middle of an anchor, the half line is nobody’s and is removed', async () => {
    await wholeTrail()
    await sealing.sealer.stop()
    const whole = readFileSync(sealing.anchors, 'utf8')
    appendFileSync(sealing.anchors, whole.slice(0, 40))
    expect((await sealing.verify()).findings).toEqual([])
    await world.register()
    await wholeTrail()
    expect(readFileSync(sealing.anchors, 'utf8').startsWith(whole)).toBe(true)
    for (const line of anchorLines()) expect(() => JSON.parse(line) as unknown).not.toThrow()
  })

  test('an idle chain is anchored each minute', async () => {
    await wholeTrail()
    const before = anchorLines().length
    await sealing.sealer.round()
    nowMs += 59_000
    await sealing.sealer.round()
    expect(anchorLines()).toHaveLength(before)
    nowMs += 1000
    await sealing.sealer.round()
    expect(anchorLines()).toHaveLength(before + 1)
    await wholeTrail()
  })

  test('much is sealed in parts, and a transaction is never divided', async () => {
    await wholeTrail()
    await sealing.sealer.stop()
    const many = (from: number, to: number): Promise<unknown> =>
      world.root.pool.query(
        `INSERT INTO audit_event (at, person, act, subject)
         SELECT now(), 'x', 'corrected', n::text FROM generate_series(${from}, ${to}) AS n`,
      )
    for (let turn = 1; turn <= 10; turn += 1) await many(1, 20)
    await many(1, 500)
    const book = openSealBook(world.database.seal, 100)
    const parted = createSealer({ ...sealing.parts, book })
    await parted.round()
    await parted.stop()
    await book.close()
    await wholeTrail()
    const { rows: seals } = await world.root.pool.query<{ count: number }>(
      `SELECT (counts->>'audit_event')::int AS count FROM seal ORDER BY sequence`,
    )
    const counts = seals.map(({ count }) => count)
    expect(counts.filter((count) => count > 120 && count < 500)).toEqual([])
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(500)
  })

  test('can read what it seals and add seals, and nothing else', async () => {
    const { rows: powers } = await world.root.pool.query<{ name: string; power: string }>(
      `SELECT c.relname AS name, string_agg(p, ',' ORDER BY p) AS power
         FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND has_table_privilege('lunas_seal', c.oid, p)
        GROUP BY 1 ORDER BY 1`,
    )
    expect(powers).toEqual([
      { name: '_prisma_migrations', power: 'SELECT' },
      { name: 'audit_event', power: 'SELECT' },
      { name: 'posting', power: 'SELECT' },
      { name: 'seal', power: 'INSERT,SELECT' },
    ])
    const app = await world.one<{ can: boolean }>(`SELECT has_table_privilege('lunas_app', 'seal', 'INSERT') AS can`)
    expect(app.can).toBe(false)
  })
})

describe('the sealer refuses to seal over what does not fit', () => {
  async function refusal(): Promise<string | null> {
    const { state, says } = await sealing.sealer.round()
    expect(state).toBe('refusing')
    return says
  }

  test('a database that has lost anchored seals', async () => {
    await wholeTrail()
    await world.root.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM seal; COMMIT`)
    expect(await refusal()).toMatch(/^seal \d+ was anchored and is not in the database: .*lunas audit restored$/)
    expect(await rows('seal')).toBe(0n)
  })

  test('anchors that were lost', async () => {
    await wholeTrail()
    await sealing.sealer.stop()
    rmSync(sealing.anchors)
    expect(await refusal()).toMatch(/^there are \d+ seals and no anchors/)
  })

  test('a file that holds something else', async () => {
    writeFileSync(sealing.anchors, 'not an anchor\n')
    await expect(sealing.sealer.round()).rejects.toThrow('is no anchor')
  })
})
