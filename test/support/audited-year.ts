/** The country of `audited-life.ts` once its year has ended, with somebody in every way in which a year can meet them. */
import { AMOUNT, disbursementOf, HOUR, MINUTE, seen, SILENCE, YEAR, DAY, type World } from './world.ts'
import type { ToldDays } from './audited.ts'
import { END, Teller } from './audited-teller.ts'
import { openCountry, type Country } from './audited-country.ts'
import { reviewDecisionOf } from './reviews.ts'
import { agree } from './two-people.ts'
import { finishYears } from './years.ts'

/** Some days before the end of everything: what is begun then has not ended. */
const LATE = END - 3 * DAY

/** `finish`: whoever does the steps of the year. */
export async function openEndedYear(
  finish: (world: World, atMs: number) => Promise<unknown> = ({ store }, atMs) => finishYears(store, atMs),
): Promise<Country> {
  const country = await openCountry()
  const { world, signers } = country
  const { administrator, approver } = signers
  const next = {
    programme: world.programme.code,
    fiscalYear: YEAR + 1,
    number: 'DIPA-27',
    amount: { minor: '900000000000', currency: 'IDR' },
  }
  await agree(world.store, [administrator, approver], { act: 'appropriation', content: next }, LATE)
  await partLapses(country)
  const atRest = await world.ready({}, LATE)
  const inFlight = await world.ready({}, LATE)
  await world.claim(disbursementOf(inFlight), LATE)
  const unknown = await world.claim(disbursementOf(await world.ready({}, LATE)), LATE)
  await world.observe({ payout: unknown, source: 'submit', fact: SILENCE, atMs: LATE, send: 1 })
  const held = await world.ready({}, LATE)
  await world.act((acts) => acts.hold({ programme: 'swift', ref: held, reason: 'looked into' }), LATE)
  await world.admit({}, LATE)
  const paid = await world.claim(disbursementOf(await world.ready({}, LATE)), LATE)
  await world.observe({ payout: paid, source: 'callback', fact: seen('paid'), atMs: LATE + MINUTE })
  const content = { programme: world.programme.code, fiscalYear: YEAR, document: 'ND-12/2026' }
  await agree(world.store, [administrator, approver], { act: 'year-end', content }, LATE + HOUR)
  await finish(world, LATE + 2 * HOUR)
  await world.observe({ payout: unknown, source: 'callback', fact: seen('paid'), atMs: LATE + 3 * HOUR })
  await world.observe({ payout: paid, source: 'callback', fact: seen('returned'), atMs: LATE + 4 * HOUR })
  await world.advance(atRest, LATE + 4 * HOUR)
  return { ...country, told: new Map([...country.told, ...(await returnsTold(country))]) }
}

/** The day on which the gateway has sent what goes back to the treasury. */
export const RETURN_DAY = '2027-01-30'

async function returnsTold({ world }: Country): Promise<ToldDays> {
  const { number, amount } = await world.one<{ number: string; amount: bigint }>(
    'SELECT number, amount FROM treasury_return',
  )
  const teller = new Teller([RETURN_DAY])
  const of = { direction: 'debit', gatewayId: null, account: null } as const
  teller.tell(RETURN_DAY, { ...of, id: 'back', type: 'top-up', reference: number, amount })
  return teller.reconcile(world.store)
}

/** A part came back, no other account was linked, and the time was over: that part lapses. */
async function partLapses({ world, signers: { approver, operator } }: Country): Promise<void> {
  const begin = END - 66 * DAY
  const ref = await world.ready({}, begin)
  const disbursement = disbursementOf(ref)
  const payout = await world.claim(disbursement, begin)
  await world.observe({ payout, source: 'submit', send: 1, fact: seen('paid'), atMs: begin + MINUTE })
  const part = 20_000_000n
  const fact = seen('returned', { amount: { minor: part, currency: 'IDR' } })
  await world.observe({ payout, source: 'callback', fact, atMs: begin + HOUR })
  const word = { finding: 'partly-returned', returned: part.toString(), next: 'needs-account' } as const
  await agree(
    world.store,
    [operator, approver],
    await reviewDecisionOf(world, disbursement, payout, word),
    begin + 2 * HOUR,
  )
  await world.advance(ref, LATE)
  // The rest comes back as well, after that: nobody is owed it any more.
  const rest = seen('returned', { amount: { minor: AMOUNT - part, currency: 'IDR' } })
  await world.observe({ payout, source: 'callback', fact: rest, atMs: LATE + MINUTE })
  const found = await reviewDecisionOf(world, disbursement, payout, { finding: 'returned' })
  await agree(world.store, [operator, approver], found, LATE + 2 * MINUTE)
}
