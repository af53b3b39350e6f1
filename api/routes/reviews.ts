/** What waits for the decision of two people: they decide by the acts review-decision and receivable-end. */
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import { allows, programmesIn, type Role } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { pageRequest, pageView } from '../page.ts'
import { callerOf } from '../plugins/access.ts'
import { ref } from '../schemas/named.ts'
import {
  ReceivablePage,
  receivableQuery,
  receivableView,
  reviewDetailView,
  ReviewPage,
  reviewParams,
  reviewQuery,
  reviewView,
  ReviewWithHistory,
} from '../schemas/review.ts'

const WHO_SEE: readonly Role[] = ['operator', 'approver', 'auditor', 'administrator']

export function reviewRoutes(app: App, context: RouteContext): void {
  const { store, now } = context

  app.get('/v1/reviews', LIST, async (request, reply) => {
    const page = await store.reviews.list(seenOf(request, request.query.programme), pageRequest(request.query))
    return reply.send(pageView(page, ({ disbursement }) => disbursement, reviewView))
  })

  app.get('/v1/reviews/:disbursement', FIND, async (request, reply) => {
    const { disbursement } = request.params
    const found = await store.reviews.find(disbursement)
    if (!allows(callerOf(request).grants, WHO_SEE, found.programme)) {
      throw new Problem('not-found', `no review of ${disbursement}`)
    }
    return reply.send(reviewDetailView(found, now()))
  })

  app.get('/v1/receivables', RECEIVABLES, async (request, reply) => {
    const { programme, payout } = request.query
    const page = await store.reviews.receivables(seenOf(request, programme), pageRequest(request.query), payout)
    return reply.send(pageView(page, ({ payout }) => payout, receivableView))
  })
}

/** The programmes of which the caller sees them; null for every one. */
function seenOf(request: FastifyRequest, programme: string | undefined): readonly string[] | null {
  const seen = programmesIn(callerOf(request).grants, WHO_SEE)
  if (programme === undefined) return seen
  return seen === null || seen.includes(programme) ? [programme] : []
}

const LIST = get(
  {
    id: 'listReviews',
    summary: 'What waits for the decision of two people',
    description: 'Of the programmes in which the key has a role.',
    tag: 'reviews',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(ReviewPage) },
  },
  { querystring: reviewQuery },
)
const FIND = get(
  {
    id: 'getReview',
    summary: 'One review, with all that was learnt and what the statements say differently',
    tag: 'reviews',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(ReviewWithHistory) },
    problems: ['not-found'],
  },
  { params: reviewParams },
)
const RECEIVABLES = get(
  {
    id: 'listReceivables',
    summary: 'What was delivered and nobody was owed: to be had back',
    tag: 'reviews',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(ReceivablePage) },
  },
  { querystring: receivableQuery },
)
