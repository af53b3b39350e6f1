import { describe, expect, it } from 'vitest'
import { FAILURE_CODES } from '../../domain/failure-code.ts'
import { nextActionFor, restsUntil, type WaitingMoney } from '../../domain/next-action.ts'
import { DISBURSEMENT_STATES } from '../../domain/disbursement.ts'

const waiting = (more: Partial<WaitingMoney>): WaitingMoney => ({
  state: 'needs-account',
  reason: 'account-closed',
  accountUsableFromMs: null,
  accountRestsUntilMs: null,
  ...more,
})

describe('what is to be done next', () => {
  it.each([
    ['no-account', 'relink'],
    ['account-not-found', 'relink'],
    ['account-closed', 'relink'],
    ['wallet-not-upgraded', 'upgrade-wallet'],
    ['account-name-differs', 'correct-name'],
    ['holder-malformed', 'correct-name'],
    ['returned', 'relink'],
    ['institution-not-supported', 'relink'],
    // What nobody has classified yet, and the limit of a month that ends too late: only another account helps.
    ['E-4711', 'relink'],
    ['wallet-limit', 'relink'],
  ])('about an account that failed with %s is to %s', (reason, action) => {
    expect(nextActionFor(waiting({ reason }))).toEqual({ action, mover: 'participant' })
  })

  it('is said of every failure and every state that waits, and of nothing else', () => {
    const silent = ['owed', 'in-flight', 'paid', 'lapsed', 'cancelled']
    for (const state of DISBURSEMENT_STATES) {
      for (const reason of FAILURE_CODES) {
        const next = nextActionFor(waiting({ state, reason }))
        expect(next === null, `${state} ${reason}`).toBe(silent.includes(state))
        if (state === 'needs-account') expect(next?.mover).toBe('participant')
      }
    }
  })

  it('is somebody else’s move where the person can do nothing', () => {
    expect(nextActionFor(waiting({ state: 'float-short', reason: 'float-short' }))).toMatchObject({ mover: 'finance' })
    expect(nextActionFor(waiting({ state: 'review', reason: 'no-answer' }))).toMatchObject({ mover: 'operator' })
    expect(nextActionFor(waiting({ state: 'released', reason: 'gateway-refuses' }))).toMatchObject({
      action: 'nothing',
      mover: 'operator',
    })
    expect(nextActionFor(waiting({ state: 'failed', reason: 'request-refused' }))).toEqual({
      action: 'nothing',
      mover: 'operator',
    })
    expect(nextActionFor(waiting({ state: 'failed', reason: 'institution-not-supported' }))?.action).toBe('relink')
    expect(nextActionFor(waiting({ state: 'released', reason: null }))).toBeNull()
  })

  it('is to wait while the account rests, and nothing while another one cools', () => {
    const at = { accountUsableFromMs: 5 }
    expect(nextActionFor(waiting({ ...at, accountRestsUntilMs: 5 }))?.action).toBe('wait-for-limit')
    expect(nextActionFor(waiting(at))?.action).toBe('nothing')
  })
})

describe('the limit of a month', () => {
  const at = Date.parse('2026-11-30T16:59:59Z')
  const next = Date.parse('2026-11-30T17:00:00Z')

  it('ends with it, where people live', () => {
    expect(restsUntil('wallet-limit', at, 'Asia/Jakarta', Infinity)).toBe(next)
    expect(restsUntil('wallet-limit', next, 'Asia/Jakarta', Infinity)).toBe(Date.parse('2026-12-31T17:00:00Z'))
    expect(restsUntil('wallet-limit', at, 'UTC', Infinity)).toBe(Date.parse('2026-12-01T00:00:00Z'))
  })

  it('is not waited for where the money would lapse first, nor for any other reason', () => {
    expect(restsUntil('wallet-limit', at, 'Asia/Jakarta', next)).toBeNull()
    expect(restsUntil('wallet-limit', at, 'Asia/Jakarta', next + 1)).toBe(next)
    expect(restsUntil('account-closed', at, 'Asia/Jakarta', Infinity)).toBeNull()
  })
})
