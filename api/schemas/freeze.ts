/** Freezes on the wire. */
import Type, { type Static } from 'typebox'
import { FREEZE_CAUSES, FREEZE_SCOPES } from '../../domain/freeze.ts'
import type { FreezeView } from '../../store/freezes.ts'
import { listOf, ProgrammeCode, Reason, Time, time, Uuid } from './common.ts'
import { closed, named, refOrNull, textOrNull } from './named.ts'

export const NewFreeze = named(
  'NewFreeze',
  {
    scope: Type.Enum([...FREEZE_SCOPES]),
    programme: Type.Optional(ProgrammeCode),
    name: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$',
        description: 'The gateway, the wave, or the region: a regency of 4 digits or its province of 2',
        examples: ['sandbox'],
      }),
    ),
    reason: Reason,
  },
  'What is to be stopped: `all` and `gateway` belong to no programme, the others name theirs',
)

export const FreezeLift = named(
  'FreezeLift',
  {
    liftedAt: Time,
    liftedBy: Type.String({ description: 'Whose word carried it out' }),
    proposal: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'What two people agreed to' }),
  },
  'How a freeze ended',
)

export const Freeze = named(
  'Freeze',
  {
    id: Uuid,
    target: Type.String({ examples: ['gateway:sandbox', 'region:demo:3275'] }),
    scope: Type.Enum([...FREEZE_SCOPES]),
    programme: textOrNull(),
    name: textOrNull(),
    inForce: Type.Boolean(),
    cause: Type.Enum([...FREEZE_CAUSES], { description: '`person`, or what the engine saw' }),
    reason: Type.String(),
    placedAt: Time,
    placedBy: Type.String({ description: 'The person or service, or `engine`' }),
    lift: refOrNull(FreezeLift),
  },
  'A scope in which nothing is claimed or sent again',
)
export const FreezeList = listOf('FreezeList', Freeze)

export function freezeView(row: FreezeView): Static<typeof Freeze> {
  const { id, target, scope, programme, name, cause, reason, placedAt, placedBy } = row
  const what = { id, target, scope, programme, name, cause, reason, placedBy }
  return { ...what, inForce: row.liftedAt === null, placedAt: time(placedAt), lift: liftView(row) }
}

function liftView({ liftedAt, liftedBy, liftedUnder }: FreezeView): Static<typeof FreezeLift> | null {
  if (liftedAt === null || liftedBy === null) return null
  return { liftedAt: time(liftedAt), liftedBy, proposal: liftedUnder }
}

export const freezeParams = closed({ id: Uuid })
export const freezeQuery = closed({ state: Type.Optional(Type.Enum(['in-force', 'any'])) })
