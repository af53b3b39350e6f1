/** An account that its gateway has refused stays refused for everything that its person is owed, whatever people say of the code. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Meaning } from '../../domain/failure-rule.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { alone, COMPLIANCE, DOUBT, failedBy, meant, PASSING, together, UNDOCUMENTED } from '../support/reclassify.ts'
import { submitted } from '../support/sent.ts'
import { DAY, disbursementOf, HOUR, MINUTE, NOON, openWorld, seen, SILENCE, type World } from '../support/world.ts'

const BLOCKED = { class: 'needs-account', code: 'account-blocked' } as const
const LIMIT = { class: 'needs-account', code: 'wallet-limit' } as const
const MONTH = NOON + 32 * DAY

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  for (const code of ['ACCOUNT_BLOCKED', 'WALLET_LIMIT_EXCEEDED']) {
    const now = await meant(world, code)
    if (now.code !== BLOCKED.code && now.code !== LIMIT.code) await together(world, code, now, null)
  }
})

/** Their first tranche is paid; the second is sent, and the survey's is released. */
async function twoOwed(): Promise<{ ref: string; second: string; survey: string }> {
  const ref = await world.ready()
  await world.observe({ ...submitted(await world.claim(disbursementOf(ref)), seen('paid')) })
  const answered = NOON + 8 * DAY
  await world.advance(ref, answered)
  const kind = 'survey-answered' as const
  const evidence = { programme: 'swift', ref, kind, subject: 'evaluation-1', occurredAtMs: answered, document: null }
  await world.act((acts) => acts.recordEvidence(evidence), answered)
  await world.advance(ref, MONTH)
  const second = await world.claim(disbursementOf(ref, 'incentive-2'), MONTH)
  return { ref, second, survey: disbursementOf(ref, 'survey-1') }
}

const classed = (code: string, to: Meaning, from: Meaning) =>
  to.class === 'retry-new' || to.class === 'undocumented'
    ? together(world, code, from, to)
    : alone(world.store, code, to)
const drafted = async (disbursement: string, atMs: number) => (await world.store.claims.draft(disbursement, atMs)).kind
const tell = (payout: string, fact: PayoutFact, atMs = MONTH) => world.observe({ ...submitted(payout, fact), atMs })
const accounts = async (ref: string) =>
  (await world.root.pool.query('SELECT state, reason FROM account WHERE ref = $1', [ref])).rows

describe('a blocked account', () => {
  it.each<[string, Meaning]>([
    ['a matter of compliance', COMPLIANCE],
    ['doubted', DOUBT],
    ['passing', PASSING],
    ['a code that nobody knows', UNDOCUMENTED],
  ])('is not paid what else its person is owed when its code is said to be %s', async (_, meaning) => {
    const { ref, second, survey } = await twoOwed()
    await classed('ACCOUNT_BLOCKED', meaning, BLOCKED)
    expect(await drafted(survey, MONTH)).toBe('draft')
    await tell(second, failedBy('ACCOUNT_BLOCKED', BLOCKED))
    expect(await accounts(ref)).toEqual([{ state: 'failed', reason: 'account-blocked' }])
    expect(await drafted(survey, MONTH)).toBe('parked')
    const { disbursements } = await world.advance(ref, MONTH + MINUTE)
    expect(disbursements.find(({ tranche }) => tranche === 'survey-1')).toMatchObject({ state: 'needs-account' })
    const failing = `SELECT FROM audit_event WHERE act = 'account-failed' AND ref = $1 AND after ->> 'told' = $2`
    expect(await world.count(failing, [ref, second])).toBe(1)
  })

  it('is not paid either when the doubted word comes only while the payout is under way, or was silent', async () => {
    await alone(world.store, 'ACCOUNT_BLOCKED', DOUBT)
    for (const before of [seen('processing'), SILENCE]) {
      const { ref, second, survey } = await twoOwed()
      await tell(second, before)
      const fact = failedBy('ACCOUNT_BLOCKED', BLOCKED)
      const messages = await world.count(`SELECT FROM message WHERE ref = $1`, [ref])
      await world.observe({ payout: second, source: 'enquiry', fact, atMs: MONTH + MINUTE, enquiry: 1 })
      expect(await accounts(ref)).toEqual([{ state: 'failed', reason: 'account-blocked' }])
      expect(await drafted(survey, MONTH + MINUTE)).toBe('parked')
      expect(await world.count(`SELECT FROM message WHERE ref = $1`, [ref])).toBe(messages + 1)
    }
  })

  it('is not refused by a word about another payout than was sent', async () => {
    const { ref, second } = await twoOwed()
    await alone(world.store, 'ACCOUNT_BLOCKED', COMPLIANCE)
    const failed = failedBy('ACCOUNT_BLOCKED', BLOCKED)
    if (failed.kind !== 'observed') throw new Error('it is told')
    const amount = { minor: 1n, currency: 'IDR' }
    await tell(second, { ...failed, observation: { ...failed.observation, amount } })
    expect(await accounts(ref)).toMatchObject([{ state: expect.not.stringMatching('failed') }])
  })
})

it.each([COMPLIANCE, DOUBT])(
  'a wallet at the limit of its month rests until it is over, though its code is said to be %o',
  async (meaning) => {
    const { ref, second, survey } = await twoOwed()
    await alone(world.store, 'WALLET_LIMIT_EXCEEDED', meaning)
    await tell(second, failedBy('WALLET_LIMIT_EXCEEDED', LIMIT))
    expect(await drafted(survey, MONTH + HOUR)).toBe('parked')
    expect(await accounts(ref)).not.toMatchObject([{ state: 'failed' }])
    const { rests } = await world.one<{ rests: Date }>('SELECT rests_until AS rests FROM account WHERE ref = $1', [ref])
    expect(rests.getTime()).toBeGreaterThan(MONTH)
    await world.advance(ref, rests.getTime())
    expect(await drafted(survey, rests.getTime())).toBe('draft')
  },
)

it('a wallet rests for one month, however often a doubted word about it is repeated', async () => {
  const { ref, second } = await twoOwed()
  await alone(world.store, 'WALLET_LIMIT_EXCEEDED', DOUBT)
  await tell(second, seen('processing'))
  const rests = async () =>
    (await world.one<{ until: Date }>('SELECT rests_until AS until FROM account WHERE ref = $1', [ref])).until.getTime()
  const fact = failedBy('WALLET_LIMIT_EXCEEDED', LIMIT)
  await world.observe({ payout: second, source: 'enquiry', fact, atMs: MONTH + MINUTE, enquiry: 1 })
  const until = await rests()
  await world.observe({ payout: second, source: 'enquiry', fact, atMs: until + MINUTE, enquiry: 2 })
  expect(await rests()).toBe(until)
  expect(await accounts(ref)).toMatchObject([{ state: 'unverified' }])
  await tell(second, seen('paid'), until + HOUR)
  expect(await world.one('SELECT state, failure_code AS code FROM payout WHERE key = $1', [second])).toEqual({
    state: 'paid',
    code: null,
  })
})
