import type { Life } from '../life.ts'
import { payments } from '../payments.ts'

/** Every tranche of the plan, several at once: due, owed, released, sent, paid. A tranche nobody earns is missed and ends too. */
export async function incentives(life: Life): Promise<void> {
  await payments(life, (standing) => standing.stage === 'closed')
}
