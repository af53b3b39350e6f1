import { describe, expect, it, test } from 'vitest'
import type { Failure, Observation, ObservedState } from '../../domain/observation.ts'
import {
  BLOCKING_STATES,
  foldPayout,
  OPEN_STATES,
  PAYOUT_STATES,
  type ObservationSource,
  type PayoutFact,
  type PayoutFacts,
  type PayoutState,
} from '../../domain/payout.ts'

const AMOUNT = 60_000_000n
const CLOSED: Failure = { class: 'needs-account', code: 'account-closed', vendorCode: 'ACCOUNT_CLOSED' }
const SILENCE: Failure = { class: 'unknown', code: 'no-answer', vendorCode: '' }

const NONE: Partial<PayoutFacts> = {}

function payout(state: PayoutState, more = NONE): PayoutFacts {
  return {
    state,
    amount: AMOUNT,
    currency: 'IDR',
    sends: 1,
    sameKeyRetries: 0,
    gatewayId: null,
    failure: null,
    failureFinal: 'at-once',
    isPartlyBack: false,
    isReturnContradicted: false,
    isOtherAccount: false,
    ...more,
  }
}

function seen(state: ObservedState, more: Partial<Observation> = {}): PayoutFact {
  const failure = state === 'failed' ? CLOSED : null
  const amount = { minor: AMOUNT, currency: 'IDR' }
  return {
    kind: 'observed',
    observation: {
      state,
      gatewayId: 'po_1',
      amount,
      account: null,
      failure,
      vendorStatus: state.toUpperCase(),
      at: null,
      ...more,
    },
  }
}

/** The decision in one word: the state it moves to, or why it does not. */
function decided(of: PayoutFacts, fact: PayoutFact, source: ObservationSource = 'enquiry'): string {
  const decision = foldPayout(of, fact, source)
  if (decision.kind === 'keep') return decision.note
  if (decision.kind === 'send-again') return 'send-again'
  return decision.alarm ? `review: ${decision.alarm}` : decision.to
}

describe('an observation moves a payout forward and never back', () => {
  const columns: readonly ObservedState[] = ['accepted', 'processing', 'paid', 'failed', 'cancelled', 'returned']
  const C = 'review: contradiction'
  test.each<[PayoutState, ...string[]]>([
    ['submitting', 'accepted', 'processing', 'paid', 'failed', 'cancelled', 'returned'],
    ['unknown', 'accepted', 'processing', 'paid', 'failed', 'cancelled', 'returned'],
    ['accepted', 'repeated', 'processing', 'paid', 'failed', 'cancelled', 'returned'],
    ['processing', 'late', 'repeated', 'paid', 'failed', 'cancelled', 'returned'],
    ['failing', 'late', 'late', 'paid', 'failed', 'cancelled', 'returned'],
    ['paid', 'late', 'late', 'repeated', C, C, 'returned'],
    ['failed', 'late', 'late', C, 'repeated', C, C],
    ['cancelled', 'late', 'late', C, C, 'repeated', C],
    ['not-sent', 'late', 'late', C, C, C, C],
    ['returned', 'late', 'late', 'late', 'late', 'late', 'repeated'],
    ['review', 'late', 'late', 'late', 'late', 'late', 'late'],
  ])('%s', (state, ...row) => {
    expect(columns.map((column) => decided(payout(state), seen(column)))).toEqual(row)
  })

  it('has a row for every state', () => {
    expect(PAYOUT_STATES).toHaveLength(11)
  })
})

describe('a failure that is final only after the statement', () => {
  const late = { failureFinal: 'after-statement' } as const

  it('is no end yet, whoever tells of it', () => {
    for (const state of ['submitting', 'unknown', 'accepted', 'processing'] as const) {
      expect(decided(payout(state, late), seen('failed'), 'callback')).toBe('failing')
      expect(decided(payout(state, late), seen('cancelled'), 'enquiry')).toBe('failing')
    }
    expect(decided(payout('failing', late), seen('failed'))).toBe('repeated')
    expect(decided(payout('failing', late), seen('processing'))).toBe('late')
  })

  it('may still be a success, and fails once the statements have no debit, for the reason that was told', () => {
    expect(decided(payout('failing', late), seen('paid'), 'statement')).toBe('paid')
    expect(foldPayout(payout('failing', { ...late, failure: CLOSED }), { kind: 'undebited' }, 'statement')).toEqual({
      kind: 'move',
      to: 'failed',
      failure: CLOSED,
      alarm: null,
    })
  })

  it('after a success contradicts it as elsewhere', () => {
    expect(decided(payout('paid', late), seen('failed'))).toBe('review: contradiction')
  })
})

describe('silence', () => {
  it('is unknown, never a failure', () => {
    expect(decided(payout('submitting'), { kind: 'unanswered', failure: SILENCE }, 'submit')).toBe('unknown')
  })

  it('says nothing once something was heard', () => {
    for (const state of ['accepted', 'processing', 'paid', 'failed', 'returned', 'review'] as const) {
      expect(decided(payout(state), { kind: 'unanswered', failure: SILENCE }, 'submit')).toBe('late')
    }
  })

  it('of an enquiry moves nothing: not found, or the gateway away', () => {
    for (const state of PAYOUT_STATES) {
      expect(decided(payout(state), { kind: 'not-found' })).toBe('says-nothing')
      expect(decided(payout(state), { kind: 'unavailable', failure: SILENCE })).toBe('says-nothing')
    }
  })
})

describe('a refusal by the answer to a send', () => {
  it('is final for the first send', () => {
    expect(decided(payout('submitting'), seen('failed'), 'submit')).toBe('failed')
  })

  it('of a resend is unknown: it may be the duplicate talking about the first send', () => {
    expect(decided(payout('submitting', { sends: 2 }), seen('failed'), 'submit')).toBe('unknown')
    expect(decided(payout('unknown', { sends: 2 }), seen('failed'), 'submit')).toBe('says-nothing')
  })

  it('of a resend is believed when an enquiry or a signed callback says so', () => {
    expect(decided(payout('unknown', { sends: 2 }), seen('failed'), 'enquiry')).toBe('failed')
    expect(decided(payout('unknown', { sends: 2 }), seen('failed'), 'callback')).toBe('failed')
  })

  it('does not undo what a callback told meanwhile', () => {
    expect(decided(payout('accepted'), seen('failed', { gatewayId: null }), 'submit')).toBe('says-nothing')
    expect(decided(payout('processing'), seen('failed', { gatewayId: null }), 'submit')).toBe('says-nothing')
    expect(decided(payout('paid'), seen('failed', { gatewayId: null }), 'submit')).toBe('review: contradiction')
  })

  it('of an unknown class is unknown from every source', () => {
    const vague = seen('failed', { failure: SILENCE })
    for (const source of ['submit', 'callback', 'enquiry'] as const) {
      expect(decided(payout('submitting'), vague, source)).toBe('unknown')
      expect(decided(payout('accepted'), vague, source)).toBe('says-nothing')
    }
  })
})

describe('a send that did not leave', () => {
  const refused: PayoutFact = {
    kind: 'not-sent',
    failure: { class: 'retry-new', code: 'unreachable', vendorCode: 'ECONNREFUSED' },
  }

  it('ends the payout when it was the first', () => {
    expect(decided(payout('submitting'), refused, 'submit')).toBe('not-sent')
  })

  it('proves nothing about an earlier send', () => {
    expect(decided(payout('submitting', { sends: 2 }), refused, 'submit')).toBe('unknown')
  })

  it('is late news once the payout is anything but submitting', () => {
    for (const state of PAYOUT_STATES.filter((other) => other !== 'submitting')) {
      expect(decided(payout(state), refused, 'submit')).toBe('late')
    }
  })
})

describe('being asked to wait', () => {
  const wait: PayoutFact = {
    kind: 'retry-same',
    failure: { class: 'retry-same', code: 'rate-limited', vendorCode: '429', retryAfterMs: 3000 },
  }

  it('keeps the payout and its key, and waits as long as the gateway asks', () => {
    expect(foldPayout(payout('submitting'), wait, 'submit')).toEqual({ kind: 'send-again', afterMs: 3000 })
  })

  it('waits a second when no time was told', () => {
    const plain: PayoutFact = { ...wait, failure: { class: 'retry-same', code: 'rate-limited', vendorCode: '429' } }
    expect(foldPayout(payout('submitting'), plain, 'submit')).toEqual({ kind: 'send-again', afterMs: 1000 })
  })

  it('five times is enough: then the payout is unknown', () => {
    expect(decided(payout('submitting', { sameKeyRetries: 4 }), wait, 'submit')).toBe('send-again')
    expect(decided(payout('submitting', { sameKeyRetries: 5 }), wait, 'submit')).toBe('unknown')
  })

  it('proves nothing about an earlier send that may have been executed', () => {
    expect(decided(payout('submitting', { sends: 2 }), wait, 'submit')).toBe('unknown')
  })
})

describe('money that is not the money that was approved', () => {
  it('is never a success: another amount or currency waits for people', () => {
    const less = seen('paid', { amount: { minor: AMOUNT - 1n, currency: 'IDR' } })
    const other = seen('paid', { amount: { minor: AMOUNT, currency: 'USD' } })
    for (const state of OPEN_STATES.filter((open) => open !== 'review')) {
      expect(decided(payout(state), less)).toBe('review: other-amount')
      expect(decided(payout(state), other)).toBe('review: other-amount')
    }
  })

  it('is never a success: another account waits for people', () => {
    for (const state of OPEN_STATES.filter((open) => open !== 'review')) {
      expect(decided(payout(state, { isOtherAccount: true }), seen('paid'))).toBe('review: other-account')
    }
  })

  it('is not asked for where the gateway tells no amount', () => {
    expect(decided(payout('accepted'), seen('paid', { amount: null }))).toBe('paid')
  })

  it('under another object of the gateway is an alarm', () => {
    expect(decided(payout('accepted', { gatewayId: 'po_2' }), seen('paid'))).toBe('review: another-object')
    expect(decided(payout('accepted', { gatewayId: 'po_1' }), seen('paid'))).toBe('paid')
    expect(decided(payout('accepted', { gatewayId: 'po_2' }), seen('paid', { gatewayId: null }))).toBe('paid')
  })

  it('in two objects of one reference is an alarm, told once', () => {
    expect(decided(payout('unknown'), { kind: 'several', count: 2 })).toBe('review: two-objects')
    expect(decided(payout('paid'), { kind: 'several', count: 2 })).toBe('review: two-objects')
    expect(decided(payout('review'), { kind: 'several', count: 2 })).toBe('repeated')
  })
})

describe('another attempt', () => {
  it('is only possible after a definitive end', () => {
    const free = PAYOUT_STATES.filter((state) => !BLOCKING_STATES.includes(state))
    expect(free).toEqual(['failed', 'cancelled', 'not-sent', 'returned'])
  })

  it('is impossible while money may be under way', () => {
    for (const state of OPEN_STATES) expect(BLOCKING_STATES).toContain(state)
  })
})
