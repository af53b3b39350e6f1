/** This engine against a bare twin on the same server: same facts, timers and gateway calls, interleaved rounds. */
import path from 'node:path'
import { participantWorkflowId } from '../domain/identity.ts'
import { freePort } from '../local/ports.ts'
import { startChild } from '../local/children.ts'
import { compiled } from '../local/compiled.ts'
import { connectTemporal } from '../temporal/connect.ts'
import { liveEngineLives } from './engine-lives.ts'
import { atRest, cpuSeconds, memoryMiB, perUnitMs, rounded, spreadOf } from './measure.ts'
import { benchProgramme } from './programme.ts'
import type { BenchResult } from './report.ts'
import { openStand, type Stand } from './stand.ts'
import { liveTwinLives, openTwin } from './twin-lives.ts'
import { startTwinWorker } from './twin/start.ts'

export interface LifecycleOptions {
  readonly rounds: number
  readonly lives: number
  readonly inFlight: number
  readonly say: (line: string) => void
}

/** Lives a second of the engine, as a share of the twin's; CPU a life by process; transitions and events of a life. */
export async function benchLifecycle(options: LifecycleOptions): Promise<BenchResult> {
  const programme = benchProgramme()
  const stand = await openStand(programme)
  try {
    const arms = await openArms(stand)
    const rounds: { engine: number; twin: number; ratio: number; engineCpuMs: object; twinCpuMs: object }[] = []
    let lastRefs: readonly string[] = []
    for (let round = 0; round <= options.rounds; round += 1) {
      const live = {
        twin: (of: Lives) => measured(arms.pids, of.count, () => liveTwinLives(arms.twin, of)),
        engine: (of: Lives) => measured(arms.pids, of.count, () => liveEngineLives(stand, programme, of)),
      }
      // One arm lives half before and half after the other, in turns: a machine that becomes slower meanwhile does so for both.
      const [around, between] = round % 2 === 0 ? (['twin', 'engine'] as const) : (['engine', 'twin'] as const)
      const half = Math.ceil(options.lives / 2)
      const { inFlight } = options
      const before = await live[around]({ series: 2 * round, count: half, inFlight })
      const whole = await live[between]({ series: 2 * round, count: options.lives, inFlight })
      const after = await live[around]({ series: 2 * round + 1, count: options.lives - half, inFlight })
      const halves = together(before, after)
      const [twin, engine] = around === 'twin' ? [halves, whole] : [whole, halves]
      lastRefs = engine.refs
      // The first round warms both arms and counts for nothing.
      if (round === 0) continue
      const ratio = rounded(engine.rate / twin.rate)
      rounds.push({ engine: engine.rate, twin: twin.rate, ratio, engineCpuMs: engine.cpuMs, twinCpuMs: twin.cpuMs })
      options.say(`round ${round}: engine ${engine.rate}/s, twin ${twin.rate}/s, ratio ${ratio}`)
    }
    const history = await historyOf(stand, lastRefs.slice(0, 50))
    const resident = memoryMiB(arms.pids)
    await arms.close()
    const ratios = spreadOf(rounds.map(({ ratio }) => ratio))
    return {
      bench: 'lifecycle',
      ratio: ratios.median,
      target: 'at least 0.75 of the twin’s lives per second; at most 50 transitions and 90 events a life',
      ratios,
      rounds,
      transitions: history.transitions,
      events: history.events,
      memoryMiB: resident,
    }
  } finally {
    await stand.stop()
  }
}

async function openArms(stand: Stand) {
  const { stack, config, home } = stand
  const twinPort = await freePort()
  const sandboxPort = await freePort()
  const environment = stack.environmentOf('sandbox')
  const sandbox = await startChild({
    name: 'twin-sandbox',
    program: 'main/sandbox',
    code: await compiled(),
    home,
    readyUrl: null,
    environment: {
      ...environment,
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX_CALLBACK_URL: `http://127.0.0.1:${twinPort}/`,
      SANDBOX_JOURNAL: path.join(home, 'twin-sandbox.jsonl'),
      SANDBOX_OPENING_BALANCE: '1000000000000000',
    },
  })
  const ofWorker = { ...stack.environmentOf('worker'), SANDBOX_URL: `http://127.0.0.1:${sandboxPort}` }
  const worker = await startTwinWorker(home, ofWorker)
  const twin = await openTwin(stack.temporalAddress, config.temporalNamespace, twinPort)
  const pids = {
    api: stack.pidOf('api'),
    worker: stack.pidOf('worker'),
    postgres: stack.pidOf('postgres'),
    temporal: stack.pidOf('temporal'),
    sandbox: stack.pidOf('sandbox'),
    twinWorker: worker.pid,
    twinSandbox: sandbox.pid,
  }
  const close = async (): Promise<void> => {
    await twin.close()
    await worker.stop()
    await sandbox.stop()
  }
  return { twin, pids, close }
}

interface Lives {
  readonly series: number
  readonly count: number
  readonly inFlight: number
}

interface Lived {
  readonly refs: readonly string[]
  readonly seconds: number
  readonly rate: number
  readonly cpuMs: Record<string, number>
}

async function measured(
  pids: Readonly<Record<string, number>>,
  count: number,
  work: () => Promise<Pick<Lived, 'refs' | 'seconds'>>,
): Promise<Lived> {
  await atRest(pids)
  const before = cpuSeconds(pids)
  const { refs, seconds } = await work()
  return { refs, seconds, rate: rounded(count / seconds), cpuMs: perUnitMs(before, cpuSeconds(pids), count) }
}

function together(one: Lived, other: Lived): Lived {
  const refs = [...one.refs, ...other.refs]
  const seconds = one.seconds + other.seconds
  const share = one.refs.length / refs.length
  const mean = ([name, ms]: [string, number]): [string, number] => [
    name,
    rounded(ms * share + (other.cpuMs[name] ?? 0) * (1 - share)),
  ]
  const cpuMs = Object.fromEntries(Object.entries(one.cpuMs).map(mean))
  return { refs, seconds, rate: rounded(refs.length / seconds), cpuMs }
}

/** Transitions and events of finished lives, as the server counted them. */
async function historyOf(stand: Stand, refs: readonly string[]) {
  const temporal = connectTemporal({ address: stand.stack.temporalAddress, namespace: stand.config.temporalNamespace })
  const transitions: number[] = []
  const events: number[] = []
  for (const ref of refs) {
    const { raw } = await temporal.client.workflow.getHandle(participantWorkflowId('bench', ref)).describe()
    transitions.push(Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0))
    events.push(Number(raw.workflowExecutionInfo?.historyLength ?? 0))
  }
  await temporal.close()
  return { transitions: spreadOf(transitions), events: spreadOf(events) }
}
