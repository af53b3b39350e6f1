import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  afterPayout,
  AT_REST,
  ATTEMPTS_MAX,
  attemptsWithin,
  DISBURSEMENT_STATES,
  FINAL_STATES,
  followPayout,
  NAMED_WAITS,
  PAYABLE_STATES,
  type Attempts,
  type DisbursementState,
} from '../../domain/disbursement.ts'
import type { Failure, FailureClass } from '../../domain/observation.ts'
import { OPEN_STATES } from '../../domain/payout.ts'

const DELAYS = [1000, 5000, 15_000]
const FIRST: Attempts = { attempts: 1, retries: 0, returns: 0 }

function failure(of: FailureClass): Failure {
  return { class: of, code: `code-of-${of}`, vendorCode: 'X' }
}

describe('the end of a payout decides what becomes of the obligation', () => {
  test.each<[FailureClass, DisbursementState, string | null]>([
    ['retry-new', 'released', 'code-of-retry-new'],
    ['retry-same', 'released', 'code-of-retry-same'],
    ['float-short', 'float-short', 'code-of-float-short'],
    ['needs-account', 'needs-account', 'code-of-needs-account'],
    ['permanent', 'failed', 'code-of-permanent'],
    ['config', 'released', 'gateway-refuses'],
    ['compliance', 'review', 'code-of-compliance'],
    ['unknown', 'review', 'code-of-unknown'],
    ['undocumented', 'review', 'code-of-undocumented'],
  ])('failed with class %s: %s', (of, to, reason) => {
    expect(afterPayout('failed', failure(of), FIRST, DELAYS)).toMatchObject({ to, reason })
  })

  it('waits while the payout is under way', () => {
    for (const state of OPEN_STATES.filter((open) => open !== 'review')) {
      expect(afterPayout(state, null, FIRST, DELAYS)).toBeUndefined()
    }
  })

  it('paid is paid', () => {
    expect(afterPayout('paid', null, FIRST, DELAYS)).toMatchObject({ to: 'paid', reason: null })
  })

  it('a contradiction waits for people', () => {
    expect(afterPayout('review', null, FIRST, DELAYS)).toMatchObject({ to: 'review', reason: 'gateway-contradiction' })
  })

  it('a failure without a reason waits for people', () => {
    expect(afterPayout('failed', null, FIRST, DELAYS)).toMatchObject({ to: 'review', reason: 'no-reason-given' })
  })
})

describe('a passing failure', () => {
  it('is tried again after the delays of the gateway, one after the other', () => {
    const delays = [0, 1, 2].map((retries) =>
      afterPayout('failed', failure('retry-new'), { attempts: retries + 1, retries, returns: 0 }, DELAYS),
    )
    expect(delays.map((step) => step?.retryAfterMs)).toEqual(DELAYS)
  })

  it('waits for people once the delays are used up', () => {
    expect(afterPayout('failed', failure('retry-new'), { attempts: 4, retries: 3, returns: 0 }, DELAYS)).toMatchObject({
      to: 'review',
      reason: 'retries-used-up',
    })
  })
})

describe('attempts of a time that is forgotten', () => {
  const MINUTE = 60_000

  it('are three at least, and then as many as the delays allow', () => {
    const within = (ms: number, attempts = 0): number => attemptsWithin(ms, { attempts, retries: 0 }, [DELAYS])
    expect([0, 999, 1000, 10 * MINUTE, 24 * 60 * MINUTE].map((ms) => within(ms))).toEqual([3, 3, 5, 13, 108])
    // Known ones have waited already.
    expect(within(10 * MINUTE, 20)).toBeLessThan(within(10 * MINUTE))
    expect(attemptsWithin(MINUTE, { attempts: 0, retries: 0 }, [])).toBe(3)
  })

  it('are never more, whatever became of each', () => {
    const fate = fc.constantFrom('not-sent', 'config', 'retry-new', 'caused', 'caused')
    const delays = fc.array(fc.integer({ min: 1, max: 40 * MINUTE }), { maxLength: 5 })
    const known = fc.integer({ min: 0, max: 250 })
    fc.assert(
      fc.property(
        fc.array(fate, { maxLength: 40 }),
        fc.array(delays, { minLength: 1, maxLength: 3 }),
        known,
        (fates, of, attempts) => {
          const at = { attempts: attempts + 1, retries: 0, returns: 0, ms: 0, caused: 0 }
          const made: number[] = [0]
          for (const [index, now] of fates.entries()) {
            if (now === 'caused' && (at.caused += 1) > 2) continue
            const [state, failed] =
              now === 'not-sent' ? (['not-sent', null] as const) : (['failed', failure(now as never)] as const)
            const step = now === 'caused' ? null : afterPayout(state, failed, at, of[index % of.length] ?? [])
            if (step && step.to !== 'released') break
            if (step?.isRetry) at.retries += 1
            at.ms += step?.retryAfterMs ?? 0
            at.attempts += 1
            made.push(at.ms)
          }
          for (const [index, ms] of made.entries()) {
            expect(index + 1).toBeLessThanOrEqual(attemptsWithin(ms, { attempts, retries: 0 }, of))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a payout that never left', () => {
  const unreachable: Failure = { class: 'retry-new', code: 'unreachable', vendorCode: 'ECONNREFUSED' }
  const delayAfter = (attempts: number): number | null | undefined =>
    afterPayout('not-sent', unreachable, { attempts, retries: 3, returns: 0 }, DELAYS)?.retryAfterMs

  it('is tried again however long the gateway cannot be reached, and uses up nothing', () => {
    expect(afterPayout('not-sent', unreachable, { attempts: 500, retries: 3, returns: 0 }, DELAYS)).toMatchObject({
      to: 'released',
      reason: 'unreachable',
    })
  })

  it('waits longer each time, up to a quarter of an hour and after days an hour, so that the attempts last for a month', () => {
    expect([1, 2, 3, 4, 5, 20, 200, 201, 900].map(delayAfter)).toEqual([
      1000, 5000, 15_000, 30_000, 60_000, 900_000, 900_000, 3_600_000, 3_600_000,
    ])
  })
})

describe('a gateway that refuses our credentials', () => {
  it('is tried again with a growing pause, and no attempt of a passing failure is used up', () => {
    const delays = [1, 2, 4].map((attempts) => afterPayout('failed', failure('config'), { ...FIRST, attempts }, DELAYS))
    expect(delays.map((step) => step?.retryAfterMs)).toEqual([1000, 5000, 30_000])
    expect(delays.every((step) => step?.isRetry === false && !step.accountFailed)).toBe(true)
  })
})

describe('a payout that the gateway cancelled', () => {
  it('is tried again like a passing failure when nobody says why, and by its reason else', () => {
    const passing = { to: 'released', reason: 'cancelled', retryAfterMs: 1000, isRetry: true }
    expect(afterPayout('cancelled', null, FIRST, DELAYS)).toMatchObject(passing)
    expect(afterPayout('cancelled', failure('compliance'), FIRST, DELAYS)).toMatchObject({ to: 'review' })
  })
})

describe('the references of a disbursement', () => {
  it('are never used up: people look first, whatever it would have waited for', () => {
    for (const of of ['retry-new', 'config', 'needs-account', 'float-short', 'permanent'] as const) {
      const step = afterPayout('failed', failure(of), { attempts: ATTEMPTS_MAX, retries: 0, returns: 0 }, DELAYS)
      expect(step).toMatchObject({ to: 'review', reason: 'attempts-used-up', retryAfterMs: null })
    }
    expect(afterPayout('paid', null, { attempts: ATTEMPTS_MAX, retries: 0, returns: 0 }, DELAYS)?.to).toBe('paid')
  })
})

describe('money that came back', () => {
  it('asks for another account, and the one it went to is not used again', () => {
    expect(afterPayout('returned', null, FIRST, DELAYS)).toMatchObject({
      to: 'needs-account',
      reason: 'returned',
      accountFailed: true,
    })
  })

  it('for the second time waits for people', () => {
    expect(afterPayout('returned', null, { attempts: 2, retries: 0, returns: 1 }, DELAYS)).toMatchObject({
      to: 'review',
      reason: 'returned-twice',
      accountFailed: false,
    })
  })
})

describe('what a payout means for an obligation that is not where the payout left it', () => {
  const paid = afterPayout('paid', null, FIRST, DELAYS)
  const closed = afterPayout('failed', failure('needs-account'), FIRST, DELAYS)
  const contrary = afterPayout('review', null, FIRST, DELAYS)
  if (!paid || !closed || !contrary) throw new Error('ends have steps')

  it('the newest attempt leads', () => {
    expect(followPayout({ state: 'in-flight', reason: null, isNewest: true }, paid)).toEqual(paid)
    expect(followPayout({ state: 'paid', reason: null, isNewest: true }, contrary)).toEqual(contrary)
  })

  it('is not paid while a part of it has not arrived: people say what happens with the rest', () => {
    const lacking = { state: 'in-flight', reason: null, isNewest: true, rest: 1n } as const
    expect(followPayout(lacking, paid)).toMatchObject({ to: 'review', reason: 'rest-owed' })
    expect(followPayout({ ...lacking, rest: 0n }, paid)).toEqual(paid)
    expect(followPayout(lacking, closed)).toEqual(closed)
  })

  it('an older attempt that turns out otherwise stops everything', () => {
    for (const state of ['released', 'in-flight', 'paid', 'needs-account', 'failed', 'float-short'] as const) {
      expect(followPayout({ state, reason: null, isNewest: false }, contrary)).toMatchObject({
        to: 'review',
        reason: 'older-attempt-changed',
      })
    }
  })

  it('stays with the people who look at it, whatever the newest attempt does: neither paid nor tried again', () => {
    const review = { state: 'review', reason: 'older-attempt-changed', isNewest: true } as const
    expect(followPayout(review, paid)).toMatchObject({ to: 'review', reason: 'older-attempt-changed' })
    expect(followPayout(review, closed)).toMatchObject({ to: 'review', reason: 'older-attempt-changed' })
  })

  it('still learns in review that an account cannot be used', () => {
    const review = { state: 'review', reason: 'older-attempt-changed', isNewest: true } as const
    expect(followPayout(review, closed).accountFailed).toBe(true)
  })

  it('an obligation that has ended is not owed again by a late word', () => {
    for (const state of ['lapsed', 'cancelled'] as const) {
      expect(followPayout({ state, reason: 'deadline', isNewest: true }, contrary)).toMatchObject({
        to: state,
        reason: 'deadline',
      })
    }
  })
})

describe('every state is somebody’s', () => {
  it('is final, waits by name, is owed or is under way', () => {
    for (const state of DISBURSEMENT_STATES) {
      const isOurs = state === 'owed' || state === 'released' || state === 'in-flight'
      expect(FINAL_STATES.includes(state) || NAMED_WAITS.includes(state) || isOurs).toBe(true)
    }
  })

  it('rests only where nothing is under way', () => {
    expect(AT_REST).not.toContain('in-flight')
    expect(AT_REST).not.toContain('review')
    expect([...AT_REST].toSorted()).toEqual([...PAYABLE_STATES].toSorted())
  })
})
