/** Kills processes at every failpoint, several times each, in two worlds; then everything must come to rest and be right. */
import { setTimeout as sleep } from 'node:timers/promises'
import { FAILPOINTS, type Failpoint } from '../failpoints.ts'
import type { Follow } from '../local/demo/lives.ts'
import type { Person } from '../local/demo/people.ts'
import { killInBooks, type World, type WorldOptions } from './books.ts'
import { judge, type Judged } from './live/judge.ts'
import { classForAWhile, decideReviews, freezeForAWhile, payOwed, releaseDoubtful, tellLate } from './live/deeds.ts'
import { openRestore, payer } from './live/forgotten.ts'
import { openKilling, type Killing } from './live/killing.ts'
import { approvedTrial, CHECKED_KINDS, KINDS, kindsFor, peopleOf } from './live/people.ts'
import { openStand, unsettled, type Stand } from './live/stand.ts'

export interface FailpointsResult extends Judged {
  readonly failpoints: number
  readonly kills: number
  /** Never passed, or less often than was asked for. */
  readonly unreached: readonly string[]
  readonly seconds: number
}

export interface FailpointsOptions {
  /** How often a process dies at each. */
  readonly each: number
  /** Only these; all when absent. */
  readonly only?: readonly Failpoint[]
  /** People of each kind in one round. */
  readonly people: number
  readonly tell: (line: string) => void
}

/** What the sandbox cannot bring about: a movement of nobody's whose amount cannot be read. `test/store/killed.test.ts` cuts it off. */
const BEYOND: readonly Failpoint[] = ['resolve:found', 'resolve:said']

const OF_BOOKS =
  /^(act|match|appropriation|funding|admission|pause|resume|discard|abort|resettle|hold|hold-end|withdraw|correct|deduction|receivable|undo|settle|explain|resolve|year|year-[a-z]+|period):|^(release:waited|giving-up:unsent)$/

/** New people come this often until every failpoint had its kills, or nobody has died for so long that nobody will. */
const BATCH_MS = 20_000
const PATIENCE_MS = 10 * 60_000
/** Nobody comes while so many are on their way: each kill holds all of them up. */
const CROWD = 150
/** Whoever came is followed for so long, and once more at the end. */
const SETTLE_MS = 20 * 60_000
const AWAY_EVERY_MS = 30_000

/** Whether processes die at it in the world of the books; otherwise they do in that of the lives. */
export function isOfBooks(point: Failpoint): boolean {
  return OF_BOOKS.test(point)
}

export async function killAtFailpoints({ only, ...options }: FailpointsOptions): Promise<FailpointsResult> {
  const began = Date.now()
  const points = (only ?? FAILPOINTS).filter((point) => !BEYOND.includes(point))
  const ofBooks = points.filter(isOfBooks)
  const ofLives = points.filter((point) => !isOfBooks(point))
  const worlds: World[] = []
  if (ofLives.length > 0) worlds.push(await killInLives({ ...options, points: ofLives }))
  if (ofBooks.length > 0) worlds.push(await killInBooks({ ...options, points: ofBooks }))
  return {
    failpoints: points.length,
    kills: sumOf(worlds, ({ kills }) => kills),
    duplicates: sumOf(worlds, ({ duplicates }) => duplicates),
    lost: sumOf(worlds, ({ lost }) => lost),
    findings: worlds.flatMap(({ findings }) => findings),
    unreached: worlds.flatMap(({ unreached }) => unreached),
    seconds: (Date.now() - began) / 1000,
  }
}

function sumOf(worlds: readonly World[], of: (world: World) => number): number {
  return worlds.reduce((sum, world) => sum + of(world), 0)
}

/** The world of the lives: people come and are paid, in every way in which that can go. */
async function killInLives(options: WorldOptions): Promise<World> {
  const { points, each } = options
  const killing = openKilling(points, each)
  const made = await openStand({
    programme: approvedTrial(),
    beside: (child) => killing.beside(child),
    waits: { firstMs: 50, longestMs: 50 },
  })
  try {
    const deeds = keepDoing(options, made, killing)
    await killing.arm(made)
    const rare = points.filter(isOfRestores)
    await liveThrough(options, made, killing, () => killing.left().filter((point) => !rare.includes(point)))
    if (rare.length > 0) await liveForgotten(options, made, killing)
    await killing.disarm()
    await made.rest()
    await deeds.stop()
    return { ...(await judge(made)), kills: killing.kills(), unreached: killing.left() }
  } finally {
    await made.close()
  }
}

/** True until nobody has died for long. */
function patience({ kills }: Pick<Killing, 'kills'>): () => boolean {
  let seen = kills()
  let end = Date.now() + PATIENCE_MS
  return () => {
    const now = kills()
    if (now !== seen) end = Date.now() + PATIENCE_MS
    seen = now
    return Date.now() < end
  }
}

/** People come and are paid while processes die; answers when all have their kills and everybody is where nothing more happens. */
async function liveThrough(
  options: WorldOptions,
  stand: Stand,
  killing: Killing,
  left: () => Failpoint[],
): Promise<void> {
  const settling: Promise<void>[] = []
  /** Who were asked to come and are not registered yet: they are on their way, too. */
  let coming = 0
  const come = (people: readonly Person[]): Promise<void> => {
    let registered = 0
    coming += people.length
    const onRound = (round: readonly Follow[]): void => {
      coming -= round.length - registered
      registered = round.length
    }
    const settled = stand.settle(people, { withinMs: SETTLE_MS, onRound })
    return settled.finally(() => (coming -= people.length - registered))
  }
  const mayDie = patience(killing)
  while (left().length > 0 && mayDie()) {
    if (coming + unsettled(stand).length < CROWD) {
      const kinds = settling.length === 0 ? [...KINDS, ...CHECKED_KINDS] : kindsFor(left())
      const settled = come(peopleOf(kinds, options.people))
      settled.catch(() => undefined)
      settling.push(settled)
    }
    const next = Date.now() + BATCH_MS
    while (Date.now() < next && left().length > 0) {
      progress(options, killing, left())
      await sleep(500)
    }
  }
  await Promise.all(settling)
}

/** What people do beside the lives, again and again: they agree to runs, decide reviews, stop and let go. */
function keepDoing({ tell }: WorldOptions, stand: Stand, { wants }: Killing): { stop(): Promise<void> } {
  let awayMs = 0
  const round = async (): Promise<void> => {
    await payOwed(stand)
    await releaseDoubtful(stand)
    if (wants('review:')) await decideReviews(stand)
    if (wants('life:held', 'void:', 'approval:rejected')) await freezeForAWhile(stand)
    if (wants('reclassified:')) await classForAWhile(stand)
    if (wants('callback:locked')) await tellLate(stand)
    // Whom nobody can ask about an account is asked later; others are paid between.
    if (wants('checked:postponed') && Date.now() - awayMs > AWAY_EVERY_MS) {
      awayMs = Date.now()
      await stand.stack.kill('sandbox', 'SIGKILL')
    }
  }
  let isOver = false
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

function isOfRestores(point: Failpoint): boolean {
  return point.startsWith('recovery:') || point === 'claim:looked-up'
}

/** What only happens while a restore is open: people whose first incentive the gateway has paid and nobody here remembers. */
async function liveForgotten(options: WorldOptions, stand: Stand, killing: Killing): Promise<void> {
  const { left } = killing
  await openRestore(stand)
  const mayDie = patience(killing)
  while (left().length > 0 && mayDie()) {
    const pay = payer(stand)
    const onRound = async (lives: readonly Follow[]): Promise<void> => {
      await pay(lives)
      progress(options, killing, left())
    }
    await stand.settle(peopleOf([{ scenario: '00' }], 4 * options.people), { onRound })
  }
}

let lastTold = 0
function progress({ tell }: WorldOptions, killing: Killing, left: readonly string[]): void {
  if (Date.now() - lastTold < 5000) return
  lastTold = Date.now()
  tell(`${killing.kills()} kills; to come: ${left.slice(0, 12).join(' ')}${left.length > 12 ? ' …' : ''}`)
}
