/** Money matters beside a running stack that people must look at. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { Follow } from '../../local/demo/lives.ts'
import { dayOf } from '../../sandbox/statement.ts'
import type { LiveStack } from './e2e.ts'
import type { LiveCommands } from './e2e-live-commands.ts'
import { referenceOf } from './lost-time.ts'
import { credit, line, loadInto, settleIn } from './statements.ts'
import { seenFailed } from './world.ts'

/** A statement of today with a payment to another account and money from nobody, reconciled; the day. */
export async function statementOfToday(live: LiveStack): Promise<string> {
  const day = dayOf(Date.now())
  const [paid = { payout: '', reference: '' }] = await live.rows<{ payout: string; reference: string }>(
    `SELECT key AS payout, reference FROM payout WHERE state = 'paid' LIMIT 1`,
  )
  const dates = { rawDate: `${day}T12:00:00+07:00`, valueDate: day, businessDate: day, gatewayId: null }
  const elsewhere = { account: { institution: 'ID.BNI', number: '1111111111' } }
  const lines = [line(paid, { ...dates, ...elsewhere }), credit('c1', dates)]
  const { id } = await loadInto(live.store, lines, { day }, Date.now())
  await settleIn(live.store, id, Date.now())
  return day
}

/** A payment to this person, or to anybody, that was delivered, of which the gateway then says that it has failed, and that two people find to be had back; its payout. */
export async function receivable(
  live: LiveStack,
  { json, run }: Pick<LiveCommands, 'json' | 'run'>,
  ref: string | null = null,
): Promise<string> {
  const [paid = { key: '', disbursement: '' }] = await live.rows<{ key: string; disbursement: string }>(
    `SELECT key, disbursement FROM payout WHERE state = 'paid' AND ($1::text IS NULL OR ref = $1) LIMIT 1`,
    [ref],
  )
  const fact = seenFailed('permanent', { gatewayId: null, amount: null })
  await live.store.payouts.observe([{ payout: paid.key, source: 'callback', fact, atMs: Date.now() }])
  const found = ['--finding', 'receivable', '--next', 'cancel', '--reason', 'the bank has paid somebody else']
  const { id } = await json('reviews', 'propose', paid.disbursement, ...found)
  expect((await run('approvals', 'approve', id)).code).toBe(0)
  return paid.key
}

const LONG_AGO_MS = 40 * 86_400_000

/** A statement of a day long ago that shows a payment of each of these, of which nobody here knows: their discrepancies, in that order. */
export async function forgottenPayments(live: LiveStack, disbursements: readonly string[]): Promise<readonly string[]> {
  const day = dayOf(Date.now() - LONG_AGO_MS)
  const dates = { rawDate: `${day}T12:00:00+07:00`, valueDate: day, businessDate: day, gatewayId: null }
  const { amount } = live.programme.tranches[0] ?? { amount: 0n }
  const lines = disbursements.map((key) =>
    line({ payout: `${key}#1`, reference: referenceOf(key, 1) }, { ...dates, amount: BigInt(amount) }),
  )
  const { id } = await loadInto(live.store, lines, { day }, Date.now())
  await settleIn(live.store, id, Date.now())
  const found = await live.rows<{ id: string }>('SELECT id FROM discrepancy WHERE statement = $1 ORDER BY line', [id])
  return found.map((row) => row.id)
}

/** A file with another account of a person, and who that is, as the placeholders of a page name them. */
export function accountFile(folder: string, life: Follow | undefined): Readonly<Record<string, string>> {
  const file = path.join(folder, 'account.json')
  const { holder } = life?.person.registration.account ?? { holder: '' }
  writeFileSync(file, JSON.stringify({ kind: 'bank', institution: 'ID.BCA', number: '0082-345-678', holder }))
  return { REF: life?.ref ?? '', 'account.json': file }
}

/** Everybody has every tranche, once; nothing is on its way; both lines of the demo hold. */
export async function expectPaidOnce(live: LiveStack, lives: readonly Follow[]): Promise<void> {
  expect(lives.map(({ outcome }) => outcome)).toEqual(lives.map(() => 'completed'))
  const refs = lives.map(({ ref }) => ref)
  const paid = await live.rows<{ ref: string; paid: number; attempts: number }>(
    `SELECT ref, count(*) FILTER (WHERE state = 'paid')::int AS paid, max(attempts) AS attempts
       FROM disbursement WHERE ref = ANY ($1) GROUP BY ref`,
    [refs],
  )
  expect(paid).toHaveLength(refs.length)
  expect(paid.filter((row) => row.paid !== live.programme.tranches.length)).toEqual([])
  expect(await live.books()).toEqual({ paidTwice: 0, balance: true, findings: [] })
}
