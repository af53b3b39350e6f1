/** Account links on the wire: masked, always. */
import Type, { type Static } from 'typebox'
import { CHECK_VERDICTS } from '../../domain/account-check.ts'
import { NAME_REASONS } from '../../domain/name-match.ts'
import type { AccountView } from '../../store/accounts.ts'
import { listOf, ParticipantRef, Time, time, TimeOrNull, timeOrNull, Uuid } from './common.ts'
import { named, ref, textOrNull } from './named.ts'

const STATE = Type.Enum(['unverified', 'verified', 'failed', 'replaced'])

/** How well two names agree; the names themselves are told to nobody. */
export const NAME_SCORE = {
  score: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    minimum: 0,
    maximum: 100,
    description: 'How well the name at the bank or wallet agrees with the identity card; null where it was not told',
  }),
  reasons: Type.Array(Type.Enum([...NAME_REASONS]), { description: 'What differs between the two names' }),
}

export const AccountCheck = named(
  'AccountCheck',
  {
    at: Time,
    gateway: Type.String(),
    verdict: Type.Enum([...CHECK_VERDICTS], {
      description: '`review`: it can be paid, and people look at the name; `unverified`: nobody could be asked',
    }),
    code: textOrNull({ description: 'Why it was refused' }),
    ...NAME_SCORE,
  },
  'What a gateway was asked about an account, and what was made of the answer',
)

export const Account = named(
  'Account',
  {
    id: Uuid,
    kind: Type.Enum(['bank', 'wallet']),
    institution: Type.String(),
    masked: Type.String({ description: 'The last four digits', examples: ['••1653'] }),
    state: STATE,
    reason: textOrNull({ description: 'Why it failed' }),
    linkedAt: Time,
    usableFrom: Time,
    endedAt: TimeOrNull,
    restsUntil: Type.Unsafe<string | null>({
      ...TimeOrNull,
      description: 'Nothing is sent to it before: its limit of the month is used up',
    }),
    checkAt: Type.Unsafe<string | null>({
      ...TimeOrNull,
      description: 'When it is asked about again, where its owner is to mend it',
    }),
    shared: Type.Boolean({
      description: 'It was linked when as many people as the programme allows were paid to it: nothing is sent to it',
    }),
    doubtful: Type.Boolean({
      description:
        'Its name agrees too little with the identity card, and nobody has decided about that: nothing is sent to it',
    }),
    checks: Type.Array(ref(AccountCheck)),
    payouts: Type.Array(Type.String(), { description: 'The payouts that used this link, by key' }),
  },
  'A link to an account',
)
export const AccountList = listOf('AccountList', Account)

export const AccountLinked = named(
  'AccountLinked',
  { id: Uuid, state: Type.Enum(['verified', 'unverified']), usableFrom: Time },
  'An account that was linked; `unverified` when the bank or wallet could not be asked',
)

export const AccountAsked = named('AccountAsked', { ref: ParticipantRef }, 'An account that is being asked about')

export function accountView(row: AccountView): Static<typeof Account> {
  return {
    id: row.id,
    kind: row.kind as 'bank' | 'wallet',
    institution: row.institution,
    masked: row.masked,
    state: row.state as Static<typeof STATE>,
    reason: row.reason,
    linkedAt: time(row.linkedAt),
    usableFrom: time(row.usableFrom),
    endedAt: timeOrNull(row.endedAt),
    restsUntil: timeOrNull(row.restsUntil),
    checkAt: timeOrNull(row.checkAt),
    shared: row.shared,
    doubtful: row.doubtful,
    checks: row.checks.map(({ atMs, reasons, ...check }) => ({
      ...check,
      reasons: [...reasons],
      at: time(new Date(atMs)),
    })),
    payouts: [...row.payouts],
  }
}
