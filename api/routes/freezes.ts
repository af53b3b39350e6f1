/** Freezes: one person stops a scope at once; two people let it go on, by the act freeze-lift. */
import type { FastifyRequest } from 'fastify'
import { targetKey, type FreezeScope, type FreezeTarget } from '../../domain/freeze.ts'
import { Problem } from '../../domain/problem.ts'
import { allows, type Role } from '../../domain/roles.ts'
import type { FreezeView } from '../../store/freezes.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { callerOf, hasPart } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { Freeze, FreezeList, freezeParams, freezeQuery, freezeView, NewFreeze } from '../schemas/freeze.ts'
import { ref } from '../schemas/named.ts'

const WHO_STOP: readonly Role[] = ['operator', 'approver', 'administrator']
const WHO_SEE: readonly Role[] = ['operator', 'helpdesk', 'approver', 'auditor', 'administrator']

export function freezeRoutes(app: App, context: RouteContext): void {
  const { store } = context

  app.post('/v1/freezes', PLACE, async (request, reply) => {
    const { reason, ...asked } = request.body
    const target = targetOf(asked)
    requireRole(request, target)
    await requireExisting(context, target)
    const performed = await context.perform(request, async (acts) => {
      const { freeze, isNew } = await acts.placeFreeze({ target, reason })
      return { status: isNew ? 201 : 200, body: freezeView(freeze) }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/freezes', LIST, async (request, reply) => {
    const { grants } = callerOf(request)
    const rows = await store.freezes.list(request.query.state !== 'any')
    return reply.send({ data: rows.filter(({ programme }) => allows(grants, WHO_SEE, programme)).map(freezeView) })
  })

  app.get('/v1/freezes/:id', FIND, async (request, reply) =>
    reply.send(freezeView(await seen(context, request, request.params.id))),
  )
}

/** A freeze that the caller may know of. Throws `not-found`. */
async function seen(context: RouteContext, request: FastifyRequest, id: string): Promise<FreezeView> {
  const freeze = await context.store.freezes.find(id)
  if (!allows(callerOf(request).grants, WHO_SEE, freeze.programme)) throw new Problem('not-found', `no freeze ${id}`)
  return freeze
}

const NEEDS: Readonly<Record<FreezeScope, { readonly programme: boolean; readonly name: boolean }>> = {
  all: { programme: false, name: false },
  gateway: { programme: false, name: true },
  programme: { programme: true, name: false },
  wave: { programme: true, name: true },
  region: { programme: true, name: true },
}
const REGION = /^([0-9]{2}|[0-9]{4})$/

/** Throws `invalid-request` when a part is missing or too much. */
function targetOf(asked: { scope: FreezeScope; programme?: string; name?: string }): FreezeTarget {
  const { scope, programme = null, name = null } = asked
  const needs = NEEDS[scope]
  const faults = (['programme', 'name'] as const)
    .filter((part) => needs[part] !== (asked[part] !== undefined))
    .map((part) => ({
      pointer: `/${part}`,
      detail: `${needs[part] ? 'is missing' : 'must not be given'} for this scope`,
    }))
  if (scope === 'region' && name !== null && !REGION.test(name)) {
    faults.push({ pointer: '/name', detail: 'must be a regency of 4 digits or a province of 2' })
  }
  if (faults.length > 0) throw new Problem('invalid-request', 'the body is not valid', { faults })
  return { scope, programme, name }
}

/** A role in the programme; for what belongs to none, a role for every programme. */
function requireRole(request: FastifyRequest, { scope, programme }: Pick<FreezeTarget, 'scope' | 'programme'>): void {
  const { grants } = callerOf(request)
  const wide = grants.filter((grant) => programme !== null || grant.programme === null)
  const role = WHO_STOP.find((candidate) => allows(wide, [candidate], programme))
  if (role) {
    request.role = role
    return
  }
  if (programme !== null && !hasPart(grants, programme)) {
    throw new Problem('unknown-programme', 'no such programme is published, or the key has no role in it')
  }
  const where = programme === null ? ' for every programme' : ' in this programme'
  throw new Problem('forbidden', `scope ${scope} needs one of the roles ${WHO_STOP.join(', ')}${where}`)
}

/** A misspelt target would stop nothing, and look as if it did. */
async function requireExisting(context: RouteContext, target: FreezeTarget): Promise<void> {
  const { scope, programme, name } = target
  if (scope === 'gateway' && !context.gateways.has(name ?? '')) {
    throw new Problem('unknown-gateway', `${targetKey(target)}: no such gateway is in use`)
  }
  if (programme !== null) await context.store.programmes.current(programme)
  if (scope === 'wave') await context.store.reads.wave(programme ?? '', name ?? '')
}

const PLACE = post(
  {
    id: 'placeFreeze',
    summary: 'Stop a scope: nothing in it is claimed or sent again',
    description:
      'In force when answered: 201, or 200 with the freeze that stood already. Asking, callbacks and what is under way go on; nothing owed is lost. `all` and `gateway` need a role for every programme.',
    tag: 'freezes',
    roles: WHO_STOP,
    scope: 'none',
    answers: { 200: ref(Freeze), 201: ref(Freeze) },
    problems: ['unknown-programme', 'unknown-wave', 'unknown-gateway'],
  },
  { body: ref(NewFreeze) },
)
const LIST = get(
  {
    id: 'listFreezes',
    summary: 'Freezes in force, or all, newest first',
    tag: 'freezes',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(FreezeList) },
  },
  { querystring: freezeQuery },
)
const FIND = get(
  {
    id: 'getFreeze',
    summary: 'One freeze, and how it was lifted',
    tag: 'freezes',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(Freeze) },
    problems: ['not-found'],
  },
  { params: freezeParams },
)
