/** Codes of a gateway, classed otherwise: what one person may do, what takes two, and what the database refuses everybody. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RULE_CODES, safetyOf, type Meaning } from '../../domain/failure-rule.ts'
import { FAILURE_CLASSES } from '../../domain/observation.ts'
import { FAILPOINTS } from '../../failpoints.ts'
import { pairOf } from '../support/freezes.ts'
import { cutsAt } from '../support/killed.ts'
import {
  alone,
  CLOSED,
  COMPLIANCE,
  DOUBT,
  meant,
  newCode,
  PASSING,
  put,
  together,
  UNDOCUMENTED,
} from '../support/reclassify.ts'
import { decide, propose } from '../support/two-people.ts'
import { NOON, OPERATOR, openStore, openWorld, refusal, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function rules(vendorCode: string): Promise<object[]> {
  const { rows } = await world.root.pool.query<object>(
    'SELECT n, class, decided_under IS NULL AS alone, ended_at IS NULL AS live FROM failure_rule WHERE vendor_code = $1 ORDER BY n',
    [vendorCode],
  )
  return rows
}
const events = (vendorCode: string) =>
  world.root.pool.query('SELECT person, reason, before, after FROM audit_event WHERE subject = $1 ORDER BY id', [
    `failure:sandbox:${vendorCode}`,
  ])

describe('one person', () => {
  it('makes a code safer at once, on record', async () => {
    const code = newCode()
    expect(await alone(world.store, code, DOUBT)).toMatchObject({ isNew: true, failure: DOUBT })
    expect(await meant(world, code)).toEqual(DOUBT)
    expect((await events(code)).rows).toMatchObject([
      {
        person: OPERATOR.person,
        reason: 'some were paid',
        before: { ...UNDOCUMENTED, rule: null },
        after: { ...DOUBT, gateway: 'sandbox', vendorCode: code, proposal: null },
      },
    ])
  })

  it('says it again and nothing happens', async () => {
    const code = newCode()
    const first = await alone(world.store, code, DOUBT)
    const again = await alone(world.store, code, DOUBT)
    expect([first.isNew, again.isNew]).toEqual([true, false])
    expect(again.failure.rule?.id).toBe(first.failure.rule?.id)
    expect((await events(code)).rows).toHaveLength(1)
  })

  it.each<[string, Meaning]>([
    ['ACCOUNT_CLOSED', PASSING],
    ['ACCOUNT_CLOSED', { class: 'needs-account', code: 'wallet-limit' }],
    ['ACCOUNT_CLOSED', { class: 'permanent', code: 'request-refused' }],
    ['TEMPORARY_TRANSFER_ERROR', CLOSED],
    ['TEMPORARY_TRANSFER_ERROR', { class: 'permanent', code: 'request-refused' }],
    ['INSUFFICIENT_BALANCE', CLOSED],
    ['401 UNAUTHORIZED', CLOSED],
    ['WALLET_LIMIT_EXCEEDED', CLOSED],
    ['TEMPORARY_TRANSFER_ERROR', { class: 'config', code: 'permission-missing' }],
    ['COMPLIANCE_REJECTED', CLOSED],
    ['NOBODY_KNOWS', PASSING],
    ['422 NOBODY_KNOWS', COMPLIANCE],
    ['422 NOBODY_KNOWS', { class: 'permanent', code: 'request-refused' }],
  ])('does not class %s as %o: it takes two', async (code, meaning) => {
    expect(await refusal(alone(world.store, code, meaning))).toBe('two-people-needed')
    expect(await rules(code)).toEqual([])
  })

  it('does not give back to the released table what was made safer: two do', async () => {
    const code = newCode()
    await alone(world.store, code, DOUBT)
    expect(await refusal(alone(world.store, code, null))).toBe('two-people-needed')
    expect(await together(world, code, DOUBT, null)).toBe('executed')
    expect(await meant(world, code)).toEqual(UNDOCUMENTED)
    expect(await rules(code)).toEqual([
      { n: 1, class: 'unknown', alone: true, live: false },
      { n: 2, class: 'undocumented', alone: false, live: true },
    ])
  })

  it('gives back to the released table what two had made less safe', async () => {
    expect(await together(world, 'COMPLIANCE_REJECTED', COMPLIANCE, CLOSED)).toBe('executed')
    expect((await alone(world.store, 'COMPLIANCE_REJECTED', null)).isNew).toBe(true)
    expect((await alone(world.store, 'COMPLIANCE_REJECTED', null)).isNew).toBe(false)
    expect(await meant(world, 'COMPLIANCE_REJECTED')).toEqual(COMPLIANCE)
  })
})

describe('two callers at once', () => {
  it('who say the same make one rule', async () => {
    const code = newCode()
    const said = await Promise.all(Array.from({ length: 8 }, () => alone(world.store, code, DOUBT)))
    expect(said.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await rules(code)).toHaveLength(1)
  })

  it('who say different things end at the safer one', async () => {
    const code = newCode()
    await together(world, code, UNDOCUMENTED, PASSING)
    const [, doubted] = await Promise.allSettled([
      alone(world.store, code, COMPLIANCE),
      alone(world.store, code, DOUBT),
    ])
    expect(doubted.status).toBe('fulfilled')
    expect(await meant(world, code)).toEqual(DOUBT)
    expect((await rules(code)).filter((rule) => 'live' in rule && rule.live)).toHaveLength(1)
  })
})

describe('bad input is refused and leaves nothing:', () => {
  it.each([
    ['a gateway that is not in use', 'other', 'ACCOUNT_CLOSED', 'unknown-gateway'],
    ['a code that cannot come', 'sandbox', 'lower case', 'invalid-request'],
    ['an empty code', 'sandbox', '', 'invalid-request'],
    ['an answer of the network', 'sandbox', '502 BAD_GATEWAY', 'invalid-request'],
    ['a limit of calls', 'sandbox', '429 TOO_MANY', 'invalid-request'],
    ['what may have been executed by the gateway’s own documents', 'sandbox', '409 DUPLICATE', 'conflict'],
  ])('%s', async (_, gateway, vendorCode, code) => {
    expect(await refusal(alone(world.store, vendorCode, DOUBT, gateway))).toBe(code)
    const { sari } = await pairOf(world)
    const content = { gateway, vendorCode, from: UNDOCUMENTED, meaning: DOUBT }
    expect(await refusal(propose(world.store, sari, { act: 'reclassification', content }, NOON))).toBe(code)
    expect(await rules(vendorCode)).toEqual([])
  })

  it.each([
    { meaning: { class: 'whatever', code: 'account-closed' } },
    { meaning: { class: 'retry-same', code: 'rate-limited' } },
    { meaning: { class: 'needs-account', code: 'paid-in-lost-time' } },
    { meaning: { class: 'compliance', code: '' } },
    { from: { class: 'whatever', code: 'x' } },
    { from: null },
    { more: true },
  ])('a proposal with %o', async (wrong) => {
    const { sari } = await pairOf(world)
    const content = { gateway: 'sandbox', vendorCode: 'NEW', from: UNDOCUMENTED, meaning: CLOSED, ...wrong }
    const act = 'reclassification'
    expect(await refusal(propose(world.store, sari, { act, content }, NOON))).toBe('invalid-request')
  })
})

describe('two people', () => {
  it('propose nothing that it means already, and nothing that was seen otherwise', async () => {
    const { sari } = await pairOf(world)
    const asked = (from: Meaning, to: Meaning | null) =>
      refusal(propose(world.store, sari, put('ACCOUNT_CLOSED', from, to), NOON))
    expect(await asked(CLOSED, CLOSED)).toBe('conflict')
    expect(await asked(CLOSED, null)).toBe('conflict')
    expect(await asked(PASSING, DOUBT)).toBe('conflict')
  })

  it('agree to what was seen otherwise by then: void, and nothing is changed', async () => {
    const code = newCode()
    const { sari, budi } = await pairOf(world)
    const proposal = await propose(world.store, sari, put(code, UNDOCUMENTED, PASSING), NOON)
    await alone(world.store, code, DOUBT)
    const decided = await decide(world.store, budi, proposal, 'approve', NOON)
    expect(decided).toMatchObject({ state: 'void', outcomeCode: 'conflict' })
    expect(await meant(world, code)).toEqual(DOUBT)
  })
})

it('a process that dies at any wait leaves the old meaning, and its work can be done again', async () => {
  const code = newCode()
  const cuts = cutsAt(FAILPOINTS.filter((point) => point.startsWith('reclassified:')))
  const store = openStore(world.database, { pass: cuts.pass })
  await together(world, code, UNDOCUMENTED, PASSING)
  await cuts.through(async () => {
    expect(await meant(world, code)).toEqual(PASSING)
    await alone(store, code, DOUBT)
  })
  await store.close()
  expect(cuts.left()).toEqual([])
  expect(await rules(code)).toEqual([
    { n: 1, class: 'retry-new', alone: false, live: false },
    { n: 2, class: 'unknown', alone: true, live: true },
  ])
  expect((await events(code)).rows).toHaveLength(2)
})

describe('the database', () => {
  it('counts what is safe as the machines do', async () => {
    const extra = ['name-differs', 'holder-malformed', 'undocumented-refusal']
    const codes = [...new Set<string>(Object.values(RULE_CODES).flat()), ...extra]
    const all = FAILURE_CLASSES.flatMap((of) => codes.map((code) => ({ class: of, code })))
    const { rows } = await world.root.pool.query<Meaning & { safety: number }>(
      'SELECT class, code, failure_safety(class, code) AS safety FROM unnest($1::text[], $2::text[]) AS of (class, code)',
      [all.map((one) => one.class), all.map(({ code }) => code)],
    )
    expect(rows).toEqual(all.map((one) => ({ ...one, safety: safetyOf(one) })))
  })

  it.each([
    ['less safe by one person', `'A1', 1, 'retry-new', 'x', 'needs-account', 'account-closed'`],
    ['that asks for another account by one person', `'A6', 1, 'needs-account', 'account-closed', 'retry-new', 'x'`],
    ['as safe by one person', `'A2', 1, 'compliance', 'x', 'undocumented', 'x'`],
    ['of an unknown class', `'A3', 1, 'whatever', 'x', 'retry-new', 'x'`],
    ['by which the same key is sent again', `'A4', 1, 'retry-same', 'x', 'retry-same', 'x'`],
    ['without a code', `'', 1, 'unknown', 'x', 'retry-new', 'x'`],
    ['that skips one', `'A5', 2, 'unknown', 'x', 'retry-new', 'x'`],
  ])('refuses a rule %s', async (_, values) => {
    const inserting = world.inSql((sql) =>
      sql.query(
        `INSERT INTO failure_rule (id, gateway, vendor_code, n, class, code, from_class, from_code, is_default, reason, set_at, set_by)
         VALUES (gen_random_uuid(), 'sandbox', ${values}, false, 'x', now(), 'mallory')`,
      ),
    )
    await expect(inserting).rejects.toThrow(/failure_rule|rule about|no two people/)
  })

  it('lets nobody change a rule, delete it, open it again, or end it without another', async () => {
    const code = newCode()
    await together(world, code, UNDOCUMENTED, PASSING)
    await alone(world.store, code, DOUBT)
    const asApp = (text: string) => world.inSql((sql) => sql.query(text, [code]))
    const asOwner = (text: string) => world.root.pool.query(text, [code])
    const live = 'WHERE vendor_code = $1 AND ended_at IS NULL'
    await expect(asApp(`UPDATE failure_rule SET class = 'retry-new' ${live}`)).rejects.toThrow(/permission/)
    await expect(asApp(`DELETE FROM failure_rule ${live}`)).rejects.toThrow(/permission/)
    await expect(asApp(`UPDATE failure_rule SET ended_at = now() ${live}`)).rejects.toThrow(/where another one begins/)
    const reopening = 'UPDATE failure_rule SET ended_at = NULL WHERE vendor_code = $1 AND ended_at IS NOT NULL'
    await expect(asApp(reopening)).rejects.toThrow(/append-only/)
    await expect(asOwner(`UPDATE failure_rule SET code = 'x' ${live}`)).rejects.toThrow(
      /frozen|never changes|failure_rule/,
    )
    await expect(asOwner(`DELETE FROM failure_rule ${live}`)).rejects.toThrow(/append-only/)
    expect(await meant(world, code)).toEqual(DOUBT)
  })
})
