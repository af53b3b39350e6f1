/** A small country in which everything has happened that can, all of it rightly: what the auditor is tried on. */
import type { ToldDays } from './audited.ts'
import { Reviewed } from './audited-reviews.ts'
import { liveCalmly, openCalm } from './audited-calm.ts'
import { classed } from './audited-failures.ts'
import { History } from './audited-life.ts'
import { Payments } from './audited-payments.ts'
import { tellLater } from './audited-later.ts'
import { powers } from './audited-powers.ts'
import {
  agreeCredentials,
  appropriation,
  beginProgramme,
  done,
  funding,
  makeSigners,
  type Signers,
} from './audited-signers.ts'
import { FIRST_DAY, FOURTH_DAY, Teller } from './audited-teller.ts'
import { agree, propose } from './two-people.ts'
import { DAY as DAY_MS, HOUR, NOON, openWorld, type World } from './world.ts'

export interface Country {
  readonly world: World
  readonly told: ToldDays
  readonly signers: Signers
}

export async function openCountry(): Promise<Country> {
  const made: Signers[] = []
  const world = await openWorld({
    credentials: null,
    begin: async (store, programme, amount) => {
      const signers = await makeSigners(store)
      made.push(signers)
      await beginProgramme(store, signers, programme, amount)
      await agreeCredentials(store, signers)
    },
  })
  const [signers] = made
  if (!signers) throw new Error('nobody agrees')
  const { administrator } = signers
  const calm = await openCalm(world, signers)
  const teller = new Teller()
  const payments = new Payments(world, teller)
  const history = new History(world, payments)
  await history.firstDay()
  await history.secondDay()
  const reviewed = await Reviewed.happen(world, payments)
  await lifted(world, signers)
  await powers(world, signers)
  await classed(world, signers)
  await propose(world.store, administrator, appropriation(world.programme, 1_500_000_000_000n, 'DIPA-3'), NOON + HOUR)
  await history.later()
  await transfers(world, signers, teller)
  const told = await teller.reconcile(world.store)
  await resolved(world, signers)
  await reviewed.decide(signers)
  await liveCalmly(calm, signers)
  return { world, told: await tellLater(world, told), signers }
}

/** One comes at once, one days after people have recorded it. */
async function transfers({ store, programme }: World, signers: Signers, teller: Teller): Promise<void> {
  const pair = [signers.administrator, signers.approver] as const
  await done(agree(store, pair, funding(programme, 9_000n, 'SP2D-2'), NOON + DAY_MS))
  const of = { type: 'top-up', direction: 'credit', gatewayId: null, account: null } as const
  for (const code of ['swift', 'calm'])
    teller.tell(FIRST_DAY, { ...of, id: `t-${code}`, reference: `SP2D-1-${code}`, amount: 1_000_000_000_000n })
  teller.tell(FOURTH_DAY, { ...of, id: 't2', reference: 'SP2D-2-swift', amount: 9_000n })
}

/** A freeze that stays, and one that two people lift. */
async function lifted({ store, act, one }: World, { administrator, approver }: Signers): Promise<void> {
  await act(
    (acts) => acts.placeFreeze({ target: { scope: 'region', programme: 'swift', name: '99' }, reason: 'a flood' }),
    NOON + HOUR,
  )
  await act(
    (acts) => acts.placeFreeze({ target: { scope: 'wave', programme: 'swift', name: 'wave-9' }, reason: 'a doubt' }),
    NOON + HOUR,
  )
  const { id } = await one<{ id: string }>(`SELECT id FROM freezes WHERE scope = 'region'`)
  const put = { act: 'freeze-lift', content: { freeze: id } }
  await done(agree(store, [administrator, approver], put, NOON + 2 * HOUR))
}

/** Differences with money in them end by two people. */
async function resolved({ store }: World, { operator, approver }: Signers): Promise<void> {
  const { rows } = await store.statements.discrepancies({ programmes: null, isOpen: true }, { limit: 100, after: null })
  for (const [found, resolution] of [
    ['unreferenced-credit', 'to-treasury'],
    ['duplicate', 'receivable'],
  ] as const) {
    const row = rows.find((one) => one.class === found)
    const content = { discrepancy: row?.id, resolution, difference: row?.difference.toString() }
    await done(agree(store, [operator, approver], { act: 'discrepancy-resolution', content }, NOON + 2 * DAY_MS))
  }
}
