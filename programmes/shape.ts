/** The shape of a programme definition: fields, types and the form of each value by itself. */
import Type from 'typebox'
import { REQUIRED_DOCUMENTS } from '../domain/document-number.ts'
import { deadlineKind, isZeroDuration, parseDuration } from '../domain/duration.ts'
import { AMOUNT_PATTERN, exponentOf } from '../domain/money.ts'
import { isLocalDate, isZone } from '../domain/zone.ts'

const closed = { additionalProperties: false }
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** A string that a check of the domain accepts; `wants` completes "must be …". */
function checked(accepts: (text: string) => boolean, wants: string) {
  return Type.Refine(Type.String({ maxLength: 500 }), accepts, () => `must be ${wants}`)
}

const Words = checked((text) => text.trim() === text && text.length > 0, 'a text without blanks at its ends')
const Code = checked(
  (text) => kebab.test(text) && text.length <= 40,
  'lower-case words with hyphens, at most 40 characters',
)
const CourseCode = checked((text) => /^[A-Z0-9]+(-[A-Z0-9]+)*$/.test(text), 'upper-case words with hyphens')
const Amount = checked(
  (text) => new RegExp(AMOUNT_PATTERN).test(text),
  'minor units in digits, such as "60000000" for Rp 600.000',
)
const DurationText = checked((text) => parseDuration(text).ok, 'an ISO 8601 duration such as P1M, P3D or PT10S')
const DeadlineText = checked(
  isDeadline,
  'a duration longer than nothing, or a local date-time such as 2027-12-15T23:59:59',
)
const LastingDuration = checked(
  (text) => isDeadline(text) && deadlineKind(text) === 'duration',
  'an ISO 8601 duration longer than nothing, such as P3D',
)
const Zone = checked(isZone, 'an IANA time zone such as Asia/Jakarta')
const LocalDate = checked(isLocalDate, 'a date that exists, YYYY-MM-DD')
const ClockTime = checked((text) => /^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(text), 'a time HH:MM')
const Currency = checked(isCurrency, 'a currency whose ISO 4217 exponent is known')

/** A window or deadline of nothing would end before anybody could act. */
function isDeadline(text: string): boolean {
  const parsed = parseDuration(text)
  return parsed.ok ? !isZeroDuration(parsed.duration) : deadlineKind(text) === 'date-time'
}

function isCurrency(text: string): boolean {
  try {
    return exponentOf(text) >= 0
  } catch {
    return false
  }
}

const Bilingual = Type.Object({ id: Words, en: Words }, closed)

const CalendarShape = Type.Object(
  {
    kind: Type.Enum(['always', 'working-days']),
    weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { uniqueItems: true }),
    holidays: Type.Array(LocalDate, { uniqueItems: true }),
    opens: ClockTime,
    cutOff: ClockTime,
    source: Type.Optional(Words),
  },
  closed,
)

const Course = Type.Object(
  { code: CourseCode, title: Words, institution: Words, hours: Type.Integer({ minimum: 1, maximum: 1000 }) },
  closed,
)

const Training = Type.Object(
  {
    balance: Amount,
    firstPurchaseWithin: DeadlineText,
    completeWithin: DeadlineText,
    minimumHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    courses: Type.Array(Course, { minItems: 1 }),
  },
  closed,
)

/** The variants are checked one by one by their `kind`, so that a fault is told of the variant that was meant. */
const Variant = Type.Object({ kind: Type.String() })

const Tranche = Type.Object(
  { code: Code, name: Bilingual, amount: Amount, trigger: Variant, lapsesAfter: DeadlineText },
  closed,
)

const Runs = Type.Object(
  {
    cutOff: Type.Optional(ClockTime),
    approvedFor: LastingDuration,
    canary: Type.Object({ lines: Type.Integer({ minimum: 1, maximum: 1000 }), pause: DurationText }, closed),
    priority: Type.Integer({ minimum: 1, maximum: 9 }),
    approvals: Type.Array(
      Type.Object(
        {
          upTo: Type.Optional(Amount),
          approvers: Type.Integer({ minimum: 1, maximum: 9 }),
          releaser: Type.Boolean(),
        },
        closed,
      ),
      { minItems: 1, maxItems: 20 },
    ),
  },
  closed,
)

const ActionDeadline = Type.Object({ within: LastingDuration, otherwise: Type.Enum(['lapse', 'hold']) }, closed)

const score = Type.Integer({ minimum: 1, maximum: 100 })
const Accounts = Type.Object(
  {
    check: Type.Optional(Type.Enum(['when-linked', 'before-use'])),
    checkAgainAfter: Type.Optional(LastingDuration),
    names: Type.Optional(Type.Object({ accept: score, review: score }, closed)),
    maxParticipants: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  closed,
)

const Fee = Type.Object(
  {
    gateway: Code,
    channel: Type.Optional(Type.Enum(['bank', 'wallet'])),
    amount: Amount,
    times: Type.Integer({ minimum: 1, maximum: 20 }),
  },
  closed,
)

const Payment = Type.Object(
  {
    gateways: Type.Array(Code, { minItems: 1, uniqueItems: true }),
    release: Type.Enum(['automatic', 'approved']),
    runs: Type.Optional(Runs),
    releaseAfter: DurationText,
    coolingAfterRelink: DurationText,
    fees: Type.Optional(Type.Array(Fee, { minItems: 1, maxItems: 50 })),
    spendPerHour: Type.Optional(Type.Object({ min: Type.Optional(Amount), max: Amount }, closed)),
    accounts: Type.Optional(Accounts),
    actions: Type.Optional(
      Type.Object(
        {
          relink: Type.Optional(ActionDeadline),
          'upgrade-wallet': Type.Optional(ActionDeadline),
          'correct-name': Type.Optional(ActionDeadline),
        },
        closed,
      ),
    ),
  },
  closed,
)

const Note = Type.Object(
  {
    at: checked((text) => /^(\/[^/]+)+$/.test(text), 'a JSON pointer such as /training/balance'),
    basis: Type.Enum(['published', 'ours']),
    text: Words,
  },
  closed,
)

export const ProgrammeShape = Type.Object(
  {
    code: Code,
    version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    name: Bilingual,
    currency: Currency,
    zone: Zone,
    budgetLine: Words,
    calendar: CalendarShape,
    eligibility: Type.Array(Variant),
    admission: Type.Object(
      { decreePrefix: Words, perFamilyCard: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) },
      closed,
    ),
    training: Training,
    tranches: Type.Array(Tranche, { minItems: 1 }),
    payment: Payment,
    requires: Type.Optional(Type.Array(Type.Enum([...REQUIRED_DOCUMENTS]), { maxItems: 10 })),
    notes: Type.Optional(Type.Array(Note, { maxItems: 500 })),
  },
  closed,
)

const age = Type.Integer({ minimum: 0, maximum: 150 })
const codes = Type.Array(Code, { minItems: 1, uniqueItems: true })

export const RULE_SHAPES: Readonly<Record<string, Type.TSchema>> = {
  age: Type.Object(
    {
      kind: Type.Literal('age'),
      min: age,
      max: Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 0, maximum: 150 }),
    },
    closed,
  ),
  citizenship: Type.Object(
    {
      kind: Type.Literal('citizenship'),
      country: checked((text) => /^[A-Z]{2}$/.test(text), 'a country code of two letters'),
    },
    closed,
  ),
  'not-in-formal-education': Type.Object({ kind: Type.Literal('not-in-formal-education') }, closed),
  'occupation-not-in': Type.Object({ kind: Type.Literal('occupation-not-in'), occupations: codes }, closed),
  'not-receiving-aid': Type.Object({ kind: Type.Literal('not-receiving-aid'), aid: codes }, closed),
  declared: Type.Object({ kind: Type.Literal('declared') }, closed),
}

export const TRIGGER_SHAPES: Readonly<Record<string, Type.TSchema>> = {
  'first-course-rated': Type.Object({ kind: Type.Literal('first-course-rated'), after: DurationText }, closed),
  'tranche-paid': Type.Object({ kind: Type.Literal('tranche-paid'), tranche: Code, after: DurationText }, closed),
  'survey-answered': Type.Object(
    {
      kind: Type.Literal('survey-answered'),
      survey: Code,
      tranche: Code,
      opensAfter: DurationText,
      window: DeadlineText,
      after: DurationText,
    },
    closed,
  ),
}
