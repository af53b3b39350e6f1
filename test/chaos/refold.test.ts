/** The fold of one history: what the trail tells and the facts decide, and where they contradict each other. */
import { expect, test } from 'vitest'
import { refold, type Observed, type Told } from '../../chaos/live/refold.ts'

const RULES = () => ({ retryDelaysMs: [1000], failureFinal: 'at-once' }) as const
const OWED = 'p:A:A:one:1'
const SENT = `${OWED}#1`

const told = (act: string, after: Told['after'] = null, subject = OWED): Told => ({ act, subject, after })
const lived = [
  told('registered', null, 'p:A'),
  told('screened-eligible', null, 'p:A'),
  told('admitted', null, 'p:A'),
  told('training-finished', null, 'p:A'),
  told('tranche-due', { amount: '100' }),
  told('disbursement-released', { from: 'owed', to: 'released' }),
  told('payout-sent', { n: 1, amount: '100', gateway: 'g' }, SENT),
]
const moved = (act: string, from: string, to: string, failure: object | null = null): Told =>
  told(act, { from, to, failure, alarm: null, gateway: 'g' }, SENT)
const fact = (observed: string, from: string, to: string, more: Partial<Observed> = {}): Observed => ({
  payout: SENT,
  source: 'callback',
  fact: 'observed',
  observed,
  from,
  to,
  sends: 1,
  turnedAway: 0,
  ...more,
})
const PAID = [moved('payout-accepted', 'submitting', 'accepted'), moved('payout-paid', 'accepted', 'paid')]
const PAID_FACTS = [fact('accepted', 'submitting', 'accepted', { source: 'submit' }), fact('paid', 'accepted', 'paid')]

test('a life that is paid comes to what its facts decide', () => {
  const { stage, held, payouts, disbursements, findings } = refold([...lived, ...PAID], PAID_FACTS, RULES)
  expect({ stage, held, findings }).toEqual({ stage: 'incentives', held: false, findings: [] })
  expect([payouts.get(SENT), disbursements.get(OWED)]).toEqual(['paid', 'paid'])
})

test('a failure is folded into what is owed as the rules of its class say', () => {
  const end = (failure: string): string | undefined => {
    const why = { class: failure, code: 'x' }
    const trail = [...lived, moved('payout-failed', 'submitting', 'failed', why)]
    return refold(trail, [fact('failed', 'submitting', 'failed')], RULES).disbursements.get(OWED)
  }
  expect(['needs-account', 'float-short', 'retry-new', 'permanent', 'undocumented'].map(end)).toEqual([
    'needs-account',
    'float-short',
    'released',
    'failed',
    'review',
  ])
})

test('money that comes back asks for another account, and for people the second time', () => {
  const back = [...PAID, moved('payout-returned', 'paid', 'returned')]
  const facts = [...PAID_FACTS, fact('returned', 'paid', 'returned')]
  expect(refold([...lived, ...back], facts, RULES).disbursements.get(OWED)).toBe('needs-account')
})

test('giving up, sending again, holds and the decision of two people are followed', () => {
  const trail = [
    ...lived,
    told('hold-placed', null, 'p:A'),
    moved('payout-unknown', 'submitting', 'unknown'),
    told('payout-sent-again', { send: 2 }, SENT),
    told('review-needed', { reason: 'no-answer' }, SENT),
    told('review-decided', { disbursement: 'released', payout: 'failed', money: 'back', returned: '0' }, SENT),
  ]
  const silence = fact('', 'submitting', 'unknown', { fact: 'unanswered', source: 'submit', observed: null })
  const { held, payouts, disbursements, findings } = refold(trail, [silence], RULES)
  expect({ held, findings }).toEqual({ held: true, findings: [] })
  expect([payouts.get(SENT), disbursements.get(OWED)]).toEqual(['failed', 'released'])
})

test('a fact that the machine decides otherwise about is found', () => {
  const trail = [...lived, moved('payout-paid', 'submitting', 'paid')]
  expect(refold(trail, [fact('accepted', 'submitting', 'paid')], RULES).findings).toEqual([
    `${SENT} was moved from submitting to paid by observed, which leaves it accepted`,
  ])
})

test.each([
  ['a move that no fact explains', PAID, PAID_FACTS.slice(0, 1), `the trail moves ${SENT} to paid, and no fact does`],
  ['a fact that is not told', PAID.slice(0, 1), PAID_FACTS, `${SENT} was moved 1 times more than the trail tells`],
  [
    'a step from where it did not stand',
    [told('disbursement-lapsed', { from: 'owed', to: 'lapsed' })],
    [],
    `${OWED} is moved from owed to lapsed, and its history has it in-flight`,
  ],
])('%s is found', (_, trail, facts, says) => {
  expect(refold([...lived, ...trail], facts, RULES).findings).toEqual([says])
})
