/**
 * What somebody with every power over the database can do to the trail, at random places: each is found, with the table, the id
 * and the kind. Every change is made by a superuser with the triggers off, in a transaction that is rolled back.
 */
import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { SEALED_COLUMNS, SEALED_TABLES, sealDigest, type SealedTable } from '../../domain/seal.ts'
import type { Finding } from '../../sealer/findings.ts'
import { makeSealKey } from '../../sealer/key.ts'
import { createSealer } from '../../sealer/sealer.ts'
import type { Sql } from '../../store/database.ts'
import { SEAL_COLUMNS, sealOf, type SealRow } from '../../store/seal-rows.ts'
import { sha256 } from '../../store/seals.ts'
import { openSealing, type Sealing } from '../support/sealed.ts'
import { disbursementOf, openWorld, seen, type World } from '../support/world.ts'

// Sealing waits for whatever writes in the same cluster.
vi.setConfig({ testTimeout: 180_000 })

let world: World
let sealing: Sealing
let anchored: string
beforeAll(async () => {
  world = await openWorld()
  sealing = openSealing(world.database)
  await sealing.sealAll()
  for (let turn = 0; turn < 4; turn += 1) {
    const ref = await world.ready()
    await sealing.sealAll()
    const payout = await world.claim(disbursementOf(ref))
    await world.observe({
      payout,
      source: 'callback',
      fact: seen('paid', { gatewayId: `po_${turn}` }),
      atMs: Date.now(),
    })
    await sealing.sealAll()
  }
  anchored = readFileSync(sealing.anchors, 'utf8')
})
afterAll(async () => {
  await sealing.close()
  await world.close()
})

/** What verify finds when `tamper` has been at it. */
async function found(tamper: (sql: Sql) => Promise<unknown>): Promise<readonly Finding[]> {
  const client = await world.root.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SET LOCAL session_replication_role = replica')
    await tamper(client)
    return (await sealing.verifyIn(client)).findings
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

/** A random row, and a later one of another transaction. */
async function pick(sql: Sql, table: SealedTable): Promise<{ one: bigint; other: bigint }> {
  const { rows } = await sql.query<{ id: bigint; xid: string }>(`SELECT id, xid::text FROM ${table} ORDER BY xid, id`)
  const one = rows[randomInt(Math.floor(rows.length / 2))]
  const others = rows.filter(({ xid }) => BigInt(xid) > BigInt(one?.xid ?? 0))
  return { one: one?.id ?? 0n, other: others[randomInt(others.length)]?.id ?? 0n }
}

/** Another value of each type, the least that is another. */
const ANOTHER: Readonly<Record<string, string>> = {
  text: `coalesce({}, '') || 'x'`,
  int4: '{} + 1000',
  int8: '{} + 1',
  uuid: 'gen_random_uuid()',
  jsonb: `coalesce({}, '{}') || '{"x":1}'`,
  timestamptz: `{} + interval '1 microsecond'`,
  date: '{} + 1',
}

const COLUMNS = SEALED_TABLES.flatMap((table) => SEALED_COLUMNS[table].map((column) => ({ table, column })))

test('nothing is found in a trail that nobody touched', async () => {
  expect(await found(() => Promise.resolve())).toEqual([])
  expect((await sealing.verify()).seals).toBeGreaterThanOrEqual(9n)
})

test.for(SEALED_TABLES)('every column of %s is sealed, but for its place', async (table, { expect: expects }) => {
  const { rows } = await world.root.pool.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY 1`,
    [table],
  )
  expects(rows.map(({ name }) => name)).toEqual([...SEALED_COLUMNS[table], 'id', 'xid'].toSorted())
})

describe('a row', () => {
  test.for(COLUMNS)('of $table with another $column is changed', async ({ table, column }) => {
    let id = 0n
    const findings = await found(async (sql) => {
      id = (await pick(sql, table)).one
      const { rows } = await sql.query<{ type: string }>(
        `SELECT udt_name AS type FROM information_schema.columns WHERE table_name = $1 AND column_name = $2`,
        [table, column],
      )
      const value = (ANOTHER[rows[0]?.type ?? ''] ?? '').replaceAll('{}', `"${column}"`).replace('"" ||', `'{}' ||`)
      await sql.query(`UPDATE ${table} SET "${column}" = ${value} WHERE id = $1`, [id])
    })
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ table, id: id.toString(), kind: 'changed' })
  })

  test.for(SEALED_TABLES)('of %s that was deleted is missing', async (table) => {
    let id = 0n
    const findings = await found(async (sql) => {
      id = (await pick(sql, table)).one
      await sql.query(`DELETE FROM ${table} WHERE id = $1`, [id])
    })
    expect(findings).toMatchObject([{ table, id: id.toString(), kind: 'missing' }])
  })

  test.for(SEALED_TABLES)('added to %s under a transaction that was sealed is extra', async (table) => {
    const findings = await found(async (sql) => {
      const { one } = await pick(sql, table)
      const columns = SEALED_COLUMNS[table].map((name) => `"${name}"`)
      const values = columns.map((name) => (name === '"line"' ? 'line + 1000' : name))
      await sql.query(
        `INSERT INTO ${table} (id, xid, ${columns.join()}) SELECT 999999, xid, ${values.join()} FROM ${table} WHERE id = $1`,
        [one],
      )
    })
    // A row that says exactly what another says is that one a second time.
    expect(findings).toMatchObject([{ table, id: '999999', kind: table === 'posting' ? 'extra' : 'reordered' }])
  })

  test.for(SEALED_TABLES)('of %s with the number of a transaction to come is extra', async (table) => {
    let id = 0n
    const findings = await found(async (sql) => {
      id = (await pick(sql, table)).one
      await sql.query(`UPDATE ${table} SET xid = '9000000000000' WHERE id = $1`, [id])
    })
    expect(findings.map(({ kind }) => kind).toSorted()).toEqual(['extra', 'reordered'])
    expect(findings.every((finding) => finding.table === table && finding.id === id.toString())).toBe(true)
  })

  test.for(SEALED_TABLES)('of %s moved to another transaction is reordered', async (table) => {
    let ids = { one: 0n, other: 0n }
    const findings = await found(async (sql) => {
      ids = await pick(sql, table)
      await sql.query(`UPDATE ${table} SET xid = (SELECT xid FROM ${table} WHERE id = $2) WHERE id = $1`, [
        ids.one,
        ids.other,
      ])
    })
    expect(findings.length).toBeGreaterThan(0)
    expect(findings.every(({ id }) => id === ids.one.toString())).toBe(true)
    expect(findings.map(({ kind }) => kind)).not.toContain('missing')
  })

  test.for(SEALED_TABLES)('of %s exchanged with a neighbour is reordered', async (table) => {
    let ids: string[] = []
    const findings = await found(async (sql) => {
      const { rows } = await sql.query<{ one: bigint; other: bigint }>(
        `SELECT min(id) AS one, max(id) AS other FROM ${table} GROUP BY xid HAVING count(*) > 1 ORDER BY random() LIMIT 1`,
      )
      const { one = 0n, other = 0n } = rows[0] ?? {}
      ids = [one, other].map(String)
      await sql.query(`UPDATE ${table} SET id = -1 WHERE id = $1`, [one])
      await sql.query(`UPDATE ${table} SET id = $1 WHERE id = $2`, [one, other])
      await sql.query(`UPDATE ${table} SET id = $1 WHERE id = -1`, [other])
    })
    expect(findings.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['reordered']))
  })
})

describe('the chain', () => {
  const CHANGES = [
    `form = form + 1`,
    `previous = sha256(previous)`,
    `hash = sha256(hash)`,
    `from_xid = '0'`,
    `to_xid = (to_xid::text::bigint + 1)::text::xid8`,
    `counts = counts || '{"posting":"7"}'`,
    `counts = '{}'`,
    `totals = totals || '{"audit_event":"7"}'`,
    `leaves = sha256(leaves) || sha256(leaves) || sha256(leaves) || sha256(leaves) || sha256(leaves)`,
    `leaves = overlay(leaves PLACING '\\x00' FROM 20)`,
    `restored = '{"reason":"none of it","lost":null}'`,
    `sealed_at = sealed_at + interval '1 ms'`,
  ]
  test.for(CHANGES)('with a seal of which %s is found', async (change) => {
    let sequence = 0n
    const findings = await found(async (sql) => {
      const head = await sql.query<{ max: bigint }>('SELECT max(sequence) AS max FROM seal')
      sequence = BigInt(2 + randomInt(Number(head.rows[0]?.max) - 2))
      await sql.query(`UPDATE seal SET ${change} WHERE sequence = $1`, [sequence])
    })
    const first = findings.find(({ table }) => table === 'seal')
    expect(first).toMatchObject({ id: sequence.toString() })
    expect(['changed', 'reordered']).toContain(first?.kind)
  })

  test('without a seal in the middle is missing it', async () => {
    const findings = await found((sql) => sql.query('DELETE FROM seal WHERE sequence = 3'))
    expect(findings[0]).toMatchObject({ table: 'seal', id: '3', kind: 'missing' })
  })

  test('cut off at its end is truncated, with its rows or without', async () => {
    for (const more of ['', 'DELETE FROM posting WHERE xid >= (SELECT max(to_xid) FROM seal)']) {
      const findings = await found(async (sql) => {
        await sql.query('DELETE FROM seal WHERE sequence > 6')
        if (more !== '') await sql.query(more)
      })
      expect(findings[0]).toMatchObject({ table: 'seal', id: '7', kind: 'truncated' })
    }
  })

  test('with two seals exchanged is found at the first', async () => {
    const findings = await found(async (sql) => {
      await sql.query('UPDATE seal SET sequence = 1000 + sequence WHERE sequence IN (4, 5)')
      await sql.query('UPDATE seal SET sequence = 9 - (sequence - 1000) WHERE sequence > 1000')
    })
    expect(findings.find(({ table }) => table === 'seal')).toMatchObject({ id: '4' })
  })

  test('made anew from a changed row on, without the key, is found by its anchors', async () => {
    const findings = await found(async (sql) => {
      await sql.query('UPDATE posting SET amount = amount * 2 WHERE id = (SELECT min(id) FROM posting)')
      await chainAnew(sql)
    })
    // Whichever seal covers the row: what other databases of the server had begun is waited for.
    const anchored = { table: 'seal', kind: 'changed', says: expect.stringContaining('anchored') }
    expect(findings[0]).toMatchObject(anchored)
  })

  test('that is gone altogether is truncated', async () => {
    const findings = await found((sql) => sql.query('DELETE FROM seal'))
    expect(findings[0]).toMatchObject({ table: 'seal', kind: 'truncated' })
  })
})

/** What an intruder who knows everything but the sealer's key would do: all leaves and hashes as if nothing had been. */
async function chainAnew(sql: Sql): Promise<void> {
  const { rows } = await sql.query<SealRow>(`SELECT ${SEAL_COLUMNS} FROM seal ORDER BY sequence`)
  const { openRows } = await import('../../store/seal-rows.ts')
  const { leafOf } = await import('../../domain/seal.ts')
  let previous: Uint8Array = new Uint8Array(32)
  for (const seal of rows.map(sealOf)) {
    const leaves: Uint8Array[] = []
    for (const table of SEALED_TABLES) {
      const cursor = await openRows(sql, table, seal.fromXid, seal.toXid)
      for (let part = await cursor.next(); part.length > 0; part = await cursor.next()) {
        leaves.push(...part.map((row) => leafOf(table, row, sha256)))
      }
      await cursor.close()
    }
    const anew = { ...seal, previous, leaves: Buffer.concat(leaves) }
    const hash = sealDigest(anew, sha256)
    await sql.query('UPDATE seal SET previous = $2, leaves = $3, hash = $4 WHERE sequence = $1', [
      seal.sequence,
      previous,
      anew.leaves,
      hash,
    ])
    previous = hash
  }
}

describe('the anchors', () => {
  async function foundWith(lines: string): Promise<readonly Finding[]> {
    writeFileSync(sealing.anchors, lines)
    try {
      return await found(() => Promise.resolve())
    } finally {
      writeFileSync(sealing.anchors, anchored)
    }
  }

  test('with a line that was changed, at any place, is named', async () => {
    const lines = anchored.trimEnd().split('\n')
    for (const change of ['"sequence":"', '"head":"', '"audit_event":"', '"at":"2', '"signature":"']) {
      const at = randomInt(lines.length)
      const changed = (lines[at] ?? '').replace(change, `${change}${change === '"at":"2' ? '1' : '0'}`)
      const findings = await foundWith(`${lines.with(at, changed).join('\n')}\n`)
      expect(findings[0]).toMatchObject({ table: 'anchor', id: String(at + 1), kind: 'unsigned' })
    }
  })

  test('signed by another key, or empty, prove nothing and say so', async () => {
    const stranger = makeSealKey(path.join(sealing.folder, 'stranger.pem'))
    const anchors = path.join(sealing.folder, 'stranger.jsonl')
    writeFileSync(anchors, anchored)
    await sealing.sealer.stop()
    const other = createSealer({ ...sealing.parts, key: stranger, anchors, now: () => Date.now() + 61_000 })
    await other.round()
    await other.stop()
    const findings = await foundWith(readFileSync(anchors, 'utf8'))
    expect(findings).toMatchObject([{ table: 'anchor', kind: 'unsigned' }])
    expect((await foundWith(''))[0]).toMatchObject({ table: 'anchor', kind: 'missing' })
  })
})
