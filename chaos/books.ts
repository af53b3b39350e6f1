/**
 * The world of the books: people are paid, stopped and decided about, statements tell their payments otherwise than they were, and the fiscal year ends, while
 * processes kill themselves over it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failpoint } from '../failpoints.ts'
import { agree } from '../local/agreement.ts'
import type { Follow } from '../local/demo/lives.ts'
import type { Person } from '../local/demo/people.ts'
import { dayOf, nextDay } from '../sandbox/statement.ts'
import { clockAhead, untilDecember } from './live/ahead.ts'
import { reconcileDay } from './live/days.ts'
import {
  decideDiffering,
  decideOnPeople,
  dropRun,
  resolveOpen,
  stopRun,
  takeBackPart,
  withhold,
} from './live/decided.ts'
import { payOwed } from './live/deeds.ts'
import { judge, type Judged } from './live/judge.ts'
import { openKilling, type Killing } from './live/killing.ts'
import { booksTrial, peopleOf, TOLD_KINDS, TURNED_AWAY } from './live/people.ts'
import { openStand, type Stand } from './live/stand.ts'
import { until } from './live/trial.ts'
import { appropriateNext, endYear } from './live/years.ts'

export interface World extends Judged {
  readonly kills: number
  readonly unreached: readonly string[]
}

export interface WorldOptions {
  readonly points: readonly Failpoint[]
  /** How often a process dies at each. */
  readonly each: number
  /** People of each kind in one round. */
  readonly people: number
  readonly tell: (line: string) => void
}

const PLAIN = { scenario: '00' } as const
const PATIENCE_MS = 15 * 60_000

export async function killInBooks(options: WorldOptions): Promise<World> {
  const killing = openKilling(options.points, options.each)
  const clock = { aheadMs: 0 }
  const stand = await openStand({
    programme: booksTrial(),
    beside: (child) => ({
      ...killing.beside(child),
      ...(child === 'api' || child === 'worker' ? clockAhead(clock.aheadMs) : {}),
    }),
    waits: { firstMs: 50, longestMs: 50 },
  })
  const telling = setInterval(() => options.tell(progress(killing)), 5000)
  try {
    await killing.arm(stand)
    await beforeTheDay(options, stand, killing)
    if (killing.wants('match:', 'settle:', 'undo:', 'explain:', 'resolve:', 'resettle:', 'receivable:'))
      await theDay(stand, killing)
    if (killing.wants('year', 'period:')) await theYear(options, stand, killing, clock)
    await killing.disarm()
    const paying = keepPaying(options, stand, killing)
    await stand.rest()
    await paying.stop()
    return { ...(await judge(stand, { isTold: true })), kills: killing.kills(), unreached: killing.left() }
  } finally {
    clearInterval(telling)
    await stand.close()
  }
}

function progress(killing: Killing): string {
  const left = killing.left()
  return `${killing.kills()} kills; to come: ${left.slice(0, 12).join(' ')}${left.length > 12 ? ' …' : ''}`
}

/** Everything that happens before a statement tells of it. */
async function beforeTheDay(options: WorldOptions, stand: Stand, killing: Killing): Promise<void> {
  await appropriateNext(stand)
  const turned = killing.wants('giving-up:') ? peopleOf([TURNED_AWAY], 3) : []
  const some = await liveUntil(stand, peopleOf([PLAIN], 4), `d.state IN ('owed', 'released')`)
  const [held, leaving, ...others] = some
  if (!held || !leaving) throw new Error('nobody is there')
  if (killing.wants('hold', 'correct:', 'withdraw:')) await decideOnPeople(stand, held, leaving)
  if (killing.wants('deduction:'))
    await withhold(
      stand,
      others.map(({ ref }) => ref),
    )
  const paying = keepPaying(options, stand, killing)
  const settling = [
    stand.settle(turned, { withinMs: PATIENCE_MS }),
    stand.settle(peopleOf(TOLD_KINDS, options.people), { withinMs: PATIENCE_MS }),
    stand.goOn(some, { withinMs: PATIENCE_MS }),
  ]
  // Runs go on to be stopped as long as anybody dies over that.
  const end = Date.now() + PATIENCE_MS
  while (killing.wants('pause:', 'resume:', 'discard:', 'abort:', 'release:') && Date.now() < end) {
    await stand.settle(peopleOf([PLAIN], 3), { withinMs: PATIENCE_MS })
  }
  await Promise.all(settling)
  await paying.stop()
}

/** Lives through people's days until what they are owed first is so, and leaves them there. `so` is about their disbursement `d`. */
async function liveUntil(stand: Stand, people: readonly Person[], so: string): Promise<Follow[]> {
  const over = new AbortController()
  const before = stand.lives.length
  const onRound = async (lives: readonly Follow[]): Promise<void> => {
    const refs = lives.map(({ ref }) => ref)
    const { rows } = await stand.root.pool.query(
      `SELECT DISTINCT d.ref FROM disbursement d WHERE d.programme = $1 AND d.ref = ANY ($2) AND ${so}`,
      [stand.programme.code, refs],
    )
    if (rows.length === people.length) over.abort()
  }
  await stand.settle(people, { onRound, signal: over.signal, withinMs: PATIENCE_MS })
  return stand.lives.slice(before)
}

/** Runs are collected, agreed to, stopped and let go on, again and again. */
function keepPaying({ tell }: WorldOptions, stand: Stand, killing: Killing): { stop(): Promise<void> } {
  let isOver = false
  const round = async (): Promise<void> => {
    for (const run of await stand.store.runs.list([stand.programme.code], true)) await stopRun(stand, killing, run)
    if (killing.wants('discard:')) await dropRun(stand)
    await payOwed(stand, !killing.wants('release:waited'))
  }
  const running = (async () => {
    while (!isOver) {
      await round().catch((error: unknown) => tell(`left undone: ${String(error)}`))
      await sleep(1000)
    }
  })()
  return {
    async stop() {
      isOver = true
      await running
    },
  }
}

const EARLY = { amount: 700_000_000n, number: 'SP2D-EARLY' } as const

/** A day whose statement has every kind of difference, and the next; then people say what of it is so. */
async function theDay(stand: Stand, killing: Killing): Promise<void> {
  const { calls, identities, sandbox, programme } = stand
  await topUp(sandbox)
  const today = dayOf(Date.now())
  await reconcileDay(stand, killing, today)
  // Recorded after the statement has told of it.
  const amount = { minor: EARLY.amount.toString(), currency: programme.currency }
  const content = { programme: programme.code, gateway: 'sandbox', number: EARLY.number, amount }
  await agree(calls, identities, { act: 'funding', content, reason: 'the letter came late' })
  await reconcileDay(stand, killing, nextDay(today))
  await decideDiffering(stand)
  await takeBackPart(stand)
  await resolveOpen(stand)
}

/** Money comes to the gateway, and nobody here has heard of it. */
async function topUp({ url, apiKey }: Stand['sandbox']): Promise<void> {
  const answer = await fetch(`${url}/admin/top-up`, {
    method: 'POST',
    body: JSON.stringify({ amount: EARLY.amount.toString(), number: EARLY.number }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
  })
  if (!answer.ok) throw new Error(`the sandbox answers a top-up with ${answer.status}`)
}

/** The year ends while some are owed, one of whom is held, and others have only begun. */
async function theYear(
  options: WorldOptions,
  stand: Stand,
  killing: Killing,
  clock: { aheadMs: number },
): Promise<void> {
  const { calls, programme, root } = stand
  const owed = await liveUntil(stand, peopleOf([PLAIN], 1 + options.people), `d.state IN ('owed', 'released')`)
  const [held] = owed
  const path = `/v1/programmes/${programme.code}/participants/${held?.ref ?? ''}`
  await calls.post('operator', `${path}/hold`, { reason: 'a doubt' })
  await begin(stand, peopleOf([PLAIN], options.people))
  const isMoving = `SELECT FROM payout WHERE money = 'clearing' AND state <> 'review' LIMIT 1`
  await until('nothing is on its way', async () => (await root.pool.query(isMoving)).rows.length === 0, PATIENCE_MS)
  await killing.disarm()
  clock.aheadMs = untilDecember(Date.now())
  await killing.arm(stand)
  await endYear(stand, clock.aheadMs)
  clock.aheadMs = 0
  await killing.disarm()
  await calls.post('operator', `${path}/release`, { reason: 'it is right' })
}

/** People who are admitted, and have not been taught anything yet. */
async function begin(stand: Stand, people: readonly Person[]): Promise<void> {
  const over = new AbortController()
  const onRound = (lives: readonly Follow[]): void => {
    if (lives.length === people.length && lives.every(({ stage }) => stage === 'training')) over.abort()
  }
  await stand.settle(people, { onRound, signal: over.signal, withinMs: PATIENCE_MS })
}
