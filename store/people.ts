/** What people decide about one life: effective at the commit, whether Temporal is up or not. */
import { engineActor, type Actor } from '../domain/act.ts'
import { regionTargets } from '../domain/freeze.ts'
import { deadlinesAfterHold } from '../domain/hold.ts'
import { Problem } from '../domain/problem.ts'
import type { Registration } from '../domain/registration.ts'
import { acceptAccount, holdForAccount, isAccountHold } from './account-marks.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import {
  dataKeyOf,
  insertDocument,
  jsonBytes,
  openDocument,
  participantOwner,
  parseSealed,
  sealDocument,
} from './documents.ts'
import { familyCardOf, moveToCard } from './family-cards.ts'
import { heldFreezes } from './freeze-locks.ts'
import { heldBefore, lifeOf, lockLife, type LifeRow } from './life-rows.ts'
import { insertMessages, nudge, type MessageKind } from './nudges.ts'
import type { StoreContext } from './options.ts'

export interface PersonAct {
  readonly programme: string
  readonly ref: string
  readonly reason: string
  readonly actor: Actor
  readonly atMs: number
}

/** The message that tells the life; an Update with its id may tell it sooner than the relay. */
export interface Told {
  readonly messageId: string
}

/** The relay waits this long for the Update that tells the same. */
const UPDATE_FIRST_MS = 2000

/** Stops all payments of one person, also those of money that comes back after the end. Throws `already-held`, `life-closed`. */
export async function holdLife(sql: Sql, { pass }: Pick<StoreContext, 'pass'>, act: PersonAct): Promise<Told> {
  const life = await pass('hold:locked', lockAcceptedLife(sql, act))
  if (life.held) throw new Problem('already-held', 'this person is on hold already')
  const writing = sql.query(
    'UPDATE participant SET held_at = $3, hold_reason = $4, version = version + 1 WHERE programme = $1 AND ref = $2',
    [act.programme, act.ref, new Date(act.atMs), act.reason],
  )
  await pass('hold:written', writing)
  return pass('hold:told', tell(sql, act, 'hold-placed', 'hold', heldBefore(life), { held: true }))
}

/**
 * Ends a hold: deadlines that count from the person's own dates move by the time it took. What is wrong with the account and was not what the hold
 * was for stops the person again in the same commit. Throws `not-held`.
 */
export async function releaseLife(sql: Sql, context: StoreContext, act: PersonAct): Promise<Told> {
  const { pass } = context
  const life = await pass('hold-end:locked', lockLife(sql, act.programme, act.ref))
  if (life.held_since_ms === null) throw new Problem('not-held', 'this person is not on hold')
  const versioning = context.programmes.version(life.programme, life.programme_version, sql)
  const programme = await pass('hold-end:ruled', versioning)
  const hold = { fromMs: life.held_since_ms, toMs: act.atMs }
  const { heldForMs, tranches } = deadlinesAfterHold(lifeOf(life, null), programme, hold)
  const writing = sql.query(
    `UPDATE participant
        SET held_at = NULL, hold_reason = NULL, hold_cause = NULL, held_for_ms = held_for_ms + $3, version = version + 1
      WHERE programme = $1 AND ref = $2`,
    [act.programme, act.ref, heldForMs],
  )
  await pass('hold-end:written', writing)
  await pass('hold-end:moved', moveDeadlines(sql, act, tranches))
  // What the person was asked for stood still as well.
  const moving = sql.query(MOVE_ACTION, [act.programme, act.ref, new Date(hold.fromMs), new Date(act.atMs)])
  await pass('hold-end:asked', moving)
  await pass('hold-end:accepted', acceptHeldFor(sql, act, life))
  const after = { held: false, heldForMs: Math.max(0, hold.toMs - hold.fromMs) }
  const told = await pass('hold-end:told', tell(sql, act, 'hold-released', 'release', heldBefore(life), after))
  await pass('hold-end:held', holdAgain(sql, act))
  return told
}

/** Whoever lets somebody go on whose account was what the hold was for has looked at that. */
async function acceptHeldFor(sql: Sql, { programme, ref }: PersonAct, { hold_cause: cause }: LifeRow): Promise<void> {
  if (isAccountHold(cause)) await acceptAccount(sql, programme, ref, cause)
}

/** What is wrong with the account and another hold has hidden stops the person now. */
async function holdAgain(sql: Sql, act: PersonAct): Promise<void> {
  const cause = await holdForAccount(sql, act.programme, act.ref, act.atMs)
  if (!cause) return
  const before = { held: false, cause: null, sinceMs: null }
  await tell(sql, { ...act, actor: engineActor(), reason: cause }, 'hold-placed', 'hold', before, { cause })
}

async function moveDeadlines(
  sql: Sql,
  act: PersonAct,
  tranches: ReturnType<typeof deadlinesAfterHold>['tranches'],
): Promise<void> {
  for (const { code, closesAtMs, lapsesAtMs } of tranches) {
    const of = [act.programme, act.ref, code]
    if (closesAtMs !== null) await sql.query(MOVE_CLOSE, [...of, new Date(closesAtMs)])
    if (lapsesAtMs !== null) await sql.query(MOVE_LAPSE, [...of, new Date(lapsesAtMs)])
  }
}

const MOVE_ACTION = `
UPDATE disbursement SET action_by = action_by + ($4::timestamptz - $3::timestamptz), version = version + 1
 WHERE programme = $1 AND ref = $2 AND state IN ('needs-account', 'failed') AND action_by > $3`

const MOVE_CLOSE = 'UPDATE tranche SET closes_at = $4 WHERE programme = $1 AND ref = $2 AND code = $3'
const MOVE_LAPSE = `UPDATE disbursement SET lapses_at = $4, version = version + 1
                     WHERE programme = $1 AND ref = $2 AND tranche = $3`

/** The person leaves: nothing more becomes due, what is owed and not under way is cancelled, what is under way ends first. */
export async function withdrawLife(sql: Sql, { pass }: Pick<StoreContext, 'pass'>, act: PersonAct): Promise<Told> {
  const life = await pass('withdraw:locked', lockLife(sql, act.programme, act.ref))
  if (life.stage === 'closed' || life.withdrawn) {
    throw new Problem('life-closed', 'this person has left the programme already')
  }
  const writing = sql.query(
    'UPDATE participant SET withdrawn_at = $3, version = version + 1 WHERE programme = $1 AND ref = $2',
    [act.programme, act.ref, new Date(act.atMs)],
  )
  await pass('withdraw:written', writing)
  const before = { stage: life.stage, wave: life.wave }
  return pass('withdraw:told', tell(sql, act, 'withdrawn', 'withdraw', before, null))
}

/** Fields of a registration that may be corrected; the national id never, for that is another person. */
export type Correction = Partial<
  Pick<
    Registration,
    'name' | 'birthDate' | 'phone' | 'email' | 'occupation' | 'education' | 'region' | 'familyCardNumber'
  >
>

/** Corrects what was registered: a new sealed version, the old one kept. The audit row names fields and sealed versions, and of values only the region. Throws `life-closed`, `family-card-full`, `region-frozen`. */
export async function correctLife(
  sql: Sql,
  context: StoreContext,
  act: PersonAct,
  correction: Correction,
): Promise<Told> {
  const { pass } = context
  const life = await pass('correct:locked', lockAcceptedLife(sql, act))
  const { phone, email, ...identity } = correction
  const contact = { ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) }
  const documents = [await pass('correct:identity', amend(sql, context, act, 'identity', identity))]
  if (correction.name !== undefined) await pass('correct:checked', checkNow(sql, act))
  documents.push(await pass('correct:contact', amend(sql, context, act, 'contact', contact)))
  await pass('correct:card', changeCard(sql, context, life, act, correction))
  if (correction.region !== undefined) {
    await pass('correct:frozen', refuseFrozen(sql, life, correction.region))
    const moving = sql.query(
      'UPDATE participant SET region = $3, version = version + 1 WHERE programme = $1 AND ref = $2',
      [act.programme, act.ref, correction.region],
    )
    await pass('correct:region', moving)
  }
  const fields = Object.keys(correction).toSorted()
  const region = (name: string | undefined) => (correction.region === undefined ? {} : { region: name })
  const before = { ...Object.assign({}, ...documents.map((one) => one.before)), ...region(life.region) }
  const after = { fields, ...Object.assign({}, ...documents.map((one) => one.after)), ...region(correction.region) }
  return pass('correct:told', tell(sql, act, 'corrected', 'correct', before, after))
}

/**
 * Nobody is taken out of a frozen region by one person's word: that would end the freeze for them, which takes two. Whoever freezes it waits until this
 * transaction ends, or is seen here; what goes on behind it takes no other life. Throws `region-frozen`.
 */
async function refuseFrozen(sql: Sql, { programme, region: from }: LifeRow, region: string): Promise<void> {
  const entered = regionTargets({ programme, region })
  const left = regionTargets({ programme, region: from }).filter((target) => !entered.includes(target))
  const frozen = left.length > 0 ? await heldFreezes(sql, left) : []
  if (frozen.length > 0) {
    const detail = `${frozen.join(' and ')} is frozen with this person in it; correct the region when two people have lifted the freeze, and the rest without it now`
    throw new Problem('region-frozen', detail, {
      faults: [{ pointer: '/changes/region', detail: 'leaves a frozen region' }],
    })
  }
}

/** Throws `family-card-full`. */
async function changeCard(
  sql: Sql,
  context: StoreContext,
  life: LifeRow,
  act: PersonAct,
  { familyCardNumber }: Correction,
): Promise<void> {
  if (familyCardNumber === undefined) return
  const programme = await context.programmes.version(life.programme, life.programme_version, sql)
  const card = familyCardOf(context.vault, programme, familyCardNumber)
  if (card) await moveToCard(sql, act, card, '/changes/familyCardNumber')
}

/** A failed account that its owner is to mend is asked about at once; whether there is one. */
export async function checkNow(sql: Sql, of: Pick<PersonAct, 'programme' | 'ref' | 'atMs'>): Promise<boolean> {
  const { rowCount } = await sql.query(
    `UPDATE account SET check_at = least(check_at, $3)
      WHERE programme = $1 AND ref = $2 AND ended_at IS NULL AND state = 'failed' AND check_at IS NOT NULL`,
    [of.programme, of.ref, new Date(of.atMs)],
  )
  return rowCount === 1
}

/** Ids of the sealed version that stood, and of the one that stands now, by what is in it. */
interface Amended {
  readonly before: Readonly<Record<string, string>>
  readonly after: Readonly<Record<string, string>>
}

async function amend(
  sql: Sql,
  context: StoreContext,
  act: PersonAct,
  kind: 'identity' | 'contact',
  changes: Readonly<Record<string, unknown>>,
): Promise<Amended> {
  if (Object.keys(changes).length === 0) return { before: {}, after: {} }
  const owner = participantOwner(act.programme, act.ref)
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM sealed_document WHERE owner = $1 AND kind = $2 ORDER BY number DESC LIMIT 1',
    [owner, kind],
  )
  const id = rows[0]?.id ?? ''
  const before = parseSealed<Record<string, unknown>>(await openDocument(sql, context.vault, { id, owner, kind }))
  const key = await dataKeyOf(sql, context.vault, owner)
  const document = sealDocument(context.vault, key, owner, kind, jsonBytes({ ...before.open(), ...changes }))
  await insertDocument(sql, document)
  return { before: { [kind]: id }, after: { [kind]: document.id } }
}

/** Money may come back long after a life has closed, and finds its person by what is on record: only the refused are done with. */
async function lockAcceptedLife(sql: Sql, act: PersonAct): Promise<LifeRow> {
  const life = await lockLife(sql, act.programme, act.ref)
  if (life.outcome === 'refused') {
    throw new Problem('life-closed', 'this person was refused; there is nothing to hold or to correct')
  }
  return life
}

async function tell(
  sql: Sql,
  of: PersonAct,
  act: 'hold-placed' | 'hold-released' | 'withdrawn' | 'corrected',
  kind: MessageKind,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>> | null,
): Promise<Told> {
  const { programme, ref, actor, atMs, reason } = of
  await insertAudit(sql, [{ act, actor, atMs, subject: `${programme}:${ref}`, programme, ref, reason, before, after }])
  const message = nudge(programme, ref, kind, 1, UPDATE_FIRST_MS)
  await insertMessages(sql, [message])
  return { messageId: message.id }
}
