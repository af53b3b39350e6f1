import { describe, expect, it } from 'vitest'
import { DISBURSEMENT_STATES, FINAL_STATES } from '../../domain/disbursement.ts'
import type { EnquiryTiming } from '../../domain/enquiry.ts'
import { nextForDisbursement, type DisbursementQuestion } from '../../domain/next.ts'
import { FOLLOWED_STATES, PAYOUT_STATES } from '../../domain/payout.ts'
import type { Calendar } from '../../domain/programme.ts'

const SECOND = 1000
const TIMING: EnquiryTiming = {
  failureFinal: 'at-once',
  duplicate: 'returns-live-object',
  submitTimeoutMs: 10 * SECOND,
  enquiryLadderMs: [30 * SECOND],
  quietPeriodMs: 100 * SECOND,
  replayHorizonMs: 3600 * SECOND,
  replayMarginMs: 600 * SECOND,
  giveUpMs: 900 * SECOND,
  windowDays: 1,
}
const ALWAYS: Calendar = { kind: 'always', weekdays: [], holidays: [], opens: '00:00', cutOff: '23:59' }
const OFFICE: Calendar = {
  kind: 'working-days',
  weekdays: [1, 2, 3, 4, 5],
  holidays: ['2026-11-23'],
  opens: '08:00',
  cutOff: '15:00',
}
/** A Friday, 10:00 in Jakarta. */
const FRIDAY = Date.parse('2026-11-20T03:00:00Z')

type Payout = NonNullable<DisbursementQuestion['payout']>
const PAYOUT: Payout = {
  key: 'd#1',
  gateway: 'sandbox',
  state: 'unknown',
  sends: 1,
  firstSentAtMs: FRIDAY,
  lastSendStartedAtMs: FRIDAY,
  lastSendEndedAtMs: FRIDAY,
  enquiries: 0,
  lastEnquiryAtMs: null,
  notFound: 0,
  notFoundAtMs: null,
  sendAgainAtMs: null,
}

function next(more: Partial<DisbursementQuestion>, atMs = FRIDAY, calendar = ALWAYS) {
  const question: DisbursementQuestion = {
    state: 'released',
    releaseAtMs: FRIDAY,
    held: false,
    gateway: 'sandbox',
    payout: null,
    openSend: null,
    asked: null,
    ...more,
  }
  return nextForDisbursement(question, { calendar, zone: 'Asia/Jakarta' }, () => TIMING, atMs)
}
const ENDED = PAYOUT_STATES.filter((state) => !FOLLOWED_STATES.includes(state))
const WAITS_FOR_A_FACT = { kind: 'wait', untilMs: null }

describe('a released disbursement', () => {
  it('is sent, by the gateway that reaches its account, within the time of the call and what is around it', () => {
    expect(next({})).toEqual({ kind: 'send', gateway: 'sandbox', withinMs: 14_000 })
  })

  it('waits for its release', () => {
    expect(next({ releaseAtMs: FRIDAY + 5 })).toEqual({ kind: 'wait', untilMs: FRIDAY + 5 })
  })

  it('waits while its person is on hold, or no gateway reaches the account', () => {
    expect(next({ held: true })).toEqual(WAITS_FOR_A_FACT)
    expect(next({ gateway: null })).toEqual(WAITS_FOR_A_FACT)
  })

  it('waits while the year that it is owed from is being closed: it is told what became of it', () => {
    expect(next({ yearEnding: true })).toEqual(WAITS_FOR_A_FACT)
  })

  it('is handed over in working hours only: after the cut-off on the next working day', () => {
    const evening = Date.parse('2026-11-20T09:00:00Z')
    expect(next({}, FRIDAY, OFFICE)).toMatchObject({ kind: 'send' })
    // Saturday and Sunday are not worked, Monday is a holiday.
    expect(next({}, evening, OFFICE)).toEqual({ kind: 'wait', untilMs: Date.parse('2026-11-24T01:00:00Z') })
  })
})

describe('a disbursement at rest of which an attempt still has an open send', () => {
  const openSend = { key: 'd#1', gateway: 'sandbox', startedAtMs: FRIDAY, enquiries: 0, lastEnquiryAtMs: null }
  const settles = FRIDAY + 110 * SECOND
  const newest: Payout = { ...PAYOUT, state: 'failed', lastSendEndedAtMs: null }
  const later: Payout = { ...PAYOUT, key: 'd#2', state: 'failed' }

  it.each([
    ['the newest', newest],
    ['an older one, beside which a later one was recovered', later],
  ])('waits out the send, asks once more about %s, and only then goes on', (_, payout) => {
    for (const state of ['released', 'needs-account', 'float-short', 'failed'] as const) {
      const open = { state, payout, openSend }
      expect(next(open)).toEqual({ kind: 'wait', untilMs: settles })
      expect(next(open, settles)).toMatchObject({ kind: 'enquire', payout: 'd#1' })
      expect(next({ ...open, held: true, gateway: null }, settles)).toMatchObject({ kind: 'enquire' })
    }
    expect(next({ payout: { ...payout, lastSendEndedAtMs: settles } }, settles)).toMatchObject({ kind: 'send' })
  })

  it('follows the newest first while that is under way', () => {
    const payout: Payout = { ...later, state: 'unknown' }
    const atMs = settles + 30 * SECOND
    expect(next({ state: 'in-flight', payout, openSend }, atMs)).toMatchObject({ kind: 'enquire', payout: 'd#2' })
  })

  it('needs nothing of a gateway that is gone once its attempt and its sends have ended', () => {
    const gone = (code: string): EnquiryTiming => {
      if (code === 'gone') throw new Error('nobody knows it')
      return TIMING
    }
    const at = { state: 'released', releaseAtMs: FRIDAY, held: false, gateway: 'sandbox' } as const
    const question = { ...at, openSend: null, asked: null }
    const payout = { ...PAYOUT, state: 'failed', gateway: 'gone' } as const
    const rules = { calendar: ALWAYS, zone: 'Asia/Jakarta' }
    expect(nextForDisbursement({ ...question, payout }, rules, gone, FRIDAY)).toMatchObject({ kind: 'send' })
    // People look at it: whatever its last attempt ended as, nobody asks that gateway for anything.
    for (const state of ENDED) {
      const review = { ...question, state: 'review', payout: { ...payout, state } } as const
      expect(nextForDisbursement(review, rules, gone, FRIDAY)).toEqual(WAITS_FOR_A_FACT)
    }
  })
})

describe('a word that proves nothing', () => {
  const asked = { key: 'd#1', gateway: 'sandbox', askedAtMs: FRIDAY, enquiries: 4, lastEnquiryAtMs: null }

  it('is asked about first, whatever the state, also where all has ended', () => {
    for (const state of DISBURSEMENT_STATES) {
      expect(next({ state, asked })).toEqual({ kind: 'enquire', payout: 'd#1', gateway: 'sandbox', withinMs: 14_000 })
    }
  })

  it('is asked about on the ladder while the gateway does not answer, and nothing is sent meanwhile', () => {
    const pending = { ...asked, lastEnquiryAtMs: FRIDAY }
    for (const state of FINAL_STATES) {
      expect(next({ state, asked: pending })).toEqual({ kind: 'wait', untilMs: FRIDAY + 30 * SECOND })
    }
    expect(next({ asked: pending })).toEqual({ kind: 'wait', untilMs: FRIDAY + 30 * SECOND })
    expect(next({ asked: pending }, FRIDAY + 30 * SECOND)).toMatchObject({ kind: 'enquire' })
  })

  it('leaves an attempt under way on its own ladder, to its end, but forbids a resend', () => {
    const silent = { notFound: 2, notFoundAtMs: FRIDAY, enquiries: 4, lastEnquiryAtMs: FRIDAY }
    const pending = { ...asked, lastEnquiryAtMs: FRIDAY }
    const inFlight = (payout: Partial<Payout>, atMs: number) =>
      next({ state: 'in-flight', payout: { ...PAYOUT, ...silent, ...payout }, asked: pending }, atMs)
    expect(inFlight({ lastSendEndedAtMs: FRIDAY - 200 * SECOND }, FRIDAY + SECOND)).toMatchObject({ kind: 'wait' })
    const late = FRIDAY + 1000 * SECOND
    expect(inFlight({ lastEnquiryAtMs: late }, late + 30 * SECOND)).toEqual({ kind: 'give-up', payout: 'd#1' })
  })
})

describe('a disbursement in flight', () => {
  const inFlight = (payout: Partial<Payout>, more: Partial<DisbursementQuestion> = {}, atMs = FRIDAY) =>
    next({ state: 'in-flight', payout: { ...PAYOUT, ...payout }, ...more }, atMs)

  it('is asked about when the ladder says so, day and night', () => {
    expect(inFlight({})).toEqual({ kind: 'wait', untilMs: FRIDAY + 30 * SECOND })
    expect(inFlight({}, {}, FRIDAY + 30 * SECOND)).toMatchObject({ kind: 'enquire', payout: 'd#1', gateway: 'sandbox' })
  })

  it('is asked about at the gateway it went through, whatever reaches the account now', () => {
    expect(inFlight({}, { gateway: null }, FRIDAY + 30 * SECOND)).toMatchObject({ kind: 'enquire', gateway: 'sandbox' })
  })

  const lost: Partial<Payout> = {
    notFound: 2,
    notFoundAtMs: FRIDAY + 200 * SECOND,
    enquiries: 2,
    lastEnquiryAtMs: FRIDAY + 200 * SECOND,
  }
  const ASKS_ON = { kind: 'wait', untilMs: FRIDAY + 230 * SECOND }

  it('is sent again under the same key when the gateway never saw it', () => {
    expect(inFlight(lost, {}, FRIDAY + 201 * SECOND)).toMatchObject({ kind: 'resend', payout: 'd#1' })
  })

  it('is asked about but not sent again while its person is on hold', () => {
    expect(inFlight({}, { held: true }, FRIDAY + 30 * SECOND)).toMatchObject({ kind: 'enquire' })
    expect(inFlight(lost, { held: true }, FRIDAY + 201 * SECOND)).toEqual(ASKS_ON)
  })

  it('is asked about but not sent again to an account that is no longer the one that is paid to', () => {
    expect(inFlight({}, { accountGone: true }, FRIDAY + 30 * SECOND)).toMatchObject({ kind: 'enquire' })
    expect(inFlight(lost, { accountGone: true }, FRIDAY + 201 * SECOND)).toEqual(ASKS_ON)
  })

  it('goes to people when the ladder is used up, also on hold, and when its account is gone', () => {
    const silent: Partial<Payout> = { ...lost, sends: 3 }
    for (const stopped of [{ held: true }, { accountGone: true }]) {
      expect(inFlight(silent, stopped, FRIDAY + 201 * SECOND)).toEqual({ kind: 'give-up', payout: 'd#1' })
    }
  })

  it('is asked about but not sent again while people look at an older attempt of it', () => {
    const review = { state: 'review' } as const
    expect(inFlight({ state: 'accepted' }, review, FRIDAY + 30 * SECOND)).toMatchObject({ kind: 'enquire' })
    expect(inFlight(lost, review, FRIDAY + 201 * SECOND)).toEqual(ASKS_ON)
    expect(inFlight({ state: 'review' }, review)).toEqual(WAITS_FOR_A_FACT)
  })

  it('waits when its attempt has ended: the next look takes it from there', () => {
    expect(inFlight({ state: 'paid' })).toEqual(WAITS_FOR_A_FACT)
    expect(next({ state: 'in-flight' })).toEqual(WAITS_FOR_A_FACT)
  })
})

describe('the other states', () => {
  it('money short at the gateway is looked at from time to time', () => {
    expect(next({ state: 'float-short', releaseAtMs: FRIDAY + 7 })).toEqual({ kind: 'wait', untilMs: FRIDAY + 7 })
    expect(next({ state: 'float-short' })).toMatchObject({ kind: 'check-float', gateway: 'sandbox' })
    expect(next({ state: 'float-short', held: true })).toEqual(WAITS_FOR_A_FACT)
  })

  it('what people or the person must do is waited for', () => {
    for (const state of ['owed', 'needs-account', 'review', 'failed'] as const) {
      expect(next({ state })).toEqual(WAITS_FOR_A_FACT)
    }
  })

  it('what has ended has ended', () => {
    for (const state of FINAL_STATES) expect(next({ state })).toEqual({ kind: 'end' })
  })
})
