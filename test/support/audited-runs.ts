/** Payout runs of the auditor's country: each under the documents that its people signed, or under none, and each ended in another way. */
import type { ProposalRow } from '../../store/proposals.ts'
import type { RunRow } from '../../store/run-rows.ts'
import { failed, FAILURES } from './audited-accounts.ts'
import { done, type Signers } from './audited-signers.ts'
import { collect, contentOf, release } from './runs.ts'
import { agree, decide, propose } from './two-people.ts'
import { DAY, disbursementOf, HOUR, MINUTE, seen, type World } from './world.ts'

const paymentOrder = { number: '00415/SPM/2026', date: '2026-11-20' }
const warrant = { number: '260191501000123', date: '2026-11-21' }

/** Answers with those whose payments have failed for their account. */
export async function hasRuns(world: World, signers: Signers, begin: number): Promise<string[]> {
  const runs = new Runs(world, signers)
  await runs.paid(begin, { paymentOrder, warrant })
  const failing = await runs.failing(begin + HOUR)
  await runs.aborted(begin + DAY)
  await runs.discarded(begin + DAY + HOUR)
  await runs.expired(begin + 2 * DAY)
  await world.ready({}, begin + 8 * DAY)
  await runs.proposed(begin + 8 * DAY, { paymentOrder, warrant })
  return failing
}

class Runs {
  readonly #world: World
  readonly #signers: Signers

  constructor(world: World, signers: Signers) {
    this.#world = world
    this.#signers = signers
  }

  async proposed(atMs: number, documents: object = {}): Promise<{ run: RunRow; proposal: ProposalRow }> {
    const run = await collect(this.#world, atMs)
    const put = { act: 'run-release', content: { ...contentOf(run), ...documents } }
    return { run, proposal: await propose(this.#world.store, this.#signers.operator, put, atMs) }
  }

  /** Collected, agreed to by as many as it needs, and let go. */
  async #released(atMs: number, documents: object = {}): Promise<RunRow> {
    const { run, proposal } = await this.proposed(atMs, documents)
    const { approver, second, releaser } = this.#signers
    const { store } = this.#world
    let decided = proposal
    for (const one of [approver, second].slice(0, proposal.needs.approvers))
      decided = await decide(store, one, proposal, 'approve', atMs)
    if (proposal.needs.releaser) decided = await decide(store, releaser, proposal, 'release', atMs)
    await done(Promise.resolve(decided))
    await release(this.#world, run, atMs)
    return run
  }

  #claim(ref: string, atMs: number): Promise<string> {
    return this.#world.claim(disbursementOf(ref, 'incentive-1', this.#world.programme.code), atMs)
  }

  async #pay(payout: string, atMs: number): Promise<void> {
    await this.#world.observe({ payout, source: 'submit', send: 1, fact: seen('paid'), atMs })
  }

  async paid(atMs: number, documents: object): Promise<void> {
    const ref = await this.#world.ready({}, atMs)
    const run = await this.#released(atMs, documents)
    await this.#pay(await this.#claim(ref, atMs + MINUTE), atMs + MINUTE)
    await release(this.#world, run, atMs + 2 * MINUTE)
  }

  async failing(atMs: number): Promise<string[]> {
    const well = await this.#world.ready({}, atMs)
    const refs: string[] = []
    for (const _ of FAILURES) refs.push(await this.#world.ready({}, atMs))
    const run = await this.#released(atMs, { paymentOrder: { number: 'SPM-2' } })
    await this.#pay(await this.#claim(well, atMs + MINUTE), atMs + MINUTE)
    for (const [index, code] of FAILURES.entries())
      await failed(this.#world, await this.#claim(refs[index] ?? '', atMs + MINUTE), code, atMs + MINUTE)
    await release(this.#world, run, atMs + 2 * MINUTE)
    return refs
  }

  /** Paused and resumed; then two people end it while one payment is under way and another has not begun. */
  async aborted(atMs: number): Promise<void> {
    const [first, second] = [await this.#world.ready({}, atMs), await this.#world.ready({}, atMs)]
    const { key } = await this.#released(atMs)
    const payout = await this.#claim(first, atMs + MINUTE)
    await this.#world.act((acts) => acts.pauseRun({ run: key, reason: 'a doubt' }), atMs + MINUTE)
    await this.#world.act((acts) => acts.resumeRun({ run: key, reason: 'looked into' }), atMs + 2 * MINUTE)
    await release(this.#world, { key }, atMs + 2 * MINUTE)
    const { store } = this.#world
    const { operator, approver } = this.#signers
    await done(agree(store, [operator, approver], { act: 'run-abort', content: { run: key } }, atMs + 3 * MINUTE))
    await this.#pay(payout, atMs + 4 * MINUTE)
    await this.#world.advance(second, atMs + 4 * MINUTE)
  }

  async discarded(atMs: number): Promise<void> {
    const { key } = await collect(this.#world, atMs)
    await this.#world.act((acts) => acts.discardRun({ run: key, reason: 'a wrong list' }), atMs)
  }

  /** One is put on hold, and what is left of it ends with the approval. */
  async expired(atMs: number): Promise<void> {
    const ref = await this.#world.ready({}, atMs)
    const run = await this.#released(atMs)
    const of = { programme: this.#world.programme.code, ref, reason: 'a complaint' }
    await this.#world.act((acts) => acts.hold(of), atMs + MINUTE)
    await release(this.#world, run, atMs + 2 * MINUTE)
    await this.#world.store.runs.look(run.key, [], atMs + 4 * DAY)
  }
}
