/**
 * A server goes away for a minute: what does not need it goes on, what needs it says so, and nobody is lost. Two stacks, for both
 * minutes are mostly waiting.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { participantWorkflowId } from '../../domain/identity.ts'
import { hear, standing, tell } from '../../workflows/messages.ts'
import { openLiveStack, until, type LiveStack } from '../support/e2e.ts'
import { freeze } from '../support/e2e-freeze.ts'
import { peopleWith } from '../support/e2e-people.ts'
import { stepsOn } from '../support/e2e-steps.ts'

const AWAY_MS = 60_000
/** Lives that look at their database when it goes. */
const ACTIVE = 200
/** Lives that nothing concerns, until one is asked and told something: each is spoken to once. */
const OTHERS = 40
/** They are told one after the other, as a day goes, not in one burst. */
const SPREAD_MS = 8_000
/** Others are spoken to for this long at least. */
const ASKED_MS = 40_000
const ANSWERS_WITHIN_MS = 1_000
/** Of these a payout is on its way when the server goes. */
const PAID = 12

const [postgresLess, temporalLess] = await Promise.all([openLiveStack(), openLiveStack()])
afterAll(() => Promise.all([postgresLess.close(), temporalLess.close()]))

function deskOf(live: LiveStack) {
  const steps = stepsOn(live)
  const course = live.programme.training.courses[0]?.code ?? ''
  /** One request, whatever it is answered; the demo's own calls would try again. */
  const ask = (role: 'institution' | 'registrar' | 'operator', route: string, body?: unknown): Promise<Response> =>
    fetch(`${live.stack.apiUrl}${route}`, {
      headers: {
        authorization: `Bearer ${live.access[role]}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
  const handleOf = (ref: string) =>
    live.temporal.client.workflow.getHandle(participantWorkflowId(live.programme.code, ref))
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> => {
    const [row] = await live.rows<{ count: number }>(`SELECT count(*)::int FROM ${text}`, values)
    return row?.count ?? 0
  }
  return {
    steps,
    ask,
    count,
    evidence: (ref: string, kind = 'course-started') =>
      ask('institution', `${live.participants}/${ref}/evidence`, {
        kind,
        subject: course,
        occurredAt: new Date().toISOString(),
      }),
    /** In training, and with nothing to be told any more. */
    async inTraining(many: number): Promise<string[]> {
      const refs = await steps.admit(peopleWith(many))
      const told = async (): Promise<boolean> => (await count(`message WHERE state = 'pending'`)) === 0
      await until('all have been told', told, { withinMs: 60_000, pauseMs: 200 })
      return refs
    },
    underway: () =>
      until('payouts are on their way', async () => (await count(`payout WHERE money = 'clearing'`)) > 0, {
        pauseMs: 5,
      }),
    /** Settles when everybody's first incentive is with them. */
    async firstIncentivesPaid(refs: readonly string[]): Promise<void> {
      const paid = `disbursement WHERE tranche = 'incentive-1' AND state = 'paid' AND ref = ANY ($1)`
      const arePaid = async (): Promise<boolean> => (await count(paid, [refs])) === refs.length
      await until('all are paid', arePaid, { withinMs: 150_000, pauseMs: 200 })
    },
    handleOf,
  }
}
type Desk = ReturnType<typeof deskOf>

test.concurrent(
  'while PostgreSQL is away for a minute other lives answer, the API says so, and no money moves but once',
  { timeout: 400_000 },
  async () => {
    const live = postgresLess
    const desk = deskOf(live)
    const refs = await desk.inTraining(ACTIVE + OTHERS)
    const [others, active] = [refs.slice(0, OTHERS), refs.slice(OTHERS)]
    const paid = active.slice(0, PAID)
    await Promise.all(paid.map((ref) => desk.steps.train(ref)))
    await desk.underway()

    const thaw = freeze(live.stack.pidOf('postgres'))
    try {
      const end = Date.now() + AWAY_MS
      // As the relay does it: every one of them looks now, and has nothing to look at.
      const looking = active.slice(PAID)
      const began = Date.now()
      for (const [index, ref] of looking.entries()) {
        await desk.handleOf(ref).signal(tell, [randomUUID()])
        await sleep(Math.max(0, began + (SPREAD_MS * index) / looking.length - Date.now()))
      }
      // However long a busy machine took to tell them.
      const askedUntil = Math.max(end, Date.now() + ASKED_MS)
      const asking = [askOthers(live, desk, others, askedUntil), askApi(live, desk, askedUntil)] as const
      const [waits, said] = await Promise.all(asking)
      expect(waits).toHaveLength(2 * OTHERS)
      expect(slow(waits)).toEqual([])
      expect(new Set(said)).toEqual(new Set(['/readyz 503', 'a read 503 after some seconds']))
      const ended = await Promise.all(looking.map((ref) => looksSinceLastSignal(desk, ref)))
      expect(ended.filter((looks) => looks > 0)).toEqual([])
    } finally {
      thaw()
    }
    await until('the API is ready again', async () => (await desk.ask('operator', '/readyz').catch(() => null))?.ok)
    await desk.firstIncentivesPaid(paid)
    expect(await desk.count('payout WHERE n > 1')).toBe(0)
    expect(await live.books()).toEqual({ paidTwice: 0, balance: true, findings: [] })
  },
)

interface Wait {
  readonly of: 'query' | 'update'
  readonly ms: number
}

/**
 * What was not answered in time. A pause of the machine is no pause of Lunas: only what is slow three times running, the same
 * question to three lives within some seconds, counts. A worker whose slots are held by others stalls for twenty.
 */
function slow(waits: readonly Wait[]): Wait[] {
  return (['query', 'update'] as const).flatMap((kind) => {
    const same = waits.filter(({ of }) => of === kind)
    const isSlow = (wait: Wait | undefined): boolean => (wait?.ms ?? 0) >= ANSWERS_WITHIN_MS
    return same.filter((_, index) => [0, 1, 2].every((back) => isSlow(same[index - back])))
  })
}

/** A query and then an Update to one life after the other, spread over the whole time. */
async function askOthers(live: LiveStack, desk: Desk, others: readonly string[], end: number): Promise<Wait[]> {
  const waits: Wait[] = []
  const timed = async (of: Wait['of'], call: () => Promise<unknown>): Promise<void> => {
    const began = performance.now()
    await live.temporal.within(15_000, call)
    waits.push({ of, ms: performance.now() - began })
  }
  const pauseMs = (end - Date.now()) / others.length
  for (const [index, ref] of others.entries()) {
    const next = end - pauseMs * (others.length - index - 1)
    await timed('query', () => desk.handleOf(ref).query(standing))
    await timed('update', () => desk.handleOf(ref).executeUpdate(hear, { args: [randomUUID()] }))
    await sleep(Math.max(0, next - Date.now()))
  }
  return waits
}

async function askApi(live: LiveStack, { ask }: Desk, end: number): Promise<string[]> {
  const said: string[] = []
  // What the API found before is told again for two seconds.
  await sleep(3_000)
  while (Date.now() < end) {
    said.push(`/readyz ${(await ask('operator', '/readyz')).status}`)
    const read = await ask('operator', `${live.participants}?limit=1`)
    said.push(`a read ${read.status} after ${Number(read.headers.get('retry-after')) > 0 ? 'some' : 'no'} seconds`)
    await sleep(500)
  }
  return said
}

/** How many looks of a life have come back since it was told something last. */
async function looksSinceLastSignal(desk: Desk, ref: string): Promise<number> {
  const { events } = await desk.handleOf(ref).fetchHistory()
  const all = events ?? []
  const told = all.findLastIndex((event) => event.workflowExecutionSignaledEventAttributes)
  expect(told).toBeGreaterThan(0)
  return all.slice(told).filter((event) => event.markerRecordedEventAttributes?.details?.['result']).length
}

test.concurrent(
  'while Temporal is away for a minute people, evidence and callbacks are accepted, and the backlog drains',
  { timeout: 400_000 },
  async () => {
    const live = temporalLess
    const desk = deskOf(live)
    const refs = await desk.inTraining(40)
    const paid = refs.slice(0, PAID)
    const idle = refs.slice(PAID)
    await Promise.all(paid.map((ref) => desk.steps.train(ref)))
    await desk.underway()
    const callbacks = await desk.count('callback')

    const end = Date.now() + AWAY_MS
    const thaw = freeze(live.stack.pidOf('temporal'))
    const newcomers: string[] = []
    try {
      await sleep(1_000)
      for (const ref of idle.slice(0, 10)) expect((await desk.evidence(ref)).status).toBe(202)
      newcomers.push(await registered(live, desk))
      // A hold is in force at its commit; that the life has not heard of it is said.
      const hold = `${live.participants}/${idle[0]}/hold`
      const held = await desk.ask('operator', hold, { reason: 'identity is checked' })
      expect({ status: held.status, body: await held.json() }).toMatchObject({ status: 202, body: { heard: false } })
      await until('a callback is kept', async () => (await desk.count('callback')) > callbacks)
      // It is still of use to those who register and report: ready, and saying what is away.
      await until('it is said', async () => (await awayOf(desk))[0] === 'temporal')
      expect((await desk.ask('operator', `${live.participants}/${refs[0]}`)).status).toBe(200)
      await sleep(Math.max(0, end - AWAY_MS / 2 - Date.now()))
    } finally {
      // It hung for half of the minute; now it dies, and each time it comes back.
      await live.stack.kill('temporal', 'SIGKILL')
      thaw()
    }
    for (const ref of idle.slice(10, 20)) expect((await desk.evidence(ref)).status).toBe(202)
    newcomers.push(await registered(live, desk))
    while (Date.now() < end) {
      await live.stack.ready('temporal')
      await live.stack.kill('temporal', 'SIGKILL')
    }
    for (const ref of idle.slice(20)) expect((await desk.evidence(ref)).status).toBe(202)

    const drained = async (): Promise<boolean> => (await desk.count(`message WHERE state <> 'delivered'`)) === 0
    await until('the backlog is drained', drained, { withinMs: 120_000, pauseMs: 200 })
    expect(await desk.count('message WHERE refusals > 0')).toBe(0)
    await desk.firstIncentivesPaid(paid)
    for (const ref of newcomers) await desk.steps.stage(ref, 'admission')
    expect(await desk.count(`evidence WHERE kind = 'course-started' AND ref = ANY ($1)`, [idle])).toBe(idle.length)
    expect(await desk.steps.see(idle[0] ?? '')).toMatchObject({ hold: expect.anything() })
    expect(await live.books()).toEqual({ paidTwice: 0, balance: true, findings: [] })
  },
)

async function awayOf({ ask }: Desk): Promise<readonly string[]> {
  return ((await (await ask('operator', '/readyz')).json()) as { away: readonly string[] }).away
}

async function registered(live: LiveStack, { ask }: Desk): Promise<string> {
  const [newcomer] = peopleWith(1)
  const answer = await ask('registrar', live.participants, newcomer?.registration)
  expect(answer.status).toBe(201)
  const { ref } = (await answer.json()) as { ref: string }
  live.remember(ref, newcomer?.registration.account?.number ?? '')
  return ref
}
