import { describe, expect, it } from 'vitest'
import { nextForPayout, sendByMs, type EnquiryTiming, type WaitingPayout } from '../../domain/enquiry.ts'

const SECOND = 1000
const TIMING: EnquiryTiming = {
  submitTimeoutMs: 10 * SECOND,
  enquiryLadderMs: [30 * SECOND, 60 * SECOND, 120 * SECOND],
  quietPeriodMs: 100 * SECOND,
  replayHorizonMs: 3600 * SECOND,
  replayMarginMs: 600 * SECOND,
  giveUpMs: 900 * SECOND,
}

/** Sent at 0, ended a second later, nothing known since. */
function unknown(more: Partial<WaitingPayout> = {}): WaitingPayout {
  return {
    state: 'unknown',
    sendOpen: false,
    sends: 1,
    firstSentAtMs: 0,
    lastSendStartedAtMs: 0,
    lastSendEndedAtMs: SECOND,
    enquiries: 0,
    lastEnquiryAtMs: null,
    notFound: 0,
    sendAgainAtMs: null,
    ...more,
  }
}

const next = (payout: WaitingPayout, atSeconds: number): string => {
  const found = nextForPayout(payout, TIMING, atSeconds * SECOND)
  return found.kind === 'wait' ? `wait until ${found.untilMs / SECOND}` : found.kind
}

describe('the ladder of enquiries', () => {
  it('begins after its first wait', () => {
    expect(next(unknown(), 5)).toBe('wait until 31')
    expect(next(unknown(), 31)).toBe('enquire')
  })

  it('goes on with the next wait after each answer, the last one repeated', () => {
    expect(next(unknown({ enquiries: 1, lastEnquiryAtMs: 31 * SECOND }), 40)).toBe('wait until 91')
    expect(next(unknown({ enquiries: 7, lastEnquiryAtMs: 500 * SECOND }), 501)).toBe('wait until 620')
  })

  it('is the same for what was accepted and never ended', () => {
    expect(next(unknown({ state: 'accepted' }), 31)).toBe('enquire')
    expect(next(unknown({ state: 'processing' }), 31)).toBe('enquire')
  })

  it('gives up only after one more question past the time to give up', () => {
    expect(next(unknown({ enquiries: 9, lastEnquiryAtMs: 899 * SECOND }), 1020)).toBe('enquire')
    expect(next(unknown({ enquiries: 9, lastEnquiryAtMs: 901 * SECOND }), 1020)).toBe('wait until 1021')
    expect(next(unknown({ enquiries: 9, lastEnquiryAtMs: 901 * SECOND }), 1021)).toBe('give-up')
  })

  it('asks nothing about what has ended', () => {
    for (const state of ['paid', 'failed', 'cancelled', 'not-sent', 'returned', 'review'] as const) {
      expect(next(unknown({ state }), 5000)).toBe('nothing')
    }
  })
})

describe('a send whose end was never recorded', () => {
  const lost = unknown({ state: 'submitting', sendOpen: true, lastSendEndedAtMs: TIMING.submitTimeoutMs })

  it('is left alone until it can no longer be on its way', () => {
    expect(next(lost, 9)).toBe('wait until 10')
  })

  it('is asked about then, and never sent again at once', () => {
    expect(next(lost, 10)).toBe('wait until 40')
    expect(next(lost, 40)).toBe('enquire')
  })
})

describe('the same key and bytes are sent again', () => {
  const notFoundTwice = unknown({ notFound: 2, enquiries: 3, lastEnquiryAtMs: 200 * SECOND })

  it('only after the gateway twice knew nothing of it, past the quiet period', () => {
    expect(next(unknown({ notFound: 1, enquiries: 3, lastEnquiryAtMs: 200 * SECOND }), 201)).toBe('wait until 320')
    expect(next({ ...notFoundTwice, lastSendEndedAtMs: 150 * SECOND }, 201)).toBe('wait until 320')
    expect(next(notFoundTwice, 201)).toBe('resend')
  })

  it('at most twice: three sends of silence are enough for people to look', () => {
    expect(next({ ...notFoundTwice, sends: 2 }, 201)).toBe('resend')
    expect(next({ ...notFoundTwice, sends: 3 }, 201)).toBe('give-up')
  })

  it('never once the provider may have forgotten the key: it would be a new payment', () => {
    const forgets = 3600 - 600
    expect(next({ ...notFoundTwice, lastEnquiryAtMs: (forgets - 1) * SECOND }, forgets - 1)).toBe('resend')
    expect(next({ ...notFoundTwice, lastEnquiryAtMs: (forgets - 1) * SECOND }, forgets)).toBe('give-up')
  })

  it('when the gateway asked for it, not before its time and within the horizon', () => {
    const asked = unknown({ state: 'submitting', sendAgainAtMs: 8 * SECOND })
    expect(next(asked, 3)).toBe('wait until 8')
    expect(next(asked, 8)).toBe('resend')
    expect(next(asked, 3000)).toBe('give-up')
  })

  it('not while a send of it is open, whatever the gateway asked for', () => {
    const open = unknown({ state: 'submitting', sendOpen: true, sendAgainAtMs: 1 * SECOND })
    expect(next(open, 5)).toBe('wait until 10')
  })
})

describe('the latest moment a first byte may leave', () => {
  it('is the timeout after the claim, but never past what the provider remembers', () => {
    expect(sendByMs(5 * SECOND, 0, TIMING)).toBe(15 * SECOND)
    expect(sendByMs(2995 * SECOND, 0, TIMING)).toBe(3000 * SECOND)
  })
})
