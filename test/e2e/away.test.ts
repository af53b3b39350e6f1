/** A server goes away for a while: what does not need it goes on, what needs it says so, and nobody is lost. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { participantWorkflowId } from '../../domain/identity.ts'
import { standing } from '../../workflows/messages.ts'
import { openLiveStack, until } from '../support/e2e.ts'
import { freeze } from '../support/e2e-freeze.ts'
import { peopleWith } from '../support/e2e-people.ts'
import { stepsOn } from '../support/e2e-steps.ts'

const POSTGRES_AWAY_MS = 20_000
const TEMPORAL_AWAY_MS = 20_000
const LIVES = 200
/** Of these a payout is on its way when the server goes. */
const PAID = 12
/** How long a life that nothing concerns may take to answer; one in ten may take longer, for tests share a machine. */
const ANSWERS_WITHIN_MS = 1_000
const SLOWEST_MS = 5_000

const live = await openLiveStack()
const steps = stepsOn(live)
const course = live.programme.training.courses[0]?.code ?? ''

afterAll(() => live.close())

async function count(text: string): Promise<number> {
  const [row] = await live.rows<{ count: number }>(`SELECT count(*)::int FROM ${text}`)
  return row?.count ?? 0
}

/** In training, and with nothing to be told any more. */
async function inTraining(many: number): Promise<string[]> {
  const refs = await steps.admit(peopleWith(many))
  const told = async (): Promise<boolean> => (await count(`message WHERE state = 'pending'`)) === 0
  await until('all have been told', told, { withinMs: 60_000, pauseMs: 200 })
  return refs
}

function evidence(ref: string, kind = 'course-started'): Promise<Response> {
  return ask('institution', `${live.participants}/${ref}/evidence`, {
    kind,
    subject: course,
    occurredAt: new Date().toISOString(),
  })
}

/** One request, whatever it is answered; the demo's own calls would try again. */
function ask(role: 'institution' | 'registrar' | 'operator', route: string, body?: unknown): Promise<Response> {
  const key = live.access[role]
  return fetch(`${live.stack.apiUrl}${route}`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    signal: AbortSignal.timeout(15_000),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
}

/** Settles when everybody's first incentive is with them. */
async function firstIncentivesPaid(refs: readonly string[]): Promise<void> {
  const paid = async (): Promise<boolean> => {
    const [row] = await live.rows<{ count: number }>(
      `SELECT count(*)::int FROM disbursement WHERE tranche = 'incentive-1' AND state = 'paid' AND ref = ANY ($1)`,
      [refs],
    )
    return row?.count === refs.length
  }
  await until('all are paid', paid, { withinMs: 60_000, pauseMs: 200 })
}

test(
  'while PostgreSQL is away other lives answer, the API says so, and no money moves but once',
  { timeout: 240_000 },
  async () => {
    const [quiet = '', ...refs] = await inTraining(LIVES)
    const paid = refs.slice(0, PAID)
    await Promise.all(paid.map((ref) => steps.train(ref)))
    await until('payouts are on their way', async () => (await count(`payout WHERE money = 'clearing'`)) > 0, {
      pauseMs: 5,
    })
    const told = refs.slice(PAID).map((ref) => evidence(ref).catch(() => null))
    await sleep(150)

    const thaw = freeze(live.stack.pidOf('postgres'))
    const seen = await lookAround(quiet, POSTGRES_AWAY_MS).finally(thaw)
    const waits = seen.waitsMs.toSorted((one, other) => one - other)
    expect(waits.length).toBeGreaterThan(10)
    expect(waits[Math.floor(waits.length * 0.9)]).toBeLessThan(ANSWERS_WITHIN_MS)
    expect(waits.at(-1)).toBeLessThan(SLOWEST_MS)
    expect(new Set(seen.ready)).toEqual(new Set([503]))
    expect(new Set(seen.reads)).toEqual(new Set(['503 after some seconds']))

    await Promise.all(told)
    await until('the API is ready again', async () => (await ask('operator', '/readyz').catch(() => null))?.ok)
    await firstIncentivesPaid(paid)
    expect(await count('payout WHERE n > 1')).toBe(0)
    expect(await live.books()).toEqual({ paidTwice: 0, balance: true, findings: [] })
  },
)

interface Ready {
  readonly away: readonly string[]
}

interface Seen {
  /** How long each answer of the life took. */
  readonly waitsMs: number[]
  readonly ready: number[]
  readonly reads: string[]
}

/** Asks one life and the API again and again. */
async function lookAround(ref: string, forMs: number): Promise<Seen> {
  const seen: Seen = { waitsMs: [], ready: [], reads: [] }
  const end = Date.now() + forMs
  const handle = live.temporal.client.workflow.getHandle(participantWorkflowId(live.programme.code, ref))
  const querying = async (): Promise<void> => {
    while (Date.now() < end) {
      const began = performance.now()
      await live.temporal.within(15_000, () => handle.query(standing))
      seen.waitsMs.push(performance.now() - began)
      await sleep(200)
    }
  }
  const asking = async (): Promise<void> => {
    // What the API found before is told again for two seconds.
    await sleep(3_000)
    while (Date.now() < end) {
      seen.ready.push((await ask('operator', '/readyz')).status)
      const read = await ask('operator', `${live.participants}/${ref}`)
      seen.reads.push(`${read.status} after ${Number(read.headers.get('retry-after')) > 0 ? 'some' : 'no'} seconds`)
      await sleep(200)
    }
  }
  await Promise.all([querying(), asking()])
  return seen
}

test(
  'while Temporal is away people, evidence and callbacks are accepted, and the backlog drains',
  { timeout: 240_000 },
  async () => {
    const refs = await inTraining(30)
    const paid = refs.slice(0, PAID)
    await Promise.all(paid.map((ref) => steps.train(ref)))
    await until('payouts are on their way', async () => (await count(`payout WHERE money = 'clearing'`)) > 0, {
      pauseMs: 5,
    })
    const callbacks = await count('callback')

    const began = Date.now()
    const thaw = freeze(live.stack.pidOf('temporal'))
    const [newcomer] = peopleWith(1)
    try {
      await sleep(1_000)
      for (const ref of refs.slice(PAID)) expect((await evidence(ref)).status).toBe(202)
      const registered = await ask('registrar', live.participants, newcomer?.registration)
      expect(registered.status).toBe(201)
      const { ref } = (await registered.json()) as { ref: string }
      live.remember(ref, newcomer?.registration.account?.number ?? '')
      refs.push(ref)
      // A hold is in force at its commit; that the life has not heard of it is said.
      const held = await ask('operator', `${live.participants}/${refs[PAID]}/hold`, { reason: 'identity is checked' })
      expect({ status: held.status, body: await held.json() }).toMatchObject({ status: 202, body: { heard: false } })
      await until('a callback is kept', async () => (await count('callback')) > callbacks)
      // It is still of use to those who register and report: ready, and saying what is away.
      await until(
        'it is said',
        async () => ((await (await ask('operator', '/readyz')).json()) as Ready).away[0] === 'temporal',
      )
      expect((await ask('operator', `${live.participants}/${refs[0]}`)).status).toBe(200)
      await sleep(Math.max(0, TEMPORAL_AWAY_MS - (Date.now() - began)))
    } finally {
      thaw()
    }
    const drained = async (): Promise<boolean> => (await count(`message WHERE state <> 'delivered'`)) === 0
    await until('the backlog is drained', drained, { withinMs: 60_000, pauseMs: 200 })
    await firstIncentivesPaid(paid)
    expect(await steps.stage(refs.at(-1) ?? '', 'admission')).toMatchObject({ stage: 'admission' })
    expect(await steps.see(refs[PAID] ?? '')).toMatchObject({ hold: expect.anything() })
    expect(await live.books()).toEqual({ paidTwice: 0, balance: true, findings: [] })
  },
)
