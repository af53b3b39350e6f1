import type { Life } from '../life.ts'

/** An operator admits the list of a wave: its decree reserves the money of every person on it. */
export async function admission(life: Life): Promise<void> {
  await life.until((standing) => standing.stage !== 'admission')
}
