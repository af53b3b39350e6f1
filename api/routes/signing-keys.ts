/** Signing keys: the public halves of what persons sign with. */
import { Problem } from '../../domain/problem.ts'
import { allows, ROLES } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { callerOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { Uuid } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import {
  NewSigningKey,
  SigningKeyEnded,
  SigningKeyList,
  SigningKeyRegistered,
  signingKeyView,
} from '../schemas/proposal.ts'

export function signingKeyRoutes(app: App, context: RouteContext): void {
  const { proposals } = context.store

  app.post('/v1/signing-keys', REGISTER, async (request, reply) => {
    const { person, kind } = callerOf(request)
    if (kind !== 'person') throw new Problem('forbidden', 'services sign nothing')
    const { publicKey, possession } = request.body
    const performed = await context.perform(request, async (acts) => {
      const id = await acts.registerSigningKey({ publicKey, possession })
      return { status: 201, body: { id, person, publicKey } }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/signing-keys', LIST, async (_request, reply) => {
    const rows = await proposals.signingKeys()
    return reply.send({ data: rows.map(signingKeyView) })
  })

  app.post('/v1/signing-keys/:id/end', END, async (request, reply) => {
    const { id } = request.params
    const { person, grants } = callerOf(request)
    const isAdministrator = allows(
      grants.filter((grant) => grant.programme === null),
      ['administrator'],
      null,
    )
    const known = (await proposals.signingKeys()).find((key) => key.id === id)
    if (!isAdministrator && known?.person !== person) throw new Problem('not-found', `no signing key ${id} of yours`)
    const performed = await context.perform(request, async (acts) => {
      await acts.endSigningKey(id)
      return { status: 200, body: { id, ended: true } }
    })
    return sendPerformed(reply, performed)
  })
}

const REGISTER = post(
  {
    id: 'registerSigningKey',
    summary: 'Register the caller’s own first signing key',
    description:
      'Once a person. Another key in its place, also after it has ended, is the act `signing-key`, to which others agree: an API key alone signs nothing.',
    tag: 'approvals',
    roles: ROLES,
    scope: 'none',
    answers: { 201: ref(SigningKeyRegistered) },
    problems: ['signature-invalid', 'signing-key-exists'],
  },
  { body: ref(NewSigningKey) },
)
const LIST = get(
  {
    id: 'listSigningKeys',
    summary: 'Every signing key, newest first, also those that have ended: signatures are verified with them',
    tag: 'approvals',
    roles: ['operator', 'approver', 'auditor', 'administrator'],
    scope: 'none',
    answers: { 200: ref(SigningKeyList) },
  },
  {},
)
const END = post(
  {
    id: 'endSigningKey',
    summary: 'End a signing key at once: one’s own, or as an administrator anybody’s',
    description: 'What was signed with it stays valid; nothing more is signed with it.',
    tag: 'approvals',
    roles: ROLES,
    scope: 'none',
    answers: { 200: ref(SigningKeyEnded) },
    problems: ['not-found', 'key-revoked'],
  },
  { params: closed({ id: Uuid }) },
)
