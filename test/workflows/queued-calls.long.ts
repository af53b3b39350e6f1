/** Calls that stand in the queue of a gateway and that nobody takes: they stop neither their payment nor their life. */
import path from 'node:path'
import type { WorkflowHandle } from '@temporalio/client'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DisbursementStanding, Standing } from '../../domain/standing.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { bundleWorkflows } from '../../main/bundle.ts'
import { prepareServer } from '../../temporal/attributes.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { gatewayQueue, LIVES_QUEUE, PARTICIPANT_WORKFLOW } from '../../workflows/messages.ts'
import { untilTrue } from '../support/temporal.ts'

const due = (key: string, gateway: string): DisbursementStanding => ({
  key,
  tranche: key,
  state: 'released',
  reason: null,
  next: { kind: 'send', gateway, withinMs: 14_000 },
})
const standing = (disbursements: DisbursementStanding[]): Standing => ({
  stage: 'incentives',
  outcome: null,
  held: false,
  wave: 'w',
  region: '3204',
  attention: null,
  wakeAtMs: null,
  disbursements,
})

/** What the store says of one life, and what has been asked of it. */
interface Play {
  standing: Standing
  looks: number
  /** Disbursements that were sent, and how long a send takes. */
  readonly sent: string[]
  sending: Promise<void>
}

/** Lives over a store that says what it is told to say; a gateway is there from the moment that it is manned. */
async function openStage(env: TestWorkflowEnvironment) {
  const temporal = connectTemporal({ address: env.address, namespace: 'default' })
  await prepareServer(temporal)
  await temporal.close()
  const plays = new Map<string, Play>()
  const playOf = (ref: string): Play => {
    const play = plays.get(ref)
    if (!play) throw new Error(`nobody plays ${ref}`)
    return play
  }
  const look = ({ ref }: { ref: string }): Promise<Standing> => {
    const play = playOf(ref)
    play.looks += 1
    return Promise.resolve(play.standing)
  }
  const submit = async ({ ref, disbursement }: { ref: string; disbursement: string }): Promise<null> => {
    const play = playOf(ref)
    play.sent.push(disbursement)
    await play.sending
    const ended = { state: 'paid', next: { kind: 'end' } } as const
    const disbursements = play.standing.disbursements.map((each) =>
      each.key === disbursement ? { ...each, ...ended } : each,
    )
    play.standing = { ...play.standing, disbursements }
    return null
  }
  const workers: { worker: Worker; running: Promise<void> }[] = []
  const man = async (taskQueue: string, rest: object): Promise<void> => {
    const worker = await Worker.create({ connection: env.nativeConnection, taskQueue, ...rest })
    workers.push({ worker, running: worker.run() })
  }
  await man(LIVES_QUEUE, {
    workflowBundle: await bundleWorkflows(path.join(PROJECT_ROOT, 'workflows/index.ts')),
    activities: { screen: look, advance: look, giveUp: look },
  })
  return {
    manGateway: (gateway: string) => man(gatewayQueue(gateway), { activities: { submit } }),
    async begin(ref: string, disbursements: DisbursementStanding[], eventsMax?: number) {
      const play: Play = { standing: standing(disbursements), looks: 0, sent: [], sending: Promise.resolve() }
      plays.set(ref, play)
      const workflowId = `participant:p:${ref}`
      const input = { v: 1, programme: 'p', ref, ...(eventsMax === undefined ? {} : { eventsMax }) }
      const handle = await env.client.workflow.start(PARTICIPANT_WORKFLOW, {
        workflowId,
        taskQueue: LIVES_QUEUE,
        args: [input],
      })
      // That of the first run, and of whichever runs now.
      const latest = env.client.workflow.getHandle(workflowId)
      let told = 0
      let hurried: string | null | undefined
      const tell = async (): Promise<void> => {
        await latest.signal('tell', [`${ref}-${told++}`])
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      const has = async (attributes: string, of: WorkflowHandle = handle): Promise<boolean> => {
        const { events } = await of.fetchHistory()
        return (events ?? []).some((event) => attributes in event && event[attributes as keyof typeof event] != null)
      }
      /** The half hour of the call that waits is over. Returns how long it may wait, seconds. */
      const hurry = async (): Promise<number> => {
        let id: string | null | undefined
        let waitsFor = 0
        await untilTrue(async () => {
          const { raw } = await handle.describe()
          const waiting = raw.pendingActivities?.[0]
          if (waiting?.activityId === hurried) return false
          id = waiting?.activityId
          waitsFor = Number(waiting?.activityOptions?.scheduleToStartTimeout?.seconds ?? 0)
          return id !== undefined
        }, 40_000)
        hurried = id
        await env.client.workflowService.updateActivityOptions({
          namespace: 'default',
          execution: { workflowId },
          id: id ?? null,
          activityOptions: { scheduleToStartTimeout: { seconds: 1 as never } },
          updateMask: { paths: ['schedule_to_start_timeout'] },
        })
        return waitsFor
      }
      return { play, tell, has, hurry, first: env.client.workflow.getHandle(workflowId, handle.firstExecutionRunId) }
    },
    async close() {
      for (const { worker } of workers) worker.shutdown()
      await Promise.allSettled(workers.map(({ running }) => running))
      await env.teardown()
    },
  }
}
type Stage = Awaited<ReturnType<typeof openStage>>

let stage: Stage
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const executable = { type: 'existing-path', path: await findTemporalCli({ configured: null }) } as const
  stage = await openStage(await TestWorkflowEnvironment.createLocal({ server: { executable } }))
  await stage.manGateway('new')
})
afterAll(() => stage.close())

describe('a send that nobody takes from the queue of its gateway', () => {
  it('is given back within half an hour, and goes through the gateway that carries it by then', async () => {
    const { play, hurry } = await stage.begin('moved', [due('one', 'old')])
    await untilTrue(() => Promise.resolve(play.looks > 0))
    play.standing = standing([due('one', 'new')]) // nothing was claimed, and the engine has been started without the old one
    expect(await hurry()).toBe(30 * 60)
    await untilTrue(() => Promise.resolve(play.sent.length > 0))
    expect(play.sent).toEqual(['one'])
  }, 60_000)

  it('is asked for again where its gateway is only behind, and sent once when its turn has come', async () => {
    const { play, hurry } = await stage.begin('behind', [due('one', 'late')])
    expect(await hurry()).toBe(30 * 60)
    const before = play.looks
    expect(await hurry()).toBe(30 * 60)
    // Once for what became of the call, and once after a pause.
    expect(play.looks - before).toBe(2)
    await stage.manGateway('late')
    await untilTrue(() => Promise.resolve(play.sent.length > 0), 40_000)
    expect(play.sent).toEqual(['one'])
  }, 120_000)
})

describe('a life that has become long while a call of it is open', () => {
  it('takes back what nobody has taken, goes on looking, and sends what is due elsewhere', async () => {
    const { play, tell } = await stage.begin('long', [due('one', 'old')], 10)
    for (let time = 0; time < 5; time += 1) await tell()
    play.standing = standing([due('one', 'old'), due('two', 'new')])
    for (let time = 0; time < 20 && play.sent.length === 0; time += 1) await tell()
    expect(play.sent).toEqual(['two'])
  }, 60_000)

  it('waits for a send that is under way, and takes in what became of it', async () => {
    const { play, tell, has, first } = await stage.begin('sending', [due('one', 'new')], 10)
    let answer: () => void = () => undefined
    play.sending = new Promise((resolve) => (answer = resolve))
    await untilTrue(() => Promise.resolve(play.sent.length > 0))
    for (let time = 0; time < 4; time += 1) await tell()
    const cancelled = await has('activityTaskCancelRequestedEventAttributes', first)
    const open = await first.describe()
    answer()
    await untilTrue(() => has('workflowExecutionContinuedAsNewEventAttributes', first))
    expect([cancelled, open.status.name]).toEqual([true, 'RUNNING'])
    expect(await has('activityTaskCompletedEventAttributes', first)).toBe(true)
    expect(await has('activityTaskCanceledEventAttributes', first)).toBe(false)
    expect(play.sent).toEqual(['one'])
  }, 60_000)
})
