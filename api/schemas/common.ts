/** What every part of the wire shares: amounts, times, codes, pages and problems. */
import Type, { type Static } from 'typebox'
import { UUID_PATTERN } from '../../domain/identity.ts'
import { AMOUNT_PATTERN } from '../../domain/money.ts'
import { PROBLEM_CODES } from '../../domain/problem.ts'
import { closed, named, ref } from './named.ts'

export const Money = named(
  'Money',
  {
    minor: Type.String({
      pattern: AMOUNT_PATTERN,
      description: 'Minor units (sen) in digits: "60000000" is Rp 600.000',
      examples: ['60000000'],
    }),
    currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217', examples: ['IDR'] }),
  },
  'An amount: whole minor units as text, because JSON numbers lose digits, and its currency',
)
export type Money = Static<typeof Money>

export const Bilingual = named(
  'Bilingual',
  { id: Type.String(), en: Type.String() },
  'A text in Indonesian and English',
)

/** Referred to by name only, from every operation. */
named(
  'Problem',
  {
    type: Type.String({ format: 'uri', description: 'A page about this kind of problem' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String({ description: 'The request id, as in the log' }),
    code: Type.Enum([...PROBLEM_CODES]),
    errors: Type.Optional(
      Type.Array(
        closed({
          pointer: Type.Optional(Type.String({ description: 'JSON pointer (RFC 6901) into the body' })),
          parameter: Type.Optional(Type.String({ description: 'A parameter of the path or query, or a header' })),
          detail: Type.String(),
        }),
      ),
    ),
    ref: Type.Optional(Type.String({ description: 'participant-exists: the participant' })),
    failure: Type.Optional(Type.String({ description: 'account-refused: why' })),
  },
  'A refusal (RFC 9457)',
)

export const ProgrammeCode = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 40, examples: ['demo'] })
export const ParticipantRef = Type.String({
  pattern: '^[0-9A-HJKMNP-TV-Z]{13}$',
  description: 'Opaque reference of a participant',
  examples: ['7ZK3M9Q2WX4TB'],
})
export const WaveCode = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$', examples: ['G01'] })
/** As we write them: the format alone also takes `urn:uuid:…`, which PostgreSQL does not, and a second spelling would be a second subject in the audit trail. */
export const Uuid = Type.String({ format: 'uuid', pattern: UUID_PATTERN })
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339' })
export const TimeOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time' })
export const Reason = Type.String({
  minLength: 3,
  maxLength: 500,
  pattern: '\\S',
  description: 'Why, for the audit trail. Nothing personal',
})

const Limit = Type.Optional(
  Type.String({
    pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$',
    description: 'Rows a page: 1 to 500, 50 when not given',
  }),
)
const Cursor = Type.Optional(
  Type.String({ minLength: 1, maxLength: 1000, description: '`nextCursor` of the page before' }),
)
export const PageQuery = { limit: Limit, cursor: Cursor }

/** One page of a list. */
export function pageOf<Row extends Parameters<typeof ref>[0]>(name: string, row: Row) {
  return named(
    name,
    {
      data: Type.Array(ref(row)),
      nextCursor: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Null on the last page' }),
      hasMore: Type.Boolean(),
    },
    'One page',
  )
}

/** A whole list, which is short by nature. */
export function listOf<Row extends Parameters<typeof ref>[0]>(name: string, row: Row) {
  return named(name, { data: Type.Array(ref(row)) }, 'The whole list')
}

/** An amount as text of minor units, as the store tells it. */
export function money(minor: string | bigint, currency: string): Money {
  return { minor: minor.toString(), currency }
}

export function time(at: Date): string {
  return at.toISOString()
}

export function timeOrNull(at: Date | null): string | null {
  return at?.toISOString() ?? null
}
