/** Statements, and what only a simulator lets its customers do with its days. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Journal } from './journal.ts'
import { FORMATS } from './statement-formats.ts'
import { StatementBook } from './statement.ts'
import { parseJson, refuse, textOf } from './wire.ts'
import type { Refusal } from './wire.ts'

export interface StatementDesk {
  readonly journal: Journal
  /** Milliseconds, the provider's. */
  readonly now: () => number
  readonly close: (day: string) => void
  readonly correct: (day: string) => void
}

const DAY = /^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const PAGE = 10_000

export function statementRoutes(app: FastifyInstance, desk: StatementDesk): void {
  app.get<{ Querystring: { date?: string; format?: string } }>('/statements', async (request, reply) => {
    const { date = '', format = 'jsonl' } = request.query
    const known = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined
    if (!DAY.test(date) || !known) return decline(reply, refuse('INVALID_REQUEST', 'date or format'))
    const book = await read(desk.journal)
    if (!book.isOver(date, desk.now())) return decline(reply, refuse('STATEMENT_NOT_READY', 'the day is not over', 404))
    return reply.type(known.type).send(Readable.from(known.write(book.statement(date, desk.now()))))
  })

  app.post('/admin/days/close', async (request, reply) => {
    const day = textOf(parseJson(request.body), 'day')
    if (!DAY.test(day)) return decline(reply, refuse('INVALID_REQUEST', 'day'))
    if ((await read(desk.journal)).isOver(day, desk.now())) return decline(reply, refuse('DAY_IS_OVER', 'day', 409))
    desk.close(day)
    return { day }
  })

  app.post('/admin/days/correct', async (request, reply) => {
    const day = textOf(parseJson(request.body), 'day')
    if (!DAY.test(day)) return decline(reply, refuse('INVALID_REQUEST', 'day'))
    desk.correct(day)
    return { day }
  })
}

/** From the journal at every asking: a statement says what is on disk, not what is remembered. */
async function read(journal: Journal): Promise<StatementBook> {
  const book = new StatementBook()
  for (let after = 0; ;) {
    const entries = await journal.read(after, PAGE)
    for (const entry of entries) book.learn(entry)
    const last = entries.at(-1)
    if (!last) return book
    after = last.seq
  }
}

function decline(reply: FastifyReply, { status, code, message }: Refusal): FastifyReply {
  return reply.code(status).send({ code, message })
}
