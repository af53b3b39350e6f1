/** After a restore: a debit of nobody's that two people found to be a payment stands in the audited books as one. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../auditor/finding.ts'
import type { Sql } from '../../store/database.ts'
import { auditWithin, type ToldDays } from '../support/audited.ts'
import { bankAccount } from '../support/builders.ts'
import { AGAIN, LATER, lostTime, paidBefore, type LostTime } from '../support/lost-time.ts'
import { credit, DAY as FIRST, NEXT, OPENING, partsOf } from '../support/statements.ts'
import { agree } from '../support/two-people.ts'
import { AMOUNT, DAY, disbursementOf, openWorld, type World } from '../support/world.ts'

const [first, second, third] = [bankAccount(), bankAccount(), bankAccount()]
const MORE = AMOUNT + 5_000_000n
const LINES = [
  paidBefore(first),
  paidBefore(second, { id: 'part', reference: 'AAAAAAAAAAAAAAAB', gatewayId: 'po_part', amount: AMOUNT / 3n }),
  credit('fee', { type: 'fee', direction: 'debit', amount: null }),
  paidBefore(third, { id: 'more', reference: 'AAAAAAAAAAAAAAAC', gatewayId: 'po_more', amount: MORE }),
]

let world: World
let lost: LostTime
beforeAll(async () => {
  world = await openWorld()
  lost = await lostTime(world)
  await lost.lift()
  const owed = await world.ready({ account: first }, AGAIN)
  const part = await world.ready({ account: second }, AGAIN)
  await lost.tellDays(...LINES)
  const strays = new Map((await lost.teller.found()).map(({ reference, id }) => [reference, id]))
  await lost.count(owed, {}, strays.get(LINES[0]?.reference ?? ''))
  await lost.count(part, { next: 'hold' }, strays.get('AAAAAAAAAAAAAAAB'))
  // The fee was found first.
  await lost.resolve('receivable', -500n)
  await lost.resolve('receivable')
  await lost.close()
  const more = await world.ready({ account: third }, LATER)
  await world.act((acts) => acts.hold({ programme: 'swift', ref: more, reason: 'paid before' }), LATER)
  await lost.count(more, { finding: 'receivable', next: 'pay-again' }, strays.get('AAAAAAAAAAAAAAAC'))
  const versions = await world.one(
    'SELECT d.version, y.version AS "payoutVersion" FROM disbursement d JOIN payout y ON y.disbursement = d.key WHERE d.key = $1',
    [disbursementOf(more)],
  )
  const key = disbursementOf(more)
  const content = { programme: 'swift', disbursement: key, payout: `${key}#1`, amount: AMOUNT.toString() }
  const deduction = { ...content, ...versions, cause: 'paid-in-error', reference: 'ND-1' }
  await agree(world.store, [lost.people.sari, lost.people.budi], { act: 'deduction', content: deduction }, LATER)
})
afterAll(() => world.close())

const told: ToldDays = new Map([
  [FIRST, partsOf(LINES)],
  [NEXT, partsOf([], { day: NEXT, opening: OPENING - AMOUNT - AMOUNT / 3n - MORE })],
])

/** What this world has of everything; it was not set up by two people, and its statements are no gateway's very bytes. */
const LOOKED = [
  'acts',
  'attempts',
  'claims',
  'decisions',
  'deductions',
  'discrepancies',
  'events',
  'fees',
  'keys',
  'ledger',
  'limits',
  'obligations',
  'owed',
  'told',
  'transitions',
]
const SET_UP = ['funding', 'appropriation', 'role_grant', 'signing_key', 'api_key', 'statement', 'programme_version']

/** What the auditor says once `tamper` is done; nothing of it stays. */
async function found(tamper: (sql: Sql) => Promise<unknown> = async () => {}): Promise<readonly Finding[]> {
  const client = await world.root.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SET LOCAL session_replication_role = replica')
    await tamper(client)
    const { findings } = await auditWithin(client, told, LATER + 5 * DAY, { only: LOOKED })
    return findings.filter(({ entity }) => !SET_UP.includes(entity))
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

test('nothing is found where two people have found it', async () => {
  expect(await world.imbalances()).toEqual([])
  expect(await found()).toEqual([])
})

test.for([
  [
    'a payment counted for more than its debit',
    'payout',
    `UPDATE payout SET amount = amount + 1 WHERE n = 1 AND state = 'paid'`,
  ],
  [
    'a payment counted under a reference that no debit has',
    'payout',
    `UPDATE payout SET reference = 'AAAAAAAAAAAAAAAX' WHERE amount = ${AMOUNT}`,
  ],
  [
    'a payment counted that nobody has agreed to',
    'payout',
    `UPDATE proposal SET content = content - 'stray' WHERE content ? 'stray'`,
  ],
  [
    'a debit still to be had back beside the payment it is',
    'discrepancy',
    `UPDATE discrepancy SET resolution = 'receivable' WHERE resolution = 'corrected'`,
  ],
  [
    'a payment counted twice in the books',
    'posting',
    `UPDATE posting SET amount = amount * 2 WHERE event = 'late-paid'`,
  ],
  [
    'a freeze lifted while one gateway had not answered and nobody had signed for it',
    'freezes',
    `UPDATE audit_event SET act = 'restore-asked', after = '{"silent":["another"]}' WHERE act = 'restore-looked-up'`,
  ],
  [
    'a debit taken back that never was',
    'posting',
    `DELETE FROM posting WHERE event IN ('recovered', 'debit-explained')`,
  ],
] as const)('%s is found', async ([, entity, sql]) => {
  expect((await found((client) => client.query(sql))).map((finding) => finding.entity)).toContain(entity)
})
