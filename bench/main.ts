/** `npm run bench -- <name> [--json]`: measures one thing against a yardstick in the same run. Never a test. */
import { Command } from 'commander'
import { benchLifecycle } from './lifecycle.ts'
import { printResult } from './report.ts'

interface Options {
  readonly json?: boolean
  readonly rounds: string
  readonly count: string
}

const say = (options: Options) => (line: string) => {
  if (!options.json) process.stderr.write(`${line}\n`)
}

const program = new Command('bench').description('measures the engine against a yardstick in the same run')

program
  .command('lifecycle')
  .description('whole lives: this engine against a bare twin on the same server')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'interleaved rounds', '3')
  .option('--count <n>', 'lives a round', '200')
  .action(async (options: Options) => {
    const rounds = Number(options.rounds)
    const result = await benchLifecycle({ rounds, lives: Number(options.count), inFlight: 64, say: say(options) })
    printResult(result, options.json ?? false)
  })

await program.parseAsync()
