/** Runs a branch for every disbursement that is not at its end, until a life stands as wanted. */
import type { Standing } from '../domain/standing.ts'
import type { Life } from './life.ts'
import { pay } from './pay.ts'

/** Each tranche is paid by a branch of its own, so that a stuck one never delays the next; money that comes back starts one anew. */
export async function payments(life: Life, done: (standing: Standing) => boolean): Promise<void> {
  const branches = new Set<string>()
  while (!done(life.standing) || branches.size > 0) {
    for (const { key, next } of life.standing.disbursements) {
      if (next.kind === 'end' || branches.has(key)) continue
      branches.add(key)
      pay(life, key)
        .catch((bug: unknown) => life.stop(bug))
        .finally(() => branches.delete(key))
    }
    const running = branches.size
    await life.changed(() => branches.size < running)
  }
}
