/** Short versions of the trials that `npm run chaos` plays in full: each on a stack of its own, judged by the auditor. */
import { expect, test } from 'vitest'
import { isOfBooks, killAtFailpoints } from '../../chaos/failpoints.ts'
import { resubmit } from '../../chaos/file.ts'
import { killing, zombie } from '../../chaos/faults.ts'
import { RESET_IN } from '../../chaos/live/resets.ts'
import { tryOut } from '../../chaos/live/trial.ts'
import { resetting } from '../../chaos/reset.ts'
import { restoring } from '../../chaos/restore.ts'
import { FAILPOINTS, type Failpoint } from '../../failpoints.ts'

const RIGHT = { duplicates: 0, lost: 0, findings: [] }

/** Around the sending of a payment: what is decided, sent and heard of it, and what becomes of it. */
const OF_LIVES: readonly Failpoint[] = [
  'claim:committed',
  'claim:written',
  'claim:told',
  'send:judged',
  'send:answered',
  'send:kept-back',
  'outcome:committed',
  'outcome:written',
  'enquiry:asked',
  'resend:committed',
  'giving-up:committed',
  'callback:applied',
  'callback:committed',
  'refusal:locked',
  'message:leased',
  'release:committed',
  'approve:found',
  'review:locked',
]

/** Areas at which only `npm run chaos -- failpoints` kills: ten seconds each, and a restore of its own for the last. */
const LEFT_OUT =
  'screening life telling collect close proposal approval agreed void reclassified float check first-check checked recovery'.split(
    ' ',
  )

/** The first of each area stands for it. */
const OF_BOOKS = FAILPOINTS.filter(
  (point, index) => isOfBooks(point) && FAILPOINTS.findIndex((one) => areaOf(one) === areaOf(point)) === index,
)

function areaOf(point: string): string {
  return point.slice(0, point.indexOf(':'))
}

test('every area of failpoints is killed at, or left out by name', () => {
  const areas = new Set(FAILPOINTS.filter((point) => !isOfBooks(point)).map(areaOf))
  expect([...areas].toSorted()).toEqual([...new Set([...OF_LIVES.map(areaOf), ...LEFT_OUT])].toSorted())
})

test.each([
  ['people are paid', OF_LIVES],
  ['people decide, statements are settled and a year ends', OF_BOOKS],
])('a process that dies while %s pays nobody twice, leaves nobody behind and books all of it once', async (_, only) => {
  const result = await killAtFailpoints({ each: 1, people: 1, only, tell: () => undefined })
  expect(result).toMatchObject({ ...RIGHT, failpoints: only.length, unreached: [] })
  expect(result.kills).toBeGreaterThanOrEqual(only.length)
})

test('a database that is restored into its past asks before it sends', async () => {
  expect(await tryOut(restoring({ each: 1, aheadMs: 8000 }))).toMatchObject({ ...RIGHT, kills: 1 })
})

test('a PostgreSQL that is killed while payouts are on their way loses nothing', async () => {
  const { struck, ...judged } = await tryOut(killing('postgres', { times: 1, each: 1 }))
  expect(judged).toMatchObject({ ...RIGHT, kills: 1 })
  expect(struck).toBeGreaterThanOrEqual(1)
})

test.each(['temporal', 'sandbox'] as const)(
  'a %s that is killed while a payout is being sent loses nothing and pays nobody twice',
  async (part) => {
    const { struck, ...judged } = await tryOut(killing(part, { times: 1, each: 1 }))
    expect(judged).toMatchObject({ ...RIGHT, kills: 1 })
    expect(struck).toBeGreaterThanOrEqual(1)
  },
)

test('a worker that sleeps past every timeout with a payout in its hands pays nobody twice when it wakes', async () => {
  const { struck, ...judged } = await tryOut(zombie({ each: 1 }))
  expect(judged).toMatchObject({ ...RIGHT, kills: 1 })
  expect(struck).toBeGreaterThanOrEqual(1)
})

test('lives that are sent back to their start, in every state that one can be in, pay nothing again', async () => {
  const { kills, resets, ...judged } = await tryOut(resetting({ people: 5 }))
  expect(judged).toMatchObject(RIGHT)
  expect(Object.keys(resets ?? {})).toEqual([...RESET_IN])
  expect(Object.entries(resets ?? {}).filter(([, many]) => many === 0)).toEqual([])
  expect(kills).toBeGreaterThanOrEqual(25)
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

test('a file whose gateway stands still until people must look, and dies, pays everybody once', async () => {
  const lines = 100
  const { givenUp, ...judged } = await resubmit({ lines, stillMs: 100_000, tell: () => undefined })
  expect(judged).toMatchObject({ ...RIGHT, runs: 2, paid: lines, accepted: lines })
  expect(givenUp).toBeGreaterThan(0)
})
