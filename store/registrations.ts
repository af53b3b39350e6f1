/**
 * Registrations, set-based: however many arrive together are one statement and one commit. A person is one row per programme,
 * found again by the blind index of their national id.
 */
import { randomBytes } from 'node:crypto'
import { participantRef } from '../domain/identity.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import type { AccountDetails, Registration } from '../domain/registration.ts'
import { insertAudit } from './audit.ts'
import { newAccountRow, insertAccounts, type AccountRow } from './account-rows.ts'
import { inTransaction, type Sql } from './database.ts'
import { insertDocuments, jsonBytes, participantOwner, sealDocument, type NewDocument } from './documents.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { storedAnswers, type Performed, type Request } from './perform.ts'
import type { DataKey } from './vault.ts'

export interface RegistrationRequest extends Request {
  readonly programme: Programme
  /** Normalised, without refusals. */
  readonly registration: Registration
}

/** What became of one registration of a batch. */
export type Registered = Performed | Problem

interface NewParticipant {
  readonly request: RegistrationRequest
  readonly ref: string
  readonly owner: string
  readonly index: { readonly index: Uint8Array; readonly keyId: string }
  /** The index the same person has under each key that is no longer current. */
  readonly olderIndexes: readonly Uint8Array[]
  readonly key: DataKey
  readonly documents: readonly NewDocument[]
  readonly account: AccountRow | null
}

/** Registers a batch in one transaction; results in the order of the requests. A second registration of a person is a Problem. */
export async function registerAll(
  context: StoreContext,
  requests: readonly RegistrationRequest[],
): Promise<Registered[]> {
  const people = requests.map((request) => seal(context, request))
  return inTransaction(context.database, async (sql) => {
    const answers = await storedAnswers(sql, requests)
    const fresh = people.filter((_, index) => answers[index] === undefined)
    const known = await registeredBefore(sql, fresh)
    const inserted = await insertParticipants(sql, firstOfEach(fresh.filter((person) => !known.has(person.ref))))
    const made = fresh.filter((person) => inserted.has(person.ref))
    await insertRest(sql, made)
    const existing = await existingResults(
      sql,
      fresh.filter((person) => !inserted.has(person.ref)),
    )
    return people.map((person, index) => answers[index] ?? existing.get(person) ?? created(person))
  })
}

function seal(context: StoreContext, request: RegistrationRequest): NewParticipant {
  const { programme, registration } = request
  const ref = participantRef(randomBytes(9))
  const owner = participantOwner(programme.code, ref)
  const key = context.vault.newDataKey(owner)
  const { phone, email, account, ...identity } = registration
  const documents = [
    sealDocument(context.vault, key, owner, 'identity', jsonBytes(identity)),
    sealDocument(context.vault, key, owner, 'contact', jsonBytes(email === undefined ? { phone } : { phone, email })),
  ]
  return {
    request,
    ref,
    owner,
    key,
    index: context.vault.identityIndex(programme.code, registration.nationalId),
    olderIndexes: context.vault.identityIndexes(programme.code, registration.nationalId).slice(1),
    documents,
    account: account ? accountRow(context, request, { ref, owner, key }, account, documents) : null,
  }
}

function accountRow(
  context: StoreContext,
  request: RegistrationRequest,
  person: { readonly ref: string; readonly owner: string; readonly key: DataKey },
  account: AccountDetails,
  documents: NewDocument[],
): AccountRow {
  const document = sealDocument(context.vault, person.key, person.owner, 'account', jsonBytes(account))
  documents.push(document)
  return newAccountRow(context.vault, {
    programme: request.programme.code,
    ref: person.ref,
    account,
    document: document.id,
    state: 'unverified',
    linkedAtMs: request.atMs,
    usableFromMs: request.atMs,
  })
}

/** Who was registered under a key that is no longer current: their index differs, the person does not. By the new reference. */
async function registeredBefore(sql: Sql, people: readonly NewParticipant[]): Promise<Set<string>> {
  const older = people.flatMap((person) => person.olderIndexes.map((index) => ({ person, index })))
  if (older.length === 0) return new Set()
  const { rows } = await sql.query<{ ref: string }>({
    name: 'registered-before',
    text: `SELECT asked.ref FROM unnest($1::text[], $2::text[], $3::bytea[]) AS asked (ref, programme, index)
             JOIN participant p ON p.programme = asked.programme AND p.identity_index = asked.index`,
    values: [
      older.map(({ person }) => person.ref),
      older.map(({ person }) => person.request.programme.code),
      older.map(({ index }) => index),
    ],
  })
  return new Set(rows.map((row) => row.ref))
}

/** Two of one batch may be the same person: the first counts. */
function firstOfEach(people: readonly NewParticipant[]): NewParticipant[] {
  const byIndex = new Map<string, NewParticipant>()
  for (const person of people) {
    const name = `${person.request.programme.code}:${Buffer.from(person.index.index).toString('base64')}`
    if (!byIndex.has(name)) byIndex.set(name, person)
  }
  return [...byIndex.values()]
}

async function insertParticipants(sql: Sql, people: readonly NewParticipant[]): Promise<Set<string>> {
  if (people.length === 0) return new Set()
  const { rows } = await sql.query<{ ref: string }>({
    name: 'register',
    text: `INSERT INTO participant (programme, ref, programme_version, stage, region, identity_index, identity_index_key,
                                    registered_at, heard_by)
           SELECT programme, ref, version, 'screening', region, identity, key, at, at + interval '5 minutes'
             FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bytea[], $6::text[], $7::timestamptz[])
                  AS new (programme, ref, version, region, identity, key, at)
           ON CONFLICT (programme, identity_index) DO NOTHING
           RETURNING ref`,
    values: [
      people.map((person) => person.request.programme.code),
      people.map((person) => person.ref),
      people.map((person) => person.request.programme.version),
      people.map((person) => person.request.registration.region),
      people.map((person) => person.index.index),
      people.map((person) => person.index.keyId),
      people.map((person) => new Date(person.request.atMs)),
    ],
  })
  return new Set(rows.map((row) => row.ref))
}

async function insertRest(sql: Sql, people: readonly NewParticipant[]): Promise<void> {
  if (people.length === 0) return
  await insertKeys(sql, people)
  await insertDocuments(
    sql,
    people.flatMap((person) => person.documents),
  )
  await insertAccounts(
    sql,
    people.flatMap((person) => (person.account ? [person.account] : [])),
  )
  await insertMessages(
    sql,
    people.map((person) => nudge(person.request.programme.code, person.ref, 'registered')),
  )
  await insertAudit(
    sql,
    people.map((person) => ({
      act: 'registered' as const,
      actor: person.request.actor,
      atMs: person.request.atMs,
      subject: `${person.request.programme.code}:${person.ref}`,
      programme: person.request.programme.code,
      ref: person.ref,
      after: { version: person.request.programme.version, account: person.account !== null },
    })),
  )
  await insertAnswers(sql, people)
}

async function insertKeys(sql: Sql, people: readonly NewParticipant[]): Promise<void> {
  await sql.query({
    name: 'register-keys',
    text: 'INSERT INTO data_key (owner, key_id, wrapped) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])',
    values: [
      people.map((person) => person.owner),
      people.map((person) => person.key.keyId),
      people.map((person) => person.key.wrapped),
    ],
  })
}

async function insertAnswers(sql: Sql, people: readonly NewParticipant[]): Promise<void> {
  const keyed = people.flatMap((person) =>
    person.request.idempotency ? [{ person, idempotency: person.request.idempotency }] : [],
  )
  if (keyed.length === 0) return
  await sql.query({
    name: 'register-answers',
    text: `INSERT INTO idempotency_key (caller, route, key, request_hash, status, body, expires_at)
           SELECT caller, route, key, hash, 201, body, at + interval '48 hours'
             FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::jsonb[], $6::timestamptz[])
                  AS new (caller, route, key, hash, body, at)`,
    values: [
      keyed.map(({ person }) => person.request.actor.person),
      keyed.map(({ idempotency }) => idempotency.route),
      keyed.map(({ idempotency }) => idempotency.key),
      keyed.map(({ idempotency }) => idempotency.requestHash),
      keyed.map(({ person }) => JSON.stringify(bodyOf(person))),
      keyed.map(({ person }) => new Date(person.request.atMs)),
    ],
  })
}

/** Who was not inserted: the same request twice in the batch, or a person who is there already. */
async function existingResults(sql: Sql, people: readonly NewParticipant[]): Promise<Map<NewParticipant, Registered>> {
  const answers = await storedAnswers(
    sql,
    people.map((person) => person.request),
  )
  const found = new Map<NewParticipant, Registered>()
  for (const [index, person] of people.entries())
    found.set(person, answers[index] ?? (await existsAlready(sql, person)))
  return found
}

async function existsAlready(sql: Sql, person: NewParticipant): Promise<Problem> {
  const { rows } = await sql.query<{ ref: string }>(
    'SELECT ref FROM participant WHERE programme = $1 AND identity_index = ANY ($2::bytea[])',
    [person.request.programme.code, [person.index.index, ...person.olderIndexes]],
  )
  const extra = rows[0] ? { ref: rows[0].ref } : {}
  return new Problem('participant-exists', 'this person is registered in the programme already', { extra })
}

function created(person: NewParticipant): Registered {
  return { status: 201, body: bodyOf(person), replayed: false }
}

function bodyOf(person: NewParticipant): Record<string, unknown> {
  return { programme: person.request.programme.code, ref: person.ref, stage: 'screening' }
}
