/** Deductions in tests of the store: somebody who was paid twice, and what two people take off what is owed to them next. */
import type { ProposalRow } from '../../store/proposals.ts'
import { pairOf } from './freezes.ts'
import { reviewDecisionOf, type Word } from './reviews.ts'
import { called, submitted } from './sent.ts'
import { agree, type Put } from './two-people.ts'
import { DAY, disbursementOf, HOUR, NOON, SECOND, seen, seenFailed, TIMING, type World } from './world.ts'

/** A month later: the second incentive is due. */
export const MONTH = NOON + 32 * DAY

export interface Owing {
  readonly ref: string
  /** What was paid in error, and is to be had back. */
  readonly payout: string
  /** What is owed next. */
  readonly next: string
}

export type Deducting = Awaited<ReturnType<typeof deducting>>

/** `cover` lets what is owed at that time be claimed, where the programme pays by runs. */
export async function deducting(world: World, cover: (atMs: number) => Promise<void> = () => Promise.resolve()) {
  const people = await pairOf(world)

  const decide = async (disbursement: string, payout: string, word: Word, atMs: number): Promise<ProposalRow> =>
    agree(world.store, [people.sari, people.budi], await reviewDecisionOf(world, disbursement, payout, word), atMs)

  /** The first incentive was paid twice, and the second is due. */
  async function paidTwice(): Promise<Owing> {
    const ref = await world.ready()
    const disbursement = disbursementOf(ref)
    await cover(NOON)
    const payout = await world.claim(disbursement)
    await world.observe(submitted(payout, seenFailed('retry-new')))
    const again = NOON + (TIMING.retryDelaysMs[0] ?? 0) + SECOND
    const second = await world.claim(disbursement, again)
    await world.observe(submitted(second, seen('paid', { gatewayId: 'po_2' }), again))
    await world.observe(called(payout, seen('paid'), again + HOUR))
    await decide(disbursement, payout, { finding: 'receivable' }, again + 2 * HOUR)
    await world.advance(ref, MONTH)
    return { ref, payout, next: disbursementOf(ref, 'incentive-2') }
  }

  /** What is signed, as things stand now. */
  async function put(disbursement: string, payout: string | null, amount: bigint, more: object = {}): Promise<Put> {
    const owed = await world.one<{ version: number }>('SELECT version FROM disbursement WHERE key = $1', [disbursement])
    const found =
      payout === null
        ? null
        : await world.one<{ version: number }>('SELECT version FROM payout WHERE key = $1', [payout])
    const cause = payout === null ? 'tax' : 'paid-in-error'
    const of = {
      programme: world.programme.code,
      disbursement,
      version: owed.version,
      payout,
      payoutVersion: found?.version ?? null,
    }
    return { act: 'deduction', content: { ...of, amount: amount.toString(), cause, reference: 'ND-7/2026', ...more } }
  }

  const deduct = async (
    disbursement: string,
    payout: string | null,
    amount: bigint,
    atMs = MONTH,
  ): Promise<ProposalRow> =>
    agree(world.store, [people.sari, people.budi], await put(disbursement, payout, amount), atMs)

  /** Part of what is to be had back was paid to the treasury, or all of it. */
  async function repay(payout: string, amount?: bigint, atMs = MONTH): Promise<ProposalRow> {
    const { version } = await world.one<{ version: number }>('SELECT version FROM payout WHERE key = $1', [payout])
    const part = amount === undefined ? {} : { amount: amount.toString() }
    const content = { programme: world.programme.code, payout, version, end: 'repaid', ...part }
    return agree(world.store, [people.sari, people.budi], { act: 'receivable-end', content }, atMs)
  }

  return { ...people, decide, paidTwice, put, deduct, repay }
}
