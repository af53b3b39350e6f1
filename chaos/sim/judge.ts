/**
 * Judges a simulated world by what the gateway really did and by what left our processes, not by what our books say. It keeps a
 * record of its own of what we were told and when.
 */
import type { EnquiryTiming } from '../../domain/enquiry.ts'
import type { ClaimDraft } from '../../store/claims.ts'
import type { ObservationItem } from '../../store/observation-item.ts'
import type { Work } from '../../store/payout-rows.ts'
import type { RunState } from '../../domain/payout-run.ts'
import type { LineRow } from './rows.ts'
import { Busy } from './busy.ts'
import type { Setting } from './setting.ts'

/** A word of the gateway that our store has taken in. */
export interface Heard {
  readonly status: string
  readonly gatewayId: string | null
  readonly atMs: number
}

/** What people have agreed to, as the judge saw it: nothing of a run may leave that is not in it. */
interface Agreed {
  readonly untilMs: number
  readonly lines: readonly LineRow[]
  state: RunState
}

interface Left {
  readonly firstMs: number
  readonly body: string
}

const OVER: readonly string[] = ['failed', 'cancelled', 'not-sent', 'returned']

export class Judge {
  readonly heard = new Map<string, Heard[]>()
  readonly claimedMs = new Map<string, number>()
  readonly #setting: Setting
  readonly #left = new Map<string, Left>()
  readonly #notFound = new Map<string, number[]>()
  readonly #agreed = new Map<string, Agreed>()
  readonly #newest = new Map<string, number>()
  readonly #busy: Busy
  #judgedWrites = -1

  constructor(setting: Setting) {
    this.#setting = setting
    this.#busy = new Busy(setting)
  }

  /** A fact was taken in by the store, whatever it made of it. */
  folded(row: Work, item: ObservationItem): void {
    const { fact } = item
    if (fact.kind === 'observed') {
      const { vendorStatus: status, gatewayId } = fact.observation
      const list = this.heard.get(row.key) ?? []
      this.heard.set(row.key, [...list, { status, gatewayId, atMs: this.#setting.clock.nowMs }])
    }
    if (fact.kind === 'undebited') {
      const told = { status: 'UNDEBITED', gatewayId: row.gateway_id, atMs: this.#setting.clock.nowMs }
      this.heard.set(row.key, [...(this.heard.get(row.key) ?? []), told])
    }
    if (item.source === 'enquiry' && fact.kind === 'not-found') {
      this.#notFound.set(row.key, [...(this.#notFound.get(row.key) ?? []), item.atMs])
    }
  }

  /** Another attempt is claimed: nothing of an earlier one may be open, unknown or doubted. */
  claimed(draft: ClaimDraft, nowMs: number): void {
    const { disbursement, payout, n } = draft
    const { rows, find } = this.#setting
    for (const earlier of rows.payoutsOf(rows.disbursements.get(disbursement))) {
      if (!OVER.includes(earlier.state) && !earlier.superseded)
        find('failure', `${payout} claimed while ${earlier.key} is ${earlier.state}`)
      if (earlier.asked_ms !== null) find('failure', `${payout} claimed while ${earlier.key} is asked about`)
      for (let number = 1; number <= earlier.sends; number += 1) {
        const isOpen = rows.sends.get(`${earlier.key}/${number}`).ended_ms === null
        if (isOpen) find('failure', `${payout} claimed while send ${number} of ${earlier.key} is open`)
      }
    }
    if (rows.people.get(rows.disbursements.get(disbursement).ref).held) find('failure', `${payout} claimed on hold`)
    this.#judgeAgreed(draft, nowMs)
    this.claimedMs.set(payout, nowMs)
    this.#newest.set(disbursement, n)
  }

  /** Two people have agreed to these lines and no others. */
  approved(run: string, proposer: string, approver: string, untilMs: number, lines: readonly LineRow[]): void {
    if (proposer === approver) this.#setting.find('failure', `${run} was approved by who put it forward`)
    this.#agreed.set(run, { untilMs, lines, state: 'approved' })
  }

  /** A run stands otherwise than before. */
  stands(run: string, state: RunState): void {
    const agreed = this.#agreed.get(run)
    if (agreed) agreed.state = state
  }

  #judgeAgreed({ payout, disbursement, run, amount, gateway, accountId }: ClaimDraft, nowMs: number): void {
    const { find, programme } = this.#setting
    if (programme.payment.release === 'automatic') return
    const agreed = run === null ? undefined : this.#agreed.get(run)
    if (!agreed) return find('failure', `${payout} claimed without an approval`)
    if (agreed.state !== 'releasing') find('failure', `${payout} claimed while its run is ${agreed.state}`)
    if (nowMs >= agreed.untilMs) find('failure', `${payout} claimed after its approval ran out`)
    const isAgreed = agreed.lines.some(
      (line) =>
        line.disbursement === disbursement &&
        line.amount === amount &&
        line.gateway === gateway &&
        line.account === accountId,
    )
    if (!isAgreed) find('failure', `${payout} is not what was approved`)
  }

  /** A resend is opened: only what was not found twice, asked after the quiet period, or what was turned away unexecuted. */
  resent(row: Work, nowMs: number, timing: EnquiryTiming): void {
    const { find } = this.#setting
    if (row.last_ended_ms === null) return find('failure', `${row.key} sent again while its send is open`)
    const mayHaveRun = row.sends - row.same_key_retries > 0
    if (timing.duplicate === 'silent' && mayHaveRun) find('failure', `${row.key} sent again where a repeat pays again`)
    if (row.held) find('failure', `${row.key} sent again on hold`)
    if (row.send_again_ms !== null && nowMs >= row.send_again_ms) return
    const quietMs = row.last_ended_ms + timing.quietPeriodMs
    const evidence = (this.#notFound.get(row.key) ?? []).filter((atMs) => atMs >= quietMs)
    if (evidence.length < 2) find('failure', `${row.key} sent again on ${evidence.length} proofs that it is not there`)
  }

  /** Bytes leave. */
  left(payout: string, body: Uint8Array): void {
    const { clock, find, timing } = this.#setting
    const text = Buffer.from(body).toString('latin1')
    const first = this.#left.get(payout) ?? { firstMs: clock.nowMs, body: text }
    this.#left.set(payout, first)
    if (first.body !== text) find('failure', `${payout} was sent with other bytes`)
    const claimedMs = this.claimedMs.get(payout) ?? clock.nowMs
    if (clock.nowMs > claimedMs + timing.replayHorizonMs - timing.replayMarginMs) {
      find('failure', `${payout} left after the gateway may have forgotten its key`)
    }
    const [disbursement = '', n = '0'] = payout.split('#')
    if (Number(n) < (this.#newest.get(disbursement) ?? 0)) find('failure', `${payout} left after a newer attempt`)
  }

  /** After every commit: no limit is broken, summed up from the rows and not from what they remember of sums. */
  afterCommit(what: string): void {
    const { rows, find } = this.#setting
    this.#busy.count(what)
    if (rows.commitments.writes === this.#judgedWrites) return
    this.#judgedWrites = rows.commitments.writes
    let promised = 0n
    for (const { amount, released, obligated } of rows.commitments.all()) {
      promised += amount - released
      if (obligated + released > amount) find('over-budget', 'more is owed to a person than a decree reserved')
    }
    const { amount } = rows.appropriation.get('only')
    if (promised > amount) find('over-budget', `${promised} are promised of ${amount}`)
  }
}
