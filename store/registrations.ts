/**
 * Registrations, set-based: however many arrive together are one statement and one commit. A person is one row per programme,
 * found again by the blind index of their national id.
 */
import { randomBytes } from 'node:crypto'
import { participantRef } from '../domain/identity.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import type { AccountDetails, Registration } from '../domain/registration.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import { tellHold } from './account-holds.ts'
import { accountPlaces, sharedAccountOf, type SharedAccount } from './account-places.ts'
import { newAccountRow, insertAccounts, type AccountRow } from './account-rows.ts'
import { inTransaction, type Sql } from './database.ts'
import { familyCardFull, familyCardOf, freePlaces, lockNumber, takeLocks, type FamilyCard } from './family-cards.ts'
import { insertDocuments, jsonBytes, participantOwner, sealDocument, type NewDocument } from './documents.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { insertAnswers, markOf, storedAnswers, type Mark, type Performed, type Request } from './perform.ts'
import type { DataKey, Marks } from './vault.ts'

export interface RegistrationRequest extends Request {
  readonly programme: Programme
  /** Normalised, without refusals. */
  readonly registration: Registration
  /** Whether the caller may see participants whom somebody else registered. */
  readonly seesOthers?: boolean
  /** What is answered, and stored, once the person has a reference. Never personal. */
  readonly answer?: (ref: string) => Readonly<Record<string, unknown>>
}

/** What became of one registration of a batch. */
export type Registered = Performed | Problem

interface NewParticipant {
  readonly request: RegistrationRequest
  readonly ref: string
  readonly owner: string
  /** What the person is found by; rows of before a rotation have an older one. */
  readonly index: Marks
  readonly mark: Mark | null
  /** Where the programme limits how many of one card take part. */
  readonly card: FamilyCard | null
  readonly key: DataKey
  readonly documents: readonly NewDocument[]
  readonly account: AccountRow | null
  /** Where the programme limits how many people one account may pay. */
  readonly shared: SharedAccount | null
}

/** Registers a batch in one transaction; results in the order of the requests. A second registration of a person is a Problem. */
export async function registerAll(
  context: StoreContext,
  requests: readonly RegistrationRequest[],
): Promise<Registered[]> {
  const people = requests.map((request) => seal(context, request))
  return inTransaction(context.database, async (sql) => {
    const answers = await storedAnswers(
      sql,
      people.map(({ mark }) => mark),
    )
    const fresh = people.filter((_, index) => answers[index] === undefined)
    await takeLocks(sql, fresh.flatMap(locksOf))
    const known = await registeredBefore(sql, fresh)
    const placed = await placedPeople(sql, firstOfEach(fresh.filter((person) => !known.has(person.ref))))
    const inserted = await insertParticipants(sql, placed)
    const made = fresh.filter((person) => inserted.has(person.ref))
    await insertRest(sql, made)
    const full = await refuseFull(sql, fresh, placed)
    const existing = await existingResults(
      sql,
      fresh.filter((person) => !inserted.has(person.ref) && !full.has(person)),
    )
    return people.map((person, index) => answers[index] ?? full.get(person) ?? existing.get(person) ?? created(person))
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
    index: context.vault.identityMarks(programme.code, registration.nationalId),
    mark: markOf(context.vault, request),
    card: familyCardOf(context.vault, programme, registration.familyCardNumber),
    documents,
    account: account ? accountRow(context, request, { ref, owner, key }, account, documents) : null,
    shared: account ? sharedAccountOf(context.vault, programme, ref, account) : null,
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

/**
 * While keys rotate, processes write one person under different indexes, and the unique index does not see that: one at a time,
 * then. And those who want a place of one family card, so that each sees what the one before has taken.
 */
function locksOf({ index, card, shared }: NewParticipant): bigint[] {
  const marks = [
    ...(index.all.length > 1 ? [index] : []),
    ...(card ? [card.marks] : []),
    ...(shared ? [shared.marks] : []),
  ]
  return marks.map(lockNumber)
}

/**
 * Who is registered already, by the new reference, where inserting would not tell: under a key that is no longer current the index
 * differs, the person does not; and who is there already takes no place of a family card.
 */
async function registeredBefore(sql: Sql, people: readonly NewParticipant[]): Promise<Set<string>> {
  const older = people.flatMap((person) =>
    person.index.all.slice(person.card ? 0 : 1).map((index) => ({ person, index })),
  )
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
    if (!byIndex.has(identityOf(person))) byIndex.set(identityOf(person), person)
  }
  return [...byIndex.values()]
}

function identityOf({ request, index }: NewParticipant): string {
  return `${request.programme.code}:${Buffer.from(index.current).toString('base64')}`
}

interface Placed {
  readonly person: NewParticipant
  /** Of the family card; null without a card that counts, and where none is left. */
  readonly place: number | null
}

async function placedPeople(sql: Sql, people: readonly NewParticipant[]): Promise<Placed[]> {
  const places = await freePlaces(
    sql,
    people.flatMap(({ card }) => (card ? [card] : [])),
  )
  return people.map((person) => ({ person, place: person.card ? (places.shift() ?? null) : null }))
}

async function insertParticipants(sql: Sql, placed: readonly Placed[]): Promise<Set<string>> {
  const fitting = placed.filter(({ person, place }) => person.card === null || place !== null)
  const people = fitting.map(({ person }) => person)
  if (people.length === 0) return new Set()
  const { rows } = await sql.query<{ ref: string }>({
    name: 'register',
    text: `INSERT INTO participant (programme, ref, programme_version, stage, region, identity_index, identity_index_key,
                                    registered_at, heard_by, family_card_index, family_card_index_key, family_card_place,
                                    family_card_places)
           SELECT programme, ref, version, 'screening', region, identity, key, at, at + interval '5 minutes',
                  card, CASE WHEN card IS NOT NULL THEN key END, place, places
             FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bytea[], $6::text[], $7::timestamptz[],
                         $8::bytea[], $9::smallint[], $10::smallint[])
                  AS new (programme, ref, version, region, identity, key, at, card, place, places)
           ON CONFLICT (programme, identity_index) DO NOTHING
           RETURNING ref`,
    values: [
      people.map((person) => person.request.programme.code),
      people.map((person) => person.ref),
      people.map((person) => person.request.programme.version),
      people.map((person) => person.request.registration.region),
      people.map((person) => person.index.current),
      people.map((person) => person.index.keyId),
      people.map((person) => new Date(person.request.atMs)),
      people.map((person) => person.card?.marks.current ?? null),
      fitting.map(({ place }) => place),
      people.map((person) => person.card?.places ?? null),
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
  await insertAccountsOf(sql, people)
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
  await insertAnswers(
    sql,
    people.flatMap((person) => {
      const { mark, request } = person
      return mark ? [{ mark, atMs: request.atMs, status: 201, body: bodyOf(person) }] : []
    }),
  )
}

/** Each takes a place of its account where places count; whoever finds none is stopped, and an operator looks. */
async function insertAccountsOf(sql: Sql, people: readonly NewParticipant[]): Promise<void> {
  const counted = people.flatMap(({ shared }) => (shared ? [shared] : []))
  const found = await accountPlaces(sql, counted)
  const places = new Map(counted.map(({ ref }, index) => [ref, found[index] ?? null]))
  const rows = people.flatMap(({ account }) =>
    account ? [{ ...account, place: places.get(account.ref) ?? null }] : [],
  )
  await insertAccounts(sql, rows)
  const beyond = rows.filter(({ place }) => place !== null && place.place === null)
  const [first] = beyond
  if (!first) return
  await sql.query(
    `UPDATE participant SET held_at = $3, hold_reason = 'account-shared', hold_cause = 'account-shared', version = version + 1
       FROM unnest($1::text[], $2::text[]) AS beyond (programme, ref)
      WHERE (participant.programme, participant.ref) = (beyond.programme, beyond.ref)`,
    [beyond.map(({ programme }) => programme), beyond.map(({ ref }) => ref), new Date(first.linkedAtMs)],
  )
  await tellHold(sql, beyond, 'account-shared', first.linkedAtMs)
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

/** Who was not inserted: the same request twice in the batch, or a person who is there already. */
async function existingResults(sql: Sql, people: readonly NewParticipant[]): Promise<Map<NewParticipant, Registered>> {
  if (people.length === 0) return new Map()
  const answers = await storedAnswers(
    sql,
    people.map(({ mark }) => mark),
  )
  const results = people.map((person, at) => [person, answers[at]] as const)
  const others = results.filter(([, answer]) => answer === undefined).map(([person]) => person)
  const refusals = await refuseExisting(sql, others)
  return new Map(results.map(([person, answer]) => [person, answer ?? refusals.get(person) ?? participantExists()]))
}

interface Existing {
  readonly asked: string
  readonly ref: string
  readonly registrar: string | null
}

/**
 * Refuses people who are registered already. Each refusal tells that somebody with this national id is in the programme, so each
 * is recorded as the look-up it is; as whom, is told only to who may see it or registered them.
 */
async function refuseExisting(sql: Sql, people: readonly NewParticipant[]): Promise<Map<NewParticipant, Problem>> {
  const asked = people.flatMap((person) => person.index.all.map((index) => ({ person, index })))
  if (asked.length === 0) return new Map()
  const { rows } = await sql.query<Existing>({
    name: 'registered-already',
    text: `SELECT asked.name AS asked, p.ref, (SELECT person FROM audit_event a WHERE (a.programme, a.ref) = (p.programme, p.ref)
                                                  AND a.act = 'registered' ORDER BY a.id LIMIT 1) AS registrar
             FROM unnest($1::text[], $2::text[], $3::bytea[]) AS asked (name, programme, index)
             JOIN participant p ON p.programme = asked.programme AND p.identity_index = asked.index`,
    values: [
      asked.map(({ person }) => person.ref),
      asked.map(({ person }) => person.request.programme.code),
      asked.map(({ index }) => index),
    ],
  })
  const existing = new Map(rows.map((row) => [row.asked, row]))
  await insertAudit(
    sql,
    people.map(({ ref, request }) => lookedUp(request, existing.get(ref)?.ref ?? null)),
  )
  return new Map(
    people.map((person) => {
      const found = existing.get(person.ref)
      const isTold = found && (person.request.seesOthers || found.registrar === person.request.actor.person)
      return [person, participantExists(isTold ? { ref: found.ref } : {})]
    }),
  )
}

/**
 * Refuses those for whom their family card has no place left, however often they asked. That others of the card take part is told
 * by it, so it is recorded as the look-up it is.
 */
async function refuseFull(
  sql: Sql,
  people: readonly NewParticipant[],
  placed: readonly Placed[],
): Promise<Map<NewParticipant, Problem>> {
  const without = new Set(placed.flatMap(({ person, place }) => (place === null ? [identityOf(person)] : [])))
  const refused = people.flatMap((person) =>
    person.card && without.has(identityOf(person)) ? [[person, familyCardFull(person.card)] as const] : [],
  )
  await insertAudit(
    sql,
    refused.map(([{ request }]) => ({ ...lookedUp(request, null), after: { by: 'family-card' } })),
  )
  return new Map(refused)
}

function lookedUp({ actor, atMs, programme }: RegistrationRequest, ref: string | null): AuditEntry {
  const subject = `programme:${programme.code}`
  const after = { by: 'registration' }
  return { act: 'identity-looked-up', actor, atMs, subject, programme: programme.code, ref, after }
}

function participantExists(extra: Record<string, string> = {}): Problem {
  return new Problem('participant-exists', 'this person is registered in the programme already', { extra })
}

function created(person: NewParticipant): Registered {
  return { status: 201, body: bodyOf(person), replayed: false }
}

function bodyOf({ request, ref }: NewParticipant): Readonly<Record<string, unknown>> {
  return request.answer?.(ref) ?? { programme: request.programme.code, ref, stage: 'screening' }
}
