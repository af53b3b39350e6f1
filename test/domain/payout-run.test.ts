/** Payout runs, pure: what is hashed, how many must agree, where a run may go, and what an approval covers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterStep,
  isEnough,
  mayBeSent,
  mayBeSentAgain,
  needsFor,
  RUN_ENDS,
  type RunState,
  runHash,
  runId,
  runText,
  type ApprovedLine,
  type RunStep,
} from '../../domain/payout-run.ts'
import type { RunRules } from '../../domain/programme.ts'

const line = (disbursement: string, more: Partial<ApprovedLine> = {}): ApprovedLine => ({
  disbursement,
  amount: 60_000_000n,
  currency: 'IDR',
  gateway: 'sandbox',
  account: '0b0e9f8e-5d0f-4f2b-9d50-1f9f6e5c0001',
  ...more,
})
const echo = (text: string): Uint8Array => new TextEncoder().encode(text)
const hashOf = (lines: readonly ApprovedLine[], run = 'demo:20261126-1'): string => runHash(run, 'demo', lines, echo)

describe('the hash', () => {
  it('is of a text that anybody can write again', () => {
    expect(runText('demo:20261126-1', 'demo', [line('demo:B'), line('demo:A')])).toBe(
      [
        'lunas-run 1',
        'demo:20261126-1',
        'demo',
        'demo:A 60000000 IDR sandbox 0b0e9f8e-5d0f-4f2b-9d50-1f9f6e5c0001',
        'demo:B 60000000 IDR sandbox 0b0e9f8e-5d0f-4f2b-9d50-1f9f6e5c0001',
      ].join('\n'),
    )
  })

  it('is the same in any order of the lines, and another for another run or any other word of any line', () => {
    const lines = [line('demo:A'), line('demo:B'), line('demo:C')]
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: 3 }), (shuffled) => hashOf(shuffled) === hashOf(lines)),
    )
    const others: Partial<ApprovedLine>[] = [
      { disbursement: 'demo:D' },
      { amount: 60_000_100n },
      { currency: 'USD' },
      { gateway: 'other' },
      { account: '0b0e9f8e-5d0f-4f2b-9d50-1f9f6e5c0002' },
    ]
    for (const other of others) expect(hashOf([...lines.slice(1), line('demo:A', other)])).not.toBe(hashOf(lines))
    expect(hashOf(lines.slice(1))).not.toBe(hashOf(lines))
    expect(hashOf(lines, 'demo:20261126-2')).not.toBe(hashOf(lines))
  })
})

describe('the matrix', () => {
  const rules: RunRules = {
    approvedFor: 'P3D',
    canary: { lines: 1, pause: 'PT0S' },
    priority: 5,
    approvals: [
      { upTo: '100', approvers: 1, releaser: false },
      { upTo: '200', approvers: 2, releaser: false },
      { approvers: 2, releaser: true },
    ],
  }

  it.each([
    [0n, 1, false],
    [100n, 1, false],
    [101n, 2, false],
    [200n, 2, false],
    [201n, 2, true],
    [10n ** 18n, 2, true],
  ])('%s minor units need %s to approve, and a releaser: %s', (amount, approvers, releaser) => {
    expect(needsFor(rules, amount)).toEqual({ approvers, releaser })
  })

  it('never takes less than it asks for by now', () => {
    expect(isEnough({ approvers: 2, releaser: true }, { approvers: 1, releaser: false })).toBe(true)
    expect(isEnough({ approvers: 1, releaser: true }, { approvers: 2, releaser: false })).toBe(false)
    expect(isEnough({ approvers: 2, releaser: false }, { approvers: 2, releaser: true })).toBe(false)
  })
})

describe('a run', () => {
  it('goes from collected to closed, or is stopped on its way', () => {
    const way: [RunStep, string][] = [
      ['propose', 'proposed'],
      ['approve', 'approved'],
      ['release', 'releasing'],
      ['pause', 'paused'],
      ['resume', 'releasing'],
      ['close', 'closed'],
    ]
    let state: RunState = 'collecting'
    for (const [step, to] of way) {
      state = afterStep(state, step) ?? 'void'
      expect(state).toBe(to)
    }
  })

  it('releases nothing that is not approved, and once it has ended goes nowhere', () => {
    for (const state of ['collecting', 'proposed', 'paused', ...RUN_ENDS] as const) {
      expect(afterStep(state, 'release')).toBeUndefined()
    }
    const steps: RunStep[] = ['propose', 'approve', 'release', 'pause', 'resume', 'abort', 'discard', 'close']
    for (const end of RUN_ENDS) for (const step of steps) expect(afterStep(end, step)).toBeUndefined()
  })

  it('is named by its day and its number', () => {
    expect(runId('2026-11-26', 2)).toBe('20261126-2')
  })
})

describe('an approval', () => {
  const approval = {
    run: 'demo:20261126-1',
    releasedAtMs: 0,
    untilMs: 1000,
    gateway: 'g',
    account: 'a',
    amount: '5',
    currency: 'IDR',
  }
  const send = { gateway: 'g', account: 'a', amount: '5', currency: 'IDR' }

  it('covers exactly what was approved, until it ends', () => {
    expect(mayBeSent('approved', approval, send, 999)).toBe(true)
    expect(mayBeSent('approved', approval, send, 1000)).toBe(false)
    expect(mayBeSent('approved', null, send, 0)).toBe(false)
    for (const other of [
      { gateway: 'x' },
      { gateway: null },
      { account: 'b' },
      { account: null },
      { amount: '6' },
      { currency: 'USD' },
    ]) {
      expect(mayBeSent('approved', approval, { ...send, ...other }, 0)).toBe(false)
    }
    expect(mayBeSent('automatic', null, send, 0)).toBe(true)
  })

  it('covers a resend as long as it covers a payment', () => {
    expect(mayBeSentAgain('approved', approval, 999)).toBe(true)
    expect(mayBeSentAgain('approved', approval, 1000)).toBe(false)
    expect(mayBeSentAgain('approved', null, 0)).toBe(false)
    expect(mayBeSentAgain('automatic', null, 0)).toBe(true)
  })
})
