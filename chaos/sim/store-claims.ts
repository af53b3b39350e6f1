/** Claims on simulated rows: the real reasons to park, the same constraints, the same one transaction. */
import { createHash } from 'node:crypto'
import { afterPayout } from '../../domain/disbursement.ts'
import { sendByMs } from '../../domain/enquiry.ts'
import { gatewayReference, payoutKey } from '../../domain/identity.ts'
import type { Failure } from '../../domain/observation.ts'
import { claimParked, coveringRun, parkedReason, unsentReason } from '../../store/claim-parked.ts'
import type { Claim, ClaimDraft, Draft } from '../../store/claims.ts'
import type { Candidate } from '../../store/claim-candidate.ts'
import type { Programme } from '../../domain/programme.ts'
import { Sealed } from '../../store/vault.ts'
import { ConstraintViolation } from './database.ts'
import type { Judge } from './judge.ts'
import { GATEWAY } from './rows.ts'
import { MINUTE, type Setting } from './setting.ts'

const OVER: readonly string[] = ['failed', 'cancelled', 'not-sent', 'returned']

export class SimClaims {
  readonly #setting: Setting
  readonly #judge: Judge

  constructor(setting: Setting, judge: Judge) {
    this.#setting = setting
    this.#judge = judge
  }

  #candidate(key: string): Candidate {
    const { plant, rows } = this.#setting
    const candidate = rows.candidate(key)
    if (plant === 'next-attempt-while-send-open') return { ...candidate, send_open: false }
    if (plant !== 'asked-for-ever') return candidate
    const person = rows.people.get(candidate.ref)
    return { ...candidate, leaving: person.withdrawn }
  }

  /** As the engine (or a wrong one) knows its rules. */
  get #programme(): Programme {
    const { plant, programme } = this.#setting
    const isIgnored = plant === 'approval-ignored'
    return isIgnored ? { ...programme, payment: { ...programme.payment, release: 'automatic' } } : programme
  }

  draft(disbursement: string, nowMs: number): Draft {
    const { rows } = this.#setting
    const programme = this.#programme
    const candidate = this.#candidate(disbursement)
    const parked = parkedReason(candidate, programme, nowMs) ?? unsentReason(candidate, programme, GATEWAY, nowMs)
    if (parked || candidate.account === null) return { kind: 'parked', reason: parked ?? 'no-account' }
    const n = candidate.attempts + 1
    const { reference, salt } = this.#freeReference(disbursement, n)
    return {
      kind: 'draft',
      disbursement,
      gateway: GATEWAY,
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
      restore: null,
      mustReview: false,
      destination: new Sealed(rows.accounts.get(candidate.account).details),
    }
  }

  /** As `store/references.ts` has it. */
  #freeReference(disbursement: string, n: number): { reference: string; salt: number } {
    for (let salt = 0; ; salt += 1) {
      const reference = gatewayReference(disbursement, n, sha256, salt)
      if (this.#setting.rows.references.find(reference) === undefined) return { reference, salt }
    }
  }

  claim(draft: ClaimDraft, body: Uint8Array, nowMs: number): Claim {
    const { rows, timing, plant } = this.#setting
    const isCareless = plant === 'live-index-ignored'
    const candidate = this.#candidate(draft.disbursement)
    const parked = isCareless ? undefined : claimParked(candidate, this.#programme, draft, nowMs)
    if (parked) return { kind: 'parked', reason: parked }
    const claimed = isCareless ? this.#renumbered(draft, candidate.attempts + 1) : draft
    if (rows.references.find(claimed.reference) !== undefined) return { kind: 'collision' }
    this.#judge.claimed(claimed, nowMs)
    this.#insert(claimed, body, nowMs, isCareless)
    const { payout: subject, amount, gateway } = claimed
    rows.books.post({ event: 'claimed', subject, amount, gateway })
    return { kind: 'claimed', send: 1, sendByMs: sendByMs(nowMs, nowMs, timing) }
  }

  #renumbered(draft: ClaimDraft, n: number): ClaimDraft {
    if (n === draft.n) return draft
    // What was drafted is changed under the caller's feet: it sends what was claimed.
    const reference = gatewayReference(draft.disbursement, n, sha256)
    return Object.assign(draft, { n, payout: payoutKey(draft.disbursement, n), reference })
  }

  #insert(draft: ClaimDraft, body: Uint8Array, nowMs: number, isIndexIgnored: boolean): void {
    const { rows } = this.#setting
    const { payout: key, disbursement, ref, n, gateway, reference, amount, currency, accountId: account } = draft
    for (const earlier of rows.payoutsOf(rows.disbursements.get(disbursement))) {
      if (OVER.includes(earlier.state)) rows.payouts.update(earlier.key, { superseded: true })
    }
    rows.references.insert(reference, key)
    rows.payouts.insert(key, {
      key,
      disbursement,
      ref,
      n,
      gateway,
      reference,
      amount,
      currency,
      account,
      body,
      state: 'submitting',
      money: 'clearing',
      version: 0,
      superseded: false,
      decided_next: null,
      called: false,
      claimed_ms: nowMs,
      gateway_id: null,
      alarm: null,
      failure: null,
      sends: 1,
      same_key_retries: 0,
      enquiries: 0,
      not_found: 0,
      not_found_ms: null,
      last_enquiry_ms: null,
      send_again_ms: null,
      asked_ms: null,
    })
    rows.sends.insert(`${key}/1`, { started_ms: nowMs, ended_ms: null })
    const { version } = rows.disbursements.get(disbursement)
    rows.disbursements.update(disbursement, { state: 'in-flight', reason: null, attempts: n, version: version + 1 })
    if (!isIndexIgnored && rows.live(disbursement).length > 1) throw new ConstraintViolation('payout_live')
  }

  refuse(draft: ClaimDraft, failure: Failure, nowMs: number): void {
    const { rows } = this.#setting
    const candidate = rows.candidate(draft.disbursement)
    if (candidate.account !== draft.accountId) return
    const step = afterPayout('failed', failure, { attempts: draft.n, retries: 0, returns: 0 }, [])
    const stored = rows.disbursements.get(draft.disbursement)
    if (!step || stored.state !== 'released' || stored.attempts !== draft.n - 1) return
    const releaseAtMs = step.to === 'released' ? nowMs + 15 * MINUTE : nowMs
    rows.disbursements.update(draft.disbursement, {
      state: step.to,
      reason: step.reason,
      release_ms: releaseAtMs,
      version: stored.version + 1,
    })
    if (step.accountFailed) rows.accounts.update(draft.accountId, { state: 'failed' })
  }
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
