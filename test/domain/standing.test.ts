import { describe, expect, it, test } from 'vitest'
import type { DisbursementState } from '../../domain/disbursement.ts'
import { attentionFor, ATTENTIONS, type Attention } from '../../domain/standing.ts'

describe('why people must look', () => {
  test.each<[readonly DisbursementState[], boolean, boolean, Attention | null]>([
    [[], false, false, null],
    [['owed', 'released', 'in-flight', 'paid', 'lapsed', 'cancelled'], false, false, null],
    [['needs-account'], false, false, 'waiting-for-account'],
    [['float-short'], false, false, 'waiting-for-float'],
    [['failed'], false, false, 'failed'],
    [['review'], false, false, 'review'],
    [[], true, false, 'on-hold'],
    [['in-flight'], false, true, 'payout-unknown'],
    [['in-flight', 'needs-account'], true, true, 'waiting-for-account'],
    [['needs-account', 'float-short', 'failed', 'review'], true, true, 'review'],
  ])('%j, held %s, unknown %s: %s', (states, held, unknown, attention) => {
    expect(attentionFor(states, held, unknown)).toBe(attention)
  })

  it('a gateway that refuses us', () => {
    expect(attentionFor(['released'], false, false, true)).toBe('gateway-refuses')
  })

  it('an account that its gateway cannot confirm', () => {
    expect(attentionFor(['released'], false, false, false, false, [], true)).toBe('account-unchecked')
  })

  it('a failed life comes before everything', () => {
    expect(ATTENTIONS[0]).toBe('life-failed')
  })
})
