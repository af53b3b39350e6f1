/**
 * How many people one account may pay, where the programme says so. Each holds one of the account's numbered places: the unique index over
 * places refuses a second holder, whatever the code does; a lock for each account lets two who link it at once see each other.
 */
import type { Programme } from '../domain/programme.ts'
import type { AccountDetails } from '../domain/registration.ts'
import type { Sql } from './database.ts'
import type { Marks, Vault } from './vault.ts'

/** An account for which places count, and who wants one. */
export interface SharedAccount {
  readonly programme: string
  readonly ref: string
  readonly marks: Marks
  readonly places: number
}

/** The place that was found; null when all are taken. */
export interface AccountPlace {
  readonly place: number | null
  readonly places: number
}

/** Null where the programme has no limit. */
export function sharedAccountOf(
  vault: Pick<Vault, 'accountMarks'>,
  { code, payment: { accounts } }: Programme,
  ref: string,
  account: Pick<AccountDetails, 'institution' | 'number'>,
): SharedAccount | null {
  const places = accounts?.maxParticipants
  if (places === undefined) return null
  return { programme: code, ref, marks: vault.accountMarks(account.institution, account.number), places }
}

const TAKEN = `
SELECT asked.at, a.ref, a.place
  FROM unnest($1::int[], $2::text[], $3::bytea[], $4::text[]) AS asked (at, programme, index, ref)
  JOIN account a ON a.programme = asked.programme AND a.account_index = asked.index AND a.ref <> asked.ref
 WHERE a.ended_at IS NULL AND NOT a.shared`

/**
 * A place for each, the same account several times included. In a statement of its own after the locks, which the caller holds: it sees
 * everybody whose transaction has ended.
 */
export async function accountPlaces(sql: Sql, accounts: readonly SharedAccount[]): Promise<AccountPlace[]> {
  if (accounts.length === 0) return []
  const asked = accounts.flatMap(({ programme, ref, marks }, at) =>
    marks.all.map((index) => ({ at, programme, index, ref })),
  )
  const { rows } = await sql.query<{ at: number; ref: string; place: number | null }>({
    name: 'account-places',
    text: TAKEN,
    values: [
      asked.map(({ at }) => at),
      asked.map(({ programme }) => programme),
      asked.map(({ index }) => index),
      asked.map(({ ref }) => ref),
    ],
  })
  const holders = new Map<string, Map<string, number | null>>()
  const holdersOf = ({ programme, marks }: SharedAccount): Map<string, number | null> => {
    const name = `${programme}:${Buffer.from(marks.shared).toString('base64')}`
    const known = holders.get(name) ?? new Map<string, number | null>()
    holders.set(name, known)
    return known
  }
  for (const { at, ref, place } of rows) {
    const account = accounts[at]
    if (account) holdersOf(account).set(ref, place)
  }
  return accounts.map((account) => {
    const taken = holdersOf(account)
    const numbers = new Set(taken.values())
    const free = Array.from({ length: account.places }, (_, index) => index + 1).find((place) => !numbers.has(place))
    // Whoever was linked before there was a limit holds a place without a number.
    if (free === undefined || taken.size >= account.places) return { place: null, places: account.places }
    taken.set(account.ref, free)
    return { place: free, places: account.places }
  })
}
