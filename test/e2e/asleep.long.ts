/** A worker that stops without dying, longer than everything waits for it, and comes back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { startChild } from '../../local/children.ts'
import { openLiveStack, until } from '../support/e2e.ts'
import { expectPaidOnce } from '../support/e2e-money.ts'
import { peopleWith } from '../support/e2e-people.ts'

/** Commits at the gateway and never answers nor calls back: who it was must be asked. */
const SILENT = ['40', '9'] as const

const live = await openLiveStack()

afterAll(() => live.close())

/** Longer than a send, the activity around it and a workflow task may take. */
const ASLEEP_MS = 12_000

test('a worker that wakes after another took over its work sends nothing again', async () => {
  const pid = live.stack.pidOf('worker')
  const environment = live.stack.environmentOf('worker')
  const fellAsleep = until(
    'a payout is claimed',
    async () => {
      const [row] = await live.rows<{ key: string }>(`SELECT key FROM payout WHERE state = 'submitting' LIMIT 1`)
      if (row) process.kill(pid, 'SIGSTOP')
      return row?.key
    },
    { pauseMs: 0, withinMs: 60_000 },
  )
  const settled = live.settle([...peopleWith(3), ...peopleWith(3, ...SILENT)])
  const key = await fellAsleep
  const second = { name: 'worker-2', program: 'main/worker', environment, home: live.stack.dataDir, readyUrl: null }
  const other = await startChild(second)
  try {
    await sleep(ASLEEP_MS)
    process.kill(pid, 'SIGCONT')
    const lives = await settled
    await expectPaidOnce(live, lives)
    const sends = await live.rows<{ result: string }>('SELECT result FROM send WHERE payout = $1', [key])
    expect(sends.map(({ result }) => result)).not.toContain(null)
  } finally {
    await other.stop()
  }
})
