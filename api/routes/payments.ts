/** What is owed and how it was paid. Keys have colons and `#`: encode them in paths. */
import Type from 'typebox'
import { DISBURSEMENT_STATES } from '../../domain/disbursement.ts'
import { PAYOUT_STATES } from '../../domain/payout.ts'
import type { Role } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { pageRequest, pageView } from '../page.ts'
import { PageQuery, ParticipantRef, ProgrammeCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import {
  DeductionPage,
  deductionView,
  DisbursementPage,
  disbursementView,
  DisbursementWithPayouts,
  payoutDetailView,
  PayoutPage,
  payoutView,
  PayoutWithHistory,
} from '../schemas/payment.ts'

const READERS: readonly Role[] = ['operator', 'auditor', 'helpdesk', 'approver']

export function paymentRoutes(app: App, { store }: RouteContext): void {
  app.get('/v1/programmes/:programme/disbursements', LIST_DISBURSEMENTS, async (request, reply) => {
    const { code: programme } = await store.programmes.current(request.params.programme)
    const { state, ref: person } = request.query
    const page = await store.reads.disbursements(programme, { state, ref: person }, pageRequest(request.query))
    return reply.send(pageView(page, (row) => row.key, disbursementView))
  })

  app.get('/v1/programmes/:programme/disbursements/:key', FIND_DISBURSEMENT, async (request, reply) => {
    const { programme, key } = request.params
    const row = await store.reads.disbursement(programme, key)
    return reply.send({ ...disbursementView(row), payouts: row.payouts.map(payoutView) })
  })

  app.get('/v1/programmes/:programme/deductions', LIST_DEDUCTIONS, async (request, reply) => {
    const { code: programme } = await store.programmes.current(request.params.programme)
    const page = await store.reads.deductions(programme, request.query.ref, pageRequest(request.query))
    return reply.send(pageView(page, (row) => row.id, deductionView))
  })

  app.get('/v1/programmes/:programme/payouts', LIST_PAYOUTS, async (request, reply) => {
    const { code: programme } = await store.programmes.current(request.params.programme)
    const { state, ref: person } = request.query
    const page = await store.reads.payouts(programme, { state, ref: person }, pageRequest(request.query))
    return reply.send(pageView(page, (row) => row.key, payoutView))
  })

  app.get('/v1/programmes/:programme/payouts/:key', FIND_PAYOUT, async (request, reply) => {
    const { programme, key } = request.params
    return reply.send(payoutDetailView(await store.reads.payout(programme, key)))
  })
}

const params = closed({ programme: ProgrammeCode })
const keyParams = closed({
  programme: ProgrammeCode,
  key: Type.String({ pattern: '^[A-Za-z0-9:#-]{1,200}$', description: 'Percent-encoded' }),
})
const LIST_DISBURSEMENTS = get(
  {
    id: 'listDisbursements',
    summary: 'Disbursements by state',
    tag: 'payments',
    roles: READERS,
    scope: 'programme',
    answers: { 200: ref(DisbursementPage) },
  },
  {
    params,
    querystring: closed({
      state: Type.Optional(Type.Enum([...DISBURSEMENT_STATES])),
      ref: Type.Optional(ParticipantRef),
      ...PageQuery,
    }),
  },
)
const FIND_DISBURSEMENT = get(
  {
    id: 'getDisbursement',
    summary: 'One disbursement and all its attempts',
    tag: 'payments',
    roles: READERS,
    scope: 'programme',
    answers: { 200: ref(DisbursementWithPayouts) },
    problems: ['not-found'],
  },
  { params: keyParams },
)
const LIST_DEDUCTIONS = get(
  {
    id: 'listDeductions',
    summary: 'What was taken off what people are owed',
    tag: 'payments',
    roles: READERS,
    scope: 'programme',
    answers: { 200: ref(DeductionPage) },
  },
  { params, querystring: closed({ ref: Type.Optional(ParticipantRef), ...PageQuery }) },
)
const LIST_PAYOUTS = get(
  {
    id: 'listPayouts',
    summary: 'Payouts by state',
    tag: 'payments',
    roles: READERS,
    scope: 'programme',
    answers: { 200: ref(PayoutPage) },
  },
  {
    params,
    querystring: closed({
      state: Type.Optional(Type.Enum([...PAYOUT_STATES])),
      ref: Type.Optional(ParticipantRef),
      ...PageQuery,
    }),
  },
)
const FIND_PAYOUT = get(
  {
    id: 'getPayout',
    summary: 'One payout with every send and everything learnt about it',
    tag: 'payments',
    roles: READERS,
    scope: 'programme',
    answers: { 200: ref(PayoutWithHistory) },
    problems: ['not-found'],
  },
  { params: keyParams },
)
