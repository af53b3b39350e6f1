import type { Life } from '../life.ts'

/** The first course is started before its deadline, completed and rated: evidence arrives from institutions, deadlines by timer. */
export async function training(life: Life): Promise<void> {
  await life.until((standing) => standing.stage !== 'training')
}
