import Type from 'typebox'
import { AMOUNT_PATTERN } from '../../domain/money.ts'
import { FINDINGS, REVIEW_STEPS } from '../../domain/review.ts'
import { checkReview, decideReviewed, type DecidedReview } from '../review-decide.ts'
import { twoPersonAct, UUID } from '../two-person-act.ts'

const version = Type.Integer({ minimum: 0 })
/** As many as a request has room for. */
const STRAYS_MAX = 1000
const key = Type.String({ minLength: 1, maxLength: 200 })

/** What became of a payout that people look at, and what happens with what is owed. Bound to what was seen by its versions. */
export const reviewDecision = twoPersonAct({
  name: 'review-decision',
  title: { id: 'Keputusan atas pembayaran yang ditinjau', en: 'Decision about a payment under review' },
  proposers: ['operator'],
  content: Type.Object(
    {
      programme: Type.String({ maxLength: 40 }),
      disbursement: key,
      version,
      payout: Type.Union([key, Type.Null()]),
      payoutVersion: Type.Union([version, Type.Null()]),
      finding: Type.Union([Type.Enum([...FINDINGS]), Type.Null()]),
      returned: Type.Union([Type.String({ pattern: AMOUNT_PATTERN }), Type.Null()]),
      next: Type.Union([Type.Enum([...REVIEW_STEPS]), Type.Null()]),
      stray: Type.Optional(UUID),
      strays: Type.Optional(Type.Array(UUID, { minItems: 1, maxItems: STRAYS_MAX, uniqueItems: true })),
    },
    { additionalProperties: false },
  ),
  place: (_sql, { programme, disbursement, payout }) => ({ programme, subject: payout ?? disbursement }),
  check: (sql, _context, content) => checkReview(sql, content as DecidedReview),
  async execute(sql, context, content, { id: proposal, proposer, reason }, actor, atMs) {
    await decideReviewed(sql, context, content as DecidedReview, { proposal, proposer, reason }, actor, atMs)
  },
})
