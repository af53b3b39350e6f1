/** A payment that nobody knows of, and an account that is no longer the person's: its bytes are not put on the wire to it again. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { bankAccount } from '../support/builders.ts'
import { sendFirst, stateOf, submitted, type Sent } from '../support/sent.ts'
import {
  DAY,
  HOUR,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  seenFailed,
  SILENCE,
  TIMING,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const QUIET = NOON + 2 * TIMING.quietPeriodMs

async function notFound({ payout }: Sent, atMs: number): Promise<void> {
  const { enquiry } = await world.store.payouts.question(payout, atMs)
  await world.observe({ payout, source: 'enquiry', fact: { kind: 'not-found' }, atMs, enquiry })
}

/** Sent, not answered, and not found twice: the next thing would be to send the same bytes again. */
async function lost(): Promise<Sent> {
  const sent = await sendFirst(world)
  await world.observe(submitted(sent.payout, SILENCE))
  for (const minute of [1, 0]) await notFound(sent, QUIET + 2 * SECOND - minute * MINUTE)
  return sent
}

const nextOf = async ({ ref }: Sent, atMs: number) => (await world.advance(ref, atMs)).disbursements[0]?.next
const sends = ({ payout }: Sent) => world.count('SELECT FROM send WHERE payout = $1', [payout])

it('is asked about until its time is over, and then waits for people', async () => {
  const sent = await lost()
  const atMs = QUIET + 3 * SECOND
  expect(await nextOf(sent, atMs)).toMatchObject({ kind: 'resend' })
  await world.link(sent.ref, bankAccount(), atMs)
  const refused = await world.store.payouts.reopen(sent.payout, atMs)
  expect(refused).toMatchObject({ kind: 'refused', disbursement: { next: { kind: 'wait' } } })
  expect(await world.advance(sent.ref, atMs)).toMatchObject({ attention: 'payout-unknown' })
  expect(await nextOf(sent, atMs + 2 * MINUTE)).toMatchObject({ kind: 'enquire' })
  await notFound(sent, NOON + 7 * HOUR)
  const over = NOON + TIMING.replayHorizonMs - TIMING.replayMarginMs
  expect(await nextOf(sent, over)).toMatchObject({ kind: 'give-up' })
  await world.store.payouts.giveUp(sent.payout, over)
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'review', reason: 'no-answer' })
  expect(await world.advance(sent.ref, over)).toMatchObject({ attention: 'review' })
  expect(await sends(sent)).toBe(1)
})

it('counts as paid when the gateway has paid it before', async () => {
  const sent = await lost()
  await world.link(sent.ref, bankAccount(), QUIET + MINUTE)
  await world.observe({ payout: sent.payout, source: 'callback', fact: seen('paid'), atMs: QUIET + HOUR })
  expect(await stateOf(world, sent.disbursement)).toMatchObject({ state: 'paid' })
})

it('that its gateway was too busy to take ends unsent, and is paid to the new account', async () => {
  const sent = await sendFirst(world)
  const failure = { class: 'retry-same', code: 'busy', vendorCode: '429', retryAfterMs: SECOND } as const
  await world.observe(submitted(sent.payout, { kind: 'retry-same', failure }))
  expect(await nextOf(sent, NOON + MINUTE)).toMatchObject({ kind: 'resend' })
  await world.link(sent.ref, bankAccount(), NOON + MINUTE)
  const over = NOON + TIMING.replayHorizonMs - TIMING.replayMarginMs
  expect(await nextOf(sent, NOON + MINUTE)).toEqual({ kind: 'wait', untilMs: over })
  expect(await world.store.payouts.reopen(sent.payout, NOON + MINUTE)).toMatchObject({ kind: 'refused' })
  expect(await nextOf(sent, over)).toMatchObject({ kind: 'give-up' })
  await world.store.payouts.giveUp(sent.payout, over)
  await world.advance(sent.ref, NOON + 2 * DAY)
  const draft = await world.draft(sent.disbursement, NOON + 2 * DAY)
  const { id } = await world.one<{ id: string }>('SELECT id FROM account WHERE ref = $1 AND ended_at IS NULL', [
    sent.ref,
  ])
  expect(draft).toMatchObject({ n: 2, accountId: id })
})

it('whose account has failed goes on when that is mended, and not before', async () => {
  const sent = await lost()
  const atMs = QUIET + 3 * SECOND
  await world.root.pool.query(`UPDATE account SET state = 'failed', reason = 'wallet-not-upgraded' WHERE ref = $1`, [
    sent.ref,
  ])
  expect(await world.store.payouts.reopen(sent.payout, atMs)).toMatchObject({ kind: 'refused' })
  expect(await nextOf(sent, atMs)).toMatchObject({ kind: 'wait' })
  await world.root.pool.query(`UPDATE account SET state = 'verified', reason = NULL WHERE ref = $1`, [sent.ref])
  expect(await nextOf(sent, atMs)).toMatchObject({ kind: 'resend' })
  expect(await world.store.payouts.reopen(sent.payout, atMs)).toMatchObject({ kind: 'reopened' })
  await world.observe({ payout: sent.payout, source: 'submit', fact: seenFailed('undocumented'), atMs, send: 2 })
})

it('is sent before the link or not at all, however close together they come', async () => {
  const atMs = QUIET + 3 * SECOND
  for (let round = 0; round < 6; round += 1) {
    const sent = await lost()
    const again = (): Promise<unknown> => world.store.payouts.reopen(sent.payout, atMs)
    const link = (): Promise<void> => world.link(sent.ref, bankAccount(), atMs)
    await Promise.all(round % 2 === 0 ? [again(), link()] : [link(), again()])
    const { late } = await world.one<{ late: boolean }>(
      `SELECT EXISTS (SELECT FROM audit_event s JOIN audit_event l ON l.ref = s.ref AND l.act = 'account-replaced' AND l.id < s.id
                       WHERE s.ref = $1 AND s.act = 'payout-sent-again') AS late`,
      [sent.ref],
    )
    expect(late).toBe(false)
    expect(await world.store.payouts.reopen(sent.payout, atMs)).toMatchObject({ kind: 'refused' })
  }
})
