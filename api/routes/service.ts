/** The service about itself: alive, ready, measured, and what its refusals mean. */
import Type from 'typebox'
import { Problem, PROBLEM_CODES } from '../../domain/problem.ts'
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { requireRole } from '../plugins/access.ts'
import { PROBLEM_TABLE } from '../problem-table.ts'
import { closed, ref } from '../schemas/named.ts'
import { Alive, Ready } from '../schemas/service.ts'

/** What readiness found is told again for this long: probes come from many places. */
const READY_FOR_MS = 2_000

export function serviceRoutes(app: App, context: RouteContext): void {
  const { version, bootId, metrics, access } = context
  const reasons = remembered(context.now, () => readiness(context))

  app.get('/livez', LIVE, async (_request, reply) => reply.send({ status: 'alive', version, bootId }))

  app.get('/readyz', READY, async (_request, reply) => {
    if (context.isClosing()) throw new Problem('not-ready', 'this process is stopping')
    const { red, away } = await reasons()
    if (red.length > 0) throw new Problem('not-ready', red.join('\n'))
    return reply.send({ status: 'ready', away })
  })

  app.get('/metrics', METRICS, async (request, reply) => {
    if (!isLocal(request)) await requireRole(request, reply, ['auditor', 'administrator'], access)
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })

  app.get('/problems/:code', PROBLEM, async (request, reply) => {
    const { title, status, means, remedy } = PROBLEM_TABLE[request.params.code]
    return reply.type('text/plain; charset=utf-8').send(`${title} (${status})\n\n${means}\n\nWhat to do: ${remedy}\n`)
  })

  app.get('/', ROOT, async (_request, reply) => reply.redirect('/docs'))
}

/** From this machine and not through a proxy on it. */
function isLocal(request: { readonly ip: string; readonly headers: NodeJS.Dict<string | string[]> }): boolean {
  if (request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined) return false
  return request.ip === '127.0.0.1' || request.ip === '::1' || request.ip === '::ffff:127.0.0.1'
}

interface Readiness {
  /** Why requests cannot be taken. */
  readonly red: readonly string[]
  /** What is away while requests are still taken: without Temporal, messages wait in the store. */
  readonly away: readonly string[]
}

async function readiness({ store, lives, guards }: RouteContext): Promise<Readiness> {
  const [red, temporal] = await Promise.all([databaseReasons(store, guards), lives.healthy().catch(() => false)])
  return { red, away: temporal ? [] : ['temporal'] }
}

async function databaseReasons(
  store: RouteContext['store'],
  guards: RouteContext['guards'],
): Promise<readonly string[]> {
  try {
    await store.reads.ping()
    return await guards()
  } catch {
    return ['the database does not answer']
  }
}

/** Asks once for everybody who asks within the time. */
function remembered<Result>(now: () => number, ask: () => Promise<Result>): () => Promise<Result> {
  let known: { readonly result: Promise<Result>; readonly untilMs: number } | undefined
  return () => {
    if (!known || known.untilMs <= now()) known = { result: ask(), untilMs: now() + READY_FOR_MS }
    return known.result
  }
}

const OPEN = { tag: 'service', roles: 'public', scope: 'none' } as const
const LIVE = get({ id: 'getLive', summary: 'The process answers', ...OPEN, answers: { 200: ref(Alive) } }, {})
const READY = get(
  {
    id: 'getReady',
    summary: 'Everything the service needs is there',
    description:
      'The database with all its guards; 503 lists what is not there. While Temporal is away, requests are taken and messages wait.',
    ...OPEN,
    answers: { 200: ref(Ready) },
  },
  {},
)
const METRICS = get(
  {
    id: 'getMetrics',
    summary: 'Numbers in Prometheus form',
    description: 'Without a key only from the machine itself; from afar with the key of an auditor or administrator.',
    ...OPEN,
    answers: { 200: null },
    problems: ['unauthenticated', 'forbidden'],
  },
  {},
)
const PROBLEM = get(
  {
    id: 'getProblem',
    summary: 'What a refusal means and what to do about it',
    ...OPEN,
    answers: { 200: null },
  },
  { params: closed({ code: Type.Enum([...PROBLEM_CODES]) }) },
)
const ROOT = get({ id: 'getRoot', summary: 'Leads to the documentation', ...OPEN, answers: { 302: null } }, {})
