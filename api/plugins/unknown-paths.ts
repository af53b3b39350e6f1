/** Paths nobody serves. A path that exists under another method says which, in an Allow header. */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import { sendProblem } from './problems.ts'

/** Scanners are slowed down before they are told anything. */
const UNKNOWN_PER_SECOND = 20

export function answerUnknownPaths(app: FastifyInstance, publicUrl: string): void {
  const methods = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set()
    for (const name of [method].flat()) known.add(name)
    methods.set(url, known)
  })
  const allowed = (path: string): string[] => {
    const found = [...methods].filter(([pattern]) => fits(pattern, path)).flatMap(([, names]) => [...names])
    return [...new Set(found)].toSorted()
  }
  const preHandler = app.rateLimit({ max: UNKNOWN_PER_SECOND, timeWindow: 1000 })
  app.setNotFoundHandler({ preHandler }, (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const allow = allowed(path)
    if (allow.length === 0)
      return sendProblem(reply, new Problem('not-found', 'there is nothing at this path'), publicUrl)
    reply.header('allow', allow.join(', '))
    return sendProblem(reply, new Problem('method-not-allowed', `this path takes ${allow.join(', ')}`), publicUrl)
  })
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith(':') || part === given[at])
}
