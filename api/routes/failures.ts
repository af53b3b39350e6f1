/** What gateways' codes mean: one person makes a code safer; two people class it otherwise, by the act reclassification. */
import type { FastifyRequest } from 'fastify'
import { codeFault } from '../../domain/failure-rule.ts'
import { Problem } from '../../domain/problem.ts'
import { allows, type Role } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { callerOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import {
  CodedFailureList,
  codedFailureView,
  CodedFailureView,
  failureQuery,
  Reclassification,
} from '../schemas/failure.ts'
import { ref } from '../schemas/named.ts'

const WHO_CLASS: readonly Role[] = ['operator', 'approver', 'administrator']
const WHO_SEE: readonly Role[] = ['operator', 'helpdesk', 'approver', 'auditor', 'administrator']

export function failureRoutes(app: App, context: RouteContext): void {
  const { store, gateways } = context

  app.post('/v1/failures', CLASS, async (request, reply) => {
    requireRole(request)
    const { meaning } = request.body
    const detail = meaning && codeFault(meaning)
    if (detail) {
      throw new Problem('invalid-request', 'the body is not valid', { faults: [{ pointer: '/meaning/code', detail }] })
    }
    const performed = await context.perform(request, async (acts) => {
      const { failure, isNew } = await acts.reclassify(request.body)
      return { status: isNew ? 201 : 200, body: codedFailureView(failure) }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/failures', LIST, async (request, reply) => {
    const { gateway, vendorCode } = request.query
    if (gateway !== undefined && !gateways.has(gateway)) {
      throw new Problem('unknown-gateway', `${gateway}: no such gateway is in use`)
    }
    const asked = gateway === undefined ? [...gateways.keys()] : [gateway]
    const listed = await store.failures.list(asked, vendorCode)
    return reply.send({ data: listed.map(codedFailureView) })
  })
}

/** Gateways belong to no programme: a role for every one is needed. Throws `forbidden`. */
function requireRole(request: FastifyRequest): void {
  const wide = callerOf(request).grants.filter(({ programme }) => programme === null)
  const role = WHO_CLASS.find((candidate) => allows(wide, [candidate], null))
  if (!role) throw new Problem('forbidden', `this needs one of the roles ${WHO_CLASS.join(', ')} for every programme`)
  request.role = role
}

const CLASS = post(
  {
    id: 'reclassifyFailure',
    summary: 'Class a code of a gateway as something safer',
    description:
      'In force when answered: 201, or 200 when it means that already. Facts that come from now on are read so; what is on record stays. One person makes a code safer only: two people must decide, or it must be known what became of it, before another attempt, and neither was so before. Whatever else is proposed as the act `reclassification`. Needs a role for every programme.',
    tag: 'gateways',
    roles: WHO_CLASS,
    scope: 'none',
    answers: { 200: ref(CodedFailureView), 201: ref(CodedFailureView) },
    problems: ['unknown-gateway', 'two-people-needed', 'conflict'],
  },
  { body: ref(Reclassification) },
)
const LIST = get(
  {
    id: 'listFailures',
    summary: 'What gateways’ codes mean now, and by whose word',
    description:
      'Every documented code and every other one that people have classed; with `vendorCode` that one, also where nobody has heard of it.',
    tag: 'gateways',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(CodedFailureList) },
    problems: ['unknown-gateway'],
  },
  { querystring: failureQuery },
)
