/**
 * A database that is older than what it has told the world. While a restore is open nothing is sent that was not looked up at its
 * gateway first; what is found there is recorded as sent, and what was sent in it is lost: it is never made anew.
 */
import { randomUUID } from 'node:crypto'
import { engineActor, type Actor } from '../domain/act.ts'
import { payoutKey } from '../domain/identity.ts'
import { targetKey } from '../domain/freeze.ts'
import type { PayoutFact } from '../domain/payout.ts'
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, one, type Sql } from './database.ts'
import { takeTarget } from './freeze-locks.ts'
import { placeFreeze } from './freezes.ts'
import { lockOwed } from './life-rows.ts'
import {
  FOUND_LAST,
  RESTORE_TARGET,
  straysOf,
  unmatchedDays,
  UNLOOKED,
  unresolvedStrays,
  type GatewayDays,
  type Stray,
} from './lost-time.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { ObservationItem } from './observation-item.ts'
import { observeLocked } from './observe.ts'
import type { StoreContext } from './options.ts'
import { insertPostings } from './postings.ts'
import { attemptsAfter, owedOf, type AskedAttempt, type Attempt, type Owed } from './lost-attempts.ts'
import { freeReference, isTaken } from './references.ts'
import { AGAIN_MS, keepLookedUp, keepSilent, type LookedUnder, type Silence } from './restore-asked.ts'
import { holdMatching } from './statement-match.ts'
import { isContradictedByStray, takeBackStray } from './stray.ts'
import { supersedeEnded } from './supersede.ts'
import { tellAll } from './tellings.ts'

export interface Restore {
  readonly id: string
  readonly freeze: string
  /** The newest change the database still has. */
  readonly restoredTo: Date
  readonly foundAt: Date
  readonly reason: string
  readonly lookedUpAt: Date | null
}

export interface Restores {
  /** The one that is open; null when none is. */
  open(): Promise<Restore | null>
  /**
   * Stops everything and opens a restore; the one that is open when there is one, lowered: what had been looked up in it by then is looked up again, as
   * the database may have been put back once more. `restoredToMs`: it is not newer than this, as somebody knows.
   */
  begin(reason: string, actor: Actor, atMs: number, restoredToMs?: number | null): Promise<Restore>
  /**
   * The same for a worker that has found the database older; null, and nothing is stopped, where a restore is open: others have begun it since the
   * worker looked, and what they have looked up and agreed to stands.
   */
  beginFirst(reason: string, actor: Actor, atMs: number): Promise<Restore | null>
  /** Disbursements that a gateway may know more of, in the order of their keys, from after `key` on. */
  owed(after: string, limit: number): Promise<string[]>
  /** Some of what is about to be sent, those first that would have been sent first. */
  waiting(limit: number): Promise<string[]>
  /** Every attempt that may have followed the last known one in the time that is missing, at every gateway of its programme. */
  attemptsAfter(disbursement: string): Promise<AskedAttempt[]>
  /** The same attempt by its next reference. */
  attemptBeside(attempt: AskedAttempt): Promise<AskedAttempt>
  /** Records an attempt that was found, or a gap before one; false when the disbursement cannot take it. */
  record(attempt: Attempt, fact: PayoutFact, atMs: number): Promise<boolean>
  /** Everything owed was asked about, and of these gateways not all is recorded: the statements of the others may be matched. */
  silent(id: string, gateways: Silence, atMs: number, under?: LookedUnder): Promise<void>
  /** Everything owed has been looked up: two people may now let sends go on. False, and nothing, where it was begun once more, or lowered, since it was found so (`under`). */
  lookedUp(id: string, counts: Readonly<Record<string, number>>, atMs: number, under?: LookedUnder): Promise<boolean>
  /** Days, by gateway, on which a payment of the lost time may still show, and whose statements are not matched yet. */
  unmatchedDays(id: string, gateways: readonly GatewayDays[]): Promise<string[]>
  /** Discrepancies of those days that are payments nobody here knows of, and that nobody has resolved, with whose they may be. */
  strays(id: string, gateways: readonly GatewayDays[]): Promise<Stray[]>
  /** Ends it: throws `conflict` while a day is not matched or a payment that nobody knows of is not resolved. */
  close(id: string, gateways: readonly GatewayDays[], actor: Actor, atMs: number): Promise<void>
  /** The newest seal the database has; 0 when it has none. */
  newestSeal(): Promise<bigint>
  /** Whether the store has a life open. */
  isOpen(programme: string, ref: string): Promise<boolean>
}

/** What was paid shortly before may have come back and been paid again since. */
const PAID_WITHIN = `interval '7 days'`

/** Of restore `r`: the freeze that stands for it now, and when it was last found and looked up since. */
const COLUMNS = `r.id, coalesce((SELECT w.id FROM freezes w WHERE w.target = 'all' AND w.lifted_at IS NULL), r.freeze_id) AS "freeze",
       r.restored_to AS "restoredTo", ${FOUND_LAST} AS "foundAt", r.reason,
       CASE WHEN r.looked_up_at >= ${FOUND_LAST} THEN r.looked_up_at END AS "lookedUpAt"`

export function createRestores(context: StoreContext): Restores {
  const { database } = context
  const { pool } = database
  return {
    open: () => openRestore(pool),
    begin: (reason, actor, atMs, restoredToMs = null) =>
      inTransaction(database, async (sql) => {
        const known = await openAlone(sql)
        return beginLocked(sql, { reason, restoredToMs, known }, actor, atMs)
      }),
    beginFirst: (reason, actor, atMs) =>
      inTransaction(database, async (sql) => {
        const known = await openAlone(sql)
        return known ? null : beginLocked(sql, { reason, restoredToMs: null, known }, actor, atMs)
      }),
    async owed(after, limit) {
      const { rows } = await pool.query<{ key: string }>(
        `SELECT key FROM disbursement
          WHERE key > $1 AND state NOT IN ('lapsed', 'cancelled') AND (state <> 'paid' OR paid_at > now() - ${PAID_WITHIN})
          ORDER BY key LIMIT $2`,
        [after, limit],
      )
      return rows.map(({ key }) => key)
    },
    async waiting(limit) {
      const { rows } = await pool.query<{ key: string }>(
        `SELECT key FROM disbursement WHERE state = 'released' ORDER BY release_at, key LIMIT $1`,
        [limit],
      )
      return rows.map(({ key }) => key)
    },
    attemptsAfter: (disbursement) => attemptsAfter(pool, context, disbursement),
    attemptBeside: async (attempt) => ({ ...attempt, ...(await freeReference(pool, attempt, attempt.salt + 1)) }),
    record: (attempt, fact, atMs) => inTransaction(database, (sql) => recordLocked(sql, context, attempt, fact, atMs)),
    silent: (id, gateways, atMs, under) => inTransaction(database, (sql) => keepSilent(sql, id, gateways, atMs, under)),
    lookedUp: (id, counts, atMs, under) => inTransaction(database, (sql) => keepLookedUp(sql, id, counts, atMs, under)),
    unmatchedDays: (id, gateways) => unmatchedDays(pool, id, gateways),
    strays: (id, gateways) => straysOf(pool, id, gateways),
    close: (id, gateways, actor, atMs) => inTransaction(database, (sql) => closeLocked(sql, id, gateways, actor, atMs)),
    async newestSeal() {
      const { rows } = await pool.query<{ sequence: bigint }>('SELECT coalesce(max(sequence), 0) AS sequence FROM seal')
      return rows[0]?.sequence ?? 0n
    },
    async isOpen(programme, ref) {
      const text = `SELECT FROM participant WHERE programme = $1 AND ref = $2 AND stage <> 'closed'`
      return (await pool.query(text, [programme, ref])).rows.length > 0
    },
  }
}

interface Beginning {
  readonly reason: string
  readonly restoredToMs: number | null
  /** The one that is open. */
  readonly known: Restore | null
}

const EVERYTHING = { scope: 'all', programme: null, name: null } as const

/** The restore that is open, as it stays until the transaction ends. The targets are taken in the order in which claims hold them. */
async function openAlone(sql: Sql): Promise<Restore | null> {
  await takeTarget(sql, targetKey(EVERYTHING))
  await takeTarget(sql, RESTORE_TARGET)
  return openRestore(sql)
}

async function openRestore(sql: Sql): Promise<Restore | null> {
  const { rows } = await sql.query<Restore>(`SELECT ${COLUMNS} FROM restore r WHERE r.closed_at IS NULL`)
  return rows[0] ?? null
}

/**
 * The newest change may be of after the restore, where somebody was quicker than whoever found it. The newest that is sealed is of before:
 * nothing is sealed while the anchors go further.
 */
async function beginLocked(
  sql: Sql,
  { reason, restoredToMs, known }: Beginning,
  actor: Actor,
  atMs: number,
): Promise<Restore> {
  const { freeze } = await placeFreeze(sql, { target: EVERYTHING, cause: 'restored', reason }, actor, atMs)
  if (known) {
    await foundAgain(sql, known, { freeze: freeze.id, reason }, actor, atMs)
    return lowered(sql, (await openRestore(sql)) ?? known, { reason, restoredToMs }, actor, atMs)
  }
  const id = randomUUID()
  const { rows } = await sql.query<Restore>(
    `INSERT INTO restore AS r (id, freeze_id, restored_to, found_at, found_by, reason)
     SELECT $1, $2, least($3, $6, (SELECT recorded_at FROM audit_event WHERE act NOT LIKE 'freeze-%' ORDER BY id DESC LIMIT 1),
                          (SELECT recorded_at FROM audit_event WHERE xid < (SELECT to_xid FROM seal ORDER BY sequence DESC LIMIT 1)
                            ORDER BY xid DESC, id DESC LIMIT 1)), $3, $4, $5
     RETURNING ${COLUMNS}`,
    [id, freeze.id, new Date(atMs), actor.person, reason, restoredToMs === null ? null : new Date(restoredToMs)],
  )
  await insertAudit(sql, [
    { act: 'restore-found', actor, atMs, subject: `restore:${id}`, reason, after: { freeze: freeze.id } },
  ])
  return one(rows, 'restore')
}

/**
 * The database may have been put back once more, to a moment after a look or a lift: what gateways and people said before says nothing of what is lost
 * now. Nobody can tell that from the same restore said twice, nor whether somebody is asking at this moment.
 */
async function foundAgain(
  sql: Sql,
  known: Restore,
  { freeze, reason }: { readonly freeze: string; readonly reason: string },
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { rows } = await sql.query<{ id: string }>(
    `UPDATE restore r SET again_at = greatest($2, r.looked_up_at + interval '1 millisecond'), silent = NULL, unanswered = NULL, version = version + 1
      WHERE r.id = $1 RETURNING r.id`,
    [known.id, new Date(Math.max(atMs, known.foundAt.getTime() + AGAIN_MS))],
  )
  await insertAudit(
    sql,
    rows.map(({ id }) => ({
      act: 'restore-found' as const,
      actor,
      atMs,
      subject: `restore:${id}`,
      reason,
      after: { freeze },
    })),
  )
}

/** Somebody knows an older moment than the one that is on record: more people wait, and more days are matched. It never becomes a newer one. */
async function lowered(
  sql: Sql,
  known: Restore,
  { reason, restoredToMs }: Omit<Beginning, 'known'>,
  actor: Actor,
  atMs: number,
): Promise<Restore> {
  if (restoredToMs === null || restoredToMs >= known.restoredTo.getTime()) return known
  const { rows } = await sql.query<Restore>(
    `UPDATE restore r SET restored_to = $2, version = version + 1 WHERE id = $1 RETURNING ${COLUMNS}`,
    [known.id, new Date(restoredToMs)],
  )
  const restore = one(rows, 'restore')
  const before = { restoredTo: known.restoredTo.toISOString() }
  const after = { restoredTo: restore.restoredTo.toISOString() }
  const subject = `restore:${known.id}`
  await insertAudit(sql, [{ act: 'restore-lowered', actor, atMs, subject, reason, before, after }])
  return restore
}

async function closeLocked(
  sql: Sql,
  id: string,
  gateways: readonly GatewayDays[],
  actor: Actor,
  atMs: number,
): Promise<void> {
  // Who looked and found it open has committed their wait, or waits for us and will find it closed: nobody is left untold.
  await takeTarget(sql, RESTORE_TARGET)
  const days = await unmatchedDays(sql, id, gateways)
  if (days.length > 0) throw new Problem('conflict', `statements are not matched yet: ${days.join(', ')}`)
  const strays = await unresolvedStrays(sql, id, gateways)
  if (strays.length > 0) {
    throw new Problem('conflict', `payments that nobody here knows of are not resolved yet: ${strays.join(', ')}`)
  }
  const { rows } = await sql.query<Restore>(
    `UPDATE restore r SET closed_at = $2, version = version + 1 WHERE id = $1 AND closed_at IS NULL AND NOT (${UNLOOKED}) RETURNING ${COLUMNS}`,
    [id, new Date(atMs)],
  )
  if (rows.length === 0) throw new Problem('conflict', 'what was owed has not been looked up')
  await tellAll(sql, `restore:${id}`)
  const before = { restoredTo: rows[0]?.restoredTo.toISOString() }
  await insertAudit(sql, [{ act: 'restore-closed', actor, atMs, subject: `restore:${id}`, before }])
}

/** What can still be on its way to somebody; the other states say that it is not, and people look. */
const TAKES: readonly string[] = ['owed', 'released', 'needs-account', 'float-short', 'failed']

async function recordLocked(
  sql: Sql,
  context: StoreContext,
  attempt: Attempt,
  fact: PayoutFact,
  nowMs: number,
): Promise<boolean> {
  const { pass } = context
  // No statement is matched meanwhile: it would not find the payment that it tells of.
  const holding = holdMatching(sql, attempt.gateway)
  await pass(
    'recovery:locked',
    holding.then(() => lockOwed(sql, attempt.disbursement)),
  )
  const owed = await owedOf(sql, attempt.disbursement)
  // Somebody else was quicker: what was found is recorded, or more is known by now.
  if (owed.attempts >= attempt.n) return true
  if (!TAKES.includes(owed.state) || owed.account === null || owed.amount <= 0n) return false
  const versioning = context.programmes.version(owed.programme, owed.programme_version, sql)
  const told = { ...attempt, amount: owed.amount, fact }
  const [programme, isContradicted, isAnother] = await pass(
    'recovery:ruled',
    Promise.all([versioning, isContradictedByStray(sql, told), isTaken(sql, attempt)]),
  )
  // People decide about the debit, or have said meanwhile that it was another payment: whoever would send it next finds it.
  if (isContradicted || isAnother) return false
  const key = payoutKey(attempt.disbursement, attempt.n)
  await pass('recovery:written', insertRecovered(sql, { ...attempt, key, owed, nowMs }))
  const posting = insertPostings(sql, [claimedEntry(attempt, key, owed, programme, nowMs)])
  await pass(
    'recovery:posted',
    posting.then(() => takeBackStray(sql, context, told, nowMs)),
  )
  const { programme: code, ref, tranche, currency } = owed
  const after = { tranche, gateway: attempt.gateway, amount: owed.amount.toString(), currency, n: attempt.n }
  const recovered = { act: 'payout-recovered', actor: engineActor(), atMs: nowMs, subject: key, after } as const
  await pass('recovery:audited', insertAudit(sql, [{ ...recovered, programme: code, ref }]))
  const of = { payout: key, fact, atMs: nowMs }
  const item: ObservationItem =
    fact.kind === 'not-sent' ? { ...of, source: 'submit' } : { ...of, source: 'enquiry', enquiry: 1 }
  await pass('recovery:observed', observeLocked(sql, context, [item]))
  await pass('recovery:nudged', insertMessages(sql, [nudge(code, ref, 'payout')]))
  return true
}

function claimedEntry(attempt: Attempt, key: string, owed: Owed, programme: Programme, nowMs: number) {
  return {
    event: 'claimed',
    subject: key,
    amount: owed.amount,
    currency: owed.currency,
    gateway: attempt.gateway,
    programme: owed.programme,
    ref: owed.ref,
    fiscalYear: owed.fiscal_year,
    budgetLine: owed.budget_line,
    businessDate: localDate(programme.zone, nowMs),
  } as const
}

interface Recovered extends Attempt {
  readonly key: string
  readonly owed: Owed
  readonly nowMs: number
}

/** The payout without its bytes, its one send that ended when its record was lost, and the disbursement on its way. */
async function insertRecovered(sql: Sql, { key, owed, nowMs, ...attempt }: Recovered): Promise<void> {
  await supersedeEnded(sql, attempt.disbursement)
  await sql.query(
    `WITH payout AS (
       INSERT INTO payout (key, disbursement, programme, ref, n, gateway, reference, salt, amount, currency, account, state, money,
                           claimed_at, recovered_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'submitting', 'clearing', $12, $12)
     ), send AS (
       INSERT INTO send (payout, number, started_at, send_by, ended_at, result) VALUES ($1, 1, $12, $12, $12, 'lost')
     )
     UPDATE disbursement SET state = 'in-flight', reason = NULL, attempts = $5, version = version + 1 WHERE key = $2`,
    [
      key,
      attempt.disbursement,
      owed.programme,
      owed.ref,
      attempt.n,
      attempt.gateway,
      attempt.reference,
      attempt.salt,
      owed.amount,
      owed.currency,
      owed.account,
      new Date(nowMs),
    ],
  )
}
