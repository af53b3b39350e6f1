/** Seeds that once found a mistake: kept in the repository, and run again first, every time. */
import { appendFileSync, readFileSync } from 'node:fs'

const FILE = new URL('regressions.txt', import.meta.url)

export function keptSeeds(): number[] {
  const lines = readFileSync(FILE, 'utf8').split('\n')
  return lines.filter((line) => /^[1-9]\d*$/.test(line)).map(Number)
}

/** Adds those that are not kept yet. */
export function keepSeeds(seeds: readonly number[]): void {
  const kept = keptSeeds()
  const added = [...new Set(seeds)].filter((seed) => seed > 0 && !kept.includes(seed))
  if (added.length > 0) appendFileSync(FILE, `${added.join('\n')}\n`)
}
