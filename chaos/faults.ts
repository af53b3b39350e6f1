/** Whole servers and processes that go: killed under load, stopped for longer than anything waits. Each must hit a send that is under way. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../local/children.ts'
import type { PartName } from '../local/stack.ts'
import { KINDS, peopleOf, type Kind } from './live/people.ts'
import type { Stand } from './live/stand.ts'
import { until, type Trial } from './live/trial.ts'

/** Those who end within seconds: a trial of servers need not wait a minute for a payment that never finishes. */
const QUICK: readonly Kind[] = KINDS.filter(({ scenario }) => !['03', '21', '59'].includes(scenario))

/** A send that the gateway has not answered for so long is one that it will not answer: it stays open until its timeout. */
const UNANSWERED_MS = 300

/** Kills a part with SIGKILL while payouts are being sent, `times` times; each time it is started again by the stack. */
export function killing(part: PartName, { times = 3, each = 3 } = {}): Trial {
  return {
    stand: { waits: { firstMs: 250, longestMs: 1000 } },
    async play(stand) {
      const settled = stand.settle(peopleOf(QUICK, each))
      settled.catch(() => undefined)
      const kills: number[] = []
      while (kills.length < times) {
        const isSending = async (): Promise<boolean> => (await sending(stand, UNANSWERED_MS).catch(() => 0)) > 0
        await until('a payout is being sent', isSending, 120_000)
        kills.push(Date.now())
        await stand.stack.kill(part, 'SIGKILL')
        await stand.stack.ready(part)
        await sleep(3000)
      }
      await settled
      return { kills: times, ...(await struckAt(stand, kills)) }
    },
  }
}

/** Longer than a send, the activity around it and a workflow task may take. */
const ASLEEP_MS = 20_000

/** A worker sleeps past every timeout with a payout in its hands, another goes on, and the first wakes. */
export function zombie({ each = 2 } = {}): Trial {
  return {
    async play(stand) {
      const { stack, code } = stand
      const pid = stack.pidOf('worker')
      const settled = stand.settle(peopleOf(QUICK, each))
      settled.catch(() => undefined)
      const asleepMs = await putToSleep(stand, pid)
      const environment = stack.environmentOf('worker')
      const second = {
        name: 'worker-2',
        program: 'main/worker',
        code,
        environment,
        home: stack.dataDir,
        readyUrl: null,
      }
      const other = await startChild(second)
      try {
        await sleep(ASLEEP_MS)
        // Nobody else can have ended what the sleeper was sending.
        await until(
          'another goes on with what it had in its hands',
          async () => (await openSince(stand, asleepMs)) === 0,
        )
        process.kill(pid, 'SIGCONT')
        await settled
      } finally {
        await other.stop()
      }
      return { kills: 1, ...(await struckAt(stand, [asleepMs])) }
    },
  }
}

/** Stops a process between a claim and the end of its send; when, milliseconds since the epoch. One that has just ended is let go again. */
async function putToSleep(stand: Stand, pid: number): Promise<number> {
  for (;;) {
    await until('a payout is being sent', async () => (await sending(stand)) > 0, 120_000, 0)
    process.kill(pid, 'SIGSTOP')
    const atMs = Date.now()
    if ((await sending(stand)) > 0) return atMs
    process.kill(pid, 'SIGCONT')
  }
}

/** Sends that began so long ago, and have no end. */
async function sending({ root }: Stand, forMs = 0): Promise<number> {
  const { rows } = await root.pool.query<{ count: number }>(
    `SELECT count(*)::int FROM send WHERE ended_at IS NULL AND started_at <= now() - $1 * interval '1 millisecond'`,
    [forMs],
  )
  return rows[0]?.count ?? 0
}

/** Sends that began before, and have no end. */
async function openSince({ root }: Stand, beforeMs: number): Promise<number> {
  const { rows } = await root.pool.query<{ count: number }>(
    'SELECT count(*)::int FROM send WHERE ended_at IS NULL AND started_at < $1',
    [new Date(beforeMs)],
  )
  return rows[0]?.count ?? 0
}

/** How many sends were under way at these moments; each must have hit one. */
async function struckAt(
  { root }: Stand,
  momentsMs: readonly number[],
): Promise<{ readonly struck: number; readonly findings: readonly string[] }> {
  const { rows } = await root.pool.query<{ count: number }>(
    `SELECT count(s.payout)::int FROM unnest($1::timestamptz[]) AS moment (at)
       LEFT JOIN send s ON s.started_at < at AND (s.ended_at > at OR s.ended_at IS NULL) GROUP BY at`,
    [momentsMs.map((ms) => new Date(ms))],
  )
  const missed = rows.filter(({ count }) => count === 0).length
  return {
    struck: rows.reduce((sum, { count }) => sum + count, 0),
    findings: missed === 0 ? [] : [`${missed} of ${rows.length} hit nothing that was being sent`],
  }
}
