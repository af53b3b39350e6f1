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
export async function holdLife(sql: Sql, act: PersonAct): Promise<Told> {
  const life = await lockAcceptedLife(sql, act)
  if (life.held) throw new Problem('already-held', 'this person is on hold already')
  await sql.query(
    'UPDATE participant SET held_at = $3, hold_reason = $4, version = version + 1 WHERE programme = $1 AND ref = $2',
    [act.programme, act.ref, new Date(act.atMs), act.reason],
  )
  return tell(sql, act, 'hold-placed', 'hold', heldBefore(life), { held: true })
}

/**
 * Ends a hold: deadlines that count from the person's own dates move by the time it took. What is wrong with the account and was not what the hold
 * was for stops the person again in the same commit. Throws `not-held`.
 */
export async function releaseLife(sql: Sql, context: StoreContext, act: PersonAct): Promise<Told> {
  const life = await lockLife(sql, act.programme, act.ref)
  if (life.held_since_ms === null) throw new Problem('not-held', 'this person is not on hold')
  const programme = await context.programmes.version(life.programme, life.programme_version, sql)
  const hold = { fromMs: life.held_since_ms, toMs: act.atMs }
  const { heldForMs, tranches } = deadlinesAfterHold(lifeOf(life, null), programme, hold)
  await sql.query(
    `UPDATE participant
        SET held_at = NULL, hold_reason = NULL, hold_cause = NULL, held_for_ms = held_for_ms + $3, version = version + 1
      WHERE programme = $1 AND ref = $2`,
    [act.programme, act.ref, heldForMs],
  )
  for (const { code, closesAtMs, lapsesAtMs } of tranches) {
    const of = [act.programme, act.ref, code]
    if (closesAtMs !== null) await sql.query(MOVE_CLOSE, [...of, new Date(closesAtMs)])
    if (lapsesAtMs !== null) await sql.query(MOVE_LAPSE, [...of, new Date(lapsesAtMs)])
  }
  // What the person was asked for stood still as well.
  await sql.query(MOVE_ACTION, [act.programme, act.ref, new Date(hold.fromMs), new Date(act.atMs)])
  const { programme: code, ref, atMs } = act
  if (isAccountHold(life.hold_cause)) await acceptAccount(sql, code, ref, life.hold_cause)
  const after = { held: false, heldForMs: Math.max(0, hold.toMs - hold.fromMs) }
  const told = await tell(sql, act, 'hold-released', 'release', heldBefore(life), after)
  const cause = await holdForAccount(sql, code, ref, atMs)
  if (cause) {
    const before = { held: false, cause: null, sinceMs: null }
    await tell(sql, { ...act, actor: engineActor(), reason: cause }, 'hold-placed', 'hold', before, { cause })
  }
  return told
}

const MOVE_ACTION = `
UPDATE disbursement SET action_by = action_by + ($4::timestamptz - $3::timestamptz), version = version + 1
 WHERE programme = $1 AND ref = $2 AND state IN ('needs-account', 'failed') AND action_by > $3`

const MOVE_CLOSE = 'UPDATE tranche SET closes_at = $4 WHERE programme = $1 AND ref = $2 AND code = $3'
const MOVE_LAPSE = `UPDATE disbursement SET lapses_at = $4, version = version + 1
                     WHERE programme = $1 AND ref = $2 AND tranche = $3`

/** The person leaves: nothing more becomes due, what is owed and not under way is cancelled, what is under way ends first. */
export async function withdrawLife(sql: Sql, act: PersonAct): Promise<Told> {
  const life = await lockLife(sql, act.programme, act.ref)
  if (life.stage === 'closed' || life.withdrawn) {
    throw new Problem('life-closed', 'this person has left the programme already')
  }
  await sql.query('UPDATE participant SET withdrawn_at = $3, version = version + 1 WHERE programme = $1 AND ref = $2', [
    act.programme,
    act.ref,
    new Date(act.atMs),
  ])
  return tell(sql, act, 'withdrawn', 'withdraw', { stage: life.stage, wave: life.wave }, null)
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
  const life = await lockAcceptedLife(sql, act)
  const { phone, email, ...identity } = correction
  const contact = { ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) }
  const documents = [await amend(sql, context, act, 'identity', identity)]
  if (correction.name !== undefined) await checkNow(sql, act)
  documents.push(await amend(sql, context, act, 'contact', contact))
  if (correction.familyCardNumber !== undefined) {
    const programme = await context.programmes.version(life.programme, life.programme_version, sql)
    const card = familyCardOf(context.vault, programme, correction.familyCardNumber)
    if (card) await moveToCard(sql, act, card, '/changes/familyCardNumber')
  }
  if (correction.region !== undefined) await moveTo(sql, life, correction.region)
  const fields = Object.keys(correction).toSorted()
  const region = (name: string | undefined) => (correction.region === undefined ? {} : { region: name })
  const before = { ...Object.assign({}, ...documents.map((one) => one.before)), ...region(life.region) }
  const after = { fields, ...Object.assign({}, ...documents.map((one) => one.after)), ...region(correction.region) }
  return tell(sql, act, 'corrected', 'correct', before, after)
}

/**
 * Nobody is taken out of a frozen region by one person's word: that would end the freeze for them, which takes two. Whoever freezes it waits until this
 * transaction ends, or is seen here; what goes on behind it takes no other life. Throws `region-frozen`.
 */
async function moveTo(sql: Sql, { programme, ref, region: from }: LifeRow, region: string): Promise<void> {
  const entered = regionTargets({ programme, region })
  const left = regionTargets({ programme, region: from }).filter((target) => !entered.includes(target))
  const frozen = left.length > 0 ? await heldFreezes(sql, left) : []
  if (frozen.length > 0) {
    const detail = `${frozen.join(' and ')} is frozen with this person in it; correct the region when two people have lifted the freeze, and the rest without it now`
    throw new Problem('region-frozen', detail, {
      faults: [{ pointer: '/changes/region', detail: 'leaves a frozen region' }],
    })
  }
  await sql.query('UPDATE participant SET region = $3, version = version + 1 WHERE programme = $1 AND ref = $2', [
    programme,
    ref,
    region,
  ])
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
