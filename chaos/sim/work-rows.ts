/** Fresh copies of payouts and what surrounds them, as the store loads them: a batch folds into them, and only what it gathered is written. */
import { ON_ITS_WAY } from '../../domain/disbursement.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { Work } from '../../store/payout-rows.ts'
import { askedOf, disbursementOf, standsBeside, type Rows, type StoredPayout } from './rows.ts'

/** Of several attempts of one disbursement what is owed is one and the same. */
export function loadWork(rows: Rows, keys: readonly string[]): Map<string, Work> {
  const shared = new Map<string, Work['disbursement']>()
  const found = new Map<string, Work>()
  for (const key of keys) {
    const payout = rows.payouts.get(key)
    const owed = shared.get(payout.disbursement) ?? owedOf(rows, payout)
    shared.set(payout.disbursement, owed)
    found.set(key, workOf(rows, payout, owed))
  }
  return found
}

function owedOf(rows: Rows, { disbursement }: StoredPayout): Work['disbursement'] {
  const stored = rows.disbursements.get(disbursement)
  const payouts = rows.payoutsOf(stored)
  return {
    key: stored.key,
    tranche: stored.tranche,
    state: stored.state,
    reason: stored.reason,
    version: stored.version,
    attempts: stored.attempts,
    retries: stored.retries,
    returns: stored.returns,
    returned: stored.returns === 0 ? '0' : `${BigInt(stored.returns) * BigInt(stored.amount)}`,
    release_ms: stored.release_ms,
    lapses_ms: stored.lapses_ms,
    first_paid_ms: stored.first_paid_ms,
    paid_ms: stored.paid_ms,
    open_send: rows.openSendOf(payouts),
    asked: askedOf(payouts),
    beside: besideOf(payouts),
    owed: BigInt(stored.amount),
    credited: heldAs(payouts, 'credited'),
    clearing: heldAs(payouts, 'clearing'),
    budget_line: stored.budget_line,
    fiscal_year: stored.fiscal_year,
  }
}

/** Partial returns and deductions are not lived through here. */
function heldAs(payouts: readonly StoredPayout[], money: StoredPayout['money']): bigint {
  return payouts.filter((one) => one.money === money).reduce((sum, { amount }) => sum + amount, 0n)
}

function workOf(rows: Rows, payout: StoredPayout, disbursement: Work['disbursement']): Work {
  const person = rows.people.get(payout.ref)
  const live = rows.liveAccount(person)
  const times = rows.sendTimes(payout)
  return {
    key: payout.key,
    programme: person.programme,
    ref: payout.ref,
    programme_version: person.programme_version,
    region: person.region,
    wave: person.wave,
    closed: person.stage === 'closed',
    held: person.held,
    n: payout.n,
    gateway: payout.gateway,
    reference: payout.reference,
    amount: payout.amount,
    currency: payout.currency,
    account: payout.account,
    sent_to: sentTo(rows.accounts.get(payout.account).details),
    lost: false,
    state: payout.state,
    money: payout.money,
    version: payout.version,
    returned: 0n,
    repaid: 0n,
    gateway_id: payout.gateway_id,
    asked_ms: payout.asked_ms,
    failure: payout.failure,
    doubted: false,
    alarm: payout.alarm,
    sends: payout.sends,
    same_key_retries: payout.same_key_retries,
    enquiries: payout.enquiries,
    not_found: payout.not_found,
    not_found_ms: payout.not_found_ms,
    last_enquiry_ms: payout.last_enquiry_ms,
    send_again_ms: payout.send_again_ms,
    first_sent_ms: times.first_sent_ms,
    last_started_ms: times.last_started_ms,
    last_ended_ms: times.last_ended_ms,
    before_restore: false,
    key_unknown: false,
    disbursement,
    beside_under_way: besideUnderWay(rows, payout),
    live_account: live
      ? { id: live.id, institution: live.details.institution, usable_ms: live.usable_ms, undecided: false }
      : null,
  }
}

function besideUnderWay(rows: Rows, { ref, disbursement }: StoredPayout): readonly string[] | null {
  const { tranches } = rows.people.get(ref)
  if (tranches.some(({ state }) => state === 'planned' || state === 'open')) return null
  return tranches.flatMap(({ code }) => {
    const other = rows.disbursements.find(disbursementOf(ref, code))
    return other && other.key !== disbursement && ON_ITS_WAY.includes(other.state) ? [other.key] : []
  })
}

function besideOf(payouts: readonly StoredPayout[]): readonly string[] | null {
  const beside = payouts.filter(standsBeside)
  return beside.length === 0 ? null : beside.map(({ key }) => key)
}

/** Where a payout went, made once for an account. */
const destinations = new WeakMap<AccountDetails, Work['sent_to']>()

function sentTo(details: AccountDetails): Work['sent_to'] {
  const known = destinations.get(details)
  if (known) return known
  const { institution, number } = details
  const index = Buffer.from(number).toString('hex')
  const made = { institution, masked: `…${number.slice(-4)}`, index, index_key: 'simulated' }
  destinations.set(details, made)
  return made
}
