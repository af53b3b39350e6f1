/** Loads a life: one statement, so that what is decided is one picture. Times are epoch milliseconds, amounts text. */
import type { DisbursementState } from '../domain/disbursement.ts'
import type { AskedPayout, OpenSend, WaitingPayout } from '../domain/enquiry.ts'
import { DOUBTED } from '../domain/failure-rule.ts'
import type { EvidenceKind, Life, Outcome, Stage, TrancheState } from '../domain/lifecycle.ts'
import type { HoldCause } from '../domain/standing.ts'
import type { PersonAction } from '../domain/next-action.ts'
import type { PayoutState } from '../domain/payout.ts'
import type { LiveApproval } from '../domain/payout-run.ts'
import { Problem } from '../domain/problem.ts'
import type { Sql } from './database.ts'
import { FOUND_LAST, REGISTERED_IN_LOST_TIME } from './lost-time.ts'
import { STILL_OWED } from './owed-amount.ts'
import { APPROVAL } from './run-approval.ts'
import { SENDS_IN_FORCE } from './gateway-credentials.ts'
import { SHORTS, type Short } from './shorts.ts'

export interface LifeRow {
  readonly programme: string
  readonly ref: string
  readonly programme_version: number
  readonly stage: Stage
  readonly outcome: Outcome | null
  readonly region: string
  readonly wave: string | null
  readonly admitted_ms: number | null
  readonly trained_ms: number | null
  readonly held: boolean
  /** Since when the person is on hold; null when not. */
  readonly held_since_ms: number | null
  /** Why the engine has stopped the person; null where somebody has. */
  readonly hold_cause: HoldCause | null
  /** How long earlier holds lasted, from the admission on. */
  readonly held_for_ms: number
  readonly withdrawn: boolean
  /** The fiscal year of the person's commitment is being closed. */
  readonly year_ending: boolean
  readonly attention: string | null
  /** Targets of the freezes in force that may concern this life. */
  readonly freezes: readonly string[]
  /** The person registered in or after the time that an open restore has lost: they wait for its end. */
  readonly in_lost_time: boolean
  readonly heard_ms: number | null
  /** How often in a row the sweep found a call due that has not been made. */
  readonly swept: number
  /** Gateways where our money is short. */
  readonly shorts: readonly Short[]
  /** Fingerprints of what may be sent with, at whatever gateway. */
  readonly sends: readonly string[]
  readonly account: {
    readonly id: string
    readonly institution: string
    readonly usable_ms: number
    readonly linked_ms: number
    /** Until when it rests because its limit of the month is used up. */
    readonly rests_ms: number | null
    /** Nobody has confirmed it yet. */
    readonly unverified: boolean
    /** It is shared by too many, or its name is doubtful, and nobody has decided about that. */
    readonly undecided: boolean
  } | null
  /** The linked account, where it has failed; and when it is asked about again. */
  readonly failed_account: {
    readonly id: string
    readonly institution: string
    readonly check_ms: number | null
  } | null
  readonly evidence: readonly { readonly kind: EvidenceKind; readonly subject: string; readonly ms: number }[]
  readonly tranches: readonly TrancheRow[]
}

export interface TrancheRow {
  readonly code: string
  readonly amount: string
  readonly state: TrancheState
  readonly opens_ms: number | null
  readonly closes_ms: number | null
  readonly due_ms: number | null
  readonly disbursement: DisbursementRow | null
}

export interface DisbursementRow {
  readonly key: string
  /** What would be sent of it: its amount less what was taken off and what the payee has. Nothing once it has ended. */
  readonly owed: string
  readonly currency: string
  readonly state: DisbursementState
  readonly reason: string | null
  readonly version: number
  readonly attempts: number
  readonly retries: number
  readonly returns: number
  readonly owed_ms: number
  readonly release_ms: number
  readonly lapses_ms: number
  readonly first_paid_ms: number | null
  readonly action: PersonAction | null
  readonly action_by_ms: number | null
  /** Any attempt, also an older one, is looked at by people. */
  readonly reviewing: boolean
  /** The fiscal year that it is owed from is being closed, or is closed. */
  readonly year_over: boolean
  /** It is being closed: nothing of it is claimed. */
  readonly year_ending: boolean
  readonly payout: PayoutRow | null
  readonly open_send: OpenSendRow | null
  readonly asked: AskedRow | null
  /** What people have agreed to, as far as it stands. */
  readonly approval: LiveApproval | null
}

/** The attempt, the newest or an older one, with the oldest send that has no end. */
export interface OpenSendRow {
  readonly key: string
  readonly gateway: string
  readonly started_ms: number
  readonly enquiries: number
  readonly last_enquiry_ms: number | null
}

/** The attempt, the newest or an older one, of which somebody who proves nothing has told. */
export interface AskedRow {
  readonly key: string
  readonly gateway: string
  readonly asked_ms: number
  readonly enquiries: number
  readonly last_enquiry_ms: number | null
}

export interface PayoutRow {
  readonly key: string
  /** The link that it goes to. */
  readonly account: string
  readonly gateway: string
  readonly state: PayoutState
  readonly sends: number
  readonly same_key_retries: number
  readonly enquiries: number
  readonly not_found: number
  readonly not_found_ms: number | null
  readonly last_enquiry_ms: number | null
  readonly send_again_ms: number | null
  readonly first_sent_ms: number
  readonly last_started_ms: number
  readonly last_ended_ms: number | null
  /** It was claimed before a restore was found: nothing of it is sent again. */
  readonly before_restore: boolean
  /** An older version has sent it under one of two keys: nothing of it is sent again. */
  readonly key_unknown: boolean
  /** It was told to have failed, and people doubt it. */
  readonly doubted: boolean
}

/**
 * Payout `y` was claimed before a restore was found. In the time that is missing it may have ended, and others may have followed it: what the gateway
 * does not know of it is no reason to send it.
 */
export const BEFORE_RESTORE = `EXISTS (SELECT FROM restore r WHERE ${FOUND_LAST} >= y.claimed_at)`

/**
 * Payout `y` has a salt and no key of its own on record: older versions have claimed it, of which some sent the key with the salt and some without.
 * Under the other one it would be a new payment.
 */
export const KEY_UNKNOWN = `(y.salt > 0 AND y.gateway_key IS NULL)`

/** The attempt of disbursement `d` that the gateway must be asked about first. */
export const ASKED = `(
            SELECT jsonb_build_object('key', y.key, 'gateway', y.gateway, 'asked_ms', ms(y.asked_at),
                                      'enquiries', y.enquiries, 'last_enquiry_ms', ms(y.last_enquiry_at))
              FROM payout y WHERE y.disbursement = d.key AND y.asked_at IS NOT NULL ORDER BY y.asked_at LIMIT 1)`

/**
 * The attempt of disbursement `d` with the oldest open send. Claims and lives look by this one rule: what a claim waits for, a life asks about.
 * Only the last send of an attempt can be open, and it is found by its number: an empty table would be searched by whether they have an end.
 */
export const OPEN_SEND = `(
            SELECT jsonb_build_object('key', y.key, 'gateway', y.gateway, 'started_ms', ms(s.started_at),
                                      'enquiries', y.enquiries, 'last_enquiry_ms', ms(y.last_enquiry_at))
              FROM payout y JOIN send s ON s.payout = y.key AND s.number = y.sends AND s.ended_at IS NULL
             WHERE y.disbursement = d.key ORDER BY s.started_at LIMIT 1)`

/** Disbursement `d` has not ended: what only matters until then is not looked up afterwards. */
const IS_OPEN = `d.state NOT IN ('paid', 'lapsed', 'cancelled')`

const LOAD = `
SELECT p.programme, p.ref, p.programme_version, p.stage, p.outcome, p.region, p.wave, p.attention,
       ms(p.admitted_at) AS admitted_ms, ms(p.trained_at) AS trained_ms, ms(p.heard_by) AS heard_ms, p.swept,
       p.held_at IS NOT NULL AS held, ms(p.held_at) AS held_since_ms, p.hold_cause, p.held_for_ms, p.withdrawn_at IS NOT NULL AS withdrawn,
       EXISTS (SELECT FROM year_close z WHERE z.programme = p.programme AND z.state <> 'closed' AND z.fiscal_year =
                 (SELECT a.fiscal_year FROM commitment c JOIN appropriation a ON a.id = c.appropriation
                   WHERE (c.programme, c.ref) = (p.programme, p.ref))) AS year_ending,
       (SELECT coalesce(array_agg(f.target), '{}') FROM freezes f
         WHERE f.lifted_at IS NULL AND (f.programme IS NULL OR f.programme = p.programme)) AS freezes,
       ${REGISTERED_IN_LOST_TIME} AS in_lost_time,
       ${SHORTS} AS shorts, ${SENDS_IN_FORCE} AS sends,
       (SELECT jsonb_build_object('id', a.id, 'institution', a.institution, 'usable_ms', ms(greatest(a.usable_from, a.rests_until)),
                                  'linked_ms', ms(a.linked_at), 'rests_ms', ms(a.rests_until),
                                  'unverified', a.state = 'unverified', 'undecided', a.shared OR a.doubtful)
          FROM account a
         WHERE (a.programme, a.ref) = (p.programme, p.ref) AND a.ended_at IS NULL AND a.state <> 'failed') AS account,
       (SELECT jsonb_build_object('id', a.id, 'institution', a.institution, 'check_ms', ms(a.check_at))
          FROM account a
         WHERE (a.programme, a.ref) = (p.programme, p.ref) AND a.ended_at IS NULL AND a.state = 'failed') AS failed_account,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', e.kind, 'subject', e.subject, 'ms', ms(e.occurred_at))
                                  ORDER BY e.occurred_at), '[]')
          FROM evidence e WHERE (e.programme, e.ref) = (p.programme, p.ref)) AS evidence,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'code', t.code, 'amount', t.amount::text, 'state', t.state, 'opens_ms', ms(t.opens_at),
                 'closes_ms', ms(t.closes_at), 'due_ms', ms(t.due_at), 'disbursement', (
          SELECT jsonb_build_object(
                   'key', d.key, 'owed', CASE WHEN ${IS_OPEN} THEN (${STILL_OWED})::text ELSE '0' END, 'currency', d.currency, 'state', d.state, 'reason', d.reason,
                   'version', d.version, 'attempts', d.attempts, 'retries', d.retries, 'returns', d.returns,
                   'owed_ms', ms(d.owed_at), 'release_ms', ms(d.release_at), 'lapses_ms', ms(d.lapses_at),
                   'first_paid_ms', ms(d.first_paid_at), 'action', d.action, 'action_by_ms', ms(d.action_by),
                   'reviewing', coalesce((SELECT bool_or(r.state = 'review') FROM payout r WHERE r.disbursement = d.key), false),
                   'year_over', EXISTS (SELECT FROM year_close z WHERE (z.programme, z.fiscal_year) = (d.programme, d.fiscal_year)),
                   'year_ending', EXISTS (SELECT FROM year_close z WHERE (z.programme, z.fiscal_year) = (d.programme, d.fiscal_year) AND z.state <> 'closed'),
                   'payout', (
            SELECT jsonb_build_object(
                     'key', y.key, 'account', y.account, 'gateway', y.gateway, 'state', y.state, 'sends', y.sends,
                     'same_key_retries', y.same_key_retries, 'enquiries', y.enquiries, 'not_found', y.not_found,
                     'not_found_ms', ms(y.not_found_at),
                     'last_enquiry_ms', ms(y.last_enquiry_at), 'send_again_ms', ms(y.send_again_at),
                     'first_sent_ms', ms(y.claimed_at), 'last_started_ms', ms(last.started_at),
                     'last_ended_ms', ms(last.ended_at), 'before_restore', ${BEFORE_RESTORE}, 'key_unknown', ${KEY_UNKNOWN},
                     'doubted', y.failure_code IS NOT DISTINCT FROM '${DOUBTED}')
              FROM payout y
              JOIN send last ON last.payout = y.key AND last.number = y.sends
             WHERE y.disbursement = d.key AND y.n = d.attempts), 'open_send', ${OPEN_SEND}, 'asked', ${ASKED},
                   'approval', CASE WHEN ${IS_OPEN} THEN ${APPROVAL} END)
            FROM disbursement d WHERE (d.programme, d.ref, d.tranche) = (t.programme, t.ref, t.code)))
            ORDER BY t.position), '[]')
          FROM tranche t WHERE (t.programme, t.ref) = (p.programme, p.ref)) AS tranches
  FROM participant p
 WHERE p.programme = $1 AND p.ref = $2`

/** The life, locked until the transaction ends. Throws `unknown-participant`. */
export async function lockLife(sql: Sql, programme: string, ref: string): Promise<LifeRow> {
  const [, life] = await Promise.all([
    sql.query('SELECT FROM participant WHERE programme = $1 AND ref = $2 FOR UPDATE', [programme, ref]),
    readLife(sql, programme, ref),
  ])
  return life
}

/** Whether and why a person is on hold, for the row that tells of a change of that. The words of people are in the row of the hold itself. */
export function heldBefore({ held, hold_cause: cause, held_since_ms: sinceMs }: LifeRow) {
  return { held, cause, sinceMs }
}

/** Locks the life that a disbursement is owed to, until the transaction ends; nothing is read. */
export async function lockOwed(sql: Sql, disbursement: string): Promise<void> {
  await sql.query(
    `SELECT FROM participant WHERE (programme, ref) = (SELECT programme, ref FROM disbursement WHERE key = $1) FOR UPDATE`,
    [disbursement],
  )
}

/** The life as it stands now, without a lock. Throws `unknown-participant`. */
export async function readLife(sql: Sql, programme: string, ref: string): Promise<LifeRow> {
  const { rows } = await sql.query<LifeRow>({ name: 'load-life', text: LOAD, values: [programme, ref] })
  const row = rows[0]
  if (!row) throw new Problem('unknown-participant', 'nobody in this programme has this reference')
  return {
    ...row,
    admitted_ms: number(row.admitted_ms),
    trained_ms: number(row.trained_ms),
    heard_ms: number(row.heard_ms),
    held_since_ms: number(row.held_since_ms),
    held_for_ms: Number(row.held_for_ms),
  }
}

function number(value: number | bigint | null): number | null {
  return value === null ? null : Number(value)
}

/** The part of a life that the pure machine decides over; an account that no gateway reaches is none it can use. */
export function lifeOf(row: LifeRow, gateway: string | null): Life {
  const account = gateway === null ? null : row.account
  return {
    stage: row.stage,
    outcome: row.outcome,
    admittedAtMs: row.admitted_ms,
    trainedAtMs: row.trained_ms,
    held: row.held,
    heldForMs: row.held_for_ms,
    withdrawn: row.withdrawn,
    yearEnding: row.year_ending,
    accountUsableFromMs: account?.usable_ms ?? null,
    accountLinkedAtMs: account?.linked_ms ?? null,
    accountRestsUntilMs: account?.rests_ms ?? null,
    failedAccount: row.failed_account && { checkAtMs: row.failed_account.check_ms },
    evidence: row.evidence.map((fact) => ({ kind: fact.kind, subject: fact.subject, occurredAtMs: fact.ms })),
    tranches: row.tranches.map((tranche) => ({
      code: tranche.code,
      state: tranche.state,
      opensAtMs: tranche.opens_ms,
      closesAtMs: tranche.closes_ms,
      dueAtMs: tranche.due_ms,
      disbursement: tranche.disbursement && {
        state: tranche.disbursement.state,
        releaseAtMs: tranche.disbursement.release_ms,
        lapsesAtMs: tranche.disbursement.lapses_ms,
        firstPaidAtMs: tranche.disbursement.first_paid_ms,
        reason: tranche.disbursement.reason,
        action: tranche.disbursement.action,
        actionByMs: tranche.disbursement.action_by_ms,
        uncertain: tranche.disbursement.asked !== null || tranche.disbursement.open_send !== null,
      },
    })),
  }
}

/** A payout as the enquiry ladder sees it. */
export function waitingPayout(row: PayoutRow): WaitingPayout {
  return {
    state: row.state,
    sends: row.sends - row.same_key_retries,
    firstSentAtMs: row.first_sent_ms,
    lastSendStartedAtMs: row.last_started_ms,
    lastSendEndedAtMs: row.last_ended_ms,
    enquiries: row.enquiries,
    lastEnquiryAtMs: row.last_enquiry_ms,
    notFound: row.not_found,
    notFoundAtMs: row.not_found_ms,
    sendAgainAtMs: row.send_again_ms,
    isBeforeRestore: row.before_restore,
    isKeyUnknown: row.key_unknown,
    isDoubted: row.doubted,
  }
}

/** An open send, as the machine sees it. */
export function openSend({
  key,
  gateway,
  enquiries,
  ...row
}: OpenSendRow): OpenSend & { key: string; gateway: string } {
  return { key, gateway, enquiries, startedAtMs: row.started_ms, lastEnquiryAtMs: row.last_enquiry_ms }
}

/** What is asked about first, as the machine sees it. */
export function askedPayout(row: AskedRow): AskedPayout & { readonly key: string; readonly gateway: string } {
  const { key, gateway, enquiries } = row
  return { key, gateway, enquiries, askedAtMs: row.asked_ms, lastEnquiryAtMs: row.last_enquiry_ms }
}
