import { describe, expect, it, test } from 'vitest'
import type { DisbursementState } from '../../domain/disbursement.ts'
import { isDebitNormal, postingsFor } from '../../domain/ledger.ts'
import { PAYOUT_MONEY, type PayoutMoney } from '../../domain/payout.ts'
import {
  decideReview,
  FINDINGS,
  REVIEW_STEPS,
  type Finding,
  type ReviewDecision,
  type ReviewFacts,
} from '../../domain/review.ts'

const OWED = 100n
const NOBODY: ReviewFacts['others'] = {
  delivered: 0n,
  underWay: 0n,
  areReviewed: false,
  mayBeDelivered: 0n,
  areBeside: false,
}

interface Asked {
  readonly money?: PayoutMoney
  readonly returned?: bigint
  readonly repaid?: bigint
  readonly isCalled?: boolean
  readonly isDebited?: boolean
  readonly state?: DisbursementState
  readonly others?: Partial<ReviewFacts['others']>
}

function factsOf({
  money = 'clearing',
  returned = 0n,
  repaid = 0n,
  isCalled = false,
  isDebited = false,
  state = 'review',
  others = {},
}: Asked): ReviewFacts {
  return {
    payout: { money, amount: OWED, returned, repaid, isCalled, isDebited },
    disbursement: { state, amount: OWED },
    others: { ...NOBODY, ...others },
  }
}

function decided(asked: Asked, finding: Finding, more: Partial<ReviewDecision> = {}): string {
  const outcome = decideReview(factsOf(asked), { finding, returned: null, next: null, ...more })
  if (outcome.kind === 'refused') return 'refused'
  return [outcome.payout?.state, outcome.payout?.money, outcome.disbursement.state].join(' ')
}

const AGAIN = { next: 'pay-again' } as const

describe('what is found of a payout on its way', () => {
  test.each<[Finding, Partial<ReviewDecision>, string]>([
    ['paid', {}, 'paid credited paid'],
    ['not-paid', AGAIN, 'failed back released'],
    ['not-paid', { next: 'needs-account' }, 'failed back needs-account'],
    ['not-paid', { next: 'hold' }, 'failed back review'],
    ['not-paid', { next: 'cancel' }, 'failed back cancelled'],
    ['returned', { next: 'needs-account' }, 'returned back needs-account'],
    ['partly-returned', { ...AGAIN, returned: 40n }, 'paid credited released'],
    ['unknown', {}, 'unknown clearing in-flight'],
    ['receivable', AGAIN, 'paid receivable released'],
    ['written-off', AGAIN, 'paid written-off released'],
  ])('%s %o', (finding, more, expected) => {
    expect(decided({}, finding, more)).toBe(expected)
  })

  it('that was not paid leaves something to decide, and one that was paid nothing', () => {
    expect(decided({}, 'not-paid')).toBe('refused')
    expect(decided({}, 'paid', AGAIN)).toBe('refused')
    expect(decided({}, 'unknown', AGAIN)).toBe('refused')
  })

  it('a part is more than nothing and less than all', () => {
    for (const returned of [null, 0n, OWED, -1n]) {
      expect(decided({}, 'partly-returned', { ...AGAIN, returned })).toBe('refused')
    }
    expect(decided({}, 'returned', { ...AGAIN, returned: 40n })).toBe('refused')
  })
})

it('what comes back of what was cancelled in part is not booked into an obligation that has ended', () => {
  for (const finding of ['returned', 'not-paid', 'receivable', 'partly-returned'] as const) {
    const more = finding === 'partly-returned' ? { returned: 10n } : {}
    expect(decided({ money: 'credited', returned: 60n, state: 'cancelled' }, finding, more)).toBe('refused')
  }
})

it('a receivable of which a part was given back is never found to be none: that part would be lost to the person', () => {
  for (const finding of ['paid', 'not-paid', 'returned'] as const)
    expect(decided({ money: 'receivable', repaid: 10n, state: 'paid', others: { delivered: OWED } }, finding)).toBe(
      'refused',
    )
  expect(decided({ money: 'receivable', repaid: 10n, state: 'paid', others: { delivered: OWED } }, 'receivable')).toBe(
    'paid receivable paid',
  )
})

it('is not found never to have been paid while a statement shows its debit', () => {
  for (const money of ['clearing', 'credited', 'back'] as const) {
    expect(decided({ money, isDebited: true }, 'not-paid', AGAIN)).toBe('refused')
    expect(decided({ money, isDebited: true }, 'paid')).toBe('paid credited paid')
  }
})

describe('a success that comes late', () => {
  it('is the payment where nothing else has paid it', () => {
    expect(decided({ money: 'back' }, 'paid')).toBe('paid credited paid')
  })

  it('is never a second one: it is had back instead', () => {
    const paid = { money: 'back', others: { delivered: OWED } } as const
    expect(decided(paid, 'paid')).toBe('refused')
    expect(decided(paid, 'receivable')).toBe('paid receivable paid')
    expect(decided(paid, 'written-off')).toBe('paid written-off paid')
  })

  it('waits for an attempt under way, and for another one that people look at', () => {
    expect(decided({ money: 'back', others: { underWay: OWED } }, 'paid')).toBe('refused')
    expect(decided({ money: 'back', others: { underWay: OWED } }, 'not-paid')).toBe('failed back in-flight')
    expect(decided({ money: 'back', others: { areReviewed: true } }, 'not-paid')).toBe('failed back review')
  })

  it('that was more than is owed is a receivable, whatever of it came back', () => {
    const { payout, ...facts } = factsOf({ money: 'back' })
    const found = (amount: bigint, decision: Partial<ReviewDecision> & { readonly finding: Finding }) =>
      decideReview({ ...facts, payout: payout && { ...payout, amount } }, { returned: null, next: null, ...decision })
    for (const part of [1n, 20n, 100n, 119n]) {
      expect(found(OWED + 20n, { ...AGAIN, finding: 'partly-returned', returned: part }).kind).toBe('refused')
    }
    expect(found(OWED + 20n, { ...AGAIN, finding: 'receivable' }).kind).toBe('decided')
    expect(found(OWED + 20n, { ...AGAIN, finding: 'returned' }).kind).toBe('decided')
    expect(found(OWED, { ...AGAIN, finding: 'partly-returned', returned: 20n }).kind).toBe('decided')
  })

  it('of which a part came back waits for another one that may have been delivered, too', () => {
    const part = { ...AGAIN, returned: 40n }
    const beside = (mayBeDelivered: bigint): string =>
      decided({ money: 'back', others: { areReviewed: true, mayBeDelivered } }, 'partly-returned', {
        ...part,
        next: null,
      })
    expect(decided({ money: 'back' }, 'partly-returned', part)).toBe('paid credited released')
    expect(beside(OWED)).toBe('refused')
    expect(beside(41n)).toBe('refused')
    expect(beside(40n)).toBe('paid credited review')
    expect(beside(0n)).toBe('paid credited review')
  })

  it('of what is not owed any more is a receivable', () => {
    for (const state of ['lapsed', 'cancelled'] as const) {
      expect(decided({ money: 'back', state }, 'paid')).toBe('refused')
      expect(decided({ money: 'back', state }, 'receivable')).toBe(`paid receivable ${state}`)
      expect(decided({ money: 'back', state }, 'not-paid')).toBe(`failed back ${state}`)
      expect(decided({ money: 'back', state }, 'not-paid', AGAIN)).toBe('refused')
    }
  })
})

test('what was paid cannot be asked about again, and what was had back is no success', () => {
  expect(decided({ money: 'credited' }, 'unknown')).toBe('refused')
  expect(decided({ money: 'receivable', others: { delivered: OWED } }, 'paid')).toBe('refused')
  expect(decided({ money: 'receivable', others: { delivered: OWED } }, 'returned')).toBe('returned back paid')
})

test('without a payout under review only what is owed is decided, and only where it is under review', () => {
  const facts: ReviewFacts = { ...factsOf({}), payout: null }
  const none = { finding: null, returned: null, next: 'pay-again' } as const
  expect(decideReview(facts, none)).toMatchObject({ disbursement: { state: 'released' }, payout: null, events: [] })
  expect(decideReview(facts, { ...none, next: null }).kind).toBe('refused')
  expect(decideReview(facts, { ...none, finding: 'paid' }).kind).toBe('refused')
  expect(decideReview({ ...facts, disbursement: { state: 'paid', amount: OWED } }, none).kind).toBe('refused')
  expect(decideReview(factsOf({}), none).kind).toBe('refused')
})

/** What each account holds because of one payout and its disbursement, as `docs/ledger.md` says. */
function holdings(of: { money: PayoutMoney; amount: bigint; returned: bigint; state: string; delivered: bigint }) {
  const { money, amount, returned, state, delivered } = of
  const has = (wanted: PayoutMoney): bigint => (money === wanted ? amount - returned : 0n)
  const alive = state === 'cancelled' ? 0n : OWED
  const left = amount - returned
  return {
    'budget:committed': state === 'cancelled' ? OWED : 0n,
    'budget:obligated': alive - has('credited') - delivered,
    'budget:disbursed': has('credited') + delivered,
    'funds:payable': alive - has('credited') - has('clearing') - delivered,
    'funds:clearing:g': has('clearing'),
    'funds:float:g': money === 'clearing' || money === 'back' ? 0n : -left,
    'funds:receivable': has('receivable'),
    'funds:write-off': has('written-off'),
    'funds:treasury': -alive - has('repaid'),
  }
}

/** Every case there is. */
function* cases() {
  for (const money of PAYOUT_MONEY)
    for (const partly of [0n, 30n])
      for (const finding of FINDINGS)
        for (const returned of [null, 10n, 50n])
          for (const next of [null, ...REVIEW_STEPS])
            for (const delivered of [0n, 30n, OWED])
              for (const underWay of [0n, 70n, OWED])
                for (const mayBeDelivered of [null, 0n, 30n, OWED])
                  yield {
                    money,
                    partly,
                    finding,
                    returned,
                    next,
                    others: {
                      delivered,
                      underWay,
                      areReviewed: mayBeDelivered !== null,
                      mayBeDelivered: mayBeDelivered ?? 0n,
                    },
                  }
}

test('whatever is decided, the ledger says what the states say, and nothing is delivered beyond what was owed', () => {
  const counts = Object.fromEntries(FINDINGS.map((finding) => [finding, 0]))
  for (const { money, partly, finding, returned, next, others } of cases()) {
    const back = money === 'clearing' || money === 'back' ? 0n : partly
    const own = money === 'credited' || money === 'clearing' ? OWED - back : 0n
    if (own + others.delivered + others.underWay + others.mayBeDelivered > OWED) continue
    const outcome = decideReview(factsOf({ money, returned: back, others }), { finding, returned, next })
    if (outcome.kind === 'refused' || !outcome.payout) continue
    counts[finding] = (counts[finding] ?? 0) + 1
    const of = { amount: OWED, delivered: others.delivered }
    const before = holdings({ ...of, money, returned: back, state: 'review' })
    const after = holdings({ ...of, ...outcome.payout, state: outcome.disbursement.state })
    const moved = new Map<string, bigint>()
    const cancelled = outcome.disbursement.state === 'cancelled' ? [{ event: 'cancelled' as const, amount: OWED }] : []
    for (const { event, amount } of [...outcome.events, ...cancelled]) {
      for (const { debit, credit, amount: posted } of postingsFor(event, amount, 'g')) {
        moved.set(debit, (moved.get(debit) ?? 0n) + (isDebitNormal(debit) ? posted : -posted))
        moved.set(credit, (moved.get(credit) ?? 0n) - (isDebitNormal(credit) ? posted : -posted))
      }
    }
    for (const [account, balance] of Object.entries(before)) {
      expect([account, balance + (moved.get(account) ?? 0n)]).toEqual([account, after[account as keyof typeof after]])
    }
    expect(moved.get('funds:suspense-out') ?? 0n).toBe(0n)
    expect(after['budget:disbursed']).toBeLessThanOrEqual(OWED)
    // What is under way or under review may be with the payee: nothing is promised of it besides.
    expect(after['funds:payable'] - others.mayBeDelivered - others.underWay).toBeGreaterThanOrEqual(0n)
  }
  for (const finding of FINDINGS) expect([finding, (counts[finding] ?? 0) > 0]).toEqual([finding, true])
})
