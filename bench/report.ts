/** One object a bench, the same members for all; people get it as lines, machines as JSON. */
import { machine } from './measure.ts'

export interface BenchResult {
  readonly bench: string
  /** Ours against the yardstick of the same run; higher is better. */
  readonly ratio: number
  readonly target: string
  readonly rounds: readonly unknown[]
  readonly [figure: string]: unknown
}

/** Prints a result. The exit code is 0 whatever the ratio is: a bench tells, it does not judge. */
export function printResult(result: BenchResult, json: boolean): void {
  const whole = { ...result, machine: machine() }
  if (json) {
    process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`)
    return
  }
  for (const [name, value] of Object.entries(whole)) {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
    process.stdout.write(`${name.padEnd(20)} ${text}\n`)
  }
}
