/** Runs a branch for every disbursement that is not at its end, until a life stands as wanted. */
import type { Standing } from '../domain/standing.ts'
import type { Life } from './life.ts'
import { pay } from './pay.ts'

/** Each tranche is paid by a branch of its own, so that a stuck one never delays the next; money that comes back starts one anew. */
export async function payments(life: Life, done: (standing: Standing) => boolean): Promise<void> {
  const branches = new Set<string>()
  const waiting = ({ disbursements }: Standing): string[] =>
    disbursements.filter(({ key, next }) => next.kind !== 'end' && !branches.has(key)).map(({ key }) => key)
  while (!done(life.standing) || branches.size > 0) {
    for (const key of waiting(life.standing)) {
      branches.add(key)
      void branch(life, key, branches)
    }
    await life.until((standing) => waiting(standing).length > 0 || (done(standing) && branches.size === 0))
  }
}

async function branch(life: Life, key: string, branches: Set<string>): Promise<void> {
  try {
    await pay(life, key)
  } catch (bug) {
    life.stop(bug)
  } finally {
    branches.delete(key)
    life.changed()
  }
}
