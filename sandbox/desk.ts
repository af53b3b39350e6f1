/** Takes payouts in and brings them to their end. Everything it does is a journal entry first. */
import { createHash } from 'node:crypto'
import type { Book, Payout } from './book.ts'
import type { CallbackSender } from './callbacks.ts'
import type { VirtualClock } from './clock.ts'
import type { Entry, Fact } from './entries.ts'
import type { Journal } from './journal.ts'
import type { Answer } from './scenarios.ts'
import { scenarioOf } from './scenarios.ts'
import type { PayoutRequest } from './wire.ts'

export interface Desk {
  /** Takes one send; `body` are its bytes as they came. Same key and bytes: the live payout. */
  send(request: PayoutRequest, key: string, body: Uint8Array): Sent
  /** A transfer into our balance; one whose number has come in already changes nothing. */
  topUp(amount: bigint, number?: string): void
  /** Brings money back that was delivered; `false` when there is none to bring back. */
  bringBack(payout: Payout): boolean
  /** Goes on with what a restart has interrupted. */
  start(): void
}

export type Sent =
  | { readonly kind: 'committed'; readonly payout: Payout; readonly answer: Answer }
  | { readonly kind: 'repeated'; readonly payout: Payout }
  | { readonly kind: 'ignored'; readonly answer: Answer }
  | { readonly kind: 'duplicate' }

export interface DeskParts {
  readonly book: Book
  readonly journal: Journal
  readonly clock: VirtualClock
  readonly callbacks: CallbackSender
}

/** Writes a fact down and lets everybody concerned know it. */
export function record({ book, journal, clock, callbacks }: DeskParts, fact: Fact): Entry {
  const entry = journal.append(fact, clock.now())
  book.apply(entry)
  callbacks.learn(entry, 'id' in entry ? book.byId(entry.id) : undefined)
  return entry
}

export function openDesk(parts: DeskParts): Desk {
  const { book, clock } = parts

  function send(request: PayoutRequest, key: string, body: Uint8Array): Sent {
    const bodySha256 = createHash('sha256').update(body).digest('hex')
    const known = book.byKey(key)
    if (known) return known.bodySha256 === bodySha256 ? { kind: 'repeated', payout: known } : { kind: 'duplicate' }
    if (book.byReference(request.reference).length > 0) return { kind: 'duplicate' }

    const { answer } = scenarioOf(request.account)
    const ignores = sendsIgnored(answer)
    const { reference, account } = request
    const isIgnored = answer === 'closed' ? !book.wasClosedTo(account) : book.ignored(reference) < ignores
    if (isIgnored) {
      record(parts, { kind: 'ignored', reference, answer, ...(answer === 'closed' ? { account } : {}) })
      return { kind: 'ignored', answer }
    }
    return { kind: 'committed', payout: commit(request, key, bodySha256), answer: ignores > 0 ? 'normal' : answer }
  }

  function commit(request: PayoutRequest, key: string, bodySha256: string): Payout {
    const { reference, amount, currency, institution, account, holder } = request
    const scenario = scenarioOf(account)
    const float = book.floatFor(account, amount, scenario)
    const debited = float === 'enough' ? amount : 0n
    const id = `po_${createHash('sha256').update(key).digest('hex').slice(0, 20)}`
    record(parts, {
      kind: 'accepted',
      id,
      reference,
      key,
      bodySha256,
      amount: amount.toString(),
      currency,
      institution,
      account,
      fingerprint: createHash('sha256').update(`${institution} ${account}`).digest('hex').slice(0, 32),
      holder,
      scenario: scenario.code,
      attempt: book.attempts(account) + 1,
      float,
      debited: debited.toString(),
      balance: (book.balance - debited).toString(),
    })
    const payout = book.byId(id)
    if (!payout) throw new Error('an accepted payout is not in the book')
    scheduleNext(payout)
    return payout
  }

  /** What its plan has for the moment in which it was committed happens at once: before the answer. */
  function scheduleNext(payout: Payout): void {
    const step = payout.done
    const next = payout.steps[step]
    if (!next) return
    if (next.afterMs === 0) advance(payout, step)
    else clock.at(payout.acceptedAtMs + next.afterMs, () => advance(payout, step))
  }

  function advance(payout: Payout, step: number): void {
    const next = payout.steps[step]
    if (!next || payout.done !== step) return
    const { id, reference } = payout
    if (next.status === 'SUCCEEDED') {
      const debited = payout.held === 0n ? payout.amount : 0n
      record(parts, { kind: 'credited', ...movement(payout, -debited), step, debited: debited.toString() })
    } else if (next.status === 'FAILED' || next.status === 'CANCELLED') {
      const restored = payout.held.toString()
      const balance = (book.balance + payout.held).toString()
      const cancelled = next.status === 'CANCELLED' ? ({ isCancelled: true } as const) : {}
      record(parts, {
        kind: 'failed',
        id,
        reference,
        step,
        code: next.code ?? next.status,
        ...cancelled,
        restored,
        balance,
      })
    } else if (next.status === 'RETURNED') {
      record(parts, { kind: 'returned', ...movement(payout, returnedOf(payout), returnedOf(payout)), step })
    } else {
      record(parts, { kind: 'moved', id, step, status: next.status })
    }
    scheduleNext(payout)
  }

  function movement(payout: Payout, change: bigint, amount = payout.amount) {
    const { id, reference, currency, institution, account, fingerprint } = payout
    const balance = (book.balance + change).toString()
    return { id, reference, amount: amount.toString(), currency, institution, account, fingerprint, balance }
  }

  return {
    send,
    topUp(amount, number) {
      if (number !== undefined && book.hasTransfer(number)) return
      const balance = (book.balance + amount).toString()
      record(parts, { kind: 'top-up', amount: amount.toString(), balance, ...(number === undefined ? {} : { number }) })
    },
    bringBack(payout) {
      if (payout.status !== 'SUCCEEDED') return false
      record(parts, { kind: 'returned', ...movement(payout, payout.amount), step: null })
      return true
    },
    start() {
      for (const payout of book.unfinished()) scheduleNext(payout)
    },
  }
}

/** What comes back of it. */
function returnedOf({ amount, scenario }: Payout): bigint {
  return scenario.returns === 'all' ? amount : amount / 3n
}

function sendsIgnored(answer: Answer): number {
  if (answer === 'throttled') return 2
  if (answer === 'always-lost' || answer === 'refused') return Infinity
  return answer === 'lost' || answer === 'server-error' || answer === 'closed' ? 1 : 0
}
