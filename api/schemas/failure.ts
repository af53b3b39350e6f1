/** The failure table on the wire. */
import Type, { type Static } from 'typebox'
import { RULE_CODES, RULED_CLASSES, safetyOf } from '../../domain/failure-rule.ts'
import { FAILURE_CLASSES } from '../../domain/observation.ts'
import type { CodedFailure } from '../../store/reclassify.ts'
import { listOf, Reason, Time, time } from './common.ts'
import { closed, named, ref, refOrNull, textOrNull } from './named.ts'

const GatewayCode = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 40, examples: ['sandbox'] })
const VendorCode = Type.String({
  pattern: '^[\\x21-\\x7e]+( [\\x21-\\x7e]+)*$',
  maxLength: 100,
  description: 'The gateway’s own code, as `failure.vendorCode` shows it; of a refusal after its HTTP status',
  examples: ['ACCOUNT_CLOSED', '400 INVALID_REQUEST'],
})
const Of = { class: Type.Enum([...FAILURE_CLASSES]), code: Type.String({ examples: ['account-closed'] }) }

export const FailureMeaning = named(
  'FailureMeaning',
  {
    class: Type.Enum([...RULED_CLASSES]),
    code: Type.Enum([...new Set(Object.values(RULE_CODES).flat())], { description: 'One of those of its class' }),
  },
  'What a code is classed as, and our own code for it',
)

export const Reclassification = named(
  'Reclassification',
  {
    gateway: GatewayCode,
    vendorCode: VendorCode,
    meaning: Type.Unsafe<Static<typeof FailureMeaning> | null>({
      ...refOrNull(FailureMeaning),
      description: 'Null: the table released with the gateway’s adapter counts again',
    }),
    reason: Reason,
  },
  'A code of a gateway, classed as something safer',
)

export const ReleasedMeaning = named(
  'ReleasedMeaning',
  { ...Of, isDocumented: Type.Boolean({ description: 'False for a code that the provider’s documents do not have' }) },
  'What a code means in the table released with the gateway’s adapter',
)

export const FailureRule = named(
  'FailureRule',
  {
    id: Type.String({ format: 'uuid' }),
    isDefault: Type.Boolean({ description: 'It says that the released table counts again' }),
    reason: Type.String(),
    setAt: Time,
    setBy: Type.String(),
    proposal: textOrNull({ description: 'What two people agreed to; null where one person made it safer' }),
  },
  'By whose word a code means what it means',
)

export const CodedFailureView = named(
  'CodedFailure',
  {
    gateway: Type.String(),
    vendorCode: Type.String(),
    ...Of,
    safety: Type.Integer({
      minimum: 0,
      maximum: 4,
      description:
        'What must happen before another attempt: 0 nothing but time or money of ours, 1 another account, 2 the word of two people, 3 and 4 none is made before it is known what became of this, and at 4 nothing is sent again at all',
    }),
    released: ref(ReleasedMeaning),
    rule: refOrNull(FailureRule),
  },
  'A code of a gateway, and what it means now',
)
export const CodedFailureList = listOf('CodedFailureList', CodedFailureView)

export function codedFailureView(row: CodedFailure): Static<typeof CodedFailureView> {
  const { gateway, vendorCode, class: of, code, rule } = row
  const released = { class: row.released.class, code: row.released.code, isDocumented: row.released.isDocumented }
  const shown = rule && {
    id: rule.id,
    isDefault: rule.isDefault,
    reason: rule.reason,
    setAt: time(rule.setAt),
    setBy: rule.setBy,
    proposal: rule.proposal,
  }
  return { gateway, vendorCode, class: of, code, safety: safetyOf(row), released, rule: shown }
}

export const failureQuery = closed({ gateway: Type.Optional(GatewayCode), vendorCode: Type.Optional(VendorCode) })
