/** Who may call what: each route says which roles and whether it is about one programme; a route that does not cannot exist. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Actor } from '../../domain/act.ts'
import { Problem } from '../../domain/problem.ts'
import { allows, type Grant, type Role } from '../../domain/roles.ts'
import type { Caller } from '../../store/keys.ts'

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
  callerOf(secret: string): Promise<Caller | undefined>
  now(): number
  refused(reason: 'missing' | 'unknown' | 'forbidden'): void
}

const BEARER = /^Bearer (lunas_[A-Za-z0-9_-]{43})$/i
const REMEMBERED_MS = 2_000
const REMEMBERED_MAX = 1_000

/** Adds authentication and authorisation. Throws, at boot, for a route that does not say who may call it. */
export function guardRoutes(app: FastifyInstance, access: Access): { forgetCallers(): void } {
  const callers = rememberedCallers(access)
  app.decorateRequest('caller', null)
  app.decorateRequest('role', null)
  app.addHook('onRoute', requireAccessConfig)
  app.addHook('onRequest', async (request: FastifyRequest, _reply: FastifyReply) => {
    const { roles, scope } = request.routeOptions.config
    if (request.is404 || roles === 'public' || roles === undefined) return
    request.caller = await authenticate(request, callers.find, access)
    request.role = authorise(request, request.caller, roles, scope ?? 'none', access)
  })
  return { forgetCallers: callers.forget }
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
  find: (secret: string) => Promise<Caller | undefined>,
  access: Access,
): Promise<Caller> {
  const header = request.headers.authorization
  if (header === undefined) {
    access.refused('missing')
    throw new Problem('unauthenticated', 'send an API key: Authorization: Bearer lunas_…')
  }
  const secret = BEARER.exec(header)?.[1]
  const caller = secret === undefined ? undefined : await find(secret)
  if (caller) return caller
  access.refused('unknown')
  throw new Problem('unauthenticated', 'this API key is not known, or no longer in force')
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

/** Keys are looked up once in two seconds, unknown ones too; secrets themselves are not remembered. */
function rememberedCallers(access: Access): { find(secret: string): Promise<Caller | undefined>; forget(): void } {
  const known = new Map<string, { readonly caller: Promise<Caller | undefined>; readonly untilMs: number }>()
  return {
    find(secret) {
      const name = createHash('sha256').update(secret).digest('base64')
      const found = known.get(name)
      if (found && found.untilMs > access.now()) return found.caller
      if (known.size >= REMEMBERED_MAX) known.clear()
      const caller = access.callerOf(secret)
      known.set(name, { caller, untilMs: access.now() + REMEMBERED_MS })
      // What could not be asked is asked again.
      caller.catch(() => known.delete(name))
      return caller
    },
    forget: () => known.clear(),
  }
}
