/** The end of a simulated world: everybody's money, by the gateway's journal, against the books. */
import { disbursementOf, type Rows, type StoredDisbursement, type StoredPayout } from './rows.ts'
import type { Heard, Judge } from './judge.ts'
import { obligationOf, type Executed } from './provider.ts'
import type { FailureFinal } from '../../domain/payout.ts'
import type { Setting } from './setting.ts'

const ENDS: readonly string[] = ['paid', 'lapsed', 'cancelled', 'review', 'needs-account', 'float-short', 'failed']

/** The words by which a gateway ends a payout: where its failures are final only later, its statement alone. */
const DENIALS: Readonly<Record<FailureFinal, readonly string[]>> = {
  'at-once': ['FAILED', 'CANCELLED', 'UNDEBITED'],
  'after-statement': ['UNDEBITED'],
}

/**
 * Whether `late` was sent in good faith: the gateway had denied `early` (or a second object it had made of it) before, and had not
 * yet taken that back; or it had told that the one of two objects came back, and had never told of the other.
 */
function isExcused({ timing }: Setting, judge: Judge, early: Executed, late: Executed): boolean {
  if (early.key === late.key) return false
  const claimedMs = judge.claimedMs.get(late.key) ?? 0
  const before = heardUnder(judge, early).filter(({ atMs }) => atMs < claimedMs)
  const denied = before.findIndex(({ status }) => DENIALS[timing.failureFinal].includes(status))
  if (denied >= 0 && !before.slice(denied).some(({ status }) => status === 'SUCCEEDED')) return true
  return before.some(({ status }) => status === 'RETURNED') && !before.some(({ gatewayId }) => gatewayId === early.id)
}

/** What we had heard of one of the gateway's payouts, in order. */
function heardOf(judge: Judge, executed: Executed): Heard[] {
  return heardUnder(judge, executed).filter(({ gatewayId }) => gatewayId === executed.id)
}

/** What we had heard of whatever the gateway made of one key. */
function heardUnder(judge: Judge, { key }: Executed): readonly Heard[] {
  return judge.heard.get(key.split('~')[0] ?? '') ?? []
}

export function judgeEnd(setting: Setting, judge: Judge, executed: readonly Executed[]): void {
  const { rows, programme } = setting
  const byObligation = new Map<string, Executed[]>()
  for (const one of executed) byObligation.set(obligationOf(one), [...(byObligation.get(obligationOf(one)) ?? []), one])
  for (const { ref, tranches } of rows.people.all()) {
    for (const { code } of tranches) {
      const name = `${ref.slice(-6)} ${programme.code} ${code}`
      const mine = byObligation.get(name) ?? []
      judgeDuplicates(setting, judge, name, mine)
      const stored = rows.disbursements.find(disbursementOf(ref, code))
      if (stored) judgeObligation(setting, judge, stored, mine)
      else if (mine.length > 0) setting.find('duplicate', `${name} was paid and never owed`)
    }
  }
  judgeBooks(setting)
}

function judgeDuplicates(setting: Setting, judge: Judge, name: string, mine: readonly Executed[]): void {
  const credited = mine.filter((one) => one.isCredited && !one.isReturned && !one.isTwin)
  for (const [index, late] of credited.entries()) {
    const unexcused = credited
      .slice(0, index)
      .filter((early) => !isExcused(setting, judge, early, late) && !isExcused(setting, judge, late, early))
    if (unexcused.length > 0)
      setting.find('duplicate', `${name}: ${unexcused.map(({ key }) => key).join()} and ${late.key}`)
  }
}

function judgeObligation(setting: Setting, judge: Judge, stored: StoredDisbursement, mine: readonly Executed[]): void {
  const { rows, find } = setting
  const { key, state } = stored
  if (!ENDS.includes(state)) return find('lost', `${key} is left ${state}`)
  const payouts = rows.payoutsOf(stored)
  const paid = payouts.filter(({ state: at, money }) => at === 'paid' && money === 'credited')
  for (const payout of paid) judgePaid(setting, judge, payout, mine)
  if (state === 'paid' && paid.length !== 1) find('lost', `${key} is paid by ${paid.length} payouts`)
  const isSeen = state === 'review' || payouts.some((payout) => payout.state === 'review')
  if (isSeen) return
  const ended = payouts.filter(({ state: at }) => at === 'paid')
  const settled = new Set(ended.map(({ gateway_id: id, reference }) => id ?? reference))
  for (const one of mine) {
    if (!one.isCredited || one.isReturned || one.isTwin) continue
    if (settled.has(one.id) || settled.has(one.reference)) continue
    // Of two objects of one request the gateway has told of the other: only the statement shows this one.
    const hasTwin = mine.some(({ key: other, isTwin }) => isTwin && other === one.key)
    const isTold = heardOf(judge, one).some(({ status }) => status === 'SUCCEEDED')
    if (hasTwin && !isTold) continue
    judgeUnseen(setting, judge, key, one)
  }
}

/** What our books call paid was credited, whole, and stayed there, as far as anybody has told. */
function judgePaid(setting: Setting, judge: Judge, payout: StoredPayout, mine: readonly Executed[]): void {
  const { find } = setting
  // Found paid by people, it may never have told us its id.
  const one = mine.find(({ id, reference, isTwin }) =>
    payout.gateway_id === null ? reference === payout.reference && !isTwin : id === payout.gateway_id,
  )
  if (!one?.isCredited) return find('lost', `${payout.key} is paid in the books and not at the gateway`)
  if (one.amount !== payout.amount)
    find(one.amount > payout.amount ? 'duplicate' : 'lost', `${payout.key} was paid ${one.amount}`)
  const isReturnHeard = heardOf(judge, one).some(({ status }) => status === 'RETURNED')
  if (one.isReturned && isReturnHeard) find('lost', `${payout.key} came back and is paid in the books`)
}

/** Money at the payee that our books do not show: right only where the gateway has denied it and never taken that back. */
function judgeUnseen(setting: Setting, judge: Judge, key: string, one: Executed): void {
  const heard = heardUnder(judge, one)
  const denied = heard.findIndex(({ status }) => status === 'FAILED' || status === 'CANCELLED')
  const isTakenBack = heard.slice(Math.max(denied, 0)).some(({ status }) => status === 'SUCCEEDED')
  if (denied < 0 || isTakenBack) setting.find('lost', `${key}: ${one.id} was paid and the books do not show it`)
}

/** Every control account against the rows it controls, as `store/read-books.ts` has them. */
export function judgeBooks({ rows, find }: Setting): void {
  for (const [account, expected] of Object.entries(expectedBalances(rows))) {
    const balance = rows.books.balances.get(account) ?? 0n
    if (balance !== expected) find('failure', `${account} is ${balance} in the ledger and ${expected} in the rows`)
  }
}

function expectedBalances(rows: Rows): Record<string, bigint> {
  const committed = total(rows.commitments.all(), ({ amount }) => amount)
  const obligated = total(rows.commitments.all(), (one) => one.obligated)
  const released = total(rows.commitments.all(), (one) => one.released)
  const owed = (isWanted: (state: string) => boolean): bigint =>
    total(rows.disbursements.all(), ({ state, amount }) => (isWanted(state) ? BigInt(amount) : 0n))
  const sent = (where: StoredPayout['money']): bigint =>
    total(rows.payouts.all(), ({ money, amount }) => (money === where ? amount : 0n))
  const alive = owed((state) => state !== 'lapsed' && state !== 'cancelled')
  const [clearing, credited, receivable] = [sent('clearing'), sent('credited'), sent('receivable')]
  const { amount } = rows.appropriation.get('only')
  return {
    'budget:appropriation': amount,
    'budget:available': amount - committed + released,
    'budget:committed': committed - obligated - released,
    'budget:obligated': alive - credited,
    'funds:receivable': receivable,
    'budget:disbursed': credited,
    'budget:lapsed': owed((state) => state === 'lapsed'),
    'funds:payable': alive - clearing - credited,
    'funds:clearing:sandbox': clearing,
    'funds:treasury': rows.books.funded - alive,
    'funds:float:sandbox': rows.books.funded - credited - receivable,
  }
}

function total<Row>(rows: Iterable<Row>, of: (row: Row) => bigint): bigint {
  let sum = 0n
  for (const row of rows) sum += of(row)
  return sum
}
