/** API keys and roles. A secret leaves once, in the first answer, and is stored nowhere. */
import { checkPerson } from '../../domain/person.ts'
import { Problem } from '../../domain/problem.ts'
import type { RouteContext } from '../context.ts'
import { badInstant, instantOf } from '../instant.ts'
import { get, post, type App } from '../operation.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { Uuid } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { ApiKeyList, EndRole, KeyCreated, KeyRevoked, keyView, NewKey, RoleEnded } from '../schemas/service.ts'

export function keyRoutes(app: App, context: RouteContext): void {
  const { store, now } = context

  app.post('/v1/keys', CREATE, async (request, reply) => {
    const { person, kind, label, grants, expiresAt } = request.body
    const expiresAtMs = expiresAt === undefined ? null : instantOf(expiresAt, '/expiresAt')
    if (expiresAtMs !== null && expiresAtMs <= now()) throw badInstant('/expiresAt', 'is in the past')
    refuseName(person)
    // The stored answer has no secret: a repetition proves that the key was created, and no more.
    let secret: string | undefined
    const performed = await context.perform(request, async (acts) => {
      const created = await acts.createKey({ person, kind, label, grants, expiresAtMs })
      secret = created.secret
      return { status: 201, body: { id: created.id, person, grants: created.grants } }
    })
    context.access.callers.forget()
    return sendPerformed(reply, performed, performed.replayed || secret === undefined ? {} : { secret })
  })

  app.get('/v1/keys', LIST, async (_request, reply) => {
    const rows = await store.reads.keys()
    return reply.send({ data: rows.map(keyView) })
  })

  app.post('/v1/keys/:id/revoke', REVOKE, async (request, reply) => {
    const { id } = request.params
    const performed = await context.perform(request, async (acts) => {
      await acts.revokeKey(id)
      return { status: 200, body: { id, revoked: true } }
    })
    context.access.callers.forget()
    return sendPerformed(reply, performed)
  })

  app.post('/v1/roles/end', END_ROLE, async (request, reply) => {
    const { person } = request.body
    const performed = await context.perform(request, async (acts) => {
      const grants = await acts.endRole(request.body)
      return { status: 200, body: { person, grants } }
    })
    context.access.callers.forget()
    return sendPerformed(reply, performed)
  })
}

function refuseName(person: string): void {
  const detail = checkPerson(person)
  if (detail === null) return
  throw new Problem('invalid-request', 'the body is not valid', { faults: [{ pointer: '/person', detail }] })
}

const CREATE = post(
  {
    id: 'createKey',
    summary: 'Create a key for a person or service and grant roles',
    description:
      'The secret is in the first answer only. A repetition with the same Idempotency-Key answers without it. Keys with the role registrar, operator, approver or administrator, and further keys of whoever has one of these, are the act `key` of two people.',
    tag: 'keys',
    roles: ['administrator'],
    scope: 'everywhere',
    answers: { 201: ref(KeyCreated) },
    problems: ['conflict', 'two-people-needed'],
  },
  { body: ref(NewKey) },
)
const LIST = get(
  {
    id: 'listKeys',
    summary: 'Every key without its secret, newest first',
    tag: 'keys',
    roles: ['administrator', 'auditor'],
    scope: 'everywhere',
    answers: { 200: ref(ApiKeyList) },
  },
  {},
)
const REVOKE = post(
  {
    id: 'revokeKey',
    summary: 'Revoke a key',
    description: 'In force at once in this process, within two seconds in the others.',
    tag: 'keys',
    roles: ['administrator'],
    scope: 'everywhere',
    answers: { 200: ref(KeyRevoked) },
    problems: ['not-found', 'key-revoked', 'conflict'],
  },
  { params: closed({ id: Uuid }) },
)
const END_ROLE = post(
  {
    id: 'endRole',
    summary: 'End a role of a person or service',
    description:
      'Whichever key it is used with. In force at once in this process, within two seconds in the others. What was granted and ended stays on record.',
    tag: 'keys',
    roles: ['administrator'],
    scope: 'everywhere',
    answers: { 200: ref(RoleEnded) },
    problems: ['not-found', 'conflict'],
  },
  { body: ref(EndRole) },
)
