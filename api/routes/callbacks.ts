/** What gateways send by themselves: authenticated over its raw bytes, stored before it is answered. */
import Type from 'typebox'
import { CALLBACK_BYTES_MAX } from '../../domain/observation.ts'
import { Problem } from '../../domain/problem.ts'
import type { RouteContext } from '../context.ts'
import { post, type App } from '../operation.ts'
import { closed, ref } from '../schemas/named.ts'
import { CallbackTaken } from '../schemas/service.ts'

export function callbackRoutes(app: App, context: RouteContext): void {
  // A scope of its own: the signature covers bytes, so nobody parses before the gateway has checked them.
  void app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.post(
      '/v1/gateways/:gateway/callbacks',
      { ...RECEIVE, config: { ...RECEIVE.config, ...RAW } },
      async (request, reply) => {
        const { gateway: code } = request.params
        const gateway = context.gateways.get(code)
        if (!gateway) throw new Problem('unknown-gateway', 'no gateway of this code is in use')
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const receivedAtMs = context.now()
        const result = gateway.receive({ headers: singleHeaders(request.headers), body, receivedAtMs })
        if (result.kind === 'rejected') {
          context.metrics.callback(code, result.reason)
          if (result.reason === 'malformed')
            throw new Problem('callback-malformed', 'this is not an event of this gateway')
          throw new Problem('callback-unauthentic', 'the signature does not fit these bytes')
        }
        const { eventId, reference, observation, trusted, credentials } = result
        const verdict = await context.receive({
          gateway: code,
          eventId,
          reference,
          observation,
          trusted,
          credentials,
          body,
          receivedAtMs,
        })
        context.metrics.callback(code, verdict)
        return reply.code(verdict === 'unmatched' ? 202 : 200).send({ verdict })
      },
    )
  })
}

/** Node joins repeated headers with a comma but a few; what is still a list is not a header any gateway signs. */
function singleHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? undefined : value]),
  )
}

/** Gateways repeat what is refused, so a limit would only make more of it. */
const RAW = { rawBody: true, rateLimit: false } as const
const RECEIVE = post(
  {
    id: 'receiveCallback',
    summary: 'Take in what a gateway says about a payout',
    description:
      'Authenticated by the gateway’s signature over the raw bytes. 202 for a reference we do not know: it is kept. A repetition changes nothing.',
    tag: 'gateways',
    roles: 'public',
    scope: 'none',
    answers: { 200: ref(CallbackTaken), 202: ref(CallbackTaken) },
    problems: ['callback-unauthentic', 'callback-malformed', 'unknown-gateway', 'body-too-large'],
    bodyLimit: CALLBACK_BYTES_MAX,
  },
  { params: closed({ gateway: Type.String({ maxLength: 40 }) }) },
)
