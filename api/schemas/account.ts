/** Account links on the wire: masked, always. */
import Type, { type Static } from 'typebox'
import type { AccountView } from '../../store/accounts.ts'
import { listOf, Time, time, TimeOrNull, timeOrNull, Uuid } from './common.ts'
import { named, textOrNull } from './named.ts'

const STATE = Type.Enum(['unverified', 'verified', 'failed', 'replaced'])

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
  },
  'A link to an account',
)
export const AccountList = listOf('AccountList', Account)

export const AccountLinked = named(
  'AccountLinked',
  { id: Uuid, state: Type.Enum(['verified', 'unverified']), usableFrom: Time },
  'An account that was linked; `unverified` when the bank or wallet could not be asked',
)

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
  }
}
