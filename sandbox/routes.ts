/** What customers of the provider call, and what only a simulator has. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseMinor } from '../domain/money.ts'
import type { Book, Payout } from './book.ts'
import { eventIdOf } from './callbacks.ts'
import type { CallbackSender } from './callbacks.ts'
import type { Desk } from './desk.ts'
import type { Journal } from './journal.ts'
import type { Answer } from './scenarios.ts'
import { scenarioOf } from './scenarios.ts'
import {
  isRefusal,
  parseJson,
  readAccountQuestion,
  readPayoutRequest,
  refuse,
  show,
  showAccepted,
  textOf,
} from './wire.ts'
import type { Refusal } from './wire.ts'

/** What the routes work with. */
export interface Shop {
  readonly book: Book
  readonly desk: Desk
  readonly journal: Journal
  readonly callbacks: CallbackSender
  /** Requests by method, route and status. */
  readonly counts: Map<string, number>
}

const JOURNAL_PAGE = 1_000
const JOURNAL_PAGE_MAX = 10_000
const SCENARIO_ENQUIRIES = 2
const OTHER_NAME = 'NAMA LAIN'

export function customerRoutes(app: FastifyInstance, shop: Shop): void {
  const { book, desk } = shop
  const asked = new Map<string, number>()

  app.post('/payouts', async (request, reply) => {
    const body = request.body
    const key = request.headers['idempotency-key']
    const order = readPayoutRequest(parseJson(body))
    if (isRefusal(order)) return decline(reply, order)
    if (typeof key !== 'string' || !Buffer.isBuffer(body))
      return decline(reply, refuse('INVALID_REQUEST', 'idempotency-key'))
    const sent = desk.send(order, key, body)
    if (sent.kind === 'duplicate') return decline(reply, refuse('DUPLICATE', 'key or reference', 409))
    if (sent.kind === 'repeated') return reply.code(200).send(show(sent.payout))
    return answer(shop, request, reply, sent.answer, sent.kind === 'committed' ? sent.payout : undefined)
  })

  app.get<{ Querystring: { reference?: string } }>('/payouts', async (request, reply) => {
    const reference = request.query.reference ?? ''
    const payouts = book.byReference(reference)
    const sight = enquirySight(asked, payouts[0])
    if (sight === 'failing') return decline(reply, refuse('SERVER_ERROR', 'internal', 500))
    return { payouts: sight === 'hidden' ? [] : payouts.map(show) }
  })

  app.get<{ Params: { id: string } }>('/payouts/:id', async (request, reply) => {
    const payout = book.byId(request.params.id)
    return payout ? show(payout) : decline(reply, refuse('NOT_FOUND', 'payout', 404))
  })

  app.post('/accounts/check', async (request, reply) => {
    const question = readAccountQuestion(parseJson(request.body))
    if (isRefusal(question)) return decline(reply, question)
    const { check } = scenarioOf(question.account)
    if (typeof check === 'object') return { valid: false, code: check.refuses }
    return { valid: true, registeredName: check === 'holder' ? question.holder : OTHER_NAME }
  })

  app.get('/balance', () => {
    return { amount: book.available.toString(), currency: 'IDR' }
  })
}

/** Scenarios 59 and 60: what the first enquiries about a payout see. */
function enquirySight(asked: Map<string, number>, payout: Payout | undefined): 'normal' | 'hidden' | 'failing' {
  if (!payout || payout.scenario.enquiry === 'normal') return 'normal'
  const before = asked.get(payout.reference) ?? 0
  asked.set(payout.reference, before + 1)
  if (before >= SCENARIO_ENQUIRIES) return 'normal'
  return payout.scenario.enquiry === 'hidden-twice' ? 'hidden' : 'failing'
}

/** Answers a send as its scenario wants it, or does not. `payout` is there when the send was executed. */
async function answer(
  shop: Shop,
  request: FastifyRequest,
  reply: FastifyReply,
  how: Answer,
  payout: Payout | undefined,
) {
  switch (how) {
    case 'silent':
    case 'lost':
    case 'always-lost':
      return fallSilent(shop, reply, () => undefined)
    case 'reset':
      return fallSilent(shop, reply, () => request.raw.socket.resetAndDestroy())
    case 'bad-gateway':
      return reply.code(502).type('text/html').send('<html><body><h1>502 Bad Gateway</h1></body></html>')
    case 'server-error':
      return decline(reply, refuse('SERVER_ERROR', 'internal', 500))
    case 'throttled':
      return decline(reply.header('retry-after', '1'), refuse('RATE_LIMITED', 'rate', 429))
    case 'throttled-yet-done':
      return decline(reply.header('retry-after', '86400'), refuse('RATE_LIMITED', 'rate', 429))
    case 'refused':
    case 'refused-yet-done':
      return decline(reply, refuse('AMOUNT_OUT_OF_RANGE', 'amount'))
    case 'closed':
      return decline(reply.header('retry-after', '600'), refuse('RATE_LIMITED', 'rate', 429))
    case 'duplicate':
      return decline(reply, refuse('DUPLICATE', 'key or reference', 409))
    case 'after-callback':
      if (payout && payout.changes > 0) await shop.callbacks.tried(eventIdOf(payout))
      break
    case 'normal':
  }
  if (!payout) throw new Error('a send that was not executed is answered as if it were')
  return reply.code(202).send(showAccepted(payout))
}

/** Takes the connection away from the server: whoever waits at the other end is on his own. */
async function fallSilent({ journal, counts }: Shop, reply: FastifyReply, then: () => void): Promise<void> {
  counts.set('POST /payouts unanswered', (counts.get('POST /payouts unanswered') ?? 0) + 1)
  reply.hijack()
  await journal.settled().then(then, () => reply.raw.destroy())
}

export function adminRoutes(app: FastifyInstance, { book, desk, journal, counts }: Shop): void {
  app.get('/livez', () => ({ status: 'ok' }))

  app.get<{ Querystring: { after?: string; limit?: string } }>('/journal', async (request) => {
    const after = wholeNumber(request.query.after, 0)
    const limit = Math.min(wholeNumber(request.query.limit, JOURNAL_PAGE), JOURNAL_PAGE_MAX)
    const entries = await journal.read(after, limit)
    return { entries, next: entries.at(-1)?.seq ?? after }
  })

  app.post('/admin/top-up', async (request, reply) => {
    const body = parseJson(request.body)
    const amount = parseMinor(textOf(body, 'amount'))
    if (amount === undefined) return decline(reply, refuse('INVALID_REQUEST', 'amount'))
    desk.topUp(amount, textOf(body, 'number') || undefined)
    return { amount: book.balance.toString(), currency: 'IDR' }
  })

  app.post<{ Params: { id: string } }>('/admin/payouts/:id/return', async (request, reply) => {
    const payout = book.byId(request.params.id)
    if (!payout) return decline(reply, refuse('NOT_FOUND', 'payout', 404))
    if (!desk.bringBack(payout)) return decline(reply, refuse('NOT_RETURNABLE', 'status', 409))
    return show(payout)
  })

  app.get('/admin/requests', () => Object.fromEntries(counts))
}

function decline(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, code, message } = refusal
  return reply.code(status).send({ code, message })
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise
}
