/** Who may call what: each route says which roles and whether it is about one programme; a route that does not cannot exist. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Actor } from '../../domain/act.ts'
import { Problem } from '../../domain/problem.ts'
import { allows, type Grant, type Role } from '../../domain/roles.ts'
import type { Caller } from '../../store/keys.ts'
import type { Callers } from './callers.ts'

/**
 * `programme`: a grant in the programme of the path; `everywhere`: a grant for every programme, because the thing belongs to none;
 * `none`: any grant, and the operation itself shows only what lies within the caller's programmes.
 */
export type Scope = 'programme' | 'everywhere' | 'none'

declare module 'fastify' {
  interface FastifyContextConfig {
    roles?: readonly Role[] | 'public'
    scope?: Scope
    /** The body is not JSON to us: its bytes are what counts. */
    rawBody?: boolean
  }
  interface FastifyRequest {
    caller: Caller | null
    /** The role by which the caller was let in. */
    role: Role | null
  }
}

export interface Access {
  readonly callers: Callers
  refused(reason: 'missing' | 'unknown' | 'limited' | 'forbidden'): void
}

const BEARER = /^Bearer (lunas_[A-Za-z0-9_-]{43})$/i

/** Adds authentication and authorisation. Throws, at boot, for a route that does not say who may call it. */
export function guardRoutes(app: FastifyInstance, access: Access): void {
  app.decorateRequest('caller', null)
  app.decorateRequest('role', null)
  app.addHook('onRoute', requireAccessConfig)
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const { roles, scope } = request.routeOptions.config
    if (request.is404 || roles === 'public' || roles === undefined) return
    request.caller = await authenticate(request, reply, access)
    request.role = authorise(request, request.caller, roles, scope ?? 'none', access)
  })
}

function requireAccessConfig(route: RouteOptions): void {
  // The documentation's own routes are the only ones we do not write.
  if (route.url.startsWith('/docs')) route.config = { ...route.config, roles: 'public', scope: 'none' }
  const { roles, scope } = route.config ?? {}
  if (roles === undefined || scope === undefined || roles.length === 0) {
    throw new Error(`${String(route.method)} ${route.url} does not say who may call it`)
  }
  if (scope === 'programme' && !route.url.includes('/:programme')) {
    throw new Error(`${String(route.method)} ${route.url} has no programme in its path`)
  }
}

async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  { callers, refused }: Access,
): Promise<Caller> {
  const header = request.headers.authorization
  const found = await callers.find(header === undefined ? undefined : BEARER.exec(header)?.[1], request.ip)
  if (found.kind === 'known') return found.caller
  if (found.kind === 'limited') {
    refused('limited')
    reply.header('retry-after', String(found.retryAfterSeconds))
    throw new Problem('rate-limited', 'too many keys that are not in force came from this address')
  }
  refused(header === undefined ? 'missing' : 'unknown')
  throw new Problem(
    'unauthenticated',
    header === undefined
      ? 'send an API key: Authorization: Bearer lunas_…'
      : 'this API key is not known, or no longer in force',
  )
}

/** Whoever sent the request, if the person has one of the roles in any programme. Throws when not: for routes that are public to some. */
export async function requireRole(
  request: FastifyRequest,
  reply: FastifyReply,
  roles: readonly Role[],
  access: Access,
): Promise<void> {
  authorise(request, await authenticate(request, reply, access), roles, 'none', access)
}

function authorise(
  request: FastifyRequest,
  caller: Caller,
  roles: readonly Role[],
  scope: Scope,
  access: Access,
): Role {
  const programme = scope === 'programme' ? programmeOf(request) : null
  const grants = scope === 'everywhere' ? caller.grants.filter((grant) => grant.programme === null) : caller.grants
  const role = roles.find((candidate) => allows(grants, [candidate], programme))
  if (role) return role
  access.refused('forbidden')
  // Whether a programme exists is told only to those who have a part in it.
  if (programme !== null && !hasPart(caller.grants, programme)) {
    throw new Problem('unknown-programme', 'no such programme is published, or the key has no part in it')
  }
  const where = scope === 'everywhere' ? ' for every programme' : ''
  throw new Problem('forbidden', `this needs one of the roles ${roles.join(', ')}${where}`)
}

function programmeOf(request: FastifyRequest): string {
  return (request.params as { programme: string }).programme
}

/** True when any grant covers the programme. */
export function hasPart(grants: readonly Grant[], programme: string): boolean {
  return grants.some((grant) => grant.programme === null || grant.programme === programme)
}

/** The caller of a request that was let in. Throws an Error on a public route. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error('a public route has no caller')
  return request.caller
}

export function actorOf(request: FastifyRequest): Actor {
  const { person, keyId } = callerOf(request)
  return { person, keyId, role: request.role, requestId: request.id }
}
