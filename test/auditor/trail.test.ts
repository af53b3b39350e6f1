/** The chain of seals, recomputed by code of its own: what was sealed and anchored is found changed, gone, or made anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Finding } from '../../auditor/finding.ts'
import { trustedKey } from '../../auditor/signature.ts'
import type { Sql } from '../../store/database.ts'
import { auditWithin } from '../support/audited.ts'
import { keyOf, remove, update } from '../support/mutation.ts'
import { corruptSealer, reseal } from '../support/resealed.ts'
import { openSealing, type Sealing } from '../support/sealed.ts'
import { disbursementOf, NOON, openWorld, seen, type World } from '../support/world.ts'

// Sealing waits for whatever writes in the same cluster.
vi.setConfig({ testTimeout: 180_000 })

let world: World
let sealing: Sealing
beforeAll(async () => {
  world = await openWorld()
  sealing = openSealing(world.database)
  for (let turn = 0; turn < 3; turn += 1) {
    const payout = await world.claim(disbursementOf(await world.ready()))
    await world.observe({
      payout,
      source: 'submit',
      send: 1,
      fact: seen('paid', { gatewayId: `po_${turn}` }),
      atMs: NOON,
    })
    await sealing.sealAll()
  }
})
afterAll(async () => {
  await sealing.close()
  await world.close()
})

async function found(tamper: (sql: Sql) => Promise<unknown>, file = sealing.anchors): Promise<readonly Finding[]> {
  const client = await world.root.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SET LOCAL session_replication_role = replica')
    await tamper(client)
    const anchors = { file, trusted: [trustedKey(sealing.key.publicKey)] }
    return (await auditWithin(client, new Map(), NOON, { chain: true, anchors, only: ['trail'] })).findings
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

const changed = (file: string, change: (lines: string[]) => string[]): string => {
  const other = path.join(sealing.folder, `${file}.jsonl`)
  const lines = readFileSync(sealing.anchors, 'utf8').trimEnd().split('\n')
  writeFileSync(other, `${change(lines).join('\n')}\n`)
  return other
}

test('nothing is found in a trail that nobody touched', async () => {
  expect(await found(() => Promise.resolve())).toEqual([])
})

test.for([
  ['changed', 'posting', update('posting', 'amount = amount + 1', 't.id::text')],
  ['changed', 'audit_event', update('audit_event', `reason = 'x'`, 't.id::text')],
  ['missing', 'posting', remove('posting', 't.id::text')],
  ['missing', 'audit_event', remove('audit_event', 't.id::text')],
  ['reordered', 'posting', update('posting', 'id = id + 9000', 't.id::text')],
  ['changed', 'seal', update('seal', `hash = decode(repeat('00', 32), 'hex')`, 't.sequence::text', 'sequence = 2')],
  ['missing', 'seal', `DELETE FROM seal WHERE sequence = 2 RETURNING '2' AS key`],
  [
    'truncated',
    'seal',
    `DELETE FROM seal WHERE sequence = (SELECT max(sequence) FROM seal) RETURNING sequence::text AS key`,
  ],
] as const)('what is %s in %s is named', async ([kind, entity, text]) => {
  let key = ''
  const findings = await found(async (sql) => {
    key = await keyOf(sql, text)
  })
  expect(findings).toContainEqual(expect.objectContaining({ invariant: 'I22', kind, entity, key }))
})

test('a chain made anew over other rows is not the one that was anchored', async () => {
  const corrupt = corruptSealer()
  const findings = await found(async (sql) => {
    await keyOf(sql, update('posting', 'amount = amount + 1', 't.id::text'))
    await reseal(sql, corrupt, 'anew')
  })
  expect(findings[0]).toMatchObject({ kind: 'changed', entity: 'seal', key: '1' })
  expect(findings.at(-1)).toMatchObject({ kind: 'truncated', entity: 'seal' })
  expect(await found((sql) => reseal(sql, corrupt, 'other'), path.join(corrupt.folder, 'other.jsonl'))).toMatchObject([
    { kind: 'forged', entity: 'anchor', key: '1' },
  ])
})

test('anchors that were cut off, emptied or written by somebody else are told', async () => {
  const other = changed('other', (lines) =>
    lines.map((line, at) => (at === 1 ? line.replace('"at":"2', '"at":"3') : line)),
  )
  expect(await found(() => Promise.resolve(), other)).toMatchObject([{ kind: 'forged', entity: 'anchor', key: '2' }])
  const empty = path.join(sealing.folder, 'empty.jsonl')
  writeFileSync(empty, '')
  expect(await found(() => Promise.resolve(), empty)).toMatchObject([{ kind: 'missing', entity: 'anchor' }])
})
