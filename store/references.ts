/**
 * By which reference a gateway is asked for an attempt: the first that nothing else has. One place says so to whoever sends it, and to whoever looks
 * whether it was sent, so that they never ask about another one.
 */
import { createHash } from 'node:crypto'
import { gatewayReference } from '../domain/identity.ts'
import type { Sql } from './database.ts'
import { DEBIT, decidedFor, STANDS } from './lost-time.ts'

export interface AttemptPlace {
  readonly disbursement: string
  readonly n: number
  readonly gateway: string
}

export interface FreeReference {
  readonly reference: string
  readonly salt: number
  /** Its debit stands in a statement that was matched: it is known here that it was sent, whoever is still to say what it was. */
  readonly isShown: boolean
}

interface Standing {
  readonly is_taken: boolean
  readonly is_shown: boolean
}

/** Said of the few that begin alike, not looked for: a plan that is made while there are few would read all of a gateway's. */
const IS_IT = '(x.gateway, x.reference) = ($1, $2)'

/**
 * A reference is taken where another attempt has it: somebody else's, or another one of the same disbursement, as a debit may have been counted as any. So it is
 * where it stands in a statement and two people have said that it was another payment: the gateway would answer with that one.
 */
const STANDING = `
SELECT EXISTS (SELECT FROM payout y WHERE y.gateway = $1 AND y.reference = $2 AND (y.disbursement <> $3 OR y.n <> $4))
       OR coalesce(bool_or(${IS_IT} AND ${decidedFor('$3')}), false) AS is_taken, coalesce(bool_or(${IS_IT} AND ${STANDS}), false) AS is_shown
  FROM discrepancy x WHERE left(x.reference, 13) = left($2, 13) AND ${DEBIT}`

async function standingOf(
  sql: Sql,
  { disbursement, n, gateway }: AttemptPlace,
  reference: string,
): Promise<Standing | undefined> {
  const values = [gateway, reference, disbursement, n]
  return (await sql.query<Standing>({ name: 'reference-standing', text: STANDING, values })).rows[0]
}

/** Whether something else has the reference by now. */
export async function isTaken(sql: Sql, of: AttemptPlace & { readonly reference: string }): Promise<boolean> {
  return (await standingOf(sql, of, of.reference))?.is_taken ?? false
}

/** The first from a salt on that is not taken. */
export async function freeReference(sql: Sql, of: AttemptPlace, from = 0): Promise<FreeReference> {
  for (let salt = from; ; salt += 1) {
    const reference = gatewayReference(of.disbursement, of.n, sha256, salt)
    const standing = await standingOf(sql, of, reference)
    if (!standing?.is_taken) return { reference, salt, isShown: standing?.is_shown ?? false }
  }
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
