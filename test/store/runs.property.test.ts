/**
 * Any order of what people, time and gateways do with runs: nothing is claimed without a live approval of exactly that amount to that
 * account, nobody is on two open runs, and in the end everybody has been paid once.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Problem } from '../../domain/problem.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { cases } from '../support/cases.ts'
import { bankAccount } from '../support/builders.ts'
import { freeze, lift } from '../support/freezes.ts'
import { abortRun, agreeToRun, AHEAD, claimOf, collect, openRunWorld, proposeRun } from '../support/runs.ts'
import { DAY, disbursementOf, HOUR, MINUTE, NOON, seen, seenFailed, type World } from '../support/world.ts'

const PEOPLE = 4

const person = fc.nat({ max: PEOPLE - 1 })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('collect', 'propose', 'approve', 'look') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('look', 'claim', 'pay'), person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('hold', 'unhold', 'relink', 'fail', 'return'), person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume', 'abort', 'freeze', 'lift') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hour', 'day') }) },
)
type Step = { readonly do: string; readonly person?: number }

/** One world, in which each sequence has people of its own. */
class Story {
  readonly #world: World
  readonly #refs: readonly string[]
  #nowMs: number
  #proposal: ProposalRow | undefined
  #freeze: string | undefined

  constructor(world: World, refs: readonly string[], nowMs: number) {
    this.#world = world
    this.#refs = refs
    this.#nowMs = nowMs
  }

  get nowMs(): number {
    return this.#nowMs
  }

  async take({ do: act, person: index = 0 }: Step): Promise<void> {
    this.#nowMs += MINUTE
    const ref = this.#refs[index] ?? ''
    try {
      await this.#one(act, ref)
    } catch (error) {
      // Refusals are what most orders meet.
      if (!(error instanceof Problem)) throw error
    }
    await this.#nobodyTwice()
  }

  async #one(act: string, ref: string): Promise<void> {
    const world = this.#world
    const now = this.#nowMs
    const of = { programme: 'swift', ref, reason: 'a doubt' }
    switch (act) {
      case 'collect':
        return void (await collect(world, now))
      case 'propose': {
        const [run] = (await world.store.runs.list(null, true)).filter(({ state }) => state === 'collecting')
        if (run) this.#proposal = await proposeRun(world, run, now)
        return
      }
      case 'approve':
        if (this.#proposal) await agreeToRun(world, this.#proposal, now)
        return
      case 'look':
        for (const { key } of await world.store.runs.list(null, true)) await world.store.runs.look(key, AHEAD, now)
        return
      case 'claim':
        return this.#claim(ref)
      case 'pay':
      case 'fail':
      case 'return':
        return this.#learn(act, ref)
      case 'hold':
        return void (await world.act((acts) => acts.hold(of), now))
      case 'unhold':
        return void (await world.act((acts) => acts.release(of), now))
      case 'relink':
        return world.link(ref, bankAccount(), now)
      case 'freeze':
        this.#freeze ??= (await freeze(world, { scope: 'programme', programme: 'swift', name: null }, now)).freeze.id
        return
      case 'lift':
        if (this.#freeze) await lift(world, this.#freeze, now)
        this.#freeze = undefined
        return
      case 'hour':
      case 'day':
        this.#nowMs += act === 'hour' ? HOUR : DAY
        return
      default:
        return this.#stop(act)
    }
  }

  async #stop(act: string): Promise<void> {
    for (const run of await this.#world.store.runs.list(null, true)) {
      const of = { run: run.key, reason: 'a doubt' }
      if (act === 'abort') await abortRun(this.#world, run, this.#nowMs)
      else await this.#world.act((acts) => (act === 'pause' ? acts.pauseRun(of) : acts.resumeRun(of)), this.#nowMs)
    }
  }

  /** A claim that goes through stands under a live approval of exactly it. */
  async #claim(ref: string): Promise<void> {
    await this.#world.advance(ref, this.#nowMs)
    if ((await claimOf(this.#world, disbursementOf(ref), this.#nowMs)) !== 'claimed') return
    const covered = await this.#world.count(
      `SELECT FROM payout y JOIN payout_run_line l ON l.disbursement = y.disbursement AND l.account = y.account
              AND l.amount = y.amount AND l.currency = y.currency AND l.gateway = y.gateway AND l.state = 'released'
         JOIN payout_run r ON r.key = l.run AND r.state = 'releasing' AND r.approved_until > $2
         JOIN proposal p ON p.id = r.proposal AND p.state = 'executed' AND p.content ->> 'hash' = encode(r.hash, 'hex')
        WHERE y.disbursement = $1 AND y.claimed_at = $2
          AND (SELECT count(DISTINCT a.person) FROM approval a WHERE a.proposal = p.id AND a.person <> p.proposer) >= p.approvers`,
      [disbursementOf(ref), new Date(this.#nowMs)],
    )
    expect(covered).toBe(1)
  }

  async #learn(act: 'pay' | 'fail' | 'return', ref: string): Promise<void> {
    const states = act === 'return' ? ['paid'] : ['submitting']
    const { rows } = await this.#world.root.pool.query<{ key: string; returns: number }>(
      `SELECT y.key, d.returns FROM payout y JOIN disbursement d ON d.key = y.disbursement
        WHERE y.disbursement = $1 AND y.state = ANY ($2)`,
      [disbursementOf(ref), states],
    )
    const payout = rows[0]
    // Money that comes back twice is for people: that is another test.
    if (!payout || (act === 'return' && payout.returns > 0)) return
    const fact = act === 'pay' ? seen('paid') : act === 'fail' ? seenFailed('needs-account') : seen('returned')
    const sent = act === 'return' ? { source: 'callback' as const } : { source: 'submit' as const, send: 1 }
    await this.#world.observe({ payout: payout.key, fact, atMs: this.#nowMs, ...sent })
  }

  async #nobodyTwice(): Promise<void> {
    const twice = await this.#world.count(
      `SELECT FROM payout_run_line WHERE state IN ('collected', 'released') GROUP BY disbursement HAVING count(*) > 1`,
    )
    expect(twice).toBe(0)
  }

  /** Every obstacle goes, and everything is paid in as many runs as it takes. */
  async end(): Promise<void> {
    await this.take({ do: 'lift' })
    for (let index = 0; index < PEOPLE; index += 1) {
      await this.take({ do: 'pay', person: index })
      await this.take({ do: 'unhold', person: index })
      await this.take({ do: 'relink', person: index })
    }
    // What stands before an approval is dropped, what is approved has run out.
    for (const { key: run } of await this.#world.store.runs.list(null, true)) {
      const discard = this.#world.act((acts) => acts.discardRun({ run, reason: 'the end' }), this.#nowMs)
      await discard.catch(() => undefined)
    }
    this.#nowMs += 4 * DAY
    await this.take({ do: 'look' })
    for (let index = 0; index < PEOPLE; index += 1) await this.#world.advance(this.#refs[index] ?? '', this.#nowMs)
    for (const act of ['collect', 'propose', 'approve', 'look', 'look', 'look', 'resume', 'look', 'look'])
      await this.take({ do: act })
    // The canary first; the others once it has an answer.
    for (let portion = 0; portion < 2; portion += 1) {
      for (const act of ['claim', 'pay']) {
        for (let index = 0; index < PEOPLE; index += 1) await this.take({ do: act, person: index })
      }
      for (let look = 0; look < 2; look += 1) await this.take({ do: 'look' })
    }
    const keys = this.#refs.map((ref) => disbursementOf(ref))
    const { rows } = await this.#world.root.pool.query<{ state: string; credited: string }>(
      `SELECT d.state, (SELECT count(*) FROM payout y WHERE y.disbursement = d.key AND y.money = 'credited')::text AS credited
         FROM disbursement d WHERE d.key = ANY ($1)`,
      [keys],
    )
    expect(rows).toEqual(keys.map(() => ({ state: 'paid', credited: '1' })))
    expect(await this.#world.store.runs.list(null, true)).toEqual([])
  }
}

let world: World
let nowMs = NOON
beforeAll(async () => {
  world = await openRunWorld({ canary: { lines: 1, pause: 'PT1M' } })
})
afterAll(() => world.close())

it('nothing is claimed without its approval, nobody is on two open runs, and nothing is lost, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const refs = []
      for (let index = 0; index < PEOPLE; index += 1) refs.push(await world.ready({}, nowMs))
      const story = new Story(world, refs, nowMs)
      for (const one of steps) await story.take(one)
      await story.end()
      nowMs = story.nowMs + DAY
      expect(await world.imbalances()).toEqual([])
    }),
    { numRuns: cases(20), endOnFailure: true },
  )
}, 180_000)
