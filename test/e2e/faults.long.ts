/** Processes die at the worst moments; money goes out once, everybody gets to their end, and the books show it. */
import { afterAll, expect, test } from 'vitest'
import { participantWorkflowId } from '../../domain/identity.ts'
import { killWorker } from '../../local/demo/kill.ts'
import type { Follow } from '../../local/demo/lives.ts'
import { openLiveStack, until } from '../support/e2e.ts'
import { expectPaidOnce } from '../support/e2e-money.ts'
import { peopleWith } from '../support/e2e-people.ts'

/** Commits at the gateway and never answers nor calls back: who it was must be asked. */
const SILENT = ['40', '9'] as const

const live = await openLiveStack()

afterAll(() => live.close())

/** Payouts beyond the first of a disbursement. */
function secondPayouts(lives: readonly Follow[]): Promise<{ key: string }[]> {
  return live.rows('SELECT key FROM payout WHERE n > 1 AND ref = ANY ($1)', [lives.map(({ ref }) => ref)])
}

test('a worker killed between the acceptance of the gateway and our commit pays nobody twice', async () => {
  const ended = new AbortController()
  const killed = killWorker(live.stack, live.journal, live.root.pool, ended.signal)
  const lives = await live.settle([...peopleWith(4, ...SILENT), ...peopleWith(2)])
  ended.abort()
  expect(await killed).toMatchObject({ workerKills: 1, inFlightAtKill: expect.toSatisfy((count) => count > 0) })
  await expectPaidOnce(live, lives)
  // The enquiry found what was accepted: nothing was sent under another key.
  expect(await secondPayouts(lives)).toEqual([])
})

/** What only the worker's own steps write: a tranche is due, its disbursement is released. */
const STEPS = `act IN ('tranche-due', 'disbursement-released')`

test('a worker killed between two committed steps repeats the step and nothing else', async () => {
  const before = await stepsSoFar()
  const killing = until(
    'the worker has committed steps of some lives',
    async () => {
      if ((await stepsSoFar()) < before + 3) return false
      await live.stack.kill('worker', 'SIGKILL')
      return true
    },
    { pauseMs: 0, withinMs: 60_000 },
  )
  const lives = await live.settle(peopleWith(8))
  await killing
  await expectPaidOnce(live, lives)
  expect(await secondPayouts(lives)).toEqual([])
  // What was committed before the kill was asked for again, and is there once.
  const rows = await live.rows<{ subject: string; act: string; count: number }>(
    `SELECT subject, act, count(*)::int FROM audit_event WHERE ${STEPS} AND ref = ANY ($1) GROUP BY subject, act`,
    [lives.map(({ ref }) => ref)],
  )
  expect(rows).toHaveLength(2 * lives.length * live.programme.tranches.length)
  expect(rows.filter(({ count }) => count !== 1)).toEqual([])
  // A task that timed out was under way when its worker died: its committed steps were done again.
  const lost = await Promise.all(lives.map(({ ref }) => timedOutTasks(ref)))
  expect(lost.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
})

async function stepsSoFar(): Promise<number> {
  const [row] = await live.rows<{ count: number }>(`SELECT count(*)::int FROM audit_event WHERE ${STEPS}`)
  return row?.count ?? 0
}

async function timedOutTasks(ref: string): Promise<number> {
  const handle = live.temporal.client.workflow.getHandle(participantWorkflowId(live.programme.code, ref))
  const { events } = await handle.fetchHistory()
  return (events ?? []).filter((event) => event.workflowTaskTimedOutEventAttributes).length
}

test('registrations and callbacks that an API died under are accepted once when they come again', async () => {
  const people = peopleWith(24)
  const boots = new Set([await bootId()])
  let kills = 0
  const lives = await live.settle(people, {
    async onRound(round) {
      const isRegistering = kills === 0 && round.length === 6
      const isCallingBack = kills === 1 && round.length === people.length && (await underway()) >= 3
      if (!isRegistering && !isCallingBack) return
      kills += 1
      await live.stack.kill('api', 'SIGKILL')
      await live.stack.ready('api')
      boots.add(await bootId())
    },
  })
  expect(kills).toBe(2)
  expect(boots.size).toBe(3)
  expect(new Set(lives.map(({ ref }) => ref)).size).toBe(people.length)
  const [row] = await live.rows<{ registered: number; keys: number }>(
    `SELECT count(*)::int AS registered FROM audit_event WHERE act = 'registered' AND ref = ANY ($1)`,
    [lives.map(({ ref }) => ref)],
  )
  expect(row?.registered).toBe(people.length)
  await expectPaidOnce(live, lives)
})

async function bootId(): Promise<string> {
  const answer = await fetch(`${live.stack.apiUrl}/livez`)
  return ((await answer.json()) as { bootId: string }).bootId
}

async function underway(): Promise<number> {
  const [row] = await live.rows<{ count: number }>(`SELECT count(*)::int FROM payout WHERE money = 'clearing'`)
  return row?.count ?? 0
}

test('a gateway that dies with payouts on their way finds them again, and so do we', async () => {
  let kills = 0
  const lives = await live.settle([...peopleWith(6), ...peopleWith(2, ...SILENT)], {
    async onRound() {
      if (kills === 2 || (await underway()) < 2) return
      kills += 1
      await live.stack.kill('sandbox', 'SIGKILL')
      await live.stack.ready('sandbox')
    },
  })
  expect(kills).toBeGreaterThan(0)
  await expectPaidOnce(live, lives)
})

test('a credit planted straight at the gateway, and a posting lost or invented, fail the two lines', async () => {
  const [of] = await live.settle(peopleWith(1))
  const account = of?.person.registration.account
  expect(await live.books()).toEqual({ paidTwice: 0, balance: true, findings: [] })

  const changes = [
    `DELETE FROM posting WHERE id = (SELECT max(id) FROM posting WHERE credit = 'budget:disbursed')`,
    `INSERT INTO posting SELECT (jsonb_populate_record(p, jsonb_build_object('id', 0, 'key', 'planted'))).*
       FROM posting p WHERE id = (SELECT max(id) FROM posting WHERE credit = 'budget:disbursed')`,
  ]
  for (const change of changes) {
    await tampered(change, async () => {
      const books = await live.books()
      expect(books).toMatchObject({ paidTwice: 0, balance: false })
      expect(books.findings.join()).toContain('budget:disbursed against its rows')
    })
  }

  await payStraight(account?.number ?? '', account?.institution ?? '')
  const books = await live.books()
  expect(books).toMatchObject({ paidTwice: 1, balance: false })
  expect(books.findings).toContain(`${of?.ref} received more than is owed`)
})

/** As a superuser who also switches the guards off; the change is undone. */
async function tampered(change: string, look: () => Promise<void>): Promise<void> {
  const client = await live.root.pool.connect()
  try {
    await client.query('SET session_replication_role = replica')
    await client.query('CREATE TEMP TABLE before AS SELECT * FROM posting')
    expect((await client.query(change)).rowCount).toBe(1)
    await look()
    await client.query('DELETE FROM posting')
    await client.query('INSERT INTO posting SELECT * FROM before')
    await client.query('DROP TABLE before')
  } finally {
    client.release(true)
  }
}

/** What somebody with the gateway's key could do behind our back. */
async function payStraight(account: string, institution: string): Promise<void> {
  const order = { reference: 'BEHINDOURBACK1', amount: '5000000', currency: 'IDR', institution, account, holder: 'X' }
  const answer = await fetch(`${live.sandbox.url}/payouts`, {
    method: 'POST',
    body: JSON.stringify({ ...order, narrative: 'twice' }),
    headers: {
      authorization: `Bearer ${live.sandbox.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': 'behind-our-back',
    },
  })
  expect(answer.status).toBe(202)
  await until('it is credited', async () => {
    await live.journal.update()
    return live.journal.entries.some(({ kind, reference }) => kind === 'credited' && reference === order.reference)
  })
}
