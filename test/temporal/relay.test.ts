/** Telling lives what happened, on a real server: once however many relays, later when nobody is there, to recovery after the end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { participantWorkflowId, recoveryWorkflowId } from '../../domain/identity.ts'
import { tellNow } from '../../temporal/ask.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { deliver } from '../../temporal/deliver.ts'
import { startRelay, type RelayEvent } from '../../temporal/relay.ts'
import { standing } from '../../workflows/messages.ts'
import { swiftProgramme } from '../support/builders.ts'
import { openScene, untilTrue, type Scene } from '../support/temporal.ts'
import { WAVE } from '../support/world.ts'

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
