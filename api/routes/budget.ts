/** Money a programme may spend, and money put at its gateways: both are set by acts of two people. */
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { AppropriationList, appropriationView, FundingList, fundingView } from '../schemas/budget.ts'
import { ProgrammeCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'

const params = closed({ programme: ProgrammeCode })

export function budgetRoutes(app: App, context: RouteContext): void {
  const { store } = context

  app.get('/v1/programmes/:programme/appropriations', LIST_APPROPRIATIONS, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const rows = await store.reads.appropriations(programme.code)
    return reply.send({ data: rows.map(appropriationView) })
  })

  app.get('/v1/programmes/:programme/fundings', LIST_FUNDINGS, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const rows = await store.reads.fundings(programme.code)
    return reply.send({ data: rows.map(fundingView) })
  })
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
