/** Everything people may try with a proposal, as commands: the same for the pure machine and for the real store. */
import fc from 'fast-check'
import { DECISIONS, type Decision, type Needs } from '../../domain/approval.ts'

/** The proposer, the person it is about, three who may approve, and one who may not. */
export const CAST = ['prita', 'andi', 'budi', 'citra', 'dodi', 'eko'] as const
export type Player = (typeof CAST)[number]
export const PROPOSER: Player = 'prita'
export const ABOUT: Player = 'andi'
export const OUTSIDER: Player = 'eko'

export interface Try {
  readonly person: Player
  readonly decision: Decision
  /** What the person has seen: the content, or another one. */
  readonly sees: 'content' | 'another'
  /** Whose key signed it, and what it says. */
  readonly signed: 'own' | 'forged' | 'another-decision'
}

export const NEEDS: fc.Arbitrary<Needs> = fc.record({
  approvers: fc.integer({ min: 1, max: 3 }),
  releaser: fc.boolean(),
})

/** Those who may are tried most: else few of the sequences come to an end. */
const tries: fc.Arbitrary<Try> = fc.record({
  person: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('budi' as const, 'citra' as const, 'dodi' as const) },
    fc.constantFrom(...CAST),
  ),
  decision: fc.oneof({ weight: 6, arbitrary: fc.constant('approve' as const) }, fc.constantFrom(...DECISIONS)),
  sees: fc.oneof({ weight: 6, arbitrary: fc.constant('content' as const) }, fc.constant('another' as const)),
  signed: fc.oneof(
    { weight: 6, arbitrary: fc.constant('own' as const) },
    fc.constantFrom('forged' as const, 'another-decision' as const),
  ),
})

/** What the world is asked to do, and what it says. `refused` is any refusal. */
export interface World {
  decide(
    wish: Try,
  ): Promise<'open' | 'executed' | 'rejected' | 'refused'> | ('open' | 'executed' | 'rejected' | 'refused')
  /** Nobody can decide any more. */
  expire(): Promise<void> | void
  /** How often the act was carried out. */
  carriedOut(): Promise<number> | number
}

/** An oracle that knows nothing of the machine: sets of people, and that is all. */
export class Oracle {
  readonly needs: Needs
  readonly approved = new Set<Player>()
  readonly spoken = new Set<Player>()
  released = false
  state: 'open' | 'executed' | 'rejected' | 'expired' = 'open'
  constructor(needs: Needs) {
    this.needs = needs
  }

  /** What must come of a try. */
  take({ person, decision, sees, signed }: Try): 'open' | 'executed' | 'rejected' | 'refused' {
    const outside = person === PROPOSER || person === ABOUT || person === OUTSIDER
    if (this.state !== 'open' || outside || this.spoken.has(person)) return 'refused'
    if (sees === 'another' || signed !== 'own') return 'refused'
    const isFull = this.approved.size >= this.needs.approvers
    if (decision === 'approve' && isFull) return 'refused'
    if (decision === 'release' && !(this.needs.releaser && isFull)) return 'refused'
    this.spoken.add(person)
    if (decision === 'reject') return (this.state = 'rejected')
    if (decision === 'approve') this.approved.add(person)
    else this.released = true
    const isAgreed = this.approved.size >= this.needs.approvers && (!this.needs.releaser || this.released)
    return isAgreed ? (this.state = 'executed') : 'open'
  }
}

class Decide implements fc.AsyncCommand<Oracle, World> {
  readonly #wish: Try
  constructor(wish: Try) {
    this.#wish = wish
  }
  check(): boolean {
    return true
  }
  async run(oracle: Oracle, world: World): Promise<void> {
    const expected = oracle.take(this.#wish)
    const came = await world.decide(this.#wish)
    if (came !== expected) throw new Error(`${this.toString()} came to ${came}, not ${expected}`)
    await requireSafe(oracle, world)
  }
  toString(): string {
    const { person, decision, sees, signed } = this.#wish
    return `${person} ${decision}s (${sees}, ${signed})`
  }
}

class Expire implements fc.AsyncCommand<Oracle, World> {
  check(): boolean {
    return true
  }
  async run(oracle: Oracle, world: World): Promise<void> {
    await world.expire()
    if (oracle.state === 'open') oracle.state = 'expired'
    await requireSafe(oracle, world)
  }
  toString(): string {
    return 'time passes'
  }
}

/** A single person releases nothing, a stale hash releases nothing, and nothing is done twice. */
async function requireSafe(oracle: Oracle, world: World): Promise<void> {
  const times = await world.carriedOut()
  if (times !== (oracle.state === 'executed' ? 1 : 0)) throw new Error(`carried out ${times} times: ${oracle.state}`)
  if (times > 0 && oracle.spoken.size < oracle.needs.approvers + (oracle.needs.releaser ? 1 : 0)) {
    throw new Error('too few people')
  }
}

export const COMMANDS = fc.commands(
  // One of seven is the end of its time: it ends the rest of a sequence.
  [...Array.from({ length: 6 }, () => tries.map((wish) => new Decide(wish))), fc.constant(new Expire())],
  { maxCommands: 12 },
)
