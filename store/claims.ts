/**
 * Claiming a payout: what decides, at one commit, that this attempt and no other goes to the gateway. Everything that forbids
 * it (a hold, a freeze, a credential that is not in force, another attempt, another account, no money reserved) is read under the life's lock; the frozen bytes, the payout,
 * its send and its posting are in that commit, before the first byte leaves.
 */
import { createHash } from 'node:crypto'
import { engineActor } from '../domain/act.ts'
import { afterPayout } from '../domain/disbursement.ts'
import { sendByMs } from '../domain/enquiry.ts'
import { targetsOf, type FreezePlace } from '../domain/freeze.ts'
import { gatewayKey, payoutKey } from '../domain/identity.ts'
import type { Failure } from '../domain/observation.ts'
import type { AccountDetails } from '../domain/registration.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import { candidateOf, type Candidate } from './claim-candidate.ts'
import {
  claimParked,
  coveringRun,
  gatewayParked,
  isUnchecked,
  parkedReason,
  unsentReason,
  type Parked,
} from './claim-parked.ts'
import { codeOf, constraintOf, inTransaction, one, settled, type Sql } from './database.ts'
import { dataKeyOf, openDocument, participantOwner, parseSealed, sealDocument, type NewDocument } from './documents.ts'
import { runTarget } from '../domain/payout-run.ts'
import { holdTargets, yearsTarget } from './freeze-locks.ts'
import { accountFailed, DISBURSEMENT_ACTS } from './observe-audit.ts'
import { RESTORE_TARGET } from './lost-time.ts'
import type { StoreContext } from './options.ts'
import { insertPostings, type LedgerEntry } from './postings.ts'
import { freeReference, isTaken } from './references.ts'
import { supersedeEnded } from './supersede.ts'
import type { Sealed } from './vault.ts'

export interface ClaimDraft {
  readonly kind: 'draft'
  readonly disbursement: string
  readonly gateway: string
  readonly n: number
  readonly payout: string
  readonly reference: string
  readonly salt: number
  readonly amount: bigint
  readonly currency: string
  readonly tranche: string
  readonly programme: string
  readonly ref: string
  readonly accountId: string
  /** The payout run whose approval covers it; null where none is needed. */
  readonly run: string | null
  readonly destination: Sealed<AccountDetails>
  /** The gateway must confirm the account before anything is claimed. */
  readonly unchecked?: boolean
  /** The restore that is open, and how far back it goes: what would be sent is looked up at the gateways first. Null when none is. */
  readonly restore: string | null
  /** Their account was paid what nobody here knows of: people look before anything is claimed. */
  readonly mustReview: boolean
}

export type Draft = ClaimDraft | { readonly kind: 'parked'; readonly reason: Parked }

export type Claim =
  | { readonly kind: 'claimed'; readonly send: number; readonly sendByMs: number }
  | { readonly kind: 'parked'; readonly reason: Parked }
  /** The reference is another payment's: draft again, and it is by another one. */
  | { readonly kind: 'collision' }

export interface Claims {
  /** What the next payout of a disbursement would be; nothing is written. */
  draft(disbursement: string, nowMs: number): Promise<Draft>
  /** Claims the payout with its frozen bytes; `isLookedUp`: its gateway has told that it knows nothing of it. Only the winner of several callers is told `claimed`. */
  claim(draft: ClaimDraft, body: Uint8Array, nowMs: number, isLookedUp?: boolean): Promise<Claim>
  /** The gateway's format refuses the order before anything is claimed: the disbursement goes to whoever can mend it. */
  refuse(draft: ClaimDraft, failure: Failure, nowMs: number): Promise<void>
}

/** How often a refusal of the format is tried again where it is the set-up that is wrong. */
const REFUSED_PAUSE_MS = 15 * 60_000

export function createClaims(context: StoreContext): Claims {
  return {
    async draft(disbursement, nowMs) {
      const candidate = await candidateOf(context.database.pool, disbursement)
      const programme = await context.programmes.version(candidate.programme, candidate.programme_version)
      const gateway = context.route(programme.payment.gateways, candidate.institution ?? '')
      const parked = parkedReason(candidate, programme, nowMs) ?? unsentReason(candidate, programme, gateway, nowMs)
      if (parked || !candidate.account || gateway === null) return { kind: 'parked', reason: parked ?? 'no-account' }
      const stopped = gatewayParked(context, candidate, gateway, nowMs)
      if (stopped) return { kind: 'parked', reason: stopped }
      const n = candidate.attempts + 1
      const owner = participantOwner(candidate.programme, candidate.ref)
      const place = { id: candidate.document ?? '', owner, kind: 'account' } as const
      const [document, { reference, salt }] = await Promise.all([
        openDocument(context.database.pool, context.vault, place),
        freeReference(context.database.pool, { disbursement, n, gateway }),
      ])
      return {
        kind: 'draft',
        disbursement,
        gateway,
        n,
        payout: payoutKey(disbursement, n),
        reference,
        salt,
        amount: candidate.amount,
        currency: candidate.currency,
        tranche: candidate.tranche,
        programme: candidate.programme,
        ref: candidate.ref,
        accountId: candidate.account,
        run: coveringRun(candidate, programme),
        destination: parseSealed<AccountDetails>(document),
        unchecked: isUnchecked(candidate, programme),
        restore: candidate.restore,
        mustReview: candidate.may_be_paid,
      }
    },
    async claim(draft, body, nowMs, isLookedUp = false) {
      try {
        const claiming = inTransaction(context.database, (sql) =>
          claimLocked(sql, context, draft, { body, isLookedUp }, nowMs),
        )
        return await context.pass('claim:committed', claiming)
      } catch (error) {
        if (codeOf(error) === '23505' && constraintOf(error) === 'payout_gateway_reference_key')
          return { kind: 'collision' }
        throw error
      }
    },
    refuse: (draft, failure, nowMs) =>
      inTransaction(context.database, (sql) => refuseLocked(sql, context, draft, failure, nowMs)),
  }
}

async function refuseLocked(
  sql: Sql,
  { pass }: StoreContext,
  draft: ClaimDraft,
  failure: Failure,
  nowMs: number,
): Promise<void> {
  const { programme, ref, disbursement: subject, tranche } = draft
  await pass(
    'refusal:locked',
    sql.query('SELECT FROM participant WHERE programme = $1 AND ref = $2 FOR UPDATE', [programme, ref]),
  )
  const candidate = await pass('refusal:read', candidateOf(sql, subject))
  // Another account was linked meanwhile: the refusal says nothing about it.
  if (candidate.account !== draft.accountId) return
  const step = afterPayout('failed', failure, { attempts: draft.n, retries: 0, returns: 0 }, [])
  if (!step) return
  // No attempt is counted, so the pause cannot grow with them: what the format refuses it refuses until somebody mends it.
  const releaseAtMs = step.to === 'released' ? nowMs + REFUSED_PAUSE_MS : nowMs
  const refusing = sql.query(
    `UPDATE disbursement SET state = $2, reason = $3, release_at = $5, version = version + 1
      WHERE key = $1 AND state = 'released' AND attempts = $4`,
    [subject, step.to, step.reason, draft.n - 1, new Date(releaseAtMs)],
  )
  const { rowCount } = await pass('refusal:written', refusing)
  if (rowCount === 0) return
  if (step.accountFailed) {
    const failing = sql.query(`UPDATE account SET state = 'failed', reason = $2 WHERE id = $1 AND ended_at IS NULL`, [
      draft.accountId,
      failure.code,
    ])
    await pass('refusal:account', failing)
  }
  const act = DISBURSEMENT_ACTS[step.to] ?? 'review-needed'
  const before = { state: candidate.state }
  const after = { tranche, reason: step.reason, to: step.to }
  const failedAccount = { account: draft.accountId, programme, ref }
  const audit: AuditEntry[] = [
    ...(step.accountFailed ? [accountFailed(failedAccount, failure.code, subject, nowMs)] : []),
    { act, actor: engineActor(), atMs: nowMs, subject, programme, ref, before, after },
  ]
  await pass('refusal:audited', insertAudit(sql, audit))
}

async function claimLocked(
  sql: Sql,
  context: StoreContext,
  draft: ClaimDraft,
  { body, isLookedUp }: { readonly body: Uint8Array; readonly isLookedUp: boolean },
  nowMs: number,
): Promise<Claim> {
  const { pass } = context
  const locking = sql.query<FreezePlace>(
    'SELECT programme, wave, region FROM participant WHERE programme = $1 AND ref = $2 FOR UPDATE',
    [draft.programme, draft.ref],
  )
  const { rows } = await pass('claim:locked', locking)
  const targets = targetsOf(one(rows, `participant ${draft.ref}`), draft.gateway)
  // Who stops a run takes it alone: a claim under it has ended by then, or has not begun.
  if (draft.run !== null) targets.push(runTarget(draft.run))
  // Nor is one on its way that has not seen a year end.
  targets.push(yearsTarget(draft.programme), RESTORE_TARGET)
  // A statement of its own after the locks: under READ COMMITTED it sees every hold, freeze and stop committed before it.
  // Whoever has no key any more is parked like anybody.
  const reading = Promise.all([
    holdTargets(sql, targets),
    candidateOf(sql, draft.disbursement, targets),
    settled(dataKeyOf(sql, context.vault, participantOwner(draft.programme, draft.ref))),
    isTaken(sql, draft),
  ])
  const [, candidate, keyOf, isSomethingElses] = await pass('claim:read', reading)
  const versioning = context.programmes.version(candidate.programme, candidate.programme_version, sql)
  const programme = await pass('claim:ruled', versioning)
  const parked = claimParked(candidate, programme, draft, nowMs)
  if (parked) return { kind: 'parked', reason: parked }
  if (isUnlooked(candidate, draft, isLookedUp)) return { kind: 'parked', reason: 'not-looked-up' }
  const stopped = gatewayParked(context, candidate, draft.gateway, nowMs)
  if (stopped) return { kind: 'parked', reason: stopped }
  // Its debit was found, and decided about, since it was drafted.
  if (isSomethingElses) return { kind: 'collision' }
  const timing = context.timingOf(draft.gateway)
  const by = sendByMs(nowMs, nowMs, timing)
  const writing = Promise.all([
    insertClaim(sql, sealRequest(context, draft, keyOf(), body), draft, body, {
      claimedAtMs: claimedAt(draft, candidate, nowMs),
      by,
    }),
    insertPostings(sql, [claimedEntry(draft, candidate, localDate(programme.zone, nowMs))]),
    insertAudit(sql, [sentEntry(draft, claimedAt(draft, candidate, nowMs))]),
  ])
  await pass('claim:written', writing)
  return { kind: 'claimed', send: 1, sendByMs: by }
}

/** What is sent under a run is claimed after it was let go, also where the clock of this host is behind that of the other. */
function claimedAt({ run }: ClaimDraft, { approval }: Candidate, nowMs: number): number {
  return run === null ? nowMs : Math.max(nowMs, approval?.releasedAtMs ?? 0)
}

function claimedEntry(draft: ClaimDraft, candidate: Candidate, businessDate: string): LedgerEntry {
  const { payout: subject, amount, currency, gateway, programme, ref } = draft
  const { fiscal_year: fiscalYear, budget_line: budgetLine } = candidate
  return { event: 'claimed', subject, amount, currency, gateway, programme, ref, fiscalYear, budgetLine, businessDate }
}

/** A restore is open, and its gateways were not asked; where it goes back further by now than when they were, not about every attempt. */
function isUnlooked({ restore }: Pick<ClaimDraft, 'restore'>, draft: ClaimDraft, isLookedUp: boolean): boolean {
  return restore !== null && !(isLookedUp && restore === draft.restore)
}

function sentEntry(draft: ClaimDraft, atMs: number): AuditEntry {
  const { tranche, gateway, amount, currency, n, programme, ref, payout: subject } = draft
  const after = { tranche, gateway, amount: amount.toString(), currency, n }
  return { act: 'payout-sent', actor: engineActor(), atMs, subject, programme, ref, after }
}

/** The bytes that will be sent, sealed for the person they pay. */
function sealRequest(
  { vault }: StoreContext,
  { programme, ref }: ClaimDraft,
  key: Awaited<ReturnType<typeof dataKeyOf>>,
  body: Uint8Array,
): NewDocument {
  return sealDocument(vault, key, participantOwner(programme, ref), 'request', body)
}

function insertClaim(
  sql: Sql,
  request: NewDocument,
  draft: ClaimDraft,
  body: Uint8Array,
  at: { readonly claimedAtMs: number; readonly by: number },
): Promise<unknown> {
  const superseding = draft.n > 1 && supersedeEnded(sql, draft.disbursement)
  const freezing = sql.query({
    name: 'insert-claim',
    text: INSERT_CLAIM,
    values: [
      draft.payout,
      draft.disbursement,
      draft.programme,
      draft.ref,
      draft.n,
      draft.gateway,
      draft.reference,
      draft.salt,
      draft.amount,
      draft.currency,
      draft.accountId,
      createHash('sha256').update(body).digest(),
      new Date(at.claimedAtMs),
      new Date(at.by),
      request.id,
      request.owner,
      request.kind,
      request.keyId,
      request.aad,
      request.box,
      draft.salt === 0 ? null : gatewayKey(draft.payout, draft.salt),
    ],
  })
  return Promise.all([superseding, freezing])
}

/** The frozen bytes, the payout with its first send, and the disbursement on its way: one statement. */
const INSERT_CLAIM = `
WITH request AS (
  INSERT INTO sealed_document (id, owner, kind, key_id, aad, box) VALUES ($15, $16, $17, $18, $19, $20)
), payout AS (
  INSERT INTO payout (key, disbursement, programme, ref, n, gateway, reference, salt, gateway_key, amount, currency, account, state, money,
                      request, request_sha256, claimed_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $21, $9, $10, $11, 'submitting', 'clearing', $15, $12, $13)
), send AS (
  INSERT INTO send (payout, number, started_at, send_by) VALUES ($1, 1, $13, $14)
)
UPDATE disbursement SET state = 'in-flight', reason = NULL, attempts = $5, version = version + 1 WHERE key = $2`
