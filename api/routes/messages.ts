/** Nudges that could not be delivered: shown to people, and sent again when they say so. */
import { Problem } from '../../domain/problem.ts'
import { allows, programmesIn, type Role } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { callerOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { Uuid } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { MessageList, messageView, Redriven } from '../schemas/service.ts'

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
