import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  nextForOpenSend,
  nextForPayout,
  sendByMs,
  type EnquiryTiming,
  type OpenSend,
  type WaitingPayout,
} from '../../domain/enquiry.ts'

const SECOND = 1000
const TIMING: EnquiryTiming = {
  failureFinal: 'at-once',
  duplicate: 'returns-live-object',
  submitTimeoutMs: 10 * SECOND,
  enquiryLadderMs: [30 * SECOND, 60 * SECOND, 120 * SECOND],
  quietPeriodMs: 100 * SECOND,
  replayHorizonMs: 3600 * SECOND,
  replayMarginMs: 600 * SECOND,
  giveUpMs: 900 * SECOND,
  windowDays: 1,
}

/** Sent at 0, ended a second later, nothing known since. */
function unknown(more: Partial<WaitingPayout> = {}): WaitingPayout {
  return {
    state: 'unknown',
    sends: 1,
    firstSentAtMs: 0,
    lastSendStartedAtMs: 0,
    lastSendEndedAtMs: SECOND,
    enquiries: 0,
    lastEnquiryAtMs: null,
    notFound: 0,
    notFoundAtMs: null,
    sendAgainAtMs: null,
    ...more,
  }
}

const next = (payout: WaitingPayout, atSeconds: number): string => {
  const found = nextForPayout(payout, TIMING, atSeconds * SECOND)
  return found.kind === 'wait' ? `wait until ${found.untilMs / SECOND}` : found.kind
}

describe('a payout that was claimed before a restore was found', () => {
  const before = (more: Partial<WaitingPayout> = {}) => unknown({ isBeforeRestore: true, ...more })
  const silent = { notFound: 2, notFoundAtMs: 400 * SECOND, enquiries: 2, lastEnquiryAtMs: 400 * SECOND }

  it('is given up where it would be sent again', () => {
    expect(next(unknown(silent), 401)).toBe('resend')
    expect(next(before(silent), 401)).toBe('give-up')
  })

  it('is asked about where its gateway had turned it away', () => {
    const away = { state: 'submitting', sends: 0, sendAgainAtMs: 20 * SECOND } as const
    expect(next(unknown(away), 21)).toBe('resend')
    expect(next(before(away), 40)).toBe('enquire')
    expect(next(before({ ...away, ...silent }), 401)).toBe('give-up')
  })
})

describe('a failure that only the statements make final', () => {
  const day = 24 * 3600
  const failing = (more: Partial<WaitingPayout> = {}) => unknown({ state: 'failing', ...more })

  const long = 3 * day + 900

  it('waits for the statements of its day and of the window, and for the time to give up; then it is asked about', () => {
    expect(next(failing(), 5)).toBe(`wait until ${long}`)
    expect(next(failing(), long)).toBe('enquire')
  })

  it('has as long again from then on, however late it was told; then people decide', () => {
    const asked = failing({ enquiries: 1, lastEnquiryAtMs: 2 * long * SECOND })
    expect(next(asked, 2 * long)).toBe(`wait until ${3 * long}`)
    expect(next(asked, 3 * long)).toBe('give-up')
  })

  it('waits from the newest word of its gateway', () => {
    expect(next(failing({ enquiries: 1, lastEnquiryAtMs: 800 * SECOND }), 3 * day + 900)).toBe(
      `wait until ${3 * day + 1700}`,
    )
  })
})

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
  const lost = unknown({ state: 'submitting', lastSendEndedAtMs: null })

  it('is left alone until it can no longer be on its way', () => {
    expect(next(lost, 9)).toBe('wait until 10')
  })

  it('is asked about then, and never sent again at once', () => {
    expect(next(lost, 10)).toBe('wait until 40')
    expect(next(lost, 40)).toBe('enquire')
  })
})

describe('the same key and bytes are sent again', () => {
  const notFoundTwice = unknown({
    notFound: 2,
    notFoundAtMs: 200 * SECOND,
    enquiries: 3,
    lastEnquiryAtMs: 200 * SECOND,
  })

  it('only after the gateway twice knew nothing of it, past the quiet period', () => {
    expect(next(unknown({ notFound: 1, enquiries: 3, lastEnquiryAtMs: 200 * SECOND }), 201)).toBe('wait until 320')
    expect(next({ ...notFoundTwice, lastSendEndedAtMs: 150 * SECOND }, 201)).toBe('wait until 320')
    expect(next(notFoundTwice, 201)).toBe('resend')
  })

  it('never while a send of it is open: not being found then says nothing about that send', () => {
    expect(next({ ...notFoundTwice, lastSendEndedAtMs: null }, 201)).toBe('wait until 320')
  })

  it('only on a young answer: what was not found before the last wait of the ladder is asked for once more', () => {
    expect(next(notFoundTwice, 319)).toBe('resend')
    expect(next(notFoundTwice, 320)).toBe('enquire')
    expect(next({ ...notFoundTwice, enquiries: 4, lastEnquiryAtMs: 319 * SECOND }, 321)).toBe('wait until 439')
  })

  it('not while it is forbidden: the ladder goes on to its end meanwhile', () => {
    const forbidden = (atSeconds: number) => nextForPayout(notFoundTwice, TIMING, atSeconds * SECOND, true)
    expect(forbidden(201)).toEqual({ kind: 'wait', untilMs: 320 * SECOND })
    expect(forbidden(320)).toEqual({ kind: 'enquire' })
  })

  it('what nobody may send again wakes when the gateway may have forgotten its key, though the next question is later', () => {
    const askedLate = { ...notFoundTwice, notFoundAtMs: 2950 * SECOND, lastEnquiryAtMs: 2950 * SECOND }
    const forbidden = (atSeconds: number) => nextForPayout(askedLate, TIMING, atSeconds * SECOND, true)
    expect(forbidden(2951)).toEqual({ kind: 'wait', untilMs: 3000 * SECOND })
    expect(forbidden(3000)).toEqual({ kind: 'give-up' })
  })

  it('what was throttled waits while it is forbidden, and goes to people when the gateway may have forgotten its key', () => {
    const throttled = unknown({ state: 'submitting', sendAgainAtMs: 8 * SECOND })
    const forbidden = (atSeconds: number) => nextForPayout(throttled, TIMING, atSeconds * SECOND, true)
    expect(forbidden(9)).toEqual({ kind: 'wait', untilMs: 3000 * SECOND })
    expect(forbidden(2999)).toEqual({ kind: 'wait', untilMs: 3000 * SECOND })
    expect(forbidden(3000)).toEqual({ kind: 'give-up' })
  })

  it('never where the provider takes the same key for a new payment', () => {
    const silent: EnquiryTiming = { ...TIMING, duplicate: 'silent' }
    expect(nextForPayout(notFoundTwice, silent, 201 * SECOND)).toEqual({ kind: 'give-up' })
    const throttled = unknown({ state: 'submitting', sends: 0, sendAgainAtMs: 8 * SECOND })
    // What was turned away before it was executed is no second send.
    expect(nextForPayout(throttled, silent, 8 * SECOND)).toEqual({ kind: 'resend' })
  })

  it('at most twice: three sends of silence are enough for people to look', () => {
    expect(next({ ...notFoundTwice, sends: 2 }, 201)).toBe('resend')
    expect(next({ ...notFoundTwice, sends: 3 }, 201)).toBe('give-up')
  })

  it('never once the provider may have forgotten the key: it would be a new payment', () => {
    const forgets = 3600 - 600
    const young = { ...notFoundTwice, lastEnquiryAtMs: (forgets - 1) * SECOND, notFoundAtMs: (forgets - 1) * SECOND }
    expect(next(young, forgets - 1)).toBe('resend')
    expect(next(young, forgets)).toBe('give-up')
  })

  it('when the gateway asked for it, not before its time and within the horizon', () => {
    const asked = unknown({ state: 'submitting', sendAgainAtMs: 8 * SECOND })
    expect(next(asked, 3)).toBe('wait until 8')
    expect(next(asked, 8)).toBe('resend')
    expect(next(asked, 3000)).toBe('give-up')
  })

  it('not while a send of it is open, whatever the gateway asked for', () => {
    const open = unknown({ state: 'submitting', lastSendEndedAtMs: null, sendAgainAtMs: 1 * SECOND })
    expect(next(open, 5)).toBe('wait until 10')
  })
})

describe('a send that is open although its payout has ended', () => {
  const open: OpenSend = { startedAtMs: 0, enquiries: 0, lastEnquiryAtMs: null }
  const at = (send: OpenSend, atSeconds: number) => nextForOpenSend(send, TIMING, atSeconds * SECOND)

  it('is asked about once its timeout and the quiet period have passed', () => {
    expect(at(open, 5)).toEqual({ kind: 'wait', untilMs: 110 * SECOND })
    expect(at(open, 110)).toEqual({ kind: 'enquire' })
    expect(at({ ...open, enquiries: 1, lastEnquiryAtMs: 40 * SECOND }, 110)).toEqual({ kind: 'enquire' })
  })

  it('is asked about again on the ladder while nobody answers', () => {
    const unanswered = { ...open, enquiries: 2, lastEnquiryAtMs: 110 * SECOND }
    expect(at(unanswered, 111)).toEqual({ kind: 'wait', untilMs: 230 * SECOND })
    expect(at(unanswered, 230)).toEqual({ kind: 'enquire' })
  })
})

describe('the latest moment a first byte may leave', () => {
  it('is the timeout after the claim, but never past what the provider remembers', () => {
    expect(sendByMs(5 * SECOND, 0, TIMING)).toBe(15 * SECOND)
    expect(sendByMs(2995 * SECOND, 0, TIMING)).toBe(3000 * SECOND)
  })
})

describe('whoever waits', () => {
  const seconds = (max: number) => fc.integer({ min: 0, max }).map((count) => count * SECOND)
  /** In the order in which it happens: sent, ended, asked about after the quiet period, looked at. */
  const looks = fc
    .record({
      of: fc.record({
        state: fc.constantFrom('submitting', 'unknown', 'accepted', 'processing', 'failing'),
        sends: fc.integer({ min: 0, max: 3 }),
        enquiries: fc.integer({ min: 0, max: 5 }),
        notFound: fc.integer({ min: 0, max: 3 }),
        sendAgainAtMs: fc.option(seconds(4000)),
      }),
      isEnded: fc.boolean(),
      started: seconds(3000),
      untilEnd: seconds(10),
      untilAnswer: seconds(800),
      untilLook: seconds(300),
    })
    .map(({ of, isEnded, started, untilEnd, untilAnswer, untilLook }) => {
      const answered = started + untilEnd + TIMING.quietPeriodMs + untilAnswer
      const sent = { lastSendStartedAtMs: started, lastSendEndedAtMs: isEnded ? started + untilEnd : null }
      const isAsked = of.notFound > 0 || of.enquiries > 0
      const asked = { notFoundAtMs: of.notFound > 0 ? answered : null, lastEnquiryAtMs: isAsked ? answered : null }
      return { payout: unknown({ ...of, ...sent, ...asked }), fromMs: answered + untilLook }
    })

  it('is told when something else is next: nothing changes before', () => {
    fc.assert(
      fc.property(looks, fc.boolean(), seconds(300), ({ payout, fromMs }, isForbidden, waited) => {
        const waiting = nextForPayout(payout, TIMING, fromMs, isForbidden)
        if (waiting.kind !== 'wait') return
        const laterMs = Math.min(fromMs + waited, waiting.untilMs - 1)
        expect(nextForPayout(payout, TIMING, laterMs, isForbidden)).toEqual(waiting)
      }),
      { numRuns: 20_000 },
    )
  })
})
