/** `npm run bench -- <name> [--json]`: measures one thing against a yardstick in the same run. Never a test. */
import { Command } from 'commander'
import { benchLifecycle } from './lifecycle.ts'
import { benchRegistration } from './registration.ts'
import { printResult } from './report.ts'
import { benchStartup } from './startup.ts'

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

program
  .command('registration')
  .description('registrations accepted at 64 connections, against a bare loop of client starts')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'interleaved rounds', '3')
  .option('--count <n>', 'registrations a round', '4000')
  .action(async (options: Options) => {
    const result = await benchRegistration({
      rounds: Number(options.rounds),
      count: Number(options.count),
      say: say(options),
    })
    printResult(result, options.json ?? false)
  })

program
  .command('startup')
  .description('from the start to ready, first and again, and memory at rest')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'how often', '3')
  .action(async (options: Options) =>
    printResult(await benchStartup(Number(options.rounds), say(options)), options.json ?? false),
  )

await program.parseAsync()
