/** How an operation is declared: what it is called, who may call it, what goes in, what comes out, how it can refuse. */
import type { FastifyInstance, RawServerDefault } from 'fastify'
import type { FastifyBaseLogger, FastifySchema } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { TSchema } from 'typebox'
import type { ProblemCode } from '../domain/problem.ts'
import type { Role } from '../domain/roles.ts'
import type { Scope } from './plugins/access.ts'
import { PROBLEM_TABLE } from './problem-table.ts'

/** The app as routes see it. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface OperationText {
  /** Verb and object, unique: the name of the client's function. */
  readonly id: string
  readonly summary: string
  readonly description?: string
  readonly tag: Tag
  readonly roles: readonly Role[] | 'public'
  readonly scope: Scope
  /** Answers by status; null where there is no body of ours. */
  readonly answers: Readonly<Record<number, TSchema | null>>
  /** Refusals beyond those that every operation knows. */
  readonly problems?: readonly ProblemCode[]
  /** Bytes. */
  readonly bodyLimit?: number
}

export const TAGS = {
  programmes: 'Rules as versioned data',
  budget: 'Money that may be spent, and money at gateways',
  waves: 'Groups admitted together',
  participants: 'People, and where their lives stand',
  evidence: 'Facts that training happened',
  accounts: 'Where people are paid',
  decisions: 'What people decide about one life',
  freezes: 'What is stopped, and who lets it go on',
  approvals: 'What takes two people, and what they signed',
  runs: 'What is released together after approval',
  payments: 'What is owed and how it was paid',
  ledger: 'Every movement of money',
  reviews: 'What the engine cannot place, and two people decide',
  reconciliation: 'What gateways’ statements say, and what differs',
  gateways: 'What payment providers send',
  keys: 'Who may call',
  messages: 'Nudges that could not be delivered',
  service: 'The service itself',
} as const
export type Tag = keyof typeof TAGS

type Inputs = Pick<FastifySchema, 'params' | 'querystring' | 'body'>

const COMMON: readonly ProblemCode[] = ['rate-limited', 'overloaded', 'not-ready', 'timeout', 'internal']
const AUTHENTICATED: readonly ProblemCode[] = ['unauthenticated', 'forbidden']
const POSTED: readonly ProblemCode[] = [
  'idempotency-key-missing',
  'idempotency-key-reused',
  'idempotency-key-in-flight',
  'malformed-json',
  'unsupported-media-type',
  'body-too-large',
]

/** Options of a POST that changes something. */
export function post<const In extends Inputs>(text: OperationText, inputs: In) {
  return text.roles === 'public' ? declare(text, inputs, []) : declare(text, inputs, POSTED, REPLAYED)
}

/** Options of a GET. */
export function get<const In extends Inputs>(text: OperationText, inputs: In) {
  return declare(text, inputs, [])
}

function declare<In extends Inputs>(text: OperationText, inputs: In, more: readonly ProblemCode[], headers?: Headers) {
  const codes = new Set<ProblemCode>([
    ...COMMON,
    ...(text.roles === 'public' ? [] : AUTHENTICATED),
    ...(text.scope === 'programme' ? (['unknown-programme'] as const) : []),
    ...(Object.keys(inputs).length === 0 ? [] : (['invalid-request'] as const)),
    ...more,
    ...(text.problems ?? []),
  ])
  // Inputs alone are typed: answers are typed by their views, and `send` takes them as they are.
  const schema = { ...inputs, ...documentation(text, headers) } as In
  return {
    schema,
    config: { roles: text.roles, scope: text.scope, refusals: refusals(codes) },
    ...(text.bodyLimit === undefined ? {} : { bodyLimit: text.bodyLimit }),
  }
}

function documentation(text: OperationText, headers?: Headers): FastifySchema {
  const who = text.roles === 'public' ? 'Public.' : `Roles: ${text.roles.join(', ')}.`
  return {
    operationId: text.id,
    summary: text.summary,
    description: text.description === undefined ? who : `${text.description}\n\n${who}`,
    tags: [text.tag],
    ...(text.roles === 'public' ? { security: [] } : {}),
    response: answers(text, headers),
  }
}

function answers(text: OperationText, headers?: Headers): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(text.answers).map(([status, schema]) => [
      status,
      {
        description: DESCRIPTIONS[status] ?? 'Done',
        ...(headers ? { headers } : {}),
        ...(schema ? { content: { 'application/json': { schema } } } : {}),
      },
    ]),
  )
}

type Headers = Readonly<Record<string, { readonly type: 'string'; readonly description: string }>>

const REPLAYED: Headers = {
  'Idempotent-Replayed': { type: 'string', description: '`true` when this is the stored answer of an earlier request' },
}
const RETRY_AFTER: Headers = { 'Retry-After': { type: 'string', description: 'Seconds' } }

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Taken in; it takes effect by itself',
  302: 'Found elsewhere',
}

/**
 * For the document alone: problems are sent as they are, and a serializer for each of ten statuses of every operation would cost
 * most of the start.
 */
function refusals(codes: ReadonlySet<ProblemCode>): Record<string, unknown> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
    const { status } = PROBLEM_TABLE[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      String(status),
      {
        description: of.map((code) => `\`${code}\``).join(', '),
        ...(of.some(isWorthRepeating) ? { headers: RETRY_AFTER } : {}),
        content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
      },
    ]),
  )
}

function isWorthRepeating(code: ProblemCode): boolean {
  return code === 'rate-limited' || PROBLEM_TABLE[code].retryAfter !== undefined
}
