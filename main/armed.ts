/** What happens at the failpoints of a process that was told to die at some of them. */
import { writeSync } from 'node:fs'
import { ConfigProblem, type Config } from '../config.ts'
import { FAILPOINTS, passBy, type Pass } from '../failpoints.ts'

/** What the process prints as it dies, before the name. */
export const DEATH = 'killed itself at '

/** Inert without LUNAS_FAILPOINTS. Throws ConfigProblem when that names a place nobody knows. */
export function armed({ failpoints }: Pick<Config, 'failpoints'>): Pass {
  if (failpoints.size === 0) return passBy
  const known: readonly string[] = FAILPOINTS
  const unknown = [...failpoints.keys()].filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new ConfigProblem([`LUNAS_FAILPOINTS names ${unknown.join(', ')}, which nobody passes`])
  const left = new Map<string, number>(failpoints)
  return async (point, work) => {
    const result = await work
    const passings = (left.get(point) ?? Infinity) - 1
    left.set(point, passings)
    if (passings <= 0) die(point)
    return result
  }
}

/** As if the machine had lost its power: no handler runs, nothing is flushed. */
function die(point: string): void {
  writeSync(2, `${DEATH}${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}
