/** A statement whose number no column holds is refused, and on record. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StatementRefused } from '../../domain/statement.ts'
import { readSandboxStatement } from '../../gateways/sandbox/statement.ts'
import { camtOf } from '../support/camt.ts'
import { DAY } from '../support/statements.ts'
import { HOUR, NOON, openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const head = { kind: 'head', account: 'sandbox', day: DAY, version: 3_000_000_000, currency: 'IDR', opening: '0' }
const end = { kind: 'end', closing: '0', count: 0 }

test.each([
  ['jsonl', `${JSON.stringify(head)}\n${JSON.stringify(end)}\n`],
  ['jsonl', `${JSON.stringify({ ...head, version: 1 })}\n${JSON.stringify({ ...end, count: 3_000_000_000 })}\n`],
  ['csv', `H,sandbox,${DAY},3000000000,IDR,0\nT,0,0\n`],
  ['camt.053', camtOf({ version: '3000000000' })],
] as const)('in %s', async (format, text) => {
  async function* bytes() {
    yield Buffer.from(text)
  }
  const before = await world.count(`SELECT FROM audit_event WHERE act = 'statement-refused'`)
  const parts = readSandboxStatement({ format, bytes: bytes() }, { zone: 'Asia/Jakarta', bytesMax: 1e9 })
  const statement = { gateway: 'sandbox', day: DAY, format, parts, sha256: () => new Uint8Array(32) }
  await expect(world.store.statements.load(statement, NOON + HOUR)).rejects.toBeInstanceOf(StatementRefused)
  expect(await world.count(`SELECT FROM audit_event WHERE act = 'statement-refused'`)).toBe(before + 1)
})
