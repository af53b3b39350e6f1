import type { Life } from '../life.ts'

/** Identity and eligibility: the rules run over what was registered, each check kept with its source and time. */
export async function screening(life: Life): Promise<void> {
  await life.until((standing) => standing.stage !== 'screening')
}
