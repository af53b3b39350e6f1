/** Money a programme may spend, and money put at its gateways: both are set by acts of two people. */
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { budgetCsv, budgetXlsx } from '../budget-file.ts'
import { AppropriationList, appropriationView, FundingList, fundingView } from '../schemas/budget.ts'
import {
  budgetParams,
  budgetQuery,
  BudgetReport,
  budgetView,
  YearEndList,
  yearEndView,
} from '../schemas/budget-report.ts'
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

  app.get('/v1/programmes/:programme/budget-report', REPORT, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const { fiscalYear, format = formatOf(request.headers.accept) } = request.query
    const report = await store.reads.budget(programme.code, Number(fiscalYear))
    const name = `attachment; filename="budget-${programme.code}-${fiscalYear}.${format}"`
    if (format === 'csv') {
      return reply.type(`${TYPES.csv}; charset=utf-8`).header('content-disposition', name).send(budgetCsv(report))
    }
    if (format === 'xlsx') {
      return reply
        .type(TYPES.xlsx)
        .header('content-disposition', name)
        .send(await budgetXlsx(report))
    }
    return reply.send(budgetView(report))
  })

  app.get('/v1/programmes/:programme/year-ends', LIST_YEAR_ENDS, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const rows = await store.years.list(programme.code)
    return reply.send({ data: rows.map(yearEndView) })
  })
}

const TYPES = { csv: 'text/csv', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' } as const

/** What a reader asks for by its Accept header, where no `format` says it. */
function formatOf(accept = ''): 'json' | 'csv' | 'xlsx' {
  if (accept.includes(TYPES.xlsx)) return 'xlsx'
  return accept.includes(TYPES.csv) ? 'csv' : 'json'
}

const REPORT = get(
  {
    id: 'getBudgetReport',
    summary: 'Where the money of a fiscal year stands, by wave and in all',
    description:
      'JSON, comma separated values, or a sheet (XLSX), by `format` or the Accept header. Its columns add up: appropriated = available + reserved, and reserved = committed + obligated + inFlight + paid + lapsed + carriedOver.',
    tag: 'budget',
    roles: ['administrator', 'approver', 'operator', 'auditor'],
    scope: 'programme',
    answers: { 200: ref(BudgetReport) },
    problems: ['not-found'],
  },
  { params: budgetParams, querystring: budgetQuery },
)
const LIST_YEAR_ENDS = get(
  {
    id: 'listYearEnds',
    summary: 'Fiscal years that are being closed or are closed, newest first',
    description: 'A year is ended by the act `year-end` of two people.',
    tag: 'budget',
    roles: ['administrator', 'approver', 'operator', 'auditor'],
    scope: 'programme',
    answers: { 200: ref(YearEndList) },
  },
  { params },
)

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
