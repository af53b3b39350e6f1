/** Processes that kill themselves at failpoints until each of these had its kills, and are started again. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failpoint } from '../../failpoints.ts'
import { startChild } from '../../local/children.ts'
import type { ChildName } from '../../local/environment.ts'
import { DEATH } from '../../main/armed.ts'
import type { Stand } from './stand.ts'

export interface Killing {
  readonly points: readonly Failpoint[]
  /** What a process is told beside its settings, asked at every start. */
  beside(child: ChildName): Record<string, string>
  /** From here on processes die: worker and API are killed once, to start with what they must know, and a second worker joins. */
  arm(stand: Stand): Promise<void>
  /** Nobody dies by itself any more. */
  disarm(): Promise<void>
  /** Those that have kills to come. */
  left(): Failpoint[]
  /** Whether one that begins so has kills to come. */
  wants(...beginnings: readonly string[]): boolean
  /** At these points, so far. */
  kills(): number
}

const WORKERS = ['worker', 'worker-2'] as const

export function openKilling(points: readonly Failpoint[], each: number): Killing {
  const at: { stand?: Stand; second?: { stop(): Promise<void> } } = {}
  let isOn = false
  const deaths = (): Map<string, number> => (at.stand ? deathsIn(at.stand) : new Map<string, number>())
  const left = (): Failpoint[] => {
    const now = deaths()
    return points.filter((point) => (now.get(point) ?? 0) < each)
  }
  const beside = (child: ChildName): Record<string, string> => {
    const places = isOn && (child === 'worker' || child === 'api') ? left() : []
    return places.length === 0 ? {} : { LUNAS_FAILPOINTS: places.map((point) => `${point}=1`).join(',') }
  }
  return {
    points,
    beside,
    async arm(stand) {
      at.stand = stand
      isOn = true
      at.second = keepSecond(stand)
      await Promise.all([stand.stack.kill('worker', 'SIGKILL'), stand.stack.kill('api', 'SIGKILL')])
    },
    async disarm() {
      isOn = false
      await at.second?.stop()
      const { stand } = at
      if (stand) await Promise.all([stand.stack.restart('worker'), stand.stack.restart('api')])
    },
    left,
    wants: (...beginnings) => left().some((point) => beginnings.some((beginning) => point.startsWith(beginning))),
    kills() {
      const now = deaths()
      return points.reduce((sum, point) => sum + (now.get(point) ?? 0), 0)
    },
  }
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
function keepSecond({ stack, code, beside }: Stand): { stop(): Promise<void> } {
  let isOver = false
  let stopNow: () => Promise<void> = () => Promise.resolve()
  const run = async (): Promise<void> => {
    while (!isOver) {
      const environment = { ...stack.environmentOf('worker'), ...beside('worker') }
      const options = { name: WORKERS[1], program: 'main/worker', code, environment, home: stack.dataDir }
      try {
        const running = await startChild({ ...options, readyUrl: null })
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
