/** What the person must do next: asked once with its deadline, resumed by itself when it is done, and what follows when it is not. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AccountAnswer } from '../../domain/account-check.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import { DAY, HOUR, NOON, openWorld, refusal, seen, type World } from '../support/world.ts'

const swift = swiftProgramme()
const programme = swiftProgramme({
  payment: {
    ...swift.payment,
    accounts: { checkAgainAfter: 'P2D', names: { accept: 80, review: 50 } },
    actions: { relink: { within: 'P10D', otherwise: 'hold' }, 'upgrade-wallet': { within: 'P5D', otherwise: 'lapse' } },
  },
})

let world: World
beforeAll(async () => {
  world = await openWorld({ programme })
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

/** The first incentive has failed for a reason, and the life has looked. */
async function failedFor(code: string, more: { atMs?: number } = {}): Promise<Sent> {
  const of = await sendFirst(world)
  const failure = { class: 'needs-account', code, vendorCode: 'X' } as const
  await world.observe(submitted(of.payout, seen('failed', { failure }), more.atMs ?? NOON))
  return of
}

async function check(ref: string, answer: AccountAnswer, atMs: number) {
  const question = await world.store.accountChecks.due({ programme: programme.code, ref }, atMs)
  return question && world.store.accountChecks.record(question, answer, atMs)
}

const nameOf = async (ref: string): Promise<string> =>
  (await world.store.reads.identityForCheck(programme.code, ref)).open().name

const asked = (ref: string) => world.count(`SELECT FROM audit_event WHERE ref = $1 AND act = 'action-asked'`, [ref])

describe('a wallet that is not upgraded', () => {
  it('is checked again until it is, and the payment goes on by itself to the same link', async () => {
    const { ref, disbursement } = await failedFor('wallet-not-upgraded')
    const standing = await world.advance(ref)
    expect(standing.attention).toBe('waiting-for-upgrade')
    expect(standing.disbursements[0]).toMatchObject({
      state: 'needs-account',
      action: 'upgrade-wallet',
      actionByMs: NOON + 5 * DAY,
      otherwise: 'lapse',
      next: { kind: 'wait', untilMs: NOON + 2 * DAY },
    })
    // Looking again asks nothing anew, and before its time nobody is asked.
    await world.advance(ref, NOON + HOUR)
    expect(await asked(ref)).toBe(1)
    expect(await check(ref, { kind: 'unavailable' }, NOON + DAY)).toBeNull()
    const due = await world.advance(ref, NOON + 2 * DAY)
    expect(due.disbursements[0]?.next).toMatchObject({ kind: 'check-account', gateway: 'sandbox' })
    expect(await check(ref, { kind: 'unavailable' }, NOON + 2 * DAY)).toMatchObject({ verdict: 'unverified' })
    expect((await world.advance(ref, NOON + 2 * DAY)).disbursements[0]?.next).toEqual({
      kind: 'wait',
      untilMs: NOON + 4 * DAY,
    })
    const valid = { kind: 'valid', registeredName: await nameOf(ref) } as const
    expect(await check(ref, valid, NOON + 4 * DAY)).toMatchObject({ verdict: 'verified', score: 100 })
    const resumed = await world.advance(ref, NOON + 4 * DAY)
    expect(resumed.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    const second = await world.claim(disbursement, NOON + 4 * DAY)
    await world.observe(submitted(second, seen('paid'), NOON + 4 * DAY))
    await world.advance(ref, NOON + 4 * DAY)
    const [link, ...others] = await world.store.reads.accounts(programme.code, ref)
    expect(others).toEqual([])
    expect(link).toMatchObject({
      state: 'verified',
      reason: null,
      checkAt: null,
      payouts: [`${disbursement}#1`, second],
    })
    expect(link?.checks.map(({ verdict }) => verdict)).toEqual(['unverified', 'verified'])
    expect(await world.one('SELECT action, action_by FROM disbursement WHERE key = $1', [disbursement])).toEqual({
      action: null,
      action_by: null,
    })
  })

  it('is asked about by one of two who ask at once', async () => {
    const { ref } = await failedFor('wallet-not-upgraded')
    await world.advance(ref)
    const due = () => world.store.accountChecks.due({ programme: programme.code, ref }, NOON + 2 * DAY)
    const questions = await Promise.all([due(), due(), due()])
    expect(questions.filter((question) => question !== null)).toHaveLength(1)
  })

  it('is asked about at once when its owner says so, and nobody else’s is', async () => {
    const { ref } = await failedFor('wallet-not-upgraded')
    await world.advance(ref)
    await world.act((acts) => acts.checkAgain({ programme: programme.code, ref }), NOON + HOUR)
    expect((await world.advance(ref, NOON + HOUR)).disbursements[0]?.next).toMatchObject({ kind: 'check-account' })
    const paid = await world.ready()
    const again = world.act((acts) => acts.checkAgain({ programme: programme.code, ref: paid }), NOON)
    expect(await refusal(again)).toBe('account-unchanged')
  })

  it('that fails again keeps the deadline that was given first, and lapses with it', async () => {
    const { ref, disbursement } = await failedFor('wallet-not-upgraded')
    await world.advance(ref)
    const valid = { kind: 'valid', registeredName: await nameOf(ref) } as const
    await check(ref, valid, NOON + 2 * DAY)
    await world.advance(ref, NOON + 2 * DAY)
    const second = await world.claim(disbursement, NOON + 2 * DAY)
    const failure = { class: 'needs-account', code: 'wallet-not-upgraded', vendorCode: 'X' } as const
    await world.observe(submitted(second, seen('failed', { failure }), NOON + 2 * DAY))
    expect((await world.advance(ref, NOON + 2 * DAY)).disbursements[0]).toMatchObject({
      actionByMs: NOON + 5 * DAY,
      next: { kind: 'wait', untilMs: NOON + 4 * DAY },
    })
    await world.advance(ref, NOON + 5 * DAY)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'lapsed', reason: 'deadline' })
  })

  it('turns out to be closed: the person is asked for another account instead', async () => {
    const { ref } = await failedFor('wallet-not-upgraded')
    await world.advance(ref)
    await check(ref, { kind: 'invalid', failure: { code: 'account-closed' } }, NOON + 2 * DAY)
    expect((await world.advance(ref, NOON + 2 * DAY)).disbursements[0]).toMatchObject({
      reason: 'account-closed',
      action: 'relink',
      actionByMs: NOON + 12 * DAY,
    })
  })
})

describe('a name that differs', () => {
  it('is corrected in the programme: the account is asked about at once', async () => {
    const { ref } = await failedFor('account-name-differs')
    expect((await world.advance(ref)).attention).toBe('waiting-for-name')
    const person = { programme: programme.code, ref, reason: 'as on the card' }
    await world.act((acts) => acts.correct(person, { name: 'SITI AMINAH' }), NOON + HOUR)
    expect((await world.advance(ref, NOON + HOUR)).disbursements[0]?.next).toMatchObject({ kind: 'check-account' })
    const judged = await check(ref, { kind: 'valid', registeredName: 'Siti Aminah' }, NOON + HOUR)
    expect(judged).toMatchObject({ verdict: 'verified' })
    expect((await world.advance(ref, NOON + HOUR)).disbursements[0]).toMatchObject({ state: 'released' })
  })

  it('still differs too much: people look before anything is paid', async () => {
    const { ref } = await failedFor('account-name-differs')
    await world.advance(ref)
    const person = { programme: programme.code, ref, reason: 'as on the card' }
    await world.act((acts) => acts.correct(person, { name: 'Siti Aminah' }), NOON + HOUR)
    const judged = await check(ref, { kind: 'valid', registeredName: 'SITI AMINAH BINTI HASAN' }, NOON + HOUR)
    expect(judged).toMatchObject({ verdict: 'review', score: 67, reasons: ['missing-words'] })
    const standing = await world.advance(ref, NOON + HOUR)
    expect(standing).toMatchObject({ held: true, attention: 'account-doubtful' })
    expect(standing.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'wait', untilMs: null } })
    await world.act((acts) => acts.release(person), NOON + 2 * HOUR)
    expect((await world.advance(ref, NOON + 2 * HOUR)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
  })
})

describe('a limit of the month', () => {
  it('ends with it, and the payment goes on by itself to the same account', async () => {
    const { ref, disbursement } = await failedFor('wallet-limit')
    const begins = Date.parse('2026-11-30T17:00:00Z')
    const waits = await world.advance(ref)
    expect(waits).toMatchObject({ attention: 'waiting-for-limit', wakeAtMs: begins })
    expect(waits.disbursements[0]).toMatchObject({ state: 'needs-account', action: 'wait-for-limit' })
    await world.advance(ref, begins - 1)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'needs-account' })
    const resumed = await world.advance(ref, begins)
    expect(resumed.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    expect(await world.claim(disbursement, begins)).toBe(`${disbursement}#2`)
  })

  it('is not waited for by whoever links another account', async () => {
    const { ref, disbursement } = await failedFor('wallet-limit')
    await world.advance(ref)
    await world.link(ref, bankAccount(), NOON + HOUR)
    await world.advance(ref, NOON + HOUR + DAY)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released' })
  })
})

describe('another account', () => {
  it('that does not come in time stops the person, until an operator has spoken with them', async () => {
    const { ref, disbursement } = await failedFor('account-closed')
    expect((await world.advance(ref)).wakeAtMs).toBe(NOON + 10 * DAY)
    const late = await world.advance(ref, NOON + 10 * DAY)
    expect(late).toMatchObject({ held: true, attention: 'action-overdue' })
    expect(await world.one('SELECT hold_cause, hold_reason FROM participant WHERE ref = $1', [ref])).toEqual({
      hold_cause: 'action-overdue',
      hold_reason: 'action-overdue',
    })
    const person = { programme: programme.code, ref, reason: 'spoken with' }
    await world.act((acts) => acts.release(person), NOON + 20 * DAY)
    const goesOn = await world.advance(ref, NOON + 20 * DAY)
    expect(goesOn).toMatchObject({ held: false, attention: 'waiting-for-account' })
    // The tranche ends as late as the hold was long.
    expect(goesOn.wakeAtMs).toBe(NOON + 70 * DAY)
    await world.link(ref, bankAccount(), NOON + 21 * DAY)
    await world.advance(ref, NOON + 22 * DAY)
    expect(await stateOf(world, disbursement)).toMatchObject({ state: 'released' })
  })

  it('may come later by as long as the person was on hold', async () => {
    const { ref } = await failedFor('account-closed')
    await world.advance(ref)
    const person = { programme: programme.code, ref, reason: 'asked' }
    await world.act((acts) => acts.hold(person), NOON + DAY)
    await world.act((acts) => acts.release(person), NOON + 4 * DAY)
    expect((await world.advance(ref, NOON + 4 * DAY)).disbursements[0]).toMatchObject({ actionByMs: NOON + 13 * DAY })
  })
})
