/**
 * Records what lives really did, on a real server, as the histories that every change of workflow code must be able to replay:
 * `node --import tsx test/replay/record.ts NAME ...` records these paths and leaves every other history as it is; without names, all.
 * Run it when a path is new, never to make a failing replay pass: lives that run elsewhere cannot be recorded again.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import type { PaymentActivities } from '../../activities/payments.ts'
import { participantWorkflowId, recoveryWorkflowId } from '../../domain/identity.ts'
import type { Registration } from '../../domain/registration.ts'
import type { Standing } from '../../domain/standing.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { tellNow } from '../../temporal/ask.ts'
import { standing, tell } from '../../workflows/messages.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { createDatabaseIn, setup, teardown, type Cluster } from '../support/cluster.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { disbursementOf, SECOND, WAVE } from '../support/world.ts'
import { recordReconciled } from './record-reconciled.ts'
import { recordRuns, RUN_PROGRAMME } from './record-runs.ts'

const swift = swiftProgramme()
/** The same life in seconds, for a server that skips none. */
const programme = {
  ...swift,
  training: { ...swift.training, firstPurchaseWithin: 'PT10S' },
  tranches: swift.tranches.map(({ trigger, ...rule }) => ({
    ...rule,
    trigger:
      trigger.kind === 'survey-answered'
        ? { ...trigger, opensAfter: 'PT0S', window: 'PT30S' }
        : { ...trigger, after: trigger.kind === 'tranche-paid' ? 'PT1S' : 'PT0S' },
  })),
  payment: { ...swift.payment, coolingAfterRelink: 'PT1S' },
}
const timing = {
  enquiryLadderMs: [300, 500, 1000],
  quietPeriodMs: 1000,
  submitTimeoutMs: 500,
  floatCheckMs: 500,
  giveUpMs: 8 * SECOND,
}
const course = programme.training.courses[0]?.code ?? ''
const histories = path.join(import.meta.dirname, 'histories')
const asked = process.argv.slice(2)
const isAsked = (name: string): boolean => asked.length === 0 || asked.includes(name)

/** One run, or several with their numbers. */
function isOf(name: string, file: string): boolean {
  return file === `${name}.json` || (file.startsWith(`${name}-`) && /^\d+\.json$/.test(file.slice(name.length + 1)))
}

class Recorder {
  readonly #scene: Scene
  constructor(scene: Scene) {
    this.#scene = scene
  }

  async register(more: Partial<Registration> = {}): Promise<string> {
    const ref = await this.#scene.register(more, Date.now())
    await this.#scene.settle()
    await untilTrue(async () => (await this.#stage(ref)) !== 'screening')
    return ref
  }

  async admit(more: Partial<Registration> = {}): Promise<string> {
    const ref = await this.register(more)
    const admission = { programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }
    await this.#scene.act((acts) => acts.admit(admission), Date.now())
    await this.#scene.settle()
    return ref
  }

  async train(ref: string): Promise<void> {
    for (const kind of ['course-started', 'course-completed', 'course-rated'] as const)
      await this.record(ref, kind, course)
  }

  async record(
    ref: string,
    kind: 'course-started' | 'course-completed' | 'course-rated' | 'survey-answered',
    subject: string,
  ) {
    const occurredAtMs = Date.now()
    const evidence = { programme: 'swift', ref, kind, subject, occurredAtMs, document: null }
    await this.#scene.act((acts) => acts.recordEvidence(evidence), occurredAtMs)
    await this.#scene.settle()
  }

  async reaches(ref: string, state: string, tranche = 'incentive-1'): Promise<void> {
    const text = 'SELECT FROM disbursement WHERE key = $1 AND state = $2'
    await untilTrue(async () => (await this.#scene.count(text, [disbursementOf(ref, tranche), state])) === 1, 60_000)
  }

  /** Answers the survey once it is open, and waits for the end of the life. */
  async finish(ref: string): Promise<void> {
    await this.reaches(ref, 'paid')
    await untilTrue(
      async () => (await this.#scene.count(`SELECT FROM tranche WHERE ref = $1 AND state = 'open'`, [ref])) === 1,
    )
    await this.record(ref, 'survey-answered', 'evaluation-1')
    await untilTrue(async () => (await this.#stage(ref)) === 'closed', 60_000)
    await this.#scene.result(ref)
  }

  /** Decisions of people, told by the relay at once. */
  async decide(ref: string, act: 'hold' | 'release' | 'withdraw'): Promise<void> {
    await this.#scene.act((acts) => acts[act]({ programme: 'swift', ref, reason: 'recorded' }), Date.now())
    await this.#scene.root.pool.query(`UPDATE message SET deliver_after = now() WHERE state = 'pending'`)
    await this.#scene.settle()
  }

  /** Writes every run of a workflow, oldest first. */
  async keep(name: string, workflowId: string): Promise<void> {
    const runs: string[] = []
    for (let run = ''; ;) {
      const history = await this.#show(workflowId, run)
      runs.unshift(anonymous(history))
      run = history.events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? ''
      if (run === '') break
    }
    for (const old of readdirSync(histories)) if (isOf(name, old)) rmSync(path.join(histories, old))
    for (const [index, json] of runs.entries()) {
      const file = runs.length === 1 ? `${name}.json` : `${name}-${index + 1}.json`
      writeFileSync(path.join(histories, file), json)
    }
  }

  /** In the form that the replay takes and that people can read. */
  async #show(workflowId: string, run: string): Promise<RecordedHistory> {
    const { address } = this.#scene
    const args = ['workflow', 'show', '--address', address, '--workflow-id', workflowId, '--output', 'json']
    if (run !== '') args.push('--run-id', run)
    const program = await findTemporalCli({ configured: null })
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 10_000_000 })
    return JSON.parse(stdout) as RecordedHistory
  }

  async #stage(ref: string): Promise<string> {
    return (await this.#scene.one<{ stage: string }>('SELECT stage FROM participant WHERE ref = $1', [ref])).stage
  }
}

interface RecordedHistory {
  readonly events: readonly {
    readonly workflowExecutionStartedEventAttributes?: { readonly continuedExecutionRunId?: string }
  }[]
}

/** Without the names of this machine, its processes and its folders. */
function anonymous(history: RecordedHistory): string {
  const named: Readonly<Record<string, string>> = { identity: 'worker', stackTrace: '' }
  return `${JSON.stringify(history, (key, value: unknown) => named[key] ?? value, 1)}\n`
}

type Path = (recorder: Recorder, scene: Scene) => Promise<string>

const PATHS: Readonly<Record<string, Path>> = {
  async completed(recorder) {
    const ref = await recorder.admit()
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
  async refused(recorder, scene) {
    const ref = await recorder.register({ occupation: 'civil-servant' })
    await scene.result(ref)
    return ref
  },
  async expired(recorder, scene) {
    const ref = await recorder.admit()
    await scene.result(ref)
    return ref
  },
  async withdrawn(recorder, scene) {
    const ref = await recorder.admit()
    await recorder.train(ref)
    await recorder.reaches(ref, 'paid')
    await recorder.decide(ref, 'withdraw')
    await scene.result(ref)
    return ref
  },
  async 'held-and-released'(recorder) {
    const ref = await recorder.admit()
    await recorder.decide(ref, 'hold')
    await recorder.train(ref)
    await recorder.reaches(ref, 'released')
    await recorder.decide(ref, 'release')
    await recorder.finish(ref)
    return ref
  },
  async 'another-account'(recorder, scene) {
    const ref = await recorder.admit({ account: bankAccount('12', '8') })
    await recorder.train(ref)
    await recorder.reaches(ref, 'needs-account')
    await scene.link(ref, bankAccount(), Date.now())
    await scene.settle()
    await recorder.finish(ref)
    return ref
  },
  async 'silent-and-found'(recorder) {
    const ref = await recorder.admit({ account: bankAccount('40') })
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
  async 'lost-and-sent-again'(recorder) {
    const ref = await recorder.admit({ account: bankAccount('41') })
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
  async 'asked-to-wait'(recorder) {
    const ref = await recorder.admit({ account: bankAccount('45') })
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
  async 'tried-again'(recorder) {
    const ref = await recorder.admit({ account: bankAccount('20') })
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
  async 'money-short'(recorder, scene) {
    const ref = await recorder.admit({ account: bankAccount('22') })
    await recorder.train(ref)
    await recorder.reaches(ref, 'float-short')
    await scene.topUp(1_000_000_000n)
    await recorder.finish(ref)
    return ref
  },
  async 'under-review'(recorder, scene) {
    const ref = await recorder.admit({ account: bankAccount('21') })
    await recorder.train(ref)
    await recorder.reaches(ref, 'review')
    await recorder.decide(ref, 'hold')
    await isSeen(scene, ref, ({ held }) => held)
    return ref
  },
  async 'given-up'(recorder, scene) {
    const ref = await recorder.admit({ account: bankAccount('03') })
    await recorder.train(ref)
    await recorder.reaches(ref, 'review')
    await recorder.decide(ref, 'hold')
    await isSeen(scene, ref, ({ held }) => held)
    return ref
  },
  async 'heard-at-once'(recorder, scene) {
    const ref = await recorder.admit()
    for (const act of ['hold', 'release'] as const) {
      const of = { programme: 'swift', ref }
      const { messageId } = await scene.act((acts) => acts[act]({ ...of, reason: 'recorded' }), Date.now())
      const told = await tellNow(scene.temporal, scene.store.messages, { ...of, messageId })
      if (told !== 'heard') throw new Error('the life hears nothing')
      await isSeen(scene, ref, ({ held }) => held === (act === 'hold'))
    }
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
  async 'call-failed'(recorder) {
    const ref = await recorder.admit()
    ends.set(ref, 'fails')
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
  async 'call-timed-out'(recorder) {
    const ref = await recorder.admit()
    ends.set(ref, 'hangs')
    await recorder.train(ref)
    await recorder.finish(ref)
    return ref
  },
}

/** Not in the middle of a task: what would come next is no part of a recording. */
async function isSeen(scene: Scene, ref: string, reached: (seen: Standing) => boolean): Promise<void> {
  const handle = scene.temporal.client.workflow.getHandle(participantWorkflowId('swift', ref))
  await untilTrue(async () => {
    const seen = await handle.query(standing)
    return seen !== null && reached(seen)
  })
}

/** Whose first send fails before it has begun, or never answers. */
const ends = new Map<string, 'fails' | 'hangs'>()
function mortal(all: PaymentActivities): PaymentActivities {
  return {
    ...all,
    async submit(of) {
      const end = ends.get(of.ref)
      if (!ends.delete(of.ref)) return all.submit(of)
      if (end === 'hangs') await new Promise((resolve) => setTimeout(resolve, 6 * SECOND))
      throw new Error('it fails')
    },
  }
}

async function recordAll(scene: Scene): Promise<void> {
  const recorder = new Recorder(scene)
  await Promise.all(
    Object.entries(PATHS).map(async ([name, record]) => {
      if (!isAsked(name)) return
      const ref = await record(recorder, scene)
      await recorder.keep(name, participantWorkflowId('swift', ref))
      say(name)
    }),
  )
  if (isAsked('recovery')) await recordRecovery(recorder, scene, 'recovery')
  if (isAsked('step-failed')) await recordFailedStep(recorder, scene)
  if (isAsked('reconciled')) await recordReconciled(recorder, scene, say)
}

/** The database of the scene goes away in the middle: the step waits for its next attempt as a timer. */
async function recordFailedStep(recorder: Recorder, scene: Scene): Promise<void> {
  const ref = await recorder.admit()
  const connections = (isAllowed: boolean) => scene.database.connections(isAllowed)
  const handle = scene.temporal.client.workflow.getHandle(participantWorkflowId('swift', ref))
  await connections(false)
  await handle.signal(tell, [randomUUID()])
  await new Promise((resolve) => setTimeout(resolve, 5 * SECOND))
  await connections(true)
  await recorder.train(ref)
  await recorder.finish(ref)
  await recorder.keep('step-failed', participantWorkflowId('swift', ref))
  say('step-failed')
}

/** Money that comes back after the end of a life. */
async function recordRecovery(recorder: Recorder, scene: Scene, name: string): Promise<void> {
  const ref = await recorder.admit()
  await recorder.train(ref)
  await recorder.finish(ref)
  const payout = await scene.one<{ gateway_id: string }>('SELECT gateway_id FROM payout WHERE disbursement = $1', [
    disbursementOf(ref),
  ])
  await scene.giveBack(payout.gateway_id)
  await recorder.reaches(ref, 'needs-account')
  await scene.link(ref, bankAccount(), Date.now())
  await scene.settle()
  await recorder.reaches(ref, 'paid')
  const id = recoveryWorkflowId('swift', ref)
  await scene.temporal.client.workflow.getHandle(id).result()
  await recorder.keep(name, id)
  say(name)
}

/** A life so eventful that it continues as new on the way. */
async function recordLong(scene: Scene): Promise<void> {
  const recorder = new Recorder(scene)
  const ref = await recorder.admit({ account: bankAccount('49') })
  await recorder.train(ref)
  await recorder.finish(ref)
  await recorder.keep('continued', participantWorkflowId('swift', ref))
  say('continued')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

let cluster: Cluster | undefined
const provide = (_: 'cluster', value: Cluster): void => {
  cluster = value
}
await setup({ provide } as unknown as TestProject)
if (!cluster) throw new Error('the cluster is told')
mkdirSync(histories, { recursive: true })
try {
  const options = { programme, timing, server: 'real', timeFactor: 0.1, activities: mortal } as const
  const scene = await openScene({ ...options, database: await createDatabaseIn(cluster) })
  await recordAll(scene)
  await scene.close()
  if (isAsked('payout-run')) {
    const runs = { ...options, programme: RUN_PROGRAMME, database: await createDatabaseIn(cluster) }
    const approved = await openScene(runs)
    await recordRuns(new Recorder(approved), approved, say)
    await approved.close()
  }
  if (isAsked('continued')) {
    const long = await openScene({ ...options, database: await createDatabaseIn(cluster), eventsMax: 20 })
    await recordLong(long)
    await long.close()
  }
  if (isAsked('recovery-continued')) {
    const short = await openScene({ ...options, database: await createDatabaseIn(cluster), eventsMax: 8 })
    await recordRecovery(new Recorder(short), short, 'recovery-continued')
    await short.close()
  }
} finally {
  await teardown()
}
