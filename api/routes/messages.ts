/** Nudges that could not be delivered: shown to people, who send them again by the act redrive. */
import { programmesIn, type Role } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { callerOf } from '../plugins/access.ts'
import { ref } from '../schemas/named.ts'
import { MessageList, messageView } from '../schemas/service.ts'

const ROLES: readonly Role[] = ['operator', 'administrator']

export function messageRoutes(app: App, context: RouteContext): void {
  app.get('/v1/messages/dead', LIST, async (request, reply) => {
    const { grants } = callerOf(request)
    const rows = await context.store.messages.dead(programmesIn(grants, ROLES))
    return reply.send({ data: rows.map(messageView) })
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
