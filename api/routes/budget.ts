/** Money a programme may spend, and money put at its gateways. */
import { Problem } from '../../domain/problem.ts'
import type { Programme } from '../../domain/programme.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import {
  AppropriationList,
  appropriationView,
  FundingList,
  FundingRecorded,
  fundingView,
  NewFunding,
} from '../schemas/budget.ts'
import { ProgrammeCode, type Money } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'

const params = closed({ programme: ProgrammeCode })

export function budgetRoutes(app: App, context: RouteContext): void {
  const { store, gateways } = context

  app.get('/v1/programmes/:programme/appropriations', LIST_APPROPRIATIONS, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const rows = await store.reads.appropriations(programme.code)
    return reply.send({ data: rows.map(appropriationView) })
  })

  app.post('/v1/programmes/:programme/fundings', RECORD_FUNDING, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const { gateway, number } = request.body
    const amount = amountOf(programme, request.body.amount)
    if (amount === 0n) throw invalid('/amount/minor', 'must be more than 0')
    if (!gateways.has(gateway)) throw new Problem('unknown-gateway', 'no gateway of this code is in use')
    const performed = await context.perform(request, async (acts) => {
      const { id } = await acts.recordFunding({ programme, gateway, number, amount })
      return { status: 201, body: { id } }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/programmes/:programme/fundings', LIST_FUNDINGS, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const rows = await store.reads.fundings(programme.code)
    return reply.send({ data: rows.map(fundingView) })
  })
}

function amountOf(programme: Programme, amount: Money): bigint {
  if (amount.currency !== programme.currency) {
    throw invalid('/amount/currency', `must be ${programme.currency}, the currency of the programme`)
  }
  return BigInt(amount.minor)
}

function invalid(pointer: string, detail: string): Problem {
  return new Problem('invalid-request', 'the body is not valid', { faults: [{ pointer, detail }] })
}

const LIST_APPROPRIATIONS = get(
  {
    id: 'listAppropriations',
    summary: 'What may be spent, is committed, owed and paid, by fiscal year',
    tag: 'budget',
    roles: ['administrator', 'approver', 'operator', 'auditor'],
    scope: 'programme',
    answers: { 200: ref(AppropriationList) },
  },
  { params },
)
const RECORD_FUNDING = post(
  {
    id: 'recordFunding',
    summary: 'Record money the treasury put at a gateway',
    tag: 'budget',
    roles: ['administrator', 'approver'],
    scope: 'programme',
    answers: { 201: ref(FundingRecorded) },
    problems: ['unknown-gateway', 'conflict'],
  },
  { params, body: ref(NewFunding) },
)
const LIST_FUNDINGS = get(
  {
    id: 'listFundings',
    summary: 'Money put at gateways, newest first',
    tag: 'budget',
    roles: ['administrator', 'approver', 'operator', 'auditor'],
    scope: 'programme',
    answers: { 200: ref(FundingList) },
  },
  { params },
)
