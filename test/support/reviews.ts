/** Reviews in tests of the store: what is put forward about one, and what two people make of it. */
import type { Finding, ReviewStep } from '../../domain/review.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { findStraysOfOwed } from '../../store/lost-time.ts'
import type { Pair } from './freezes.ts'
import { agree, propose, signer, type Put, type Signer } from './two-people.ts'
import { NOON, type World } from './world.ts'

export interface Word {
  readonly finding?: Finding | null
  readonly returned?: string | null
  readonly next?: ReviewStep | null
}

/** What is signed about a disbursement and, where it is told, one of its payouts: as they stand now. */
export async function reviewDecisionOf(
  world: World,
  disbursement: string,
  payout: string | null,
  word: Word,
): Promise<Put> {
  const owed = await world.one<{ programme: string; version: number }>(
    'SELECT programme, version FROM disbursement WHERE key = $1',
    [disbursement],
  )
  const seen =
    payout === null ? null : await world.one<{ version: number }>('SELECT version FROM payout WHERE key = $1', [payout])
  const { finding = null, returned = null, next = null } = word
  const strays = payout === null ? await findStraysOfOwed(world.root.pool, disbursement) : []
  const content = {
    ...owed,
    disbursement,
    payout,
    payoutVersion: seen?.version ?? null,
    finding,
    returned,
    next,
    ...(strays.length === 0 ? {} : { strays }),
  }
  return { act: 'review-decision', content }
}

export type Reviewing = Awaited<ReturnType<typeof reviewing>>

/** Two people who decide, those of the world where it has some, and short ways to what they decide. */
export async function reviewing(world: World, known?: Pair) {
  const sari = known?.sari ?? (await signer(world.store, 'sari', ['operator', 'approver']))
  const budi = known?.budi ?? (await signer(world.store, 'budi', ['approver']))

  const put = (disbursement: string, payout: string | null, word: Word): Promise<Put> =>
    reviewDecisionOf(world, disbursement, payout, word)

  const decide = async (disbursement: string, payout: string | null, word: Word, atMs = NOON): Promise<ProposalRow> =>
    agree(world.store, [sari, budi], await put(disbursement, payout, word), atMs)

  const suggest = async (
    disbursement: string,
    payout: string | null,
    word: Word,
    by: Signer = sari,
  ): Promise<ProposalRow> => propose(world.store, by, await put(disbursement, payout, word), NOON)

  return { sari, budi, put, decide, suggest }
}
