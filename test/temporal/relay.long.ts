/** Telling lives what happened, on a real server: once however many relays, later when nobody is there, to recovery after the end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { participantWorkflowId, recoveryWorkflowId } from '../../domain/identity.ts'
import { tellNow } from '../../temporal/ask.ts'
import { connectTemporal, type Temporal } from '../../temporal/connect.ts'
import { deliver } from '../../temporal/deliver.ts'
import { startRelay, type RelayEvent, type RelayOptions } from '../../temporal/relay.ts'
import { standing } from '../../workflows/messages.ts'
import { swiftProgramme } from '../support/builders.ts'
import { gate } from '../support/gate.ts'
import { openWall } from '../support/grpc.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { WAVE } from '../support/world.ts'

const course = swiftProgramme().training.courses[0]?.code ?? ''
let scene: Scene
beforeAll(async () => {
  scene = await openScene({ programme: swiftProgramme(), server: 'real' })
})
afterAll(() => scene.close())

const handleOf = (ref: string) => scene.temporal.client.workflow.getHandle(participantWorkflowId('swift', ref))
const stageOf = async (ref: string): Promise<string> =>
  (await scene.one<{ stage: string }>('SELECT stage FROM participant WHERE ref = $1', [ref])).stage
const person = (ref: string) => ({ programme: 'swift', ref, reason: 'a test' })

async function screened(): Promise<string> {
  const ref = await scene.register({}, Date.now())
  await scene.settle()
  await untilTrue(async () => (await stageOf(ref)) === 'admission')
  return ref
}
async function signals(ref: string): Promise<number> {
  const { events } = await handleOf(ref).fetchHistory()
  return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length
}

describe('a life', () => {
  it('is started by the first thing told to it, and told the rest as signals', async () => {
    const ref = await screened()
    expect(await signals(ref)).toBe(1)
    await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }), Date.now())
    await scene.settle()
    await untilTrue(async () => (await handleOf(ref).query(standing))?.stage === 'training')
    const description = await handleOf(ref).describe()
    expect(await description.staticSummary()).toBe(`Participant ${ref} of swift`)
  })

  it('is told together what comes within a beat', async () => {
    const ref = await screened()
    await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }), Date.now())
    await scene.settle()
    const before = await signals(ref)
    for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
      const evidence = { programme: 'swift', ref, kind, subject: course, occurredAtMs: Date.now(), document: null }
      await scene.act((acts) => acts.recordEvidence(evidence), Date.now())
    }
    await scene.settle()
    await untilTrue(async () => (await stageOf(ref)) === 'incentives')
    expect((await signals(ref)) - before).toBeLessThan(3)
  })

  it('is told once by several relays', async () => {
    const refs: string[] = []
    const events: RelayEvent[] = []
    const relays = [1, 2, 3].map(() =>
      startRelay({
        temporal: scene.temporal,
        messages: scene.store.messages,
        concurrency: 4,
        ratePerSecond: 0,
        eventsMax: 0,
        sweeps: true,
        report: (event) => events.push(event),
      }),
    )
    for (let person = 0; person < 12; person += 1) refs.push(await scene.register({}, Date.now()))
    for (const relay of relays) relay.poke()
    await scene.settle()
    for (const ref of refs) await untilTrue(async () => (await stageOf(ref)) === 'admission')
    await Promise.all(relays.map((relay) => relay.stop()))
    for (const ref of refs) expect(await signals(ref)).toBe(1)
    expect(events.filter(({ kind }) => kind !== 'delivered')).toEqual([])
  })

  it('ignores what it has heard before', async () => {
    const ref = await screened()
    const [first] = (await scene.root.pool.query<{ id: string }>('SELECT id FROM message WHERE ref = $1', [ref])).rows
    await untilTrue(async () => (await handleOf(ref).query(standing))?.stage === 'admission')
    const before = (await handleOf(ref).fetchHistory()).events?.length ?? 0
    for (let time = 0; time < 3; time += 1) await handleOf(ref).signal('tell', [first?.id])
    await handleOf(ref).query(standing)
    const after = (await handleOf(ref).fetchHistory()).events ?? []
    const looks = after.slice(before).filter((event) => event.markerRecordedEventAttributes)
    expect(looks).toHaveLength(0)
  })
})

describe('people who act', () => {
  it('are heard at once, and the relay does not tell it again', async () => {
    const ref = await screened()
    const { messageId } = await scene.act((acts) => acts.hold(person(ref)), Date.now())
    expect(await tellNow(scene.temporal, scene.store.messages, { programme: 'swift', ref, messageId })).toBe('heard')
    const { state } = await scene.one<{ state: string }>('SELECT state FROM message WHERE id = $1', [messageId])
    expect(state).toBe('delivered')
    await untilTrue(async () => (await handleOf(ref).query(standing))?.held === true)
  })

  it('are told `later` about a life that has closed: its run may still answer, and recovery is to hear it', async () => {
    const ref = await screened()
    await scene.stopRelay()
    await scene.root.pool.query(`UPDATE participant SET stage = 'closed', outcome = 'expired' WHERE ref = $1`, [ref])
    const { messageId } = await scene.act((acts) => acts.hold(person(ref)), Date.now())
    expect(await tellNow(scene.temporal, scene.store.messages, { programme: 'swift', ref, messageId })).toBe('later')
    const { state } = await scene.one<{ state: string }>('SELECT state FROM message WHERE id = $1', [messageId])
    expect(state).toBe('pending')
    scene.startRelay()
    await untilTrue(async () => (await scene.count(`SELECT FROM message WHERE state = 'pending'`)) === 0)
    const recovery = scene.temporal.client.workflow.getHandle(recoveryWorkflowId('swift', ref))
    expect((await recovery.describe()).workflowId).toBe(recoveryWorkflowId('swift', ref))
  })

  it('hear `later` within two seconds when no worker or no server is there; their act stands', async () => {
    const ref = await screened()
    await scene.stopWorkers()
    const { messageId } = await scene.act((acts) => acts.hold(person(ref)), Date.now())
    const nobody = connectTemporal({ address: '127.0.0.1:1', namespace: 'default' })
    const began = Date.now()
    const of = { programme: 'swift', ref, messageId }
    const told = [tellNow(scene.temporal, scene.store.messages, of), tellNow(nobody, scene.store.messages, of)]
    expect(await Promise.all(told)).toEqual(['later', 'later'])
    expect(Date.now() - began).toBeLessThan(3500)
    expect(await scene.count('SELECT FROM participant WHERE ref = $1 AND held_at IS NOT NULL', [ref])).toBe(1)
    await nobody.close()
    await scene.startWorkers()
    await untilTrue(async () => (await handleOf(ref).query(standing))?.held === true)
  })
})

describe('a server that is away', () => {
  it('says nothing about a message: nothing is refused, everything is told later', async () => {
    const ref = await scene.register({}, Date.now())
    const nobody = connectTemporal({ address: '127.0.0.1:1', namespace: 'default' })
    const lease = { programme: 'swift', ref, ids: ['x'], wave: null, region: '3204', stage: 'screening' }
    expect((await deliver(nobody, lease, 0)).kind).toBe('unreachable')
    expect(await nobody.healthy()).toBe(false)
    await nobody.close()
    await scene.settle()
    expect(await scene.count('SELECT FROM message WHERE ref = $1 AND refusals > 0', [ref])).toBe(0)
  })
})

/** A relay of its own with what it reports, beside that of the scene, which is quick but leaves what is not due to others. */
function relayOf(temporal: Temporal, more: Partial<RelayOptions> = {}) {
  const events: RelayEvent[] = []
  const at: number[] = []
  const relay = startRelay({
    temporal,
    messages: scene.store.messages,
    concurrency: 4,
    ratePerSecond: 0,
    eventsMax: 0,
    sweeps: false,
    report: (event) => {
      events.push(event)
      at.push(performance.now())
    },
    ...more,
  })
  return { relay, events, at }
}

describe('a server that knows us no more', () => {
  it('is said again and again with growing pauses, and uses up no message', async () => {
    const wall = await openWall((method) =>
      method === 'ListSearchAttributes' ? undefined : { code: 16, details: 'certificate has expired' },
    )
    const temporal = connectTemporal({ address: wall.address, namespace: 'default' })
    const { relay, events, at } = relayOf(temporal)
    await untilTrue(() => Promise.resolve(events.length >= 3))
    await relay.stop()
    await temporal.close()
    await wall.close()
    expect(new Set(events.map((event) => JSON.stringify(event)))).toEqual(
      new Set([JSON.stringify({ kind: 'unreachable', count: 0, why: '16 UNAUTHENTICATED: certificate has expired' })]),
    )
    const [first = 0, second = 0, third = 0] = at
    expect(second - first).toBeGreaterThan(900)
    expect(third - second).toBeGreaterThan(1900)
    expect(await scene.count('SELECT FROM message WHERE refusals > 0')).toBe(0)
  })
})

describe('a backlog', () => {
  /** Known to no life yet: signals that start lives nobody works on. */
  async function crowd(people: number, each: number): Promise<void> {
    await scene.stopWorkers()
    await scene.stopRelay()
    for (let person = 0; person < people; person += 1) await scene.register({}, Date.now())
    await scene.root.pool.query(
      `INSERT INTO message (id, programme, ref, kind, priority, state, deliver_after)
       SELECT gen_random_uuid(), programme, ref, 'evidence', 3, 'pending', now()
         FROM message, generate_series(2, $1) WHERE state = 'pending'`,
      [each],
    )
  }
  const isTold = async (): Promise<boolean> => (await scene.count(`SELECT FROM message WHERE state = 'pending'`)) === 0

  it('drains without a pause, also when few lives have many messages', async () => {
    await crowd(24, 9)
    const began = performance.now()
    const { relay, events } = relayOf(scene.temporal)
    await untilTrue(isTold)
    await relay.stop()
    // A second of rest after each of the eight rounds and more is what it must not take.
    expect(performance.now() - began).toBeLessThan(6000)
    expect(events.filter(({ kind }) => kind !== 'delivered')).toEqual([])
    scene.startRelay()
    await scene.startWorkers()
  })

  it('is told no faster than it is said', async () => {
    await crowd(6, 1)
    const { relay, at } = relayOf(scene.temporal, { concurrency: 2, ratePerSecond: 4 })
    for (let poke = 0; poke < 20; poke += 1) relay.poke()
    await untilTrue(isTold)
    await relay.stop()
    expect(at).toHaveLength(3)
    for (const [index, time] of at.slice(1).entries()) expect(time - (at[index] ?? 0)).toBeGreaterThan(400)
    scene.startRelay()
    await scene.startWorkers()
  })
})

describe('nobody waits unheard', () => {
  const overdue = async (ref: string): Promise<void> => {
    await scene.root.pool.query(`UPDATE message SET state = 'delivered' WHERE ref = $1`, [ref])
    await scene.root.pool.query(`UPDATE participant SET heard_by = now() - interval '1 second' WHERE ref = $1`, [ref])
  }
  const attentionOf = async (ref: string): Promise<string | null> =>
    (await scene.one<{ attention: string | null }>('SELECT attention FROM participant WHERE ref = $1', [ref])).attention

  it('the sweep starts a life whose first message was lost, and flags one that was terminated', async () => {
    await scene.stopRelay()
    const lost = await scene.register({}, Date.now())
    await overdue(lost)
    scene.startRelay()
    const ended = await screened()
    await handleOf(ended).terminate('a test')
    await overdue(ended)
    expect(await stageOf(lost)).toBe('screening')

    const { relay, events } = relayOf(scene.temporal, { sweeps: true })
    await untilTrue(async () => (await stageOf(lost)) === 'admission')
    await untilTrue(async () => (await attentionOf(ended)) === 'life-failed')
    await relay.stop()
    expect((await handleOf(lost).describe()).status.name).toBe('RUNNING')
    expect(events.concat(scene.relayed)).toContainEqual(expect.objectContaining({ kind: 'ended', ref: ended }))
    // It waits for its run to be mended, and is not nudged over and over.
    expect(await scene.count(`SELECT FROM message WHERE ref = $1 AND state = 'dead'`, [ended])).toBe(0)
    await overdue(ended)
  })
})

describe('a sweep', () => {
  it('that fails, or takes its time, keeps nobody from being told', async () => {
    await scene.stopRelay()
    const [failing, waiting] = [await scene.register({}, Date.now()), await scene.register({}, Date.now())]
    const slow = gate()
    const sweep = (): Promise<never> => Promise.reject(new Error('Query read timeout'))
    const fails = relayOf(scene.temporal, {
      messages: { ...scene.store.messages, sweep },
      sweeps: true,
      concurrency: 1,
    })
    await untilTrue(async () => (await stageOf(failing)) === 'admission')
    await fails.relay.stop()
    expect(fails.events.filter(({ kind }) => kind === 'fault')).toHaveLength(1)
    const late = await scene.register({}, Date.now())
    const waits = relayOf(scene.temporal, {
      messages: { ...scene.store.messages, sweep: () => slow.opened.then(() => ({ nudged: 0, isMore: false })) },
      sweeps: true,
    })
    await untilTrue(async () => (await stageOf(late)) === 'admission' && (await stageOf(waiting)) === 'admission')
    slow.open()
    await waits.relay.stop()
    scene.startRelay()
  })

  it('has those told who waited for something that has ended', async () => {
    await scene.stopRelay()
    await scene.root.pool.query(`INSERT INTO telling (cause) VALUES ('year:swift:2025')`)
    const { relay } = relayOf(scene.temporal, { sweeps: true })
    await untilTrue(async () => (await scene.count('SELECT FROM telling WHERE done_at IS NULL')) === 0)
    await relay.stop()
    scene.startRelay()
  })
})

describe('a life whose server knows nothing of it', () => {
  it('is started by what is told to it, and goes on where the store has it', async () => {
    const ref = await screened()
    const execution = { workflowId: participantWorkflowId('swift', ref) }
    const { namespace, connection } = scene.temporal
    await connection.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: execution })
    const isGone = async (): Promise<boolean> =>
      handleOf(ref)
        .describe()
        .then(
          () => false,
          () => true,
        )
    await untilTrue(isGone)
    await scene.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK', refs: [ref] }), Date.now())
    await scene.settle()
    await untilTrue(async () => !(await isGone()) && (await handleOf(ref).query(standing))?.stage === 'training')
  })
})

describe('a life that has ended', () => {
  it('is not started again: what comes later starts a recovery', async () => {
    const ref = await scene.register({ occupation: 'civil-servant' }, Date.now())
    await scene.settle()
    expect(await scene.result(ref)).toEqual({ outcome: 'refused' })
    const { runId } = await handleOf(ref).describe()
    const lease = { programme: 'swift', ref, ids: ['late'], wave: null, region: '3204', stage: 'closed' }
    expect((await deliver(scene.temporal, lease, 0)).kind).toBe('delivered')
    const recovery = scene.temporal.client.workflow.getHandle(recoveryWorkflowId('swift', ref))
    expect(await recovery.result()).toEqual({ outcome: 'recovered' })
    expect((await handleOf(ref).describe()).runId).toBe(runId)
    // A relay that read the life before it closed is told so, and asks the store again.
    expect((await deliver(scene.temporal, { ...lease, stage: 'incentives' }, 0)).kind).toBe('ended')
  })
})
