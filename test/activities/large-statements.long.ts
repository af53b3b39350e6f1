/** Statements of a hundred megabytes and more, streamed over HTTP: what a gateway may not send is refused as it comes, and what it may fits. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createReconciliationActivities, type ReconciliationActivities } from '../../activities/reconciliation.ts'
import { STATEMENT_FORMATS } from '../../domain/statement.ts'
import { sandboxCapabilities } from '../../gateways/sandbox/capabilities.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { FORMATS } from '../../sandbox/statement-formats.ts'
import type { StatementLine } from '../../sandbox/statement.ts'
import { CALLBACK_SECRET } from '../sandbox/stage.ts'
import { HOUR, NOON, openWorld, type World } from '../support/world.ts'

const DAY = '2026-11-22'
const MIB = 2 ** 20
/** What this gateway's documents promise to send at most, and what it sends. */
const LIMIT = 48 * MIB
const SENT = 120 * MIB

/** As long as each of its members may be in what the sandbox writes. */
function widest(number: number): StatementLine {
  return {
    id: `e${String(number).padStart(9, '0')}`,
    direction: 'credit',
    type: 'payout',
    reference: 'ABCDEFGHJKMN0123',
    payoutId: `po_${'f'.repeat(20)}`,
    amount: '25000000000.5',
    currency: 'IDR',
    institution: 'ID.LINKAJA',
    account: '+62899001234567',
    bookedAtMs: NOON,
    valueDate: DAY,
  }
}

let world: World
let server: Server
/** What the gateway has put on the wire, and whether anybody still listened at the end. */
let told = { bytes: 0, isWhole: false }

beforeAll(async () => {
  world = await openWorld()
  server = createServer((_request, response) => {
    void tell(response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await world.close()
})

/** A true head, and lines without end: as much at a time as its reader takes. */
async function tell(response: ServerResponse): Promise<void> {
  told = { bytes: 0, isWhole: false }
  const [head, line = ''] = [...(FORMATS['jsonl']?.write(statementOf([widest(1)])) ?? [])]
  const piece = Buffer.from(line.repeat(Math.ceil(MIB / 4 / line.length)))
  function* pieces(): Generator {
    yield head
    for (; told.bytes < SENT; told.bytes += piece.length) yield piece
  }
  response.writeHead(200, { 'content-type': 'application/jsonl' })
  // Whoever hangs up has heard enough.
  told.isWhole = await pipeline(Readable.from(pieces()), response).then(
    () => true,
    () => false,
  )
}

const statementOf = (lines: readonly StatementLine[]) => ({ day: DAY, version: 1, opening: 10n, lines, closing: 10n })

function reconciliation(): ReconciliationActivities {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = { baseUrl, apiKey: 'x', callbackSecrets: [CALLBACK_SECRET], statement: { bytesMax: LIMIT } }
  const gateways = new Map([['sandbox', createSandboxGateway(settings)]])
  return createReconciliationActivities({ store: world.store, gateways, now: () => NOON + HOUR, beat: keepPeak })
}

let peak = 0
function keepPeak(): void {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  peak = Math.max(peak, heapUsed + arrayBuffers)
}

test('a statement of more than a gateway says it sends is refused as it streams, on record, with nothing kept of it', async () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  const answer = await reconciliation().fetchStatement({ gateway: 'sandbox', day: DAY })
  expect(answer).toEqual({ kind: 'refused', code: 'statement-too-large' })
  expect(await world.count('SELECT FROM statement UNION ALL SELECT FROM statement_line')).toBe(0)
  expect(await world.one(`SELECT person, after FROM audit_event WHERE act = 'statement-refused'`)).toEqual({
    person: 'engine',
    after: {
      gateway: 'sandbox',
      day: DAY,
      format: 'jsonl',
      code: 'statement-too-large',
      detail: `it is larger than ${LIMIT} bytes`,
    },
  })
  // It hung up: what was still to come was never sent, and what had come was not kept in memory.
  expect(told.isWhole).toBe(false)
  expect(told.bytes).toBeLessThan(LIMIT + 16 * MIB)
  expect(peak - heapUsed - arrayBuffers).toBeLessThan(128 * MIB)
})

test.each(STATEMENT_FORMATS)('a million of the widest lines fit in what the sandbox may send in %s', (format) => {
  const lines = Array.from({ length: 100 }, (_, at) => widest(at))
  const text = [...(FORMATS[format]?.write(statementOf(lines)) ?? [])].join('')
  expect((text.length / lines.length) * 1_000_000).toBeLessThan(sandboxCapabilities().statement.bytesMax)
})
