/** `npm run bench -- <name> [--json]`: measures one thing against a yardstick in the same run. Never a test. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { printResult } from './report.ts'

interface Options {
  readonly json?: boolean
  readonly rounds: number
  readonly count: number
  readonly lines: number
}

const say = (options: Options) => (line: string) => {
  if (!options.json) process.stderr.write(`${line}\n`)
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on')
  return value
}

const program = new Command('bench')
  .description('measures the engine against a yardstick in the same run')
  .exitOverride()

program
  .command('lifecycle')
  .description('whole lives: this engine against a bare twin on the same server')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'interleaved rounds, an even number', wholeNumber, 4)
  .option('--count <n>', 'lives a round', wholeNumber, 200)
  .action(async (options: Options) => {
    const { benchLifecycle } = await import('./lifecycle.ts')
    const { rounds, count: lives } = options
    const result = await benchLifecycle({ rounds, lives, inFlight: 64, say: say(options) })
    printResult(result, options.json ?? false)
  })

program
  .command('registration')
  .description('registrations accepted at 64 connections, against a bare loop of client starts')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'interleaved rounds', wholeNumber, 3)
  .option('--count <n>', 'registrations a round', wholeNumber, 4000)
  .action(async (options: Options) => {
    const { benchRegistration } = await import('./registration.ts')
    const result = await benchRegistration({
      rounds: options.rounds,
      count: options.count,
      say: say(options),
    })
    printResult(result, options.json ?? false)
  })

program
  .command('callbacks')
  .description('callbacks taken in at 64 connections, against a route that only validates and a transaction for each')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'interleaved rounds', wholeNumber, 3)
  .option('--count <n>', 'payouts a round', wholeNumber, 5000)
  .action(async (options: Options) => {
    const { benchCallbacks } = await import('./callbacks.ts')
    const { rounds, count } = options
    printResult(await benchCallbacks({ rounds, count, say: say(options) }), options.json ?? false)
  })

program
  .command('ledger')
  .description('outcomes of payouts that share commits, against the same transactions one by one and the bare inserts')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'interleaved rounds', wholeNumber, 3)
  .option('--count <n>', 'payouts a round', wholeNumber, 5000)
  .action(async (options: Options) => {
    const { benchLedger } = await import('./ledger.ts')
    const { rounds, count } = options
    printResult(await benchLedger({ rounds, count, say: say(options) }), options.json ?? false)
  })

program
  .command('reconcile')
  .description('the statement of a day, all its differences found, against its COPY and the bare join')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'rounds', wholeNumber, 3)
  .option('--lines <n>', 'payouts in the day', wholeNumber, 1_000_000)
  .action(async (options: Options) => {
    const { benchReconcile } = await import('./reconcile.ts')
    const { lines, rounds } = options
    printResult(await benchReconcile({ lines, rounds, say: say(options) }), options.json ?? false)
  })

program
  .command('run')
  .description('a payout run collected, hashed and put forward, against the bare INSERT … SELECT of the same rows')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'rounds', wholeNumber, 3)
  .option('--lines <n>', 'disbursements that are owed', wholeNumber, 200_000)
  .action(async (options: Options) => {
    const { benchRun } = await import('./run.ts')
    const { lines, rounds } = options
    printResult(await benchRun({ lines, rounds, say: say(options) }), options.json ?? false)
  })

program
  .command('startup')
  .description('from the start to ready, first and again, and memory at rest')
  .option('--json', 'one JSON object on standard output')
  .option('--rounds <n>', 'how often', wholeNumber, 3)
  .action(async (options: Options) => {
    const { benchStartup } = await import('./startup.ts')
    printResult(await benchStartup(options.rounds, say(options)), options.json ?? false)
  })

for (const command of program.commands) command.exitOverride()
try {
  await program.parseAsync()
} catch (error) {
  // Commander has said what is wrong.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
