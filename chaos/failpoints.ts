/** Kills processes at every failpoint, several times each, while people are paid; then everything must come to rest and be right. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FAILPOINTS, type Failpoint } from '../failpoints.ts'
import { startChild } from '../local/children.ts'
import type { Follow } from '../local/demo/lives.ts'
import type { ChildName } from '../local/environment.ts'
import { DEATH } from '../main/armed.ts'
import { judge, type Judged } from './live/judge.ts'
import { classForAWhile, decideReviews, freezeForAWhile, payOwed, releaseDoubtful, tellLate } from './live/deeds.ts'
import { openRestore, payer } from './live/forgotten.ts'
import { approvedTrial, CHECKED_KINDS, KINDS, kindsFor, peopleOf } from './live/people.ts'
import { openStand, type Stand } from './live/stand.ts'

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

/**
 * What no run of minutes reaches: a gateway that asks for more time than it remembers a key, ten minutes here; an approval of a day that ends;
 * and what happens to days that are over and to years that end. `test/store/killed.test.ts` kills there.
 */
function isBeyond(point: Failpoint): boolean {
  return (
    point === 'giving-up:unsent' ||
    point === 'release:waited' ||
    /^(settle|year|year-lapse|year-return|year-carry|period):/.test(point)
  )
}

/** New people come this often until every failpoint had its kills, or patience ends. */
const BATCH_MS = 20_000
const PATIENCE_MS = 20 * 60_000
const AWAY_EVERY_MS = 30_000
const WORKERS = ['worker', 'worker-2'] as const

export async function killAtFailpoints(options: FailpointsOptions): Promise<FailpointsResult> {
  const began = Date.now()
  const points = (options.only ?? FAILPOINTS).filter((point) => !isBeyond(point))
  const arming = { isOn: false }
  const known: { stand?: Stand } = {}
  const left = (): Failpoint[] => {
    const deaths = known.stand ? deathsIn(known.stand) : new Map<string, number>()
    return points.filter((point) => (deaths.get(point) ?? 0) < options.each)
  }
  const beside = (child: ChildName): Record<string, string> => {
    const places = arming.isOn && (child === 'worker' || child === 'api') ? left() : []
    return places.length === 0 ? {} : { LUNAS_FAILPOINTS: places.map((point) => `${point}=1`).join(',') }
  }
  const made = await openStand({ programme: approvedTrial(), beside, waits: { firstMs: 50, longestMs: 50 } })
  known.stand = made
  try {
    arming.isOn = true
    const deeds = keepDoing(options, made, left)
    const second = keepSecond(made, () => beside('worker'))
    await Promise.all([made.stack.kill('worker', 'SIGKILL'), made.stack.kill('api', 'SIGKILL')])
    const rare = points.filter(isOfRestores)
    await liveThrough(options, made, () => left().filter((point) => !rare.includes(point)))
    if (rare.length > 0) await liveForgotten(options, made, left)
    arming.isOn = false
    await second.stop()
    await Promise.all([made.stack.restart('worker'), made.stack.restart('api')])
    await made.rest()
    await deeds.stop()
    const deaths = deathsIn(made)
    const kills = points.reduce((sum, point) => sum + (deaths.get(point) ?? 0), 0)
    const unreached = left()
    return { failpoints: points.length, kills, ...(await judge(made)), unreached, seconds: (Date.now() - began) / 1000 }
  } finally {
    await made.close()
  }
}

/** People come and are paid while processes die; answers when all have their kills and everybody is where nothing more happens. */
async function liveThrough(options: FailpointsOptions, stand: Stand, left: () => Failpoint[]): Promise<void> {
  const settling: Promise<void>[] = []
  const end = Date.now() + PATIENCE_MS
  while (left().length > 0 && Date.now() < end) {
    const kinds = settling.length === 0 ? [...KINDS, ...CHECKED_KINDS] : kindsFor(left())
    const settled = stand.settle(peopleOf(kinds, options.people), { withinMs: PATIENCE_MS })
    settled.catch(() => undefined)
    settling.push(settled)
    const next = Date.now() + BATCH_MS
    while (Date.now() < next && left().length > 0) {
      progress(options, stand, left())
      await sleep(500)
    }
  }
  await Promise.all(settling)
}

/** What people do beside the lives, again and again: they agree to runs, decide reviews, stop and let go. */
function keepDoing(
  { tell }: FailpointsOptions,
  stand: Stand,
  left: () => readonly Failpoint[],
): { stop(): Promise<void> } {
  const wants = (...places: readonly string[]): boolean =>
    left().some((point) => places.some((place) => point.startsWith(place)))
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
async function liveForgotten(options: FailpointsOptions, stand: Stand, left: () => Failpoint[]): Promise<void> {
  await openRestore(stand)
  const end = Date.now() + PATIENCE_MS
  while (left().length > 0 && Date.now() < end) {
    const pay = payer(stand)
    const onRound = async (lives: readonly Follow[]): Promise<void> => {
      await pay(lives)
      progress(options, stand, left())
    }
    await stand.settle(peopleOf([{ scenario: '00' }], 4 * options.people), { onRound })
  }
}

let lastTold = 0
function progress({ tell }: FailpointsOptions, stand: Stand, left: readonly string[]): void {
  if (Date.now() - lastTold < 5000) return
  lastTold = Date.now()
  const kills = [...deathsIn(stand).values()].reduce((sum, count) => sum + count, 0)
  tell(`${kills} kills; to come: ${left.slice(0, 12).join(' ')}${left.length > 12 ? ' …' : ''}`)
}

/** How often a process has died at each failpoint, by what it printed as it died. */
function deathsIn({ stack }: Pick<Stand, 'stack'>): Map<string, number> {
  const deaths = new Map<string, number>()
  for (const name of [...WORKERS, 'api']) {
    for (const line of logOf(path.join(stack.dataDir, 'logs', `${name}.log`))) {
      if (!line.startsWith(DEATH)) continue
      const point = line.slice(DEATH.length)
      deaths.set(point, (deaths.get(point) ?? 0) + 1)
    }
  }
  return deaths
}

function logOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

/** Another worker beside the stack's own, so that while one starts the other works, and dies. */
function keepSecond(stand: Stand, beside: () => Record<string, string>): { stop(): Promise<void> } {
  const { stack, code } = stand
  let isOver = false
  let stopNow: () => Promise<void> = () => Promise.resolve()
  const run = async (): Promise<void> => {
    while (!isOver) {
      const environment = { ...stack.environmentOf('worker'), ...beside() }
      const options = {
        name: WORKERS[1],
        program: 'main/worker',
        code,
        environment,
        home: stack.dataDir,
        readyUrl: null,
      }
      try {
        const running = await startChild(options)
        stopNow = () => running.stop()
        if (isOver) await running.stop()
        await running.ended
      } catch {
        // It died before it was up: the next one is started.
        await sleep(50)
      }
    }
  }
  const running = run()
  return {
    async stop() {
      isOver = true
      await stopNow()
      await running
    },
  }
}
