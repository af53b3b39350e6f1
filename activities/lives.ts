/** Steps of a life that only touch PostgreSQL: they run as local activities. */
import type { Standing } from '../domain/standing.ts'
import type { Store } from '../store/index.ts'
import { translateProblems } from './failures.ts'

export interface LifeQuestion {
  readonly programme: string
  readonly ref: string
  /** Business time: the workflow's clock. */
  readonly nowMs: number
}

export interface LifeActivities {
  /** The first look of a run: screens a new life, and says where any life stands. */
  screen(of: LifeQuestion): Promise<Standing>
  /** Applies what is due and says where the life stands. */
  advance(of: LifeQuestion): Promise<Standing>
  /** Hands a payout that nobody could tell about to people. */
  giveUp(of: LifeQuestion & { readonly payout: string }): Promise<void>
}

export function createLifeActivities({ store }: { readonly store: Pick<Store, 'lives' | 'payouts'> }): LifeActivities {
  return {
    screen: (of) => translateProblems(() => store.lives.screen(of.programme, of.ref, of.nowMs)),
    advance: (of) => translateProblems(() => store.lives.advance(of.programme, of.ref, of.nowMs)),
    giveUp: (of) =>
      translateProblems(async () => {
        await store.payouts.giveUp(of.payout, of.nowMs)
      }),
  }
}
