/** Reviews and receivables on the wire. */
import Type, { type Static } from 'typebox'
import { DISBURSEMENT_STATES } from '../../domain/disbursement.ts'
import { PAYOUT_MONEY, PAYOUT_STATES } from '../../domain/payout.ts'
import type { DiscrepancyView } from '../../store/discrepancies.ts'
import type { ReceivableView, ReviewAttempt, ReviewDetail, ReviewView } from '../../store/reviews.ts'
import {
  Money,
  money,
  pageOf,
  PageQuery,
  ParticipantRef,
  ProgrammeCode,
  Time,
  TimeOrNull,
  timeOrNull,
} from './common.ts'
import { Discrepancy, discrepancyView } from './discrepancy.ts'
import { closed, named, ref, textOrNull } from './named.ts'
import { observationView } from './payment.ts'

const ATTEMPT = {
  key: Type.String(),
  n: Type.Integer({ description: 'Which attempt' }),
  version: Type.Integer({ description: 'What a decision about it is bound to' }),
  gateway: Type.String(),
  reference: Type.String(),
  gatewayId: textOrNull(),
  state: Type.Enum([...PAYOUT_STATES]),
  money: Type.Enum([...PAYOUT_MONEY]),
  amount: ref(Money),
  returned: ref(Money),
  alarm: textOrNull({ description: 'What was seen that cannot be' }),
  failureCode: textOrNull(),
  vendorCode: textOrNull({ description: 'The gateway’s own code' }),
}

const REVIEW = {
  disbursement: Type.String(),
  programme: ProgrammeCode,
  participant: ParticipantRef,
  tranche: Type.String(),
  amount: ref(Money),
  state: Type.Enum([...DISBURSEMENT_STATES]),
  reason: textOrNull(),
  version: Type.Integer({ description: 'What a decision about it is bound to' }),
  since: TimeOrNull,
}

export const Review = named(
  'Review',
  { ...REVIEW, attempts: Type.Array(closed(ATTEMPT)) },
  'What waits for the decision of two people: a disbursement with its attempts',
)
export const ReviewPage = pageOf('ReviewPage', Review)

export const ReviewWithHistory = named(
  'ReviewWithHistory',
  {
    ...REVIEW,
    attempts: Type.Array(
      closed({
        ...ATTEMPT,
        observations: Type.Array(
          closed({
            source: Type.String(),
            fact: Type.String(),
            observed: textOrNull(),
            vendorStatus: textOrNull(),
            decision: Type.String(),
            fromState: Type.String(),
            toState: Type.String(),
            observedAt: Time,
          }),
        ),
      }),
    ),
    discrepancies: Type.Array(ref(Discrepancy)),
    strays: Type.Array(ref(Discrepancy), {
      description:
        'Payments of a time that a restored database has lost which may be this one: a decision about it names them',
    }),
  },
  'A review with all that was learnt about each attempt, and what the statements say differently',
)

export const Receivable = named(
  'Receivable',
  {
    payout: Type.String(),
    programme: ProgrammeCode,
    participant: ParticipantRef,
    gateway: Type.String(),
    amount: ref(Money),
    version: Type.Integer({ description: 'What a decision about it is bound to' }),
    since: TimeOrNull,
  },
  'What was delivered and nobody was owed: to be had back',
)
export const ReceivablePage = pageOf('ReceivablePage', Receivable)

export function reviewView(row: ReviewView): Static<typeof Review> {
  return { ...headOf(row), attempts: row.attempts.map((attempt) => attemptView(attempt, row.currency)) }
}

export function reviewDetailView(row: ReviewDetail, nowMs: number): Static<typeof ReviewWithHistory> {
  const attempts = row.attempts.map((attempt) => ({
    ...attemptView(attempt, row.currency),
    observations: (row.observations.get(attempt.key) ?? []).map(observationView),
  }))
  const differing = (rows: readonly DiscrepancyView[]) => rows.map((one) => discrepancyView(one, nowMs))
  return { ...headOf(row), attempts, discrepancies: differing(row.discrepancies), strays: differing(row.strays) }
}

function headOf({ disbursement, programme, tranche, state, reason, version, ...row }: ReviewView) {
  const amount = money(row.amount, row.currency)
  return {
    disbursement,
    programme,
    participant: row.ref,
    tranche,
    amount,
    state,
    reason,
    version,
    since: timeOrNull(row.since),
  }
}

function attemptView({ amount, returned, ...attempt }: ReviewAttempt, currency: string) {
  return { ...attempt, amount: money(amount, currency), returned: money(returned, currency) }
}

export function receivableView(row: ReceivableView): Static<typeof Receivable> {
  const { payout, programme, gateway, version } = row
  const amount = money(row.amount, row.currency)
  return { payout, programme, participant: row.ref, gateway, amount, version, since: timeOrNull(row.since) }
}

export const reviewQuery = closed({ programme: Type.Optional(ProgrammeCode), ...PageQuery })
const KEY = '^[A-Za-z0-9:#-]{1,200}$'
export const receivableQuery = closed({
  programme: Type.Optional(ProgrammeCode),
  payout: Type.Optional(Type.String({ pattern: KEY, description: 'The one of this payout, or none' })),
  ...PageQuery,
})
export const reviewParams = closed({
  disbursement: Type.String({ pattern: KEY, description: 'Percent-encoded' }),
})
