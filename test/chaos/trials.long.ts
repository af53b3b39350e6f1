/** Short versions of the trials that `npm run chaos` plays in full: each on a stack of its own, judged by the auditor. */
import { expect, test } from 'vitest'
import { killAtFailpoints } from '../../chaos/failpoints.ts'
import { resubmit } from '../../chaos/file.ts'
import { killing } from '../../chaos/faults.ts'
import { tryOut } from '../../chaos/live/trial.ts'
import { resetting } from '../../chaos/reset.ts'
import { restoring } from '../../chaos/restore.ts'
import { FAILPOINTS } from '../../failpoints.ts'

const RIGHT = { duplicates: 0, lost: 0, findings: [] }

/** The first of each area stands for it; those between a claim and the record of its answer stand for themselves. */
const REPRESENTATIVES = FAILPOINTS.filter(
  (point, index) =>
    FAILPOINTS.findIndex((one) => areaOf(one) === areaOf(point)) === index ||
    /^(claim:(committed|told|written)|send|outcome|callback:(applied|committed))/.test(point),
)

function areaOf(point: string): string {
  return point.slice(0, point.indexOf(':'))
}

test('a process that dies while money is decided about pays nobody twice, leaves nobody behind and books all of it once', async () => {
  const result = await killAtFailpoints({ each: 1, people: 1, only: REPRESENTATIVES, tell: () => undefined })
  expect(result).toMatchObject({ ...RIGHT, failpoints: REPRESENTATIVES.length, unreached: [] })
  expect(result.kills).toBeGreaterThanOrEqual(REPRESENTATIVES.length)
})

test('a database that is restored into its past asks before it sends', async () => {
  expect(await tryOut(restoring({ each: 1, aheadMs: 8000 }))).toMatchObject({ ...RIGHT, kills: 1 })
})

test('a PostgreSQL that is killed while payouts are on their way loses nothing', async () => {
  expect(await tryOut(killing('postgres', { times: 1, each: 1 }))).toMatchObject({ ...RIGHT, kills: 1 })
})

test('lives that are sent back to their start pay nothing again', async () => {
  const { kills, ...judged } = await tryOut(resetting({ people: 5 }))
  expect(judged).toMatchObject(RIGHT)
  expect(kills).toBeGreaterThanOrEqual(15)
})

test('a file that is handed in cut off, whole, and shuffled in overlapping parts pays everybody once', async () => {
  const lines = 1000
  const { handedIn, ...judged } = await resubmit({ lines, tell: () => undefined })
  expect(judged).toMatchObject({ ...RIGHT, runs: 2, paid: lines, accepted: lines })
  const [cut, whole, ...parts] = handedIn
  expect(cut).toEqual({ taken: 651, known: 0, unreadable: 1 })
  expect(whole).toEqual({ taken: 349, known: 651, unreadable: 0 })
  expect(parts.map(({ taken, unreadable }) => taken + unreadable)).toEqual([0, 0])
})
