/** The gateway simulator over HTTP: a provider that remembers, runs out of money, fails as told and calls back. */
import { createHash, timingSafeEqual } from 'node:crypto'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { Book } from './book.ts'
import { createCallbackSender } from './callbacks.ts'
import { startClock } from './clock.ts'
import { openDesk, record } from './desk.ts'
import type { DeskParts } from './desk.ts'
import { openJournal } from './journal.ts'
import { adminRoutes, customerRoutes } from './routes.ts'
import type { Shop } from './routes.ts'
import { statementRoutes } from './statement-routes.ts'
import type { StatementDesk } from './statement-routes.ts'
import { refuse } from './wire.ts'

export interface SandboxOptions {
  readonly journalPath: string
  readonly apiKey: string
  /** Reads statements and nothing else; `null`: nobody but the customer does. */
  readonly statementsKey?: string | null
  /** `whsec_` and base64. */
  readonly callbackSecret: string
  /** `null`: no callbacks. */
  readonly callbackUrl: string | null
  /** Every wait is multiplied with this; 0.1 is ten times faster. */
  readonly timeFactor?: number
  /** Ours at the provider when the journal is new, in minor units. */
  readonly openingBalanceMinor: bigint
}

const BODY_BYTES_MAX = 64 * 1024

/** Builds the simulator on its journal; the caller listens and closes. Throws when the journal is damaged. */
export async function buildSandbox(options: SandboxOptions): Promise<FastifyInstance> {
  const shop = await openShop(options)
  const app = fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true, keepAliveTimeout: 60_000 })
  // Bodies stay bytes: a key is bound to the very bytes it came with.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  guard(app, options)
  answerAfterJournal(app, shop)
  customerRoutes(app, shop)
  adminRoutes(app, shop)
  statementRoutes(app, shop.statements)
  app.addHook('onReady', () => shop.start())
  app.addHook('onClose', () => shop.stop())
  return app
}

interface OpenShop extends Shop {
  readonly statements: StatementDesk
  start(): Promise<void>
  stop(): Promise<void>
}

async function openShop(options: SandboxOptions): Promise<OpenShop> {
  const book = new Book()
  const clock = startClock(options.timeFactor ?? 1)
  const { callbackUrl: url, callbackSecret: secret } = options
  const callbacks = createCallbackSender({
    url,
    secret,
    clock,
    settled: () => journal.settled(),
    record: (sent) => record(parts, sent),
  })
  const journal = await openJournal(options.journalPath, (entry) => {
    clock.resume(Date.parse(entry.virtualAt), Date.parse(entry.at))
    book.apply(entry)
    callbacks.learn(entry, 'id' in entry ? book.byId(entry.id) : undefined)
  })
  const parts: DeskParts = { book, journal, clock, callbacks }
  if (journal.isNew) record(parts, { kind: 'opened', balance: options.openingBalanceMinor.toString() })
  const desk = openDesk(parts)

  async function start(): Promise<void> {
    desk.start()
    callbacks.start()
  }
  async function stop(): Promise<void> {
    clock.stop()
    callbacks.stop()
    await journal.close()
  }
  const statements: StatementDesk = {
    journal,
    now: () => clock.now(),
    close: (day) => record(parts, { kind: 'day-closed', day }),
    correct: (day) => record(parts, { kind: 'day-corrected', day }),
  }
  return { book, desk, journal, callbacks, statements, counts: new Map(), start, stop }
}

/** Everything but the sign of life needs the key; statements are also had with that of an auditor. */
function guard(app: FastifyInstance, { apiKey, statementsKey }: SandboxOptions): void {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const wanted = digest(`Bearer ${apiKey}`)
  const auditors = typeof statementsKey === 'string' ? digest(`Bearer ${statementsKey}`) : null
  app.addHook('onRequest', async (request, reply) => {
    if (request.url === '/livez') return
    const shown = digest(request.headers.authorization ?? '')
    const isStatement = request.method === 'GET' && request.routeOptions.url === '/statements'
    if (timingSafeEqual(shown, wanted) || (isStatement && auditors !== null && timingSafeEqual(shown, auditors))) return
    await reply.code(401).send(refuse('UNAUTHORIZED', 'authorization', 401))
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(refuse('NOT_FOUND', 'path', 404)))
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const ours = error.statusCode === undefined || error.statusCode >= 500
    return reply
      .code(ours ? 500 : 400)
      .send(ours ? refuse('INTERNAL', 'internal', 500) : refuse('INVALID_REQUEST', 'body'))
  })
}

/** No answer leaves before what it tells is on disk; when the disk fails there is no answer at all. */
function answerAfterJournal(app: FastifyInstance, { journal, counts }: Shop): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    await journal.settled().catch(() => request.raw.socket.destroy())
    return payload
  })
  app.addHook('onResponse', async (request, reply) => {
    const name = `${request.method} ${request.routeOptions.url ?? '*'} ${reply.statusCode}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  })
}
