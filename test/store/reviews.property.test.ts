/** Whatever is told and decided, in whatever order: nobody is paid beyond what was owed, and the books balance after every step. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OBSERVED_STATES, type ObservedState } from '../../domain/observation.ts'
import { Problem } from '../../domain/problem.ts'
import { FINDINGS, REVIEW_STEPS, type Finding, type ReviewStep } from '../../domain/review.ts'
import { cases } from '../support/cases.ts'
import { bankAccount } from '../support/builders.ts'
import { reviewing, type Reviewing } from '../support/reviews.ts'
import { agree } from '../support/two-people.ts'
import { AMOUNT, DAY, disbursementOf, HOUR, NOON, openWorld, seen, type World } from '../support/world.ts'

let world: World
let people: Reviewing
beforeAll(async () => {
  world = await openWorld()
  people = await reviewing(world)
})
afterAll(() => world.close())

type Step =
  | { readonly kind: 'claim' }
  | { readonly kind: 'link' }
  | { readonly kind: 'tell'; readonly n: number; readonly state: ObservedState; readonly part: boolean }
  | { readonly kind: 'decide'; readonly finding: Finding; readonly next: ReviewStep | null }
  | { readonly kind: 'end'; readonly end: 'repaid' | 'written-off' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ kind: 'claim' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'link' as const }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('tell' as const),
        n: fc.constantFrom(1, 1, 2, 3),
        state: fc.constantFrom(...OBSERVED_STATES),
        part: fc.boolean(),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('decide' as const),
        finding: fc.constantFrom(...FINDINGS),
        next: fc.option(fc.constantFrom(...REVIEW_STEPS)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('end' as const),
        end: fc.constantFrom('repaid' as const, 'written-off' as const),
      }),
    },
  ),
  { minLength: 6, maxLength: 18 },
)

/** A part of the first one was delivered late, while people look at the second, which may have been delivered whole. */
const BESIDE_ANOTHER: Step[] = [
  { kind: 'claim' },
  { kind: 'tell', n: 1, state: 'cancelled', part: false },
  { kind: 'claim' },
  { kind: 'tell', n: 2, state: 'accepted', part: true },
  { kind: 'tell', n: 1, state: 'paid', part: false },
  { kind: 'decide', finding: 'partly-returned', next: null },
  { kind: 'decide', finding: 'paid', next: null },
]

/** A part is paid again, and meanwhile, or after it, the rest comes back. */
const PART_AGAIN: Step[] = [
  { kind: 'claim' },
  { kind: 'tell', n: 1, state: 'paid', part: false },
  { kind: 'tell', n: 1, state: 'returned', part: true },
  { kind: 'decide', finding: 'partly-returned', next: 'pay-again' },
  { kind: 'claim' },
]
const PAID: Step = { kind: 'tell', n: 2, state: 'paid', part: true }
const REST_BACK: Step = { kind: 'tell', n: 1, state: 'returned', part: false }
const EXAMPLES: [Step[]][] = [
  [BESIDE_ANOTHER],
  [[...PART_AGAIN, REST_BACK, { kind: 'decide', finding: 'returned', next: null }, PAID]],
  [[...PART_AGAIN, PAID, REST_BACK, { kind: 'decide', finding: 'returned', next: 'pay-again' }, { kind: 'claim' }]],
]

interface PayoutRow {
  readonly key: string
  readonly n: number
  readonly state: string
  readonly money: string
  readonly version: number
}

const payoutsOf = async (disbursement: string): Promise<PayoutRow[]> =>
  (
    await world.root.pool.query<PayoutRow>(
      'SELECT key, n, state, money, version FROM payout WHERE disbursement = $1 ORDER BY n',
      [disbursement],
    )
  ).rows

const counts = { decided: 0, claimed: 0, ended: 0 }

async function take(
  step: Step,
  of: { readonly ref: string; readonly disbursement: string; readonly atMs: number },
): Promise<void> {
  const { ref, disbursement, atMs } = of
  const rows = await payoutsOf(disbursement)
  switch (step.kind) {
    case 'claim': {
      await world.advance(ref, atMs)
      const draft = await world.store.claims.draft(disbursement, atMs)
      if (draft.kind !== 'draft') return
      const payout = await world.claim(disbursement, atMs)
      await world.observe({
        payout,
        source: 'submit',
        send: 1,
        fact: seen('accepted', { gatewayId: null, amount: null }),
        atMs,
      })
      counts.claimed += 1
      return
    }
    case 'link':
      return world.link(ref, bankAccount(), atMs)
    case 'tell': {
      const row = rows.find(({ n }) => n === step.n)
      if (!row) return
      const amount = step.part ? { minor: 20_000_000n, currency: 'IDR' } : null
      await world.observe({
        payout: row.key,
        source: 'callback',
        fact: seen(step.state, { gatewayId: null, amount }),
        atMs,
      })
      return
    }
    case 'decide': {
      const row = rows.find(({ state }) => state === 'review')
      const finding = row ? step.finding : null
      const returned = finding === 'partly-returned' ? '20000000' : null
      const proposal = await people.decide(disbursement, row?.key ?? null, { finding, returned, next: step.next }, atMs)
      counts.decided += proposal.state === 'executed' ? 1 : 0
      return
    }
    case 'end': {
      const row = rows.find(({ money, state }) => money === 'receivable' && state === 'paid')
      if (!row) return
      const content = { programme: 'swift', payout: row.key, version: row.version, end: step.end }
      await agree(world.store, [people.sari, people.budi], { act: 'receivable-end', content }, atMs)
      counts.ended += 1
    }
  }
}

test('any sequence of words and decisions pays at most what was owed, and balances', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const ref = await world.ready()
      const disbursement = disbursementOf(ref)
      for (const [index, step] of sequence.entries()) {
        try {
          await take(step, { ref, disbursement, atMs: NOON + (index + 1) * 2 * DAY + HOUR })
        } catch (error) {
          // What cannot be decided, or linked again, is refused; anything else is a fault.
          if (!(error instanceof Problem)) throw error
        }
        expect(await world.imbalances()).toEqual([])
      }
      const out = await world.one<{ out: bigint }>(
        `SELECT coalesce(sum(amount - returned) FILTER (WHERE money IN ('clearing', 'credited')), 0)::bigint AS out FROM payout WHERE disbursement = $1`,
        [disbursement],
      )
      expect(out.out).toBeLessThanOrEqual(AMOUNT)
      const { state } = await world.one<{ state: string }>('SELECT state FROM disbursement WHERE key = $1', [
        disbursement,
      ])
      // Paid is what was delivered in whole, and nothing else.
      if (state === 'paid') expect(out.out).toBe(AMOUNT)
    }),
    { numRuns: cases(30), examples: EXAMPLES },
  )
  expect(Math.min(counts.decided, counts.claimed)).toBeGreaterThan(0)
})
