/** Asking gateways about accounts: what is asked, and what became of it. Names never stand here: how well they agree does. */
import { judgeAccount, ruledAnswer, type AccountAnswer, type AccountVerdict } from '../domain/account-check.ts'
import { engineActor } from '../domain/act.ts'
import { addDuration } from '../domain/duration.ts'
import type { AccountDetails } from '../domain/registration.ts'
import { followAccount } from './account-holds.ts'
import { ACCOUNT_UNCHECKED } from '../domain/standing.ts'
import { insertAudit } from './audit.ts'
import { inTransaction, type Sql } from './database.ts'
import { openDocument, parseSealed, participantOwner } from './documents.ts'
import { ruleOf } from './failure-rules.ts'
import { isInForce, sendsInForce } from './gateway-credentials.ts'
import { lockLife, type LifeRow } from './life-rows.ts'
import type { StoreContext } from './options.ts'
import { identityOf } from './read-identity.ts'
import type { Sealed } from './vault.ts'

/** How soon a gateway that could not be asked is asked again, before the first payment to an account. */
const UNANSWERED_PAUSE_MS = 15 * 60_000

export interface AccountCheckRow extends AccountVerdict {
  readonly gateway: string
}

interface CheckedLink {
  readonly programme: string
  readonly ref: string
  readonly institution: string
  /** The link; null where it was refused before it became one. */
  readonly account: string | null
  /** What lies sealed beside the proposal that it was made for. */
  readonly document?: string
}

/** Keeps what was asked and answered. */
export async function insertCheck(sql: Sql, of: CheckedLink, check: AccountCheckRow, atMs: number): Promise<void> {
  await sql.query(
    `INSERT INTO account_check (programme, ref, account, document, institution, gateway, verdict, code, score, reasons, checked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      of.programme,
      of.ref,
      of.account,
      of.document ?? null,
      of.institution,
      check.gateway,
      check.verdict,
      check.code,
      check.score,
      check.reasons,
      new Date(atMs),
    ],
  )
}

/** An account that a gateway is to be asked about. */
export interface AccountQuestion {
  readonly programme: string
  readonly ref: string
  readonly account: string
  readonly gateway: string
  readonly institution: string
  readonly destination: Sealed<AccountDetails>
}

export interface AccountChecks {
  /** The failed account of a person that is due to be asked about again; null when it is not, somebody else asks, or this process may ask nobody. */
  due(of: { readonly programme: string; readonly ref: string }, nowMs: number): Promise<AccountQuestion | null>
  /** Judges an answer and keeps it: an account that nothing is wrong with may be used. What was made of it. */
  record(question: AccountQuestion, answer: AccountAnswer, nowMs: number): Promise<AccountVerdict>
}

export function createAccountChecks(context: StoreContext): AccountChecks {
  return {
    due: (of, nowMs) => inTransaction(context.database, (sql) => takeDue(sql, context, of, nowMs)),
    record: (question, answer, nowMs) =>
      inTransaction(context.database, (sql) => recordLocked(sql, context, question, answer, nowMs)),
  }
}

/** Whoever is first asks: the next time is written before the gateway is called, so that a call that is lost costs one pause. */
async function takeDue(
  sql: Sql,
  context: StoreContext,
  { programme: code, ref }: { readonly programme: string; readonly ref: string },
  nowMs: number,
): Promise<AccountQuestion | null> {
  const { pass } = context
  const life = await pass('check:locked', lockLife(sql, code, ref))
  const failed = life.failed_account
  if (failed === null || failed.check_ms === null || failed.check_ms > nowMs) return null
  const versioning = context.programmes.version(life.programme, life.programme_version, sql)
  const programme = await pass('check:ruled', versioning)
  const gateway = context.route(programme.payment.gateways, failed.institution)
  if (gateway === null) return null
  // Nobody would be asked, and the person would wait for another day: it stays due.
  const sends = await pass('check:agreed', sendsInForce(sql))
  if (!isInForce(context, sends, gateway)) return null
  const nextMs = addDuration(nowMs, programme.payment.accounts?.checkAgainAfter ?? 'P1D', programme.zone)
  const postponing = sql.query('UPDATE account SET check_at = $2 WHERE id = $1', [failed.id, new Date(nextMs)])
  await pass('check:taken', postponing)
  return questionOf(sql, context, {
    programme: code,
    ref,
    account: failed.id,
    gateway,
    institution: failed.institution,
  })
}

async function questionOf(
  sql: Sql,
  context: StoreContext,
  of: Omit<AccountQuestion, 'destination'>,
): Promise<AccountQuestion> {
  const { rows } = await sql.query<{ document: string }>('SELECT document FROM account WHERE id = $1', [of.account])
  const owner = participantOwner(of.programme, of.ref)
  const place = { id: rows[0]?.document ?? '', owner, kind: 'account' } as const
  return { ...of, destination: parseSealed<AccountDetails>(await openDocument(sql, context.vault, place)) }
}

/** It may be used, and nothing waits for that any more. */
const VERIFY = `
WITH verified AS (
  UPDATE account SET state = 'verified', reason = NULL, check_at = NULL
   WHERE id = $1 AND ended_at IS NULL AND state IN ('failed', 'unverified') RETURNING programme, ref
), told AS (
  UPDATE disbursement d SET reason = NULL, version = d.version + 1 FROM verified v
   WHERE (d.programme, d.ref) = (v.programme, v.ref) AND d.state = 'released' AND d.reason = '${ACCOUNT_UNCHECKED}'
)
SELECT FROM verified`

async function recordLocked(
  sql: Sql,
  context: StoreContext,
  question: AccountQuestion,
  answer: AccountAnswer,
  nowMs: number,
): Promise<AccountVerdict> {
  const { programme: code, ref, account, gateway, institution } = question
  const { pass } = context
  const life = await pass('checked:locked', lockLife(sql, code, ref))
  const versioning = context.programmes.version(life.programme, life.programme_version, sql)
  const programme = await pass('checked:ruled', versioning)
  const identity = await pass('checked:read', identityOf(sql, context, code, ref))
  const failure = answer.kind === 'valid' ? undefined : answer.failure
  const rule = await pass('checked:classed', ruleOf(sql, gateway, failure))
  const judged = judgeAccount(ruledAnswer(answer, rule), identity.open().name, programme.payment.accounts?.names)
  const link = { programme: code, ref, institution, account }
  await pass('checked:kept', insertCheck(sql, link, { ...judged, gateway }, nowMs))
  const { verdict, code: why, score, reasons } = judged
  const after = { verdict, code: why, score, reasons, gateway }
  const subject = `account:${account}`
  const told = { actor: engineActor(), atMs: nowMs, subject, programme: code, ref, after }
  await pass('checked:audited', insertAudit(sql, [{ ...told, act: 'account-checked' }]))
  if (verdict === 'verified' || verdict === 'review') {
    await pass('checked:verified', sql.query(VERIFY, [account]))
    if (verdict === 'review') await pass('checked:held', doubt(sql, context, life, account, nowMs))
  }
  if (verdict === 'refused' && why !== null) await pass('checked:refused', askAnew(sql, question, why))
  if (verdict === 'unverified') await pass('checked:postponed', postpone(sql, question, nowMs))
  return judged
}

/** Its name is doubtful until people have decided about that, whatever else stops its person; one that was replaced meanwhile is nobody's any more. */
async function doubt(sql: Sql, context: StoreContext, life: LifeRow, account: string, nowMs: number): Promise<void> {
  const { rowCount } = await sql.query('UPDATE account SET doubtful = true WHERE id = $1 AND ended_at IS NULL', [
    account,
  ])
  if (rowCount === 1) await followAccount(sql, context, life, 'account-doubtful', nowMs)
}

/** What is to be sent to an account that must be confirmed first waits until somebody can be asked. */
async function postpone(sql: Sql, { programme, ref, account }: AccountQuestion, nowMs: number): Promise<void> {
  await sql.query(
    // What was restored of our money there stays spoken for.
    `UPDATE disbursement d SET release_at = greatest(d.release_at, $4), version = d.version + 1,
            reason = CASE WHEN d.reason = 'float-restored' THEN d.reason ELSE '${ACCOUNT_UNCHECKED}' END
       FROM account a
      WHERE d.programme = $1 AND d.ref = $2 AND d.state = 'released'
        AND a.id = $3 AND a.ended_at IS NULL AND a.state = 'unverified'`,
    [programme, ref, account, new Date(nowMs + UNANSWERED_PAUSE_MS)],
  )
}

/** Something else is wrong with it by now: the person is asked for what helps against that. */
async function askAnew(sql: Sql, { programme, ref, account }: AccountQuestion, code: string): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE account SET reason = $2 WHERE id = $1 AND ended_at IS NULL AND state = 'failed' AND reason IS DISTINCT FROM $2`,
    [account, code],
  )
  if (rowCount === 0) return
  await sql.query(
    `UPDATE disbursement SET reason = $3, version = version + 1
      WHERE programme = $1 AND ref = $2 AND state = 'needs-account' AND action IN ('upgrade-wallet', 'correct-name')`,
    [programme, ref, code],
  )
}
