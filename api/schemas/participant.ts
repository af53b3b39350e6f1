/** People on the wire: what they register with, and where their lives stand. Only `Identity` is personal. */
import Type, { type Static } from 'typebox'
import { EVIDENCE_KINDS, OUTCOMES, STAGES, TRANCHE_STATES } from '../../domain/lifecycle.ts'
import { HOLD_CAUSES, type HoldCause } from '../../domain/standing.ts'
import { AID, EDUCATION, OCCUPATIONS } from '../../domain/registration.ts'
import { MOVERS, NEXT_ACTIONS } from '../../domain/next-action.ts'
import { Account } from './account.ts'
import { Bilingual, Money, pageOf, ParticipantRef, Reason, Time, TimeOrNull, listOf } from './common.ts'
import { closed, enumOrNull, named, ref, refOrNull, textOrNull } from './named.ts'
import { Disbursement } from './payment.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Phone = Type.String({ minLength: 5, maxLength: 30, examples: ['+6281200004327'] })
const Email = Type.String({ minLength: 3, maxLength: 254 })
const LocalDate = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', examples: ['1995-08-17'] })
const Region = Type.String({ pattern: '^[0-9]{4}$', description: 'Province and regency', examples: ['3275'] })
const NationalId = Type.String({ minLength: 1, maxLength: 32, description: 'NIK' })

export const AccountDetails = named(
  'AccountDetails',
  {
    kind: Type.Enum(['bank', 'wallet']),
    institution: Type.String({ minLength: 1, maxLength: 30, examples: ['ID.BNI'] }),
    number: Type.String({ minLength: 1, maxLength: 40, description: 'Bank: digits. Wallet: mobile number' }),
    holder: Name,
  },
  'Where a person wants to be paid',
)

export const Registration = named(
  'Registration',
  {
    nationalId: NationalId,
    familyCardNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
    name: Name,
    birthDate: LocalDate,
    citizenship: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2', examples: ['ID'] }),
    occupation: Type.Enum([...OCCUPATIONS]),
    education: Type.Enum([...EDUCATION]),
    aid: Type.Array(Type.Enum([...AID]), { maxItems: AID.length, uniqueItems: true }),
    declared: Type.Boolean({ description: 'The person signed that all this is true' }),
    phone: Phone,
    email: Type.Optional(Email),
    region: Region,
    returnedMigrant: Type.Boolean(),
    account: Type.Optional(ref(AccountDetails)),
  },
  'What a person registers with',
)

export const Registered = named(
  'Registered',
  {
    programme: Type.String(),
    ref: ParticipantRef,
    stage: Type.Enum([...STAGES]),
    warnings: Type.Array(closed({ pointer: Type.String(), detail: Type.String() }), {
      description: 'What people who decide should look at; it refuses nobody',
    }),
    links: closed({ self: Type.String(), timeline: Type.String(), temporal: Type.String() }),
  },
  'A person who was registered',
)

export const Attention = named(
  'Attention',
  {
    code: Type.String(),
    since: Time,
    ageSeconds: Type.Integer({ minimum: 0 }),
    whoseMove: Type.Enum([...MOVERS]),
  },
  'Why people should look, since when, and who acts next',
)

const SUMMARY = {
  ref: ParticipantRef,
  stage: Type.Enum([...STAGES]),
  outcome: enumOrNull(OUTCOMES),
  wave: textOrNull(),
  region: Type.String(),
  registeredAt: Time,
  attention: refOrNull(Attention),
}

export const ParticipantSummary = named('ParticipantSummary', SUMMARY, 'A participant in a list')
export const ParticipantPage = pageOf('ParticipantPage', ParticipantSummary)

export const NextStep = named(
  'NextStep',
  {
    action: Type.Enum([...NEXT_ACTIONS]),
    whoseMove: Type.Enum([...MOVERS]),
    text: ref(Bilingual),
    by: Type.Unsafe<string | null>({ ...TimeOrNull, description: 'Until when it is to be done' }),
    otherwise: enumOrNull(['lapse', 'hold'], 'What happens when that passes'),
    resumesAt: Type.Unsafe<string | null>({
      ...TimeOrNull,
      description: 'When the payment goes on, or the account is asked about again, by itself',
    }),
  },
  'What is to be done next about money that waits, by whom, and until when',
)

export const Tranche = named(
  'Tranche',
  {
    code: Type.String(),
    name: ref(Bilingual),
    amount: ref(Money),
    state: Type.Enum([...TRANCHE_STATES]),
    opensAt: TimeOrNull,
    closesAt: TimeOrNull,
    dueAt: TimeOrNull,
    disbursement: refOrNull(Disbursement),
    next: refOrNull(NextStep),
  },
  'One part of the person’s plan',
)

export const Participant = named(
  'Participant',
  {
    programme: Type.String(),
    version: Type.Integer({ description: 'The programme version the person stays on' }),
    ...SUMMARY,
    admittedAt: TimeOrNull,
    trainedAt: TimeOrNull,
    closedAt: TimeOrNull,
    withdrawnAt: TimeOrNull,
    hold: Type.Unsafe<{ since: string; reason: string; cause: HoldCause | null } | null>({
      anyOf: [
        closed({
          since: Time,
          reason: Type.String(),
          cause: enumOrNull(HOLD_CAUSES, 'Why the engine has placed it; null where somebody has'),
        }),
        { type: 'null' },
      ],
    }),
    checks: Type.Array(closed({ rule: Type.String(), outcome: Type.Enum(['pass', 'fail']), code: Type.String() })),
    account: refOrNull(Account),
    tranches: Type.Array(ref(Tranche)),
    received: ref(Money),
    temporalUrl: Type.String(),
  },
  'Where a life stands; nothing personal',
)

export const Identity = named(
  'Identity',
  {
    nationalId: Type.String(),
    familyCardNumber: Type.Optional(Type.String()),
    name: Type.String(),
    birthDate: Type.String(),
    citizenship: Type.String(),
    occupation: Type.String(),
    education: Type.String(),
    aid: Type.Array(Type.String()),
    declared: Type.Boolean(),
    phone: Type.String(),
    email: Type.Optional(Type.String()),
    region: Type.String(),
    returnedMigrant: Type.Boolean(),
  },
  'Who a person is. Reading it is recorded',
)

export const LookUp = named('LookUp', { nationalId: NationalId }, 'A person to be found by national id')
export const Found = named('Found', { ref: ParticipantRef }, 'The participant of a national id')

export const NewEvidence = named(
  'NewEvidence',
  {
    kind: Type.Enum([...EVIDENCE_KINDS]),
    subject: Type.String({ minLength: 1, maxLength: 100, description: 'Code of the course or survey' }),
    occurredAt: Time,
    document: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Certificate or record number' })),
  },
  'A fact that training or a survey happened',
)
export const EvidenceTaken = named(
  'EvidenceTaken',
  { ref: ParticipantRef, kind: Type.Enum([...EVIDENCE_KINDS]), subject: Type.String(), occurredAt: Time },
  'Evidence that was recorded; the life hears of it by itself',
)
export const Evidence = named(
  'Evidence',
  {
    kind: Type.String(),
    subject: Type.String(),
    occurredAt: Time,
    document: textOrNull(),
    source: Type.String({ description: 'Who reported it' }),
    recordedAt: Time,
  },
  'A recorded fact with its source',
)
export const EvidenceList = listOf('EvidenceList', Evidence)

export const TimelineLine = named(
  'TimelineLine',
  {
    at: Type.String({ format: 'date-time', description: 'RFC 3339 with the offset of the programme’s zone' }),
    act: Type.String(),
    by: Type.String({ description: 'The person or service, or `engine`' }),
    text: closed({ id: Type.Optional(Type.String()), en: Type.Optional(Type.String()) }),
  },
  'One thing that happened, told in the language asked for, or in both',
)
export const Timeline = listOf('Timeline', TimelineLine)

export const Because = named('Because', { reason: Reason }, 'Why somebody acts')
export const Correction = named(
  'Correction',
  {
    reason: Reason,
    changes: Type.Object(
      {
        name: Type.Optional(Name),
        birthDate: Type.Optional(LocalDate),
        phone: Type.Optional(Phone),
        email: Type.Optional(Email),
        occupation: Type.Optional(Type.Enum([...OCCUPATIONS])),
        education: Type.Optional(Type.Enum([...EDUCATION])),
        region: Type.Optional(Region),
        familyCardNumber: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
      },
      { additionalProperties: false, minProperties: 1 },
    ),
  },
  'What was registered wrongly. The national id cannot be changed: it is another person’s',
)
export const Told = named(
  'Told',
  {
    ref: ParticipantRef,
    heard: Type.Boolean({ description: 'The life knows already; else it will by itself' }),
    messageId: Type.String(),
  },
  'An act that is in force',
)

export type ParticipantView = Static<typeof Participant>
