/** Ending fiscal years in tests of the store: two people agree, and the steps are done one after the other. */
import type { ProposalRow } from '../../store/proposals.ts'
import type { YearRow } from '../../store/year-rows.ts'
import type { Store } from '../../store/index.ts'
import { pairOf, tellAll } from './freezes.ts'
import { decide, propose, signer, type Signer } from './two-people.ts'
import { DAY, NOON, YEAR, type World } from './world.ts'

/** 20 December 2026, noon in Jakarta: the year may end. */
export const YEARS_END = NOON + 28 * DAY

const administrators = new WeakMap<World['store'], Promise<Signer>>()
function administratorOf(world: World): Promise<Signer> {
  const known = administrators.get(world.store)
  if (known) return known
  const made = signer(world.store, 'dewi', ['administrator'])
  administrators.set(world.store, made)
  return made
}

let proposals = 0

/** One person's part. */
export async function proposeYearEnd(
  world: World,
  atMs = YEARS_END,
  fiscalYear = YEAR,
  document = `ND-${fiscalYear}`,
): Promise<ProposalRow> {
  const by = await administratorOf(world)
  const content = { programme: world.programme.code, fiscalYear, document }
  // No two proposals of one content end at the same time.
  return propose(
    world.store,
    by,
    { act: 'year-end', content, reason: 'the year is over', expiresAtMs: atMs + 3_600_000 + (proposals += 1) },
    atMs,
  )
}

/** The other's. */
export async function agreeToYearEnd(world: World, proposal: ProposalRow, atMs = YEARS_END): Promise<ProposalRow> {
  return decide(world.store, (await pairOf(world)).budi, proposal, 'approve', atMs)
}

/** Two people end the year: it is frozen, and nothing else is done yet. */
export async function endYear(world: World, atMs = YEARS_END, fiscalYear = YEAR): Promise<ProposalRow> {
  return agreeToYearEnd(world, await proposeYearEnd(world, atMs, fiscalYear), atMs)
}

/** Goes on until nothing is left to do, or it cannot go on, and tells who waited; how many parts of the year were done. */
export async function finishYears(store: Pick<Store, 'years' | 'messages'>, atMs = YEARS_END): Promise<number> {
  let parts = 0
  while (await store.years.goOn(atMs)) parts += 1
  await tellAll(store)
  return parts
}

export async function yearOf(world: World, fiscalYear = YEAR): Promise<YearRow> {
  const found = (await world.store.years.list(world.programme.code)).find((one) => one.fiscalYear === fiscalYear)
  if (!found) throw new Error(`${fiscalYear} does not end`)
  return found
}
