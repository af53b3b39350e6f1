/** What waits: told where somebody else may be the reason, found where the rows alone show that it was left. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditWithin } from '../support/audited.ts'
import { disbursementOf, HOUR, MINUTE, openWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.claim(disbursementOf(await world.ready()))
  await world.ready()
  await world.root.pool.query(`UPDATE message SET state = 'delivered', delivered_at = now()`)
})
afterAll(() => world.close())

const DUE = Date.parse('2027-03-01T02:00:00Z')
const at = (ms: number): string => `'${new Date(ms).toISOString()}'::timestamptz`

/** What is found an hour after messages became due; nothing of it stays. */
async function judged(rows: string, nowMs = DUE + HOUR) {
  const client = await world.root.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SET LOCAL session_replication_role = replica')
    if (rows !== '') await client.query(rows)
    const { findings, notices } = await auditWithin(client, new Map(), nowMs, { only: ['waiting'] })
    return {
      notices,
      found: findings.map(({ invariant, kind, entity, says }) => `${invariant} ${kind} ${entity}: ${says}`),
    }
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

const died = (acts: readonly string[]): string =>
  acts
    .map(
      (act, nth) =>
        `INSERT INTO audit_event (id, at, person, act, programme, ref, subject)
         SELECT ${9_000_000 + nth}, now(), 'citra', '${act}', programme, ref, 'message:' || id FROM message WHERE deliver_after = ${at(DUE)};`,
    )
    .join('')

const message = (priority: number, dueMs: number, deliveredMs: number | null, state = 'pending'): string =>
  `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after, delivered_at)
   SELECT gen_random_uuid(), programme, ref, 'sweep', ${priority}, '${deliveredMs === null ? state : 'delivered'}', ${at(dueMs)},
          ${deliveredMs === null ? 'NULL' : at(deliveredMs)} FROM participant LIMIT 1;`

const PASSED = [
  `I15 missing message: it has been the first to deliver since 2027-03-01 02:00:00+00, and was not, while others from behind it were`,
]

test('a message that waits is told while nothing is delivered: the workflow engine may be away', async () => {
  const { found, notices } = await judged(message(3, DUE, null))
  expect(found).toEqual([])
  expect(notices).toContain('I15: 1 messages are older than a minute and not delivered')
})

test.for([
  [
    'the first that waits, while one from behind it was delivered',
    [message(3, DUE, null), message(3, DUE + MINUTE, DUE + 20 * MINUTE)],
    true,
  ],
  [
    'while one from behind it was delivered within minutes',
    [message(3, DUE, null), message(3, DUE + MINUTE, DUE + 5 * MINUTE)],
    false,
  ],
  [
    'while one that goes before it was delivered',
    [message(3, DUE, null), message(1, DUE + MINUTE, DUE + 20 * MINUTE)],
    false,
  ],
  [
    'behind another that waits',
    [message(1, DUE, null), message(3, DUE, null), message(3, DUE + MINUTE, DUE + 20 * MINUTE)],
    true,
  ],
  ['for minutes only', [message(3, DUE + 55 * MINUTE, null), message(3, DUE + 56 * MINUTE, DUE + 59 * MINUTE)], false],
] as const)('a message is passed over: %s', async ([, rows, isFound]) => {
  expect((await judged(rows.join(''))).found).toEqual(isFound ? PASSED : [])
})

test('a dead message that nobody has given up is found', async () => {
  const { found } = await judged(message(3, DUE, null, 'dead'))
  expect(found).toEqual([expect.stringMatching(/^I15 missing audit_event: the message to \S+ is dead, and the trail/)])
})

test.for([
  [
    'dead',
    ['message-died', 'message-redriven'],
    ['the message to REF is dead, and the trail does not tell that anybody gave it up'],
  ],
  ['dead', ['message-died', 'message-redriven', 'message-died'], []],
  [
    'pending',
    ['message-died'],
    ['the message to REF is pending, and the trail tells that it died and of nobody who sent it again'],
  ],
  ['pending', ['message-died', 'message-redriven'], []],
] as const)('a message that is %s, of which the trail tells %j', async ([state, acts, says]) => {
  const { found } = await judged(message(3, DUE, null, state) + died(acts))
  expect(found.map((one) => one.replace(/message to \S+ is/, 'message to REF is'))).toEqual(
    says.map((what) => `I15 missing audit_event: ${what}`),
  )
})

test('a payment on its way whose life nobody will look at again is found, and one that somebody comes to ask about is told', async () => {
  const told = await judged('')
  expect(told.found).toEqual([])
  expect(told.notices).toContain('I16: 1 payouts have been unknown for half an hour')
  const left = await judged('UPDATE participant SET heard_by = NULL')
  expect(left.found).toEqual([
    expect.stringMatching(/^I16 missing participant: nobody comes to ask what became of payout/),
  ])
})
