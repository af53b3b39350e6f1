/** Discrepancies between gateways' statements and our books: who looks after them, and what explains them. */
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import { allows, programmesIn, type Role } from '../../domain/roles.ts'
import { isLocalDate } from '../../domain/zone.ts'
import type { DiscrepancyView } from '../../store/discrepancies.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { pageRequest, pageView } from '../page.ts'
import { callerOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { ParameterProblem } from '../plugins/problems.ts'
import {
  dayCsv,
  dayParams,
  dayQuery,
  dayView,
  Discrepancy,
  DiscrepancyPage,
  discrepancyParams,
  discrepancyQuery,
  discrepancyView,
  NewOwner,
  ReconciliationDay,
} from '../schemas/discrepancy.ts'
import { ref } from '../schemas/named.ts'
import { Because } from '../schemas/participant.ts'

const WHO_SEE: readonly Role[] = ['operator', 'approver', 'auditor', 'administrator']
const WHO_ACT: readonly Role[] = ['operator', 'approver']
const NUMBER = /^[0-9]{1,18}$/

export function discrepancyRoutes(app: App, context: RouteContext): void {
  const { store, now } = context
  const view = (row: DiscrepancyView) => discrepancyView(row, now())

  app.get('/v1/discrepancies', LIST, async (request, reply) => {
    const { programme, gateway, day, class: found, owner, state } = request.query
    const seen = programmesIn(callerOf(request).grants, WHO_SEE)
    const programmes = programme === undefined ? seen : seen === null || seen.includes(programme) ? [programme] : []
    if (day !== undefined) requireDay(day)
    const filter = {
      programmes,
      isOpen: state !== 'any',
      ...(state === 'overdue' ? { overdueAtMs: now() } : {}),
      ...(gateway === undefined ? {} : { gateway }),
      ...(day === undefined ? {} : { day }),
      ...(found === undefined ? {} : { class: found }),
      ...(owner === undefined ? {} : { owner }),
    }
    const rows = await store.statements.discrepancies(filter, pageRequest(request.query, NUMBER))
    return reply.send(pageView(rows, (row) => row.number.toString(), view))
  })

  app.get('/v1/discrepancies/:id', FIND, async (request, reply) =>
    reply.send(view(await seenBy(context, request, WHO_SEE))),
  )

  app.post('/v1/discrepancies/:id/assign', ASSIGN, async (request, reply) => {
    const { id } = await seenBy(context, request, WHO_ACT)
    const performed = await context.perform(request, async (acts) => ({
      status: 200,
      body: view(await acts.assignDiscrepancy({ id, owner: request.body.owner })),
    }))
    return sendPerformed(reply, performed)
  })

  app.post('/v1/discrepancies/:id/explain', EXPLAIN, async (request, reply) => {
    const { id } = await seenBy(context, request, WHO_ACT)
    const performed = await context.perform(request, async (acts) => ({
      status: 200,
      body: view(await acts.explainDiscrepancy({ id, reason: request.body.reason })),
    }))
    return sendPerformed(reply, performed)
  })

  app.get('/v1/programmes/:programme/reconciliation/:gateway/:day', REPORT, async (request, reply) => {
    const { programme, gateway, day } = request.params
    requireDay(day)
    const report = await store.statements.report(programme, gateway, day, now())
    if (request.query.format !== 'csv') return reply.send(dayView(report))
    return reply.type('text/csv; charset=utf-8').send(dayCsv(report))
  })
}

/** One that the caller may know of, and has one of the roles for. Throws `not-found`, `forbidden`. */
async function seenBy(
  { store }: RouteContext,
  request: FastifyRequest,
  roles: readonly Role[],
): Promise<DiscrepancyView> {
  const { id } = request.params as { readonly id: string }
  const { grants } = callerOf(request)
  const found = await store.statements.discrepancy(id)
  if (!allows(grants, WHO_SEE, found.programme)) throw new Problem('not-found', `no discrepancy ${id}`)
  const role = roles.find((candidate) => allows(grants, [candidate], found.programme))
  if (!role) throw new Problem('forbidden', `this needs one of the roles ${roles.join(', ')} in ${found.programme}`)
  request.role = role
  return found
}

function requireDay(day: string): void {
  if (!isLocalDate(day)) throw new ParameterProblem([{ parameter: 'day', detail: 'is no day of the calendar' }])
}

const LIST = get(
  {
    id: 'listDiscrepancies',
    summary: 'Differences between statements and our books, in the order in which they were found',
    description:
      'Those that are not resolved, or only those among them that are overdue, or with `state=any` all; of the programmes in which the key has a role.',
    tag: 'reconciliation',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(DiscrepancyPage) },
  },
  { querystring: discrepancyQuery },
)
const FIND = get(
  {
    id: 'getDiscrepancy',
    summary: 'One difference, with what became of it',
    tag: 'reconciliation',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(Discrepancy) },
    problems: ['not-found'],
  },
  { params: discrepancyParams },
)
const ASSIGN = post(
  {
    id: 'assignDiscrepancy',
    summary: 'Make somebody look after it',
    tag: 'reconciliation',
    roles: WHO_ACT,
    scope: 'none',
    answers: { 200: ref(Discrepancy) },
    problems: ['not-found', 'discrepancy-resolved', 'conflict'],
  },
  { params: discrepancyParams, body: ref(NewOwner) },
)
const EXPLAIN = post(
  {
    id: 'explainDiscrepancy',
    summary: 'End one that has no money in it',
    description: 'One with money in it is refused: one person alone cannot decide where that money is.',
    tag: 'reconciliation',
    roles: WHO_ACT,
    scope: 'none',
    answers: { 200: ref(Discrepancy) },
    problems: ['not-found', 'discrepancy-resolved', 'two-people-needed', 'conflict'],
  },
  { params: discrepancyParams, body: ref(Because) },
)
const REPORT = get(
  {
    id: 'getReconciliationDay',
    summary: 'The day of a programme at a gateway: its statement, and what differed',
    description: 'With `format=csv` as comma separated values, a line for each class of difference.',
    tag: 'reconciliation',
    roles: WHO_SEE,
    scope: 'programme',
    answers: { 200: ref(ReconciliationDay) },
    problems: ['not-found'],
  },
  { params: dayParams, querystring: dayQuery },
)
