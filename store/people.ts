/** What people decide about one life: effective at the commit, whether Temporal is up or not. */
import { engineActor, type Actor } from '../domain/act.ts'
import { deadlinesAfterHold } from '../domain/hold.ts'
import { Problem } from '../domain/problem.ts'
import type { Registration } from '../domain/registration.ts'
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
import { lifeOf, lockLife, type LifeRow } from './life-rows.ts'
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
  return pass('hold:told', tell(sql, act, 'hold-placed', 'hold'))
}

/** Ends a hold: deadlines that count from the person's own dates move by the time it took. Throws `not-held`. */
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
  const wasShared = life.hold_cause === 'account-shared'
  const after = { heldForMs: Math.max(0, hold.toMs - hold.fromMs) }
  const told = await pass('hold-end:told', tell(sql, act, 'hold-released', 'release', after))
  // Whoever lets somebody go on whose account pays too many has looked at that.
  await pass('hold-end:shared', wasShared ? acceptShared(sql, act) : holdShared(sql, act))
  return told
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

async function acceptShared(sql: Sql, { programme, ref }: PersonAct): Promise<void> {
  await sql.query('UPDATE account SET shared = false WHERE programme = $1 AND ref = $2 AND ended_at IS NULL', [
    programme,
    ref,
  ])
}

/** A hold of somebody's has hidden that the account pays too many: that stops the person now. */
async function holdShared(sql: Sql, { programme, ref, atMs }: PersonAct): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE participant p SET held_at = $3, hold_reason = 'account-shared', hold_cause = 'account-shared', version = version + 1
      WHERE programme = $1 AND ref = $2
        AND EXISTS (SELECT FROM account a WHERE (a.programme, a.ref) = (p.programme, p.ref) AND a.ended_at IS NULL AND a.shared)`,
    [programme, ref, new Date(atMs)],
  )
  if (rowCount === 0) return
  const of = { programme, ref, actor: engineActor(), atMs, reason: 'account-shared' }
  await tell(sql, of, 'hold-placed', 'hold', { cause: 'account-shared' })
}

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
  return pass('withdraw:told', tell(sql, act, 'withdrawn', 'withdraw'))
}

/** Fields of a registration that may be corrected; the national id never, for that is another person. */
export type Correction = Partial<
  Pick<
    Registration,
    'name' | 'birthDate' | 'phone' | 'email' | 'occupation' | 'education' | 'region' | 'familyCardNumber'
  >
>

/** Corrects what was registered: a new sealed version, the old one kept. The audit row names fields, never values. Throws `life-closed`, `family-card-full`. */
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
  await pass('correct:identity', amend(sql, context, act, 'identity', identity))
  if (correction.name !== undefined) await pass('correct:checked', checkNow(sql, act))
  await pass('correct:contact', amend(sql, context, act, 'contact', contact))
  await pass('correct:card', changeCard(sql, context, life, act, correction))
  if (correction.region !== undefined) {
    const moving = sql.query(
      'UPDATE participant SET region = $3, version = version + 1 WHERE programme = $1 AND ref = $2',
      [act.programme, act.ref, correction.region],
    )
    await pass('correct:region', moving)
  }
  const after = { fields: Object.keys(correction).toSorted() }
  return pass('correct:told', tell(sql, act, 'corrected', 'correct', after))
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

async function amend(
  sql: Sql,
  context: StoreContext,
  act: PersonAct,
  kind: 'identity' | 'contact',
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return
  const owner = participantOwner(act.programme, act.ref)
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM sealed_document WHERE owner = $1 AND kind = $2 ORDER BY number DESC LIMIT 1',
    [owner, kind],
  )
  const before = parseSealed<Record<string, unknown>>(
    await openDocument(sql, context.vault, { id: rows[0]?.id ?? '', owner, kind }),
  )
  const key = await dataKeyOf(sql, context.vault, owner)
  await insertDocument(sql, sealDocument(context.vault, key, owner, kind, jsonBytes({ ...before.open(), ...changes })))
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
  after: Readonly<Record<string, unknown>> | null = null,
): Promise<Told> {
  const { programme, ref, actor, atMs, reason } = of
  await insertAudit(sql, [{ act, actor, atMs, subject: `${programme}:${ref}`, programme, ref, reason, after }])
  const message = nudge(programme, ref, kind, 1, UPDATE_FIRST_MS)
  await insertMessages(sql, [message])
  return { messageId: message.id }
}
