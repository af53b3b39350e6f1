/** This engine against a bare twin on the same server: same facts, timers and gateway calls, interleaved rounds. */
import path from 'node:path'
import { participantWorkflowId } from '../domain/identity.ts'
import { freePort } from '../local/ports.ts'
import { startChild } from '../local/children.ts'
import { connectTemporal } from '../temporal/connect.ts'
import { liveEngineLives } from './engine-lives.ts'
import { atRest, cpuSeconds, memoryMiB, perUnitMs, rounded, spreadOf } from './measure.ts'
import { benchProgramme } from './programme.ts'
import type { BenchResult } from './report.ts'
import { openStand, type Stand } from './stand.ts'
import { liveTwinLives, openTwin } from './twin-lives.ts'

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
      const of = { series: round, count: options.lives, inFlight: options.inFlight }
      const liveTwin = () => measured(arms.pids, of.count, () => liveTwinLives(arms.twin, of))
      const liveEngine = () => measured(arms.pids, of.count, () => liveEngineLives(stand, programme, of))
      // Neither arm always runs after the other.
      const isTwinFirst = round % 2 === 0
      const early = isTwinFirst ? await liveTwin() : await liveEngine()
      const late = isTwinFirst ? await liveEngine() : await liveTwin()
      const [twin, engine] = isTwinFirst ? [early, late] : [late, early]
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
  const worker = await startChild({
    name: 'twin-worker',
    program: 'bench/twin/worker',
    home,
    readyUrl: null,
    environment: { ...stack.environmentOf('worker'), SANDBOX_URL: `http://127.0.0.1:${sandboxPort}` },
  })
  const twin = await openTwin(stack.temporalAddress, config.temporalNamespace, twinPort)
  const pids = {
    api: stack.pidOf('api'),
    worker: stack.pidOf('worker'),
    postgres: stack.pidOf('postgres'),
    temporal: stack.pidOf('temporal'),
    sandbox: stack.pidOf('sandbox'),
    twinWorker: worker.pid,
    twinSandbox: sandbox.pid,
    driver: process.pid,
  }
  const close = async (): Promise<void> => {
    await twin.close()
    await worker.stop()
    await sandbox.stop()
  }
  return { twin, pids, close }
}

async function measured<T extends { readonly refs: readonly string[]; readonly seconds: number }>(
  pids: Readonly<Record<string, number>>,
  count: number,
  work: () => Promise<T>,
): Promise<{ readonly refs: readonly string[]; readonly rate: number; readonly cpuMs: Record<string, number> }> {
  // The driver's descendants are the other processes: its own time is told apart by subtraction, so it is left out.
  const { driver: _driver, ...others } = pids
  await atRest(others)
  const before = cpuSeconds(others)
  const { refs, seconds } = await work()
  return { refs, rate: rounded(count / seconds), cpuMs: perUnitMs(before, cpuSeconds(others), count) }
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
