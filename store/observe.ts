/**
 * The single doorway of facts about payouts: submit results, callbacks, enquiries and statement lines all go through `observe(batch)`.
 * One transaction a batch: lives locked, facts folded by `domain/`, then states, postings, audit rows and messages written
 * set-based. Repeating a batch changes nothing and gives the same answer.
 */
import { afterPayout, followPayout, RECEIVABLE_STANDS } from '../domain/disbursement.ts'
import { deadlineAfter } from '../domain/duration.ts'
import { callEndsByMs, isNotFoundEvidence, settlesAtMs, type EnquiryTiming } from '../domain/enquiry.ts'
import type { Failure } from '../domain/observation.ts'
import { nextForDisbursement } from '../domain/next.ts'
import {
  foldPayout,
  TWIN_ALARMS,
  twinAlarm,
  type PayoutDecision,
  type PayoutMoney,
  type PayoutState,
} from '../domain/payout.ts'
import type { Programme } from '../domain/programme.ts'
import type { DisbursementStanding } from '../domain/standing.ts'
import { freezeTwins } from './breaker.ts'
import type { Sql } from './database.ts'
import { rulesFor } from './failure-rules.ts'
import { askedPayout, openSend, waitingPayout, type OpenSendRow } from './life-rows.ts'
import type { ObservationItem } from './observation-item.ts'
import { tellOf } from './observe-audit.ts'
import { Harvest, numberHarvest, writeHarvest } from './observe-write.ts'
import { isOtherAccount } from './observed-account.ts'
import { keepDoubt, setFailure } from './observed-failure.ts'
import { refuseAccount } from './observed-refusal.ts'
import { aboutReturn, askAboutReturn, closeQuestion } from './observed-return.ts'
import type { StoreContext } from './options.ts'
import { isAccountGone, isHeld, lockWork, type Work } from './payout-rows.ts'
import { callBeside } from './receivables-beside.ts'

export interface ObservationResult {
  readonly payout: string
  readonly state: PayoutState
  /** What the machine made of it: moved, kept, or to be sent again. */
  readonly decision: string
  readonly disbursement: DisbursementStanding
}

/** Folds a batch of facts. Results are in the order of the items. Throws an Error when a payout does not exist: match first. */
export async function observeLocked(
  sql: Sql,
  context: StoreContext,
  items: readonly ObservationItem[],
): Promise<ObservationResult[]> {
  const { pass } = context
  // Sent together: the rules are read once for the whole batch, behind the locks, and only where a fact has a code of its gateway.
  const loading = Promise.all([lockWork(sql, [...new Set(items.map((item) => item.payout))]), rulesFor(sql, items)])
  const [work, rules] = await pass('outcome:locked', loading)
  const harvest = new Harvest()
  const folded: Folded[] = []
  for (const told of items) {
    const row = work.get(told.payout)
    if (!row) throw new Error(`no payout ${told.payout}`)
    const item = { ...told, fact: rules.read(row, told.fact) }
    const versioning = context.programmes.version(row.programme, row.programme_version, sql)
    const programme = await pass('outcome:ruled', versioning)
    folded.push({ row, programme, item, decision: foldItem(harvest, context, row, programme, item) })
  }
  await pass('outcome:numbered', numberHarvest(sql, harvest))
  await pass('outcome:written', writeHarvest(sql, harvest))
  await pass('outcome:called', callBeside(sql, [...harvest.beside.values()]))
  await pass('outcome:watched', freezeTwins(sql, [...harvest.twins.values()]))
  return folded.map(({ row, programme, item, decision }) => {
    const disbursement = standingOfWork(context, row, programme, item.atMs)
    return { payout: row.key, state: row.state, decision, disbursement }
  })
}

interface Folded {
  readonly row: Work
  readonly programme: Programme
  readonly item: ObservationItem
  readonly decision: string
}

/** What a fold asks of the store around it; no SQL. */
export type FoldContext = Pick<StoreContext, 'timingOf' | 'route'> & {
  readonly vault: Pick<StoreContext['vault'], 'accountIndexUnder'>
}

/** Folds one fact into a payout and what surrounds it, in memory: `row` moves, and `harvest` gathers what is to be written. */
export function foldItem(
  harvest: Harvest,
  context: FoldContext,
  row: Work,
  programme: Programme,
  item: ObservationItem,
): string {
  const from = row.state
  const { state, reason } = row.disbursement
  const timing = context.timingOf(row.gateway)
  const sendMayEnd = row.last_ended_ms === null && item.atMs < callEndsByMs(row.last_started_ms, timing)
  const about = aboutReturn(row, item, timing)
  const isDoubted = row.doubted
  let said: string | null = null
  const decision = foldFact(context, row, item, about === 'contradicted')
  alarmTwins(harvest, row, item)
  closeSend(harvest, row, item)
  countEnquiry(timing, row, item)
  if (item.fact.kind === 'observed' && row.gateway_id === null) row.gateway_id = item.fact.observation.gatewayId
  if (decision.kind === 'send-again') {
    row.same_key_retries += 1
    row.send_again_ms = item.atMs + decision.afterMs
  }
  if (decision.kind === 'move') {
    row.state = decision.to
    row.alarm = decision.alarm ?? row.alarm
    // An alarm is no failure: what it failed with before is what people compare it with.
    if (decision.alarm === null) setFailure(row, decision.failure)
    said = followDisbursement(harvest, context, row, programme, { from, failure: decision.failure, atMs: item.atMs })
    if (decision.to === 'returned') askAboutReturn(row, item)
    // The life hears of it from the activity that asked; only news from outside needs a message. A send that may still
    // end brings the new state with it; one whose process died never will.
    const isNews = (item.source === 'callback' && !sendMayEnd) || item.source === 'statement'
    if (isNews && !followsAnother(harvest, row, from)) harvest.nudge(row)
  }
  keepDoubt(row, item, decision)
  refuseAccount(harvest, row, programme, item, { said, isDoubted, decision })
  closeLostSend(harvest, row, item, timing)
  closeQuestion(row, item, about)
  const outcome = decision.kind === 'keep' ? `keep:${decision.note}` : decision.kind
  harvest.observed(row, item, from, outcome)
  for (const entry of tellOf(row, item, { payout: from, disbursement: { state, reason } }, decision))
    harvest.audit.push(entry)
  harvest.touch(row)
  return outcome
}

/**
 * True for a success after which the life still waits for another payment, and for nothing else: it is told when that has its
 * outcome, or looks when this one was to be asked about. A signal and the look it causes are dearer than the callback itself.
 */
function followsAnother(harvest: Harvest, row: Work, from: PayoutState): boolean {
  const { disbursement, beside_under_way: others } = row
  // Nobody was to ask about what was failing: no look would find that it has succeeded after all.
  if (from === 'failing') return false
  // What this batch has moved tells nothing any more.
  return (
    row.state === 'paid' &&
    disbursement.state === 'paid' &&
    (others ?? []).some((key) => !harvest.disbursements.has(key))
  )
}

/** Two payouts under one reference stop their gateway, whatever the payout's state; told once a payout. */
function alarmTwins(harvest: Harvest, row: Work, item: ObservationItem): void {
  const alarm = twinAlarm(row.gateway_id, item.fact)
  if (alarm === null || TWIN_ALARMS.some((known) => known === row.alarm)) return
  row.alarm = alarm
  harvest.twins.set(row.gateway, { gateway: row.gateway, payout: row.key, atMs: item.atMs })
}

function foldFact(
  context: FoldContext,
  row: Work,
  item: ObservationItem,
  isReturnContradicted: boolean,
): PayoutDecision {
  // What its end has told once it does not tell again: a repeat would count another throttling, or end another send.
  if (item.source === 'submit' && hasEnded(row, item.send) && item.fact.kind !== 'observed') {
    return { kind: 'keep', note: 'repeated' }
  }
  const facts = {
    state: row.state,
    amount: row.amount,
    currency: row.currency,
    sends: row.sends - row.same_key_retries,
    sameKeyRetries: row.same_key_retries,
    gatewayId: row.gateway_id,
    failure: row.failure,
    failureFinal: context.timingOf(row.gateway).failureFinal,
    isPartlyBack: row.returned > 0n || row.repaid > 0n || row.money === 'repaid',
    isOtherAccount:
      item.source === 'statement' ? item.isOtherAccount : isOtherAccount(context.vault, row.sent_to, item.fact),
    isReturnContradicted,
  }
  return foldPayout(facts, item.fact, item.source)
}

/** Only the last send can be open: another one is started when it has an end. */
function hasEnded(row: Work, send: number | undefined): boolean {
  return send !== undefined && (send < row.sends || row.last_ended_ms !== null)
}

function closeSend(harvest: Harvest, row: Work, item: ObservationItem): void {
  if (item.source !== 'submit' || item.send === undefined || hasEnded(row, item.send)) return
  endSend(harvest, row, item.send, item.atMs, item.fact.kind)
}

/**
 * A send whose process died ends when an enquiry asked after its timeout and the quiet period is answered, or once its payout is
 * paid and the call is over. It ended at the latest when its timeout passed.
 */
function closeLostSend(harvest: Harvest, row: Work, item: ObservationItem, timing: EnquiryTiming): void {
  if (row.last_ended_ms !== null) return
  const isAnswered = item.source === 'enquiry' && item.fact.kind !== 'unavailable'
  const isPaid = row.state === 'paid' || row.state === 'returned'
  const isOver =
    (isAnswered && item.atMs >= settlesAtMs(row.last_started_ms, timing)) ||
    (isPaid && item.atMs >= callEndsByMs(row.last_started_ms, timing))
  if (!isOver) return
  endSend(harvest, row, row.sends, row.last_started_ms + timing.submitTimeoutMs, 'lost')
}

function endSend(harvest: Harvest, row: Work, send: number, atMs: number, result: string): void {
  harvest.endSend(row.key, send, atMs, result)
  row.last_ended_ms = atMs
  if (row.disbursement.open_send?.key === row.key) row.disbursement.open_send = null
}

function countEnquiry(timing: EnquiryTiming, row: Work, item: ObservationItem): void {
  if (item.source !== 'enquiry' || item.enquiry <= row.enquiries) return
  const before = { enquiries: row.enquiries, notFoundAtMs: row.not_found_ms }
  row.enquiries = item.enquiry
  row.last_enquiry_ms = item.atMs
  if (item.fact.kind !== 'not-found') return
  const endedAtMs = row.last_ended_ms ?? row.last_started_ms + timing.submitTimeoutMs
  if (!isNotFoundEvidence({ endedAtMs, ...before }, timing, item.atMs)) return
  row.not_found += 1
  row.not_found_ms = item.atMs
}

interface Moved {
  readonly from: PayoutState
  readonly failure: Failure | null
  readonly atMs: number
}

/** Moves what is owed after its payout; why the account can be paid no more, null where nothing is said against it. */
function followDisbursement(
  harvest: Harvest,
  context: FoldContext,
  row: Work,
  programme: Programme,
  moved: Moved,
): string | null {
  const disbursement = row.disbursement
  const before = row.money
  postMoved(harvest, row, programme, moved)
  count(row, before)
  // Money that was nobody's success says nothing of what is owed when it comes back; people look where it is contradicted.
  if (isToBeHadBack(before) && row.state !== 'review') return null
  const delays = context.timingOf(row.gateway).retryDelaysMs
  const ended = afterPayout(row.state, moved.failure, disbursement, delays)
  if (!ended) return null
  const { owed, credited, clearing } = disbursement
  // What was delivered counts, whichever attempt it was, but while another one is under way.
  const isNewest = row.n === disbursement.attempts || (before === 'credited' && clearing === 0n)
  // What is under review itself is decided about first.
  const hasBeside = disbursement.beside !== null && row.state !== 'review'
  const wasReviewed = disbursement.state === 'review'
  const { state, reason } = disbursement
  const at = { state, reason, isNewest, hasBeside, rest: owed - credited }
  const step = followPayout(at, ended)
  if (step.reason === RECEIVABLE_STANDS && !wasReviewed) harvest.callBeside(row, moved.atMs)
  disbursement.state = step.to
  disbursement.reason = step.reason
  if (row.state === 'returned') {
    disbursement.returns += 1
    disbursement.returned = (BigInt(disbursement.returned) + row.amount).toString()
    if (disbursement.state !== 'lapsed') renewDeadline(row, programme, moved.atMs)
  }
  if (step.to === 'released' && step.retryAfterMs !== null) {
    if (step.isRetry) disbursement.retries += 1
    disbursement.release_ms = moved.atMs + step.retryAfterMs
  }
  // An account that is linked from here on is another one than failed, and resumes it.
  if (step.to === 'failed') disbursement.release_ms = row.first_sent_ms
  if (step.to === 'float-short') {
    disbursement.release_ms = moved.atMs + context.timingOf(row.gateway).floatCheckMs
  }
  harvest.moveDisbursement(row)
  return step.accountFailed ? ended.reason : null
}

/** What its attempts have delivered, and have under way, follows this one's money. */
function count({ disbursement, money, amount, returned }: Work, before: PayoutMoney): void {
  for (const kind of ['credited', 'clearing'] as const) {
    if (before === kind) disbursement[kind] -= amount - returned
    if (money === kind) disbursement[kind] += amount - returned
  }
}

/** Money follows the state: what was on its way is with the payee or owed again, and a return comes back the way it went. */
function postMoved(harvest: Harvest, row: Work, programme: Programme, moved: Moved): void {
  const { atMs } = moved
  if (isToBeHadBack(row.money)) return postRecovered(harvest, row, programme, atMs)
  const wasOnItsWay = row.money === 'clearing'
  if (row.state === 'paid' || row.state === 'returned') {
    if (wasOnItsWay) {
      harvest.post(row, programme, 'paid', atMs)
      // Whatever the same batch tells next: what follows the first payment counts from here.
      row.disbursement.first_paid_ms ??= atMs
      row.disbursement.paid_ms = atMs
    }
    row.money = 'credited'
  }
  if (row.state === 'returned') {
    harvest.post(row, programme, 'returned', atMs)
    // What it was a part of has lapsed: it is not owed again.
    if (row.disbursement.state === 'lapsed') harvest.post(row, programme, 'lapsed', atMs)
    row.money = 'back'
  }
  if (wasOnItsWay && (row.state === 'failed' || row.state === 'cancelled' || row.state === 'not-sent')) {
    harvest.post(row, programme, 'voided', atMs)
    row.money = 'back'
  }
}

/** What comes back is owed anew: the person has as long to act as if it had only now become due. */
function renewDeadline({ disbursement }: Work, { tranches, zone }: Programme, atMs: number): void {
  const rule = tranches.find(({ code }) => code === disbursement.tranche)
  if (rule) disbursement.lapses_ms = Math.max(disbursement.lapses_ms, deadlineAfter(atMs, rule.lapsesAfter, zone))
}

function isToBeHadBack(money: PayoutMoney): boolean {
  return money === 'receivable' || money === 'written-off' || money === 'repaid'
}

/** What somebody owed us has come back through the gateway itself. */
function postRecovered(harvest: Harvest, row: Work, programme: Programme, atMs: number): void {
  if (row.state !== 'returned') return
  harvest.post(row, programme, row.money === 'receivable' ? 'recovered' : 'written-off-recovered', atMs)
  row.money = 'back'
}

/** Where the disbursement of a folded payout stands now. */
export function standingOfWork(
  context: FoldContext,
  row: Work,
  programme: Programme,
  nowMs: number,
): DisbursementStanding {
  const { key, tranche, state, reason } = row.disbursement
  const releaseAtMs = Math.max(row.disbursement.release_ms, row.live_account?.usable_ms ?? 0)
  const gateway = row.live_account ? context.route(programme.payment.gateways, row.live_account.institution) : null
  const payout = { ...waitingPayout(row), key: row.key, gateway: row.gateway }
  const open = openSendOf(row)
  const asked = row.disbursement.asked && askedPayout(row.disbursement.asked)
  const accountGone = isAccountGone(row)
  const question = {
    state,
    releaseAtMs,
    held: isHeld(row),
    gateway,
    accountGone,
    payout,
    openSend: open && openSend(open),
    asked,
  }
  return { key, tranche, state, reason, next: nextForDisbursement(question, programme, context.timingOf, nowMs) }
}

/** The open send of its disbursement; where it is this one's own, with what was asked since it was read. */
function openSendOf({ key, enquiries, last_enquiry_ms, disbursement }: Work): OpenSendRow | null {
  const open = disbursement.open_send
  return open?.key === key ? { ...open, enquiries, last_enquiry_ms } : open
}
