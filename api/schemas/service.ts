/** Keys, messages, programmes and the service itself on the wire. */
import Type, { type Static } from 'typebox'
import type { Programme as DomainProgramme } from '../../domain/programme.ts'
import { PERSON_PATTERN } from '../../domain/person.ts'
import { ROLES } from '../../domain/roles.ts'
import type { KeyView } from '../../store/keys.ts'
import type { DeadMessage } from '../../store/messages.ts'
import { Bilingual, listOf, ParticipantRef, ProgrammeCode, Time, time, TimeOrNull, timeOrNull, Uuid } from './common.ts'
import { closed, named, ref, textOrNull } from './named.ts'

/** A definition is checked by `parseProgramme`, which tells every fault at once; the schema only says that it is an object. */
export const Definition = Type.Unsafe<DomainProgramme>({
  type: 'object',
  additionalProperties: true,
  description: 'A programme definition, as in the folder `programmes`',
})

export const ProgrammeSummary = named(
  'ProgrammeSummary',
  {
    code: Type.String(),
    version: Type.Integer(),
    name: ref(Bilingual),
    currency: Type.String(),
    zone: Type.String(),
    budgetLine: Type.String(),
  },
  'The newest version of a programme',
)
export const ProgrammeList = listOf('ProgrammeList', ProgrammeSummary)
export function programmeView({ code, version, name, currency, zone, budgetLine }: DomainProgramme) {
  return { code, version, name, currency, zone, budgetLine }
}

export const Person = Type.String({ minLength: 1, maxLength: 100, pattern: PERSON_PATTERN })
const GRANT = {
  role: Type.Enum([...ROLES]),
  programme: Type.Unsafe<string | null>({
    anyOf: [ProgrammeCode, { type: 'null' }],
    description: 'Null: every programme',
  }),
}
const Grant = closed(GRANT)

export const NewKey = named(
  'NewKey',
  {
    person: Person,
    kind: Type.Enum(['person', 'service']),
    label: Type.String({ minLength: 1, maxLength: 100 }),
    grants: Type.Array(Grant, { minItems: 1, maxItems: 50 }),
    expiresAt: Type.Optional(Time),
  },
  'A key of one person or one service; roles belong to the person, whichever key is used',
)
export const KeyCreated = named(
  'KeyCreated',
  {
    id: Uuid,
    person: Type.String(),
    grants: Type.Array(Grant, { description: 'Everything the key may do: also what its person was granted before' }),
    secret: Type.Optional(
      Type.String({ description: 'Shown in the first answer only; a repetition does not have it' }),
    ),
  },
  'A key that was created',
)
export const ApiKey = named(
  'ApiKey',
  {
    id: Uuid,
    person: Type.String(),
    kind: Type.String(),
    label: Type.String(),
    createdAt: Time,
    expiresAt: TimeOrNull,
    revokedAt: TimeOrNull,
    grants: Type.Array(Grant),
  },
  'A key without its secret, which is stored nowhere',
)
export const ApiKeyList = listOf('ApiKeyList', ApiKey)
export const KeyRevoked = named('KeyRevoked', { id: Uuid, revoked: Type.Literal(true) }, 'A key that is revoked')

export const EndRole = named(
  'EndRole',
  { person: Person, ...GRANT },
  'A role of one person or service, in one programme or in every one',
)
export const RoleEnded = named(
  'RoleEnded',
  { person: Type.String(), grants: Type.Array(Grant, { description: 'The roles that are left' }) },
  'A role that has ended',
)

export function keyView(row: KeyView): Static<typeof ApiKey> {
  return {
    id: row.id,
    person: row.person,
    kind: row.kind,
    label: row.label,
    createdAt: time(row.createdAt),
    expiresAt: timeOrNull(row.expiresAt),
    revokedAt: timeOrNull(row.revokedAt),
    grants: row.roles.map(({ role, programme }) => ({ role, programme })),
  }
}

export const Message = named(
  'DeadMessage',
  {
    id: Uuid,
    programme: Type.String(),
    ref: ParticipantRef,
    kind: Type.String(),
    refusals: Type.Integer(),
    refusal: textOrNull(),
    createdAt: Time,
  },
  'A nudge that could not be delivered',
)
export const MessageList = listOf('DeadMessageList', Message)

export function messageView(row: DeadMessage): Static<typeof Message> {
  return { ...row, createdAt: time(row.createdAt) }
}

export const CallbackTaken = named(
  'CallbackTaken',
  { verdict: Type.Enum(['applied', 'stale', 'unmatched', 'repeated']) },
  'What became of a callback: applied, stale (we ask), unmatched (kept), repeated (known)',
)

export const Alive = named(
  'Alive',
  { status: Type.Literal('alive'), version: Type.String(), bootId: Type.String() },
  'The process answers',
)
export const Ready = named(
  'Ready',
  {
    status: Type.Literal('ready'),
    away: Type.Array(Type.String(), {
      description: 'What is away while requests are still taken',
      examples: [['temporal']],
    }),
  },
  'Requests are taken',
)
