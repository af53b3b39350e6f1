/**
 * Random histories of several people on the real database: claims, answers, callbacks, enquiries, resends, people's decisions,
 * two at once and connections that die in the middle. After every history the books equal the rows they control, nobody was
 * paid more than they are owed, and everything stands at an end or waits by name.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FINAL_STATES, NAMED_WAITS } from '../../domain/disbursement.ts'
import type { Failure } from '../../domain/observation.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { Problem } from '../../domain/problem.ts'
import { listFreezes } from '../../store/freezes.ts'
import type { ObservationResult } from '../../store/observe.ts'
import { cases, isWhole } from '../support/cases.ts'
import { bankAccount } from '../support/builders.ts'
import { lift } from '../support/freezes.ts'
import {
  bytesOf,
  DAY,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  seen,
  seenFailed,
  SILENCE,
  TIMING,
  UNREACHABLE,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const WAIT: Failure = { class: 'retry-same', code: 'rate-limited', vendorCode: '429', retryAfterMs: 1000 }
const PLENTY = { gateway: 'sandbox', balance: { minor: 1_000_000_000_000n, currency: 'IDR' } }
const AWAY: Failure = { class: 'unknown', code: 'no-answer', vendorCode: '' }
const FACTS: Readonly<Record<string, (amount: bigint, id: string) => PayoutFact>> = {
  accepted: (minor, gatewayId) => seen('accepted', { gatewayId, amount: { minor, currency: 'IDR' } }),
  paid: (minor, gatewayId) => seen('paid', { gatewayId, amount: { minor, currency: 'IDR' } }),
  returned: (minor, gatewayId) => seen('returned', { gatewayId, amount: { minor, currency: 'IDR' } }),
  less: (minor, gatewayId) => seen('paid', { gatewayId, amount: { minor: minor - 1n, currency: 'IDR' } }),
  passing: (minor, gatewayId) => seenFailed('retry-new', { gatewayId, amount: { minor, currency: 'IDR' } }),
  account: (minor, gatewayId) => seenFailed('needs-account', { gatewayId, amount: { minor, currency: 'IDR' } }),
  float: (minor, gatewayId) => seenFailed('float-short', { gatewayId, amount: { minor, currency: 'IDR' } }),
  undocumented: (minor, gatewayId) => seenFailed('undocumented', { gatewayId, amount: { minor, currency: 'IDR' } }),
  silence: () => SILENCE,
  unreachable: () => UNREACHABLE,
  wait: () => ({ kind: 'retry-same', failure: WAIT }),
  'not-found': () => ({ kind: 'not-found' }),
  away: () => ({ kind: 'unavailable', failure: AWAY }),
  several: () => ({ kind: 'several', count: 2 }),
}

type MoveKind =
  | 'advance'
  | 'send'
  | 'tell'
  | 'tell-old'
  | 'answer'
  | 'lose'
  | 'try-again'
  | 'give-up'
  | 'link'
  | 'float'
  | 'hold'
  | 'leave'
  | 'survey'

interface Move {
  readonly person: number
  readonly act: MoveKind
  readonly fact: string
  readonly source: 'callback' | 'enquiry'
  readonly hours: number
  /** Done by two at the same time. */
  readonly twice: boolean
  /** Every connection dies while it is under way. */
  readonly killed: boolean
}

const often = <T>(weight: number, value: T) => ({ weight, arbitrary: fc.constant(value) })
const moves = fc.array(
  fc.record<Move>({
    person: fc.nat({ max: 2 }),
    act: fc.oneof(
      often(20, 'advance' as const),
      often(30, 'send' as const),
      often(30, 'answer' as const),
      often(30, 'tell' as const),
      often(8, 'tell-old' as const),
      often(14, 'lose' as const),
      often(14, 'try-again' as const),
      often(4, 'give-up' as const),
      often(12, 'link' as const),
      often(8, 'float' as const),
      often(4, 'hold' as const),
      often(1, 'leave' as const),
      often(8, 'survey' as const),
    ),
    fact: fc.constantFrom(...Object.keys(FACTS)),
    source: fc.constantFrom('callback', 'enquiry'),
    hours: fc.constantFrom(0, 0, 1, 3, 24, 24 * 8, 24 * 31),
    twice: fc.oneof(often(4, false), often(1, true)),
    killed: fc.oneof(often(12, false), often(1, true)),
  }),
  { minLength: 25, maxLength: 60 },
)

/** What random moves nearly always do is done at least once: every word there is, a send that is lost, and an attempt after another. */
const EVERYTHING: Move[] = (
  [
    { person: 0, act: 'try-again' },
    { person: 1, act: 'lose', hours: 0 },
    { person: 2, act: 'send', twice: true },
    ...Object.keys(FACTS).map((fact) => ({ person: 2, act: 'tell' as const, fact })),
  ] as const
).map((move) => ({ fact: 'accepted', source: 'callback', hours: 1, twice: false, killed: false, ...move }))

const happened = new Map<string, number>()
function note(what: string): void {
  happened.set(what, (happened.get(what) ?? 0) + 1)
}

interface PayoutRow {
  readonly key: string
  readonly disbursement: string
  readonly state: string
  readonly sends: number
  readonly amount: bigint
}

const OPEN: readonly string[] = ['submitting', 'unknown', 'accepted', 'processing']

class History {
  readonly refs: readonly string[]
  nowMs = NOON
  constructor(refs: readonly string[]) {
    this.refs = refs
  }

  async run(move: Move): Promise<void> {
    this.nowMs += move.hours * HOUR + MINUTE
    const works = Array.from({ length: move.twice ? 2 : 1 }, () => this.do(move))
    const killing = move.killed ? kill() : undefined
    const ended = await Promise.allSettled(works)
    await killing
    // What is still in the pool and dead fails at its next use: used up here, not in the middle of another move.
    if (move.killed) await Promise.allSettled(Array.from({ length: 10 }, () => world.store.reads.ping()))
    for (const one of ended) {
      if (one.status === 'fulfilled') continue
      const isExpected = one.reason instanceof Problem || (move.killed && isLostConnection(one.reason))
      if (!isExpected) throw one.reason as Error
      note(one.reason instanceof Problem ? 'refused' : 'killed')
    }
    if (move.twice) note('two at once')
  }

  private async do(move: Move): Promise<void> {
    const ref = this.refs[move.person] ?? ''
    const { store } = world
    const person = { programme: 'swift', ref, reason: 'x' }
    switch (move.act) {
      case 'advance':
        return this.advance(ref, move)
      case 'send':
        return this.send(ref)
      case 'answer':
      case 'tell':
      case 'tell-old':
        return this.tell(ref, move)
      case 'lose':
        return this.lose(ref)
      case 'try-again':
        return this.tryAgain(ref)
      case 'give-up':
        for (const payout of await payoutsOf(ref)) await store.payouts.giveUp(payout.key, this.nowMs)
        return
      case 'link':
        return world.link(ref, bankAccount(), this.nowMs)
      case 'float':
        for (const { key } of await disbursementsOf(ref)) await store.floats.restore(key, PLENTY, this.nowMs)
        return
      case 'hold':
        await world.act((acts) => (move.hours === 0 ? acts.hold(person) : acts.release(person)), this.nowMs)
        return
      case 'leave':
        await world.act((acts) => acts.withdraw(person), this.nowMs)
        return note('left')
      case 'survey':
        await world.advance(ref, this.nowMs)
        await world.act(
          (acts) =>
            acts.recordEvidence({
              programme: 'swift',
              ref,
              kind: 'survey-answered',
              subject: 'evaluation-1',
              occurredAtMs: this.nowMs,
              document: null,
            }),
          this.nowMs,
        )
        return note('survey answered')
    }
  }

  /** What a look says it did is what the next one reads. */
  private async advance(ref: string, move: Move): Promise<void> {
    const first = await world.advance(ref, this.nowMs)
    if (!move.twice && !move.killed) expect(await world.advance(ref, this.nowMs)).toEqual(first)
  }

  private async send(ref: string): Promise<void> {
    await world.advance(ref, this.nowMs)
    for (const { key } of await disbursementsOf(ref)) {
      const draft = await world.store.claims.draft(key, this.nowMs)
      if (draft.kind === 'parked') continue
      const claim = await world.store.claims.claim(draft, bytesOf(draft), this.nowMs)
      if (claim.kind === 'claimed') note(draft.n === 1 ? 'sent' : 'another attempt')
    }
  }

  /** A send of which nobody ever hears: asked about, not found twice, sent again. */
  private async lose(ref: string): Promise<void> {
    await this.send(ref)
    const payout = (await payoutsOf(ref)).findLast(({ state }) => state === 'submitting' || state === 'unknown')
    if (!payout) return
    const { key, sends } = payout
    await world.observe({ payout: key, source: 'submit', fact: SILENCE, atMs: this.nowMs, send: sends })
    for (const _ of [1, 2]) {
      // The second counts only some time after the first.
      this.nowMs += TIMING.quietPeriodMs
      await ask(key, { kind: 'not-found' }, this.nowMs)
    }
    if ((await world.store.payouts.reopen(key, this.nowMs)).kind === 'reopened') note('sent again')
  }

  /** A failure that passes, and another attempt after its delay. */
  private async tryAgain(ref: string): Promise<void> {
    await this.send(ref)
    const payout = (await payoutsOf(ref)).findLast(({ state }) => OPEN.includes(state))
    if (!payout) return
    const { key, amount } = payout
    const fact = seenFailed('retry-new', { gatewayId: `po_${key}`, amount: { minor: amount, currency: 'IDR' } })
    await world.observe({ payout: key, source: 'callback', fact, atMs: this.nowMs })
    this.nowMs += 4 * HOUR
    await this.send(ref)
    // Where the send of the failed attempt has no end, one more answer settles it first.
    await askWhatIsNext(ref, this.nowMs)
    await this.send(ref)
  }

  private async tell(ref: string, move: Move): Promise<void> {
    const payouts = await payoutsOf(ref)
    const payout = move.act === 'tell-old' ? payouts.at(0) : payouts.at(-1)
    const make = FACTS[move.fact]
    if (!payout || !make) return
    const fact = make(payout.amount, `po_${payout.key}`)
    const of = { payout: payout.key, fact, atMs: this.nowMs }
    const { decision } =
      move.act === 'answer'
        ? await world.observe({ ...of, source: 'submit', send: payout.sends })
        : move.source === 'callback'
          ? await world.observe({ ...of, source: 'callback' })
          : await ask(payout.key, fact, this.nowMs)
    note(`${move.fact}: ${decision}`)
  }
}

async function ask(payout: string, fact: PayoutFact, atMs: number): Promise<ObservationResult> {
  const { enquiry } = await world.store.payouts.question(payout, atMs)
  return world.observe({ payout, source: 'enquiry', fact, atMs, enquiry })
}

/** Where a disbursement at rest must be asked about before it goes on, the gateway answers that it knows nothing new. */
async function askWhatIsNext(ref: string, atMs: number): Promise<void> {
  for (const { state, next } of (await world.advance(ref, atMs)).disbursements) {
    if (next.kind !== 'enquire' || state === 'in-flight' || state === 'review') continue
    await ask(next.payout, { kind: 'not-found' }, atMs)
    note('asked before another attempt')
  }
}

async function payoutsOf(ref: string): Promise<PayoutRow[]> {
  const { rows } = await world.root.pool.query<PayoutRow>(
    'SELECT key, disbursement, state, sends, amount FROM payout WHERE ref = $1 ORDER BY claimed_at, n',
    [ref],
  )
  return rows
}
async function disbursementsOf(ref: string): Promise<{ key: string; state: string }[]> {
  const { rows } = await world.root.pool.query<{ key: string; state: string }>(
    'SELECT key, state FROM disbursement WHERE ref = $1',
    [ref],
  )
  return rows
}

async function kill(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2))
  await world.root.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'test'`,
  )
}
function isLostConnection(error: unknown): boolean {
  return error instanceof Error && /terminat|Connection|ECONNRESET|not queryable|EPIPE/.test(error.message)
}

/** More than one payout of a disbursement that has, or may have, moved money. */
const DOUBLE = `
SELECT y.disbursement FROM payout y JOIN disbursement d ON d.key = y.disbursement
 WHERE y.ref = ANY ($1) AND y.money <> 'back' GROUP BY y.disbursement HAVING count(*) > 1`

/** An attempt that was claimed while an earlier one had not ended definitively. */
const EARLY = `
SELECT b.key FROM payout a JOIN payout b ON b.disbursement = a.disbursement AND b.n = a.n + 1
 WHERE a.ref = ANY ($1)
   AND NOT EXISTS (SELECT FROM observation o WHERE o.payout = a.key AND o.to_state IN ('failed', 'cancelled', 'not-sent', 'returned')
                      AND o.observed_at <= b.claimed_at)`

/** An attempt that was claimed while a send of an earlier one had no end: written down, it ended before the claim. */
const OPEN_SEND = `
SELECT b.key FROM payout a JOIN payout b ON b.disbursement = a.disbursement AND b.n > a.n JOIN send s ON s.payout = a.key
 WHERE a.ref = ANY ($1) AND (s.ended_at IS NULL OR s.ended_at > b.claimed_at)`

async function verify(history: History): Promise<void> {
  expect(await world.imbalances()).toEqual([])
  expect(await world.count(DOUBLE, [history.refs])).toBe(0)
  expect(await world.count(EARLY, [history.refs])).toBe(0)
  expect(await world.count(OPEN_SEND, [history.refs])).toBe(0)
  const over = `SELECT FROM disbursement d WHERE ref = ANY ($1) AND d.amount <
                  (SELECT coalesce(sum(y.amount), 0) FROM payout y WHERE y.disbursement = d.key AND y.money = 'credited')`
  expect(await world.count(over, [history.refs])).toBe(0)
}

/** Lets everything that only waits for time happen, with a gateway that answers at once. */
async function settle(history: History): Promise<void> {
  for (const ref of history.refs) {
    for (let round = 0; round < 40; round += 1) {
      history.nowMs += 4 * DAY
      await liftAll(history.nowMs)
      const { disbursements, wakeAtMs } = await world.advance(ref, history.nowMs)
      const rests = disbursements.every(({ next }) => next.kind === 'end' || (next.kind === 'wait' && !next.untilMs))
      if (rests && wakeAtMs === null && !disbursements.some(({ state }) => state === 'in-flight')) break
      await askWhatIsNext(ref, history.nowMs)
      for (const payout of await payoutsOf(ref)) {
        if (!OPEN.includes(payout.state)) continue
        const amount = { minor: payout.amount, currency: 'IDR' }
        const fact = seen('paid', { gatewayId: `po_${payout.key}`, amount })
        await ask(payout.key, fact, history.nowMs)
      }
      for (const { key } of await disbursementsOf(ref)) await world.store.floats.restore(key, PLENTY, history.nowMs)
      for (const { key } of await disbursementsOf(ref)) {
        const draft = await world.store.claims.draft(key, history.nowMs)
        if (draft.kind === 'draft') await world.store.claims.claim(draft, bytesOf(draft), history.nowMs)
      }
    }
  }
}

/** Two payouts of one reference stop their gateway until two people have looked. */
async function liftAll(nowMs: number): Promise<void> {
  for (const { id } of await listFreezes(world.store.context.database.pool, true)) await lift(world, id, nowMs)
}

describe('any history', () => {
  it('leaves balanced books, pays nobody twice, and ends or waits by name', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(moves, async (history) => {
        const refs = [await world.ready(), await world.ready(), await world.ready()]
        const run = new History(refs)
        for (const move of history) await run.run(move)
        await verify(run)
        await settle(run)
        await liftAll(run.nowMs)
        await verify(run)
        for (const ref of refs) {
          const { held } = await world.one<{ held: boolean }>(
            'SELECT held_at IS NOT NULL AS held FROM participant WHERE ref = $1',
            [ref],
          )
          for (const { state } of await disbursementsOf(ref)) {
            const isNamed = [...FINAL_STATES, ...NAMED_WAITS].includes(state as never)
            expect(isNamed || held, `${ref} ${state}`).toBe(true)
          }
        }
      }),
      { numRuns: cases(14), endOnFailure: true, examples: [[EVERYTHING]] },
    )
    const sure = ['two at once', 'another attempt', 'asked before another attempt', 'sent again']
    const faults = isWhole ? [...sure, 'refused', 'killed'] : sure
    expect(faults.filter((fault) => !happened.has(fault))).toEqual([])
    const kinds = Object.keys(FACTS).filter((kind) => ![...happened.keys()].some((name) => name.startsWith(`${kind}:`)))
    expect(kinds).toEqual([])
  })
})
