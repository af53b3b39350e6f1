/** Whole servers and processes that go: killed under load, stopped for longer than anything waits, lives sent back to their start. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../local/children.ts'
import type { PartName } from '../local/stack.ts'
import { KINDS, peopleOf, type Kind } from './live/people.ts'
import type { Stand } from './live/stand.ts'
import { underway, until, type Trial } from './live/trial.ts'

/** Those who end within seconds: a trial of servers need not wait a minute for a payment that never finishes. */
const QUICK: readonly Kind[] = KINDS.filter(({ scenario }) => !['03', '21', '59'].includes(scenario))

/** Kills a part with SIGKILL while payouts are on their way, `times` times; each time it is started again by the stack. */
export function killing(part: PartName, { times = 3, each = 3 } = {}): Trial {
  return {
    stand: { waits: { firstMs: 250, longestMs: 1000 } },
    async play(stand) {
      const settled = stand.settle(peopleOf(QUICK, each))
      settled.catch(() => undefined)
      let kills = 0
      for (; kills < times; kills += 1) {
        await until('payouts are on their way', async () => (await underway(stand).catch(() => 0)) > 0, 120_000)
        await stand.stack.kill(part, 'SIGKILL')
        await stand.stack.ready(part)
        await sleep(3000)
      }
      await settled
      return kills
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
      await until('a payout is claimed', async () => (await submitting(stand)) > 0, 120_000, 0)
      process.kill(pid, 'SIGSTOP')
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
        process.kill(pid, 'SIGCONT')
        await settled
      } finally {
        await other.stop()
      }
      return 1
    },
  }
}

async function submitting({ root }: Stand): Promise<number> {
  const { rows } = await root.pool.query(`SELECT FROM payout WHERE state = 'submitting' LIMIT 1`)
  return rows.length
}
