/** Reads of personal data. Each is an act: its audit row is in the transaction that opens the document. */
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { Registration } from '../domain/registration.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, type Sql } from './database.ts'
import { openDocument, participantOwner, parseSealed } from './documents.ts'
import type { StoreContext } from './options.ts'
import { Sealed } from './vault.ts'

export type Identity = Omit<Registration, 'account'>

/** Who a person is, as registered and corrected, in clear. Throws `unknown-participant`. */
export async function readIdentity(
  context: StoreContext,
  of: { readonly programme: string; readonly ref: string },
  actor: Actor,
  atMs: number,
): Promise<Sealed<Identity>> {
  return inTransaction(context.database, async (sql) => {
    const identity = await identityOf(sql, context, of.programme, of.ref)
    const subject = `${of.programme}:${of.ref}`
    await insertAudit(sql, [{ act: 'identity-read', actor, atMs, subject, ...of }])
    return identity
  })
}

/** The same for a decision of the engine, such as comparing a name: nobody sees it, so nothing is recorded. */
export async function identityOf(
  sql: Sql,
  context: StoreContext,
  programme: string,
  ref: string,
): Promise<Sealed<Identity>> {
  const identity = await newest<Omit<Identity, 'phone' | 'email'>>(sql, context, programme, ref, 'identity')
  const contact = await newest<Pick<Identity, 'phone' | 'email'>>(sql, context, programme, ref, 'contact')
  return new Sealed({ ...identity.open(), ...contact.open() })
}

async function newest<T>(
  sql: Sql,
  context: StoreContext,
  programme: string,
  ref: string,
  kind: 'identity' | 'contact',
): Promise<Sealed<T>> {
  const id = await newestId(sql, programme, ref, kind)
  const owner = participantOwner(programme, ref)
  return parseSealed<T>(await openDocument(sql, context.vault, { id, owner, kind }))
}

/** Which version of who a person is counts: another one after each correction of it. Throws `unknown-participant`. */
export function identityVersion(
  sql: Sql,
  { programme, ref }: { readonly programme: string; readonly ref: string },
): Promise<string> {
  return newestId(sql, programme, ref, 'identity')
}

async function newestId(sql: Sql, programme: string, ref: string, kind: 'identity' | 'contact'): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM sealed_document WHERE owner = $1 AND kind = $2 ORDER BY number DESC LIMIT 1',
    [participantOwner(programme, ref), kind],
  )
  if (!rows[0]) throw new Problem('unknown-participant', 'nobody in this programme has this reference')
  return rows[0].id
}

export interface LookUp {
  readonly programme: string
  readonly nationalId: string
}

/** Finds a person by national id, under every key the index may be of. Asking is recorded whether or not it finds. */
export async function lookUp(
  sql: Sql,
  { vault }: Pick<StoreContext, 'vault'>,
  { programme, nationalId }: LookUp,
  actor: Actor,
  atMs: number,
): Promise<string | null> {
  const { rows } = await sql.query<{ ref: string }>(
    'SELECT ref FROM participant WHERE programme = $1 AND identity_index = ANY ($2::bytea[])',
    [programme, vault.identityMarks(programme, nationalId).all],
  )
  const ref = rows[0]?.ref ?? null
  const subject = `programme:${programme}`
  await insertAudit(sql, [{ act: 'identity-looked-up', actor, atMs, subject, programme, ref }])
  return ref
}
