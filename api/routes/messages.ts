/** Nudges that could not be delivered: shown to people, and sent again when they say so. */
import { Problem } from '../../domain/problem.ts'
import { allows, programmesIn, type Grant, type Role } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { callerOf, hasPart } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { Uuid } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { MessageList, messageView, RedriveAll, Redriven, RedrivenAll } from '../schemas/service.ts'

const ROLES: readonly Role[] = ['operator', 'administrator']

export function messageRoutes(app: App, context: RouteContext): void {
  app.get('/v1/messages/dead', LIST, async (request, reply) => {
    const { grants } = callerOf(request)
    const rows = await context.store.messages.dead(programmesIn(grants, ROLES))
    return reply.send({ data: rows.map(messageView) })
  })

  app.post('/v1/messages/:id/redrive', REDRIVE, async (request, reply) => {
    const { id } = request.params
    const { grants } = callerOf(request)
    const performed = await context.perform(request, async (acts) => {
      const { programme } = await acts.redrive(id)
      // Refused inside the transaction, so that nothing of it stays.
      if (!allows(grants, ROLES, programme)) throw new Problem('not-found', `no message ${id}`)
      return { status: 200, body: { id, state: 'pending' } }
    })
    return sendPerformed(reply, performed)
  })

  app.post('/v1/messages/redrive', REDRIVE_ALL, async (request, reply) => {
    const { programme } = request.body
    const { grants } = callerOf(request)
    if (programme !== null) await requireRoleIn(context, grants, programme)
    const programmes = programme === null ? programmesIn(grants, ROLES) : [programme]
    const performed = await context.perform(request, async (acts) => ({
      status: 200,
      body: { ...(await acts.redriveAll(programmes)) },
    }))
    return sendPerformed(reply, performed)
  })
}

/** A misspelt programme would redrive nothing, and look as if it had. Throws `unknown-programme`, `forbidden`. */
async function requireRoleIn(context: RouteContext, grants: readonly Grant[], programme: string): Promise<void> {
  if (!hasPart(grants, programme)) {
    throw new Problem('unknown-programme', 'no such programme is published, or the key has no part in it')
  }
  if (!allows(grants, ROLES, programme)) {
    throw new Problem('forbidden', `this needs one of the roles ${ROLES.join(', ')} in this programme`)
  }
  await context.store.programmes.current(programme)
}

const LIST = get(
  {
    id: 'listDeadMessages',
    summary: 'Messages that could not be delivered, oldest first',
    tag: 'messages',
    roles: ROLES,
    scope: 'none',
    answers: { 200: ref(MessageList) },
  },
  {},
)
const REDRIVE = post(
  {
    id: 'redriveMessage',
    summary: 'Send a dead message again',
    tag: 'messages',
    roles: ROLES,
    scope: 'none',
    answers: { 200: ref(Redriven) },
    problems: ['not-found', 'message-not-dead'],
  },
  { params: closed({ id: Uuid }) },
)
const REDRIVE_ALL = post(
  {
    id: 'redriveMessages',
    summary: 'Send all dead messages again, the oldest first',
    description:
      'Of one programme, or of all in which the key has a role. One call takes up to 10 000; `left` says how many are dead still: call again until it is 0.',
    tag: 'messages',
    roles: ROLES,
    scope: 'none',
    answers: { 200: ref(RedrivenAll) },
    problems: ['unknown-programme'],
  },
  { body: ref(RedriveAll) },
)
