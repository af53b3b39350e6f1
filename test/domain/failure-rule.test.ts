/** What codes mean, how safe that is, and what of it one person may say: held against what the machines make of it. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ruledAnswer } from '../../domain/account-check.ts'
import { afterPayout } from '../../domain/disbursement.ts'
import { nextForPayout, type EnquiryTiming } from '../../domain/enquiry.ts'
import { FAILURE_CODES } from '../../domain/failure-code.ts'
import {
  codeFault,
  compareSafety,
  DOUBTED,
  isFixed,
  mayAlone,
  refusedAccount,
  RULE_CODES,
  RULED_CLASSES,
  ruledFact,
  SAFETY_ORDER,
  safetyOf,
  type Meaning,
} from '../../domain/failure-rule.ts'
import { graver, isMended, nextActionFor, restsUntil } from '../../domain/next-action.ts'
import { FAILURE_CLASSES, type Failure } from '../../domain/observation.ts'
import { foldPayout, type ObservationSource, type PayoutFact, type PayoutFacts } from '../../domain/payout.ts'

const DAY = 86_400_000
const AMOUNT = 60_000_000n
const TIMING: EnquiryTiming = {
  failureFinal: 'at-once',
  duplicate: 'returns-live-object',
  submitTimeoutMs: 1000,
  enquiryLadderMs: [1000],
  quietPeriodMs: 1000,
  replayHorizonMs: 10 * DAY,
  replayMarginMs: 1000,
  giveUpMs: DAY,
  windowDays: 1,
}

const CODES = [...new Set([...FAILURE_CODES, ...Object.values(RULE_CODES).flat(), 'holder-malformed', 'whatever'])]
const MEANINGS: readonly Meaning[] = FAILURE_CLASSES.flatMap((of) => CODES.map((code) => ({ class: of, code })))
const anyMeaning = fc.constantFrom(...MEANINGS)

function payout(more: Partial<PayoutFacts> = {}): PayoutFacts {
  return {
    state: 'submitting',
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

function failedAs({ class: of, code }: Meaning, gatewayId: string | null = 'po_1'): PayoutFact {
  const failure: Failure = { class: of, code, vendorCode: 'X', isTabled: true }
  const amount = { minor: AMOUNT, currency: 'IDR' }
  return {
    kind: 'observed',
    observation: { state: 'failed', gatewayId, amount, account: null, failure, vendorStatus: 'FAILED', at: null },
  }
}

/** What the machines need before another attempt, asked of the machines themselves. */
function neededBefore(meaning: Meaning): number {
  const decision = foldPayout(payout(), failedAs(meaning), 'submit')
  if (decision.kind !== 'move') throw new Error('the first word about a payout moves it')
  if (decision.to === 'unknown') return resends(meaning.code) ? 3 : 4
  const step = afterPayout('failed', decision.failure, { attempts: 1, retries: 0, returns: 0 }, [1000])
  if (step?.to === 'released' || step?.to === 'float-short') return 0
  if (step?.to === 'review') return 2
  const rests = step?.accountFailed === true && restsUntil(step.reason, 0, 'Asia/Jakarta', Infinity) !== null
  const waiting = { state: 'needs-account', reason: step?.reason ?? null } as const
  const asked = nextActionFor({ ...waiting, accountUsableFromMs: null, accountRestsUntilMs: null })
  const mends = step?.to === 'needs-account' && isMended(asked?.action ?? null)
  return rests || mends ? 0 : 1
}

/** Whether the same bytes are sent again once the gateway has nothing of it. */
function resends(code: string): boolean {
  const sent = { state: 'unknown', sends: 1, firstSentAtMs: 0, lastSendStartedAtMs: 0, lastSendEndedAtMs: 1 } as const
  const found = { enquiries: 2, lastEnquiryAtMs: 5000, notFound: 2, notFoundAtMs: 5000, sendAgainAtMs: null }
  const moments = [5001, 5999, 7000, DAY, 2 * DAY]
  return moments.some(
    (atMs) => nextForPayout({ ...sent, ...found, isDoubted: code === DOUBTED }, TIMING, atMs).kind === 'resend',
  )
}

describe('the order of safety', () => {
  test.each(MEANINGS)('of $class ($code) is what the machines ask for before another attempt', (meaning) => {
    expect(safetyOf(meaning)).toBe(neededBefore(meaning))
  })

  it('has every class once', () => {
    expect([...SAFETY_ORDER].toSorted()).toEqual([...FAILURE_CLASSES].toSorted())
  })

  it('is total: two meanings are one or one of them is safer, and never each than the other', () => {
    fc.assert(
      fc.property(anyMeaning, anyMeaning, (one, other) => {
        const isOne = one.class === other.class && one.code === other.code
        expect(compareSafety(one, other) === 0).toBe(isOne)
        expect(Math.sign(compareSafety(one, other))).toBe(0 - Math.sign(compareSafety(other, one)))
      }),
    )
  })

  it('is transitive', () => {
    fc.assert(
      fc.property(anyMeaning, anyMeaning, anyMeaning, (a, b, c) => {
        if (compareSafety(a, b) <= 0 && compareSafety(b, c) <= 0) expect(compareSafety(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})

/**
 * How long a fact keeps an account from being paid, for everything else that its person is owed: 0 not at all, 1 until its month is over, 2 until it
 * is mended, 3 for good.
 */
function refusedFor(from: Partial<PayoutFacts>, fact: PayoutFact, source: ObservationSource): number {
  const before = payout(from)
  const decision = foldPayout(before, fact, source)
  const state = decision.kind === 'move' ? decision.to : before.state
  const failure = decision.kind === 'move' ? decision.failure : null
  const step = afterPayout(state, failure, { attempts: 1, retries: 0, returns: 0 }, [1000])
  const refused = refusedAccount({ state, isDoubted: false, fact, decision })
  const reason = graver(refused, step?.accountFailed ? step.reason : null)
  if (reason === null) return 0
  if (restsUntil(reason, 0, 'Asia/Jakarta', Infinity) !== null) return 1
  const waiting = { state: 'needs-account', reason, accountUsableFromMs: null, accountRestsUntilMs: null } as const
  return isMended(nextActionFor(waiting)?.action ?? null) ? 2 : 3
}

describe('people’s word about a code', () => {
  it.each<[string, Partial<PayoutFacts>, ObservationSource]>([
    ['a first send', {}, 'submit'],
    ['a first send, by a callback', {}, 'callback'],
    ['what was silent', { state: 'unknown' }, 'enquiry'],
    ['what is under way', { state: 'processing' }, 'enquiry'],
    ['a send whose failure must be borne out', { failureFinal: 'after-statement' }, 'callback'],
  ])('makes no account that is refused with %s one that anything else of its person is paid to', (_, from, source) => {
    fc.assert(
      fc.property(anyMeaning, anyMeaning, fc.constantFrom('po_1', null), (released, rule, gatewayId) => {
        const fact = failedAs(released, gatewayId)
        const least = refusedFor(from, fact, source)
        expect(refusedFor(from, ruledFact(fact, rule, 1), source)).toBeGreaterThanOrEqual(least)
      }),
    )
  })
})

describe('one person', () => {
  it('goes only towards the safer, never there and back, and by no way of steps to anything less safe', () => {
    fc.assert(
      fc.property(anyMeaning, fc.array(anyMeaning, { maxLength: 6 }), (from, steps) => {
        let now = from
        for (const to of steps) {
          if (!mayAlone(now, to)) continue
          expect(compareSafety(now, to)).toBeLessThan(0)
          expect(mayAlone(to, now)).toBe(false)
          now = to
        }
        expect(neededBefore(now)).toBeGreaterThanOrEqual(neededBefore(from))
      }),
    )
  })

  it('makes no attempt possible that was not: whatever is sent by itself afterwards was sent by itself before', () => {
    fc.assert(
      fc.property(anyMeaning, anyMeaning, fc.nat({ max: 5 }), (from, to, retries) => {
        if (!mayAlone(from, to)) return
        const stepOf = ({ class: of, code }: Meaning) =>
          afterPayout(
            'failed',
            { class: of, code, vendorCode: 'X' },
            { attempts: 1 + retries, retries, returns: 0 },
            [1],
          )
        expect(stepOf(to)?.to).not.toBe('released')
        expect(stepOf(to)?.to).not.toBe('float-short')
        if (to.class === 'needs-account') expect(restsUntil(to.code, 0, 'Asia/Jakarta', Infinity)).toBeNull()
      }),
    )
  })

  it('refuses nobody anything for ever: what they say ends with people, and costs no account', () => {
    fc.assert(
      fc.property(anyMeaning, anyMeaning, (from, to) => {
        if (!mayAlone(from, to)) return
        expect(neededBefore(to)).toBeGreaterThanOrEqual(2)
        expect(refusedFor({}, failedAs(to), 'submit')).toBe(0)
      }),
    )
  })

  it('never makes definitive what may have been executed', () => {
    for (const to of MEANINGS.filter(({ class: of }) => of !== 'unknown')) {
      expect(mayAlone({ class: 'unknown', code: 'undocumented-refusal' }, to)).toBe(false)
      expect(mayAlone({ class: 'unknown', code: DOUBTED }, to)).toBe(false)
    }
  })
})

describe('what people may say', () => {
  it('is a class with one of its codes, each of which people are told something about', () => {
    for (const of of RULED_CLASSES) {
      expect(RULE_CODES[of].length).toBeGreaterThan(0)
      for (const code of RULE_CODES[of]) expect(codeFault({ class: of, code })).toBeNull()
      expect(RULED_CLASSES as readonly string[]).not.toContain('retry-same')
    }
  })

  it('is never that the same key is sent again', () => {
    expect(RULED_CLASSES).not.toContain<string>('retry-same' satisfies string)
  })

  it('is nothing about a code of which the gateway’s documents say that it may have been executed', () => {
    expect(isFixed({ class: 'unknown', code: 'duplicate-request', isDocumented: true })).toBe(true)
    expect(isFixed({ class: 'unknown', code: 'undocumented-refusal', isDocumented: false })).toBe(false)
    expect(isFixed({ class: 'permanent', code: 'request-refused', isDocumented: true })).toBe(false)
  })
})

describe('a fact is read by the rule about its code', () => {
  const CLOSED: Meaning = { class: 'needs-account', code: 'account-closed' }
  const DOUBT: Meaning = { class: 'unknown', code: DOUBTED }
  const refusal: Failure = {
    class: 'unknown',
    code: 'undocumented-refusal',
    vendorCode: '422 NEW_RULE',
    isTabled: true,
  }
  const ambiguous: PayoutFact = { kind: 'unanswered', failure: refusal }

  it('and by none where there is none', () => {
    const fact = failedAs(CLOSED)
    expect(ruledFact(fact, undefined, 1)).toBe(fact)
  })

  it('where its class and our code change, and what the gateway said stays', () => {
    const ruled = ruledFact(failedAs({ class: 'undocumented', code: 'undocumented' }), CLOSED, 1)
    expect(ruled).toMatchObject({
      observation: { state: 'failed', gatewayId: 'po_1', failure: { ...CLOSED, vendorCode: 'X' } },
    })
  })

  it('where a doubted refusal is no answer any more, and a doubted failure of a payout stays what the gateway has', () => {
    expect(ruledFact(failedAs(CLOSED, null), DOUBT, 1)).toMatchObject({ kind: 'unanswered', failure: DOUBT })
    const object = ruledFact(failedAs(CLOSED), DOUBT, 1)
    expect(object).toMatchObject({ kind: 'observed', observation: { gatewayId: 'po_1', failure: DOUBT } })
    expect(foldPayout(payout(), object, 'submit')).toMatchObject({ kind: 'move', to: 'unknown' })
    expect(foldPayout(payout({ state: 'processing' }), object, 'callback')).toMatchObject({ kind: 'keep' })
  })

  it('where two have said that a refusal is definitive: of the first send, and of none that follows it', () => {
    const ruled = ruledFact(ambiguous, CLOSED, 1)
    expect(foldPayout(payout(), ruled, 'submit')).toMatchObject({ kind: 'move', to: 'failed', failure: CLOSED })
    expect(ruledFact(ambiguous, CLOSED, 2)).toBe(ambiguous)
    expect(foldPayout(payout({ sends: 2 }), ruled, 'submit')).toMatchObject({ kind: 'move', to: 'unknown' })
    expect(foldPayout(payout({ state: 'accepted' }), ruled, 'submit')).toMatchObject({ kind: 'keep' })
  })

  test.each<[string, PayoutFact]>([
    ['a timeout', { kind: 'unanswered', failure: { class: 'unknown', code: 'no-answer', vendorCode: '' } }],
    [
      'a lost connection',
      { kind: 'unanswered', failure: { class: 'unknown', code: 'connection-lost', vendorCode: 'X' } },
    ],
    ['what never left', { kind: 'not-sent', failure: { class: 'retry-same', code: 'unreachable', vendorCode: 'X' } }],
    [
      'a limit of calls',
      { kind: 'retry-same', failure: { class: 'retry-same', code: 'rate-limited', vendorCode: 'X' } },
    ],
    ['an enquiry that was refused', { kind: 'unavailable', failure: { ...refusal, vendorCode: 'X' } }],
    ['nothing found', { kind: 'not-found' }],
  ])('but %s never is: no code of the gateway says it', (_, fact) => {
    fc.assert(
      fc.property(anyMeaning, fc.nat({ max: 3 }), (rule, sends) => {
        expect(ruledFact(fact, rule, sends)).toBe(fact)
      }),
    )
  })
})

describe('what is said of an account', () => {
  const failure = { code: 'account-closed', vendorCode: 'ACCOUNT_CLOSED', isTabled: true } as const

  it('stays a refusal, whatever people say of its code', () => {
    for (const meaning of MEANINGS) expect(ruledAnswer({ kind: 'invalid', failure }, meaning).kind).toBe('invalid')
  })

  it('is a refusal where the rule speaks against the account, with its reason', () => {
    const rule = { class: 'needs-account', code: 'account-blocked' } as const
    const refused = { kind: 'invalid', failure: { code: 'account-blocked' } }
    expect(ruledAnswer({ kind: 'unavailable', failure }, rule)).toMatchObject(refused)
    expect(ruledAnswer({ kind: 'invalid', failure }, rule)).toMatchObject(refused)
    expect(ruledAnswer({ kind: 'unavailable', failure }, { class: 'config', code: 'x' }).kind).toBe('unavailable')
    expect(ruledAnswer({ kind: 'valid', registeredName: 'Siti' }, rule).kind).toBe('valid')
  })
})
