/** Steps of a life that only touch PostgreSQL: they run as local activities. */
import type { Standing } from '../domain/standing.ts'
import { passBy, type Pass } from '../failpoints.ts'
import type { Store } from '../store/index.ts'
import { orShown, translateProblems } from './failures.ts'

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

export interface LifeDependencies {
  readonly store: Pick<Store, 'lives' | 'payouts'>
  /** Which attempt at the step this is, from 1; absent, each is its first. */
  readonly attempt?: () => number
  /** Where tests kill the process; absent, nothing happens there. */
  readonly pass?: Pass
}

export function createLifeActivities({ store, attempt = () => 1, pass = passBy }: LifeDependencies): LifeActivities {
  const step = <T>({ programme, ref }: LifeQuestion, work: () => Promise<T>): Promise<T> =>
    translateProblems(() => orShown(work, attempt(), () => store.lives.showFailed(programme, ref)))
  return {
    screen: (of) => step(of, () => pass('screening:committed', store.lives.screen(of.programme, of.ref, of.nowMs))),
    advance: (of) => step(of, () => pass('life:committed', store.lives.advance(of.programme, of.ref, of.nowMs))),
    giveUp: (of) =>
      step(of, async () => {
        await pass('giving-up:committed', store.payouts.giveUp(of.payout, of.nowMs))
      }),
  }
}
