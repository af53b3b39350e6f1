/** `npm run sim -- --seeds N [--from S] [--plant BUG] [--json]`: breaks Lunas in simulated worlds. */
import { Command, InvalidArgumentError } from 'commander'
import type { Judged } from './live/judge.ts'
import type { Trial } from './live/trial.ts'
import { isPlant, PLANTS, type Plant } from './sim/plants.ts'
import { keepSeeds, keptSeeds } from './sim/regressions.ts'
import { progressOf, runSeeds } from './sim/run.ts'
import { runSeed } from './sim/world.ts'

interface Options {
  readonly seeds: number
  readonly from: number
  readonly plant?: Plant
  readonly json?: boolean
  readonly trace?: boolean
}

const whole = (text: string): number => {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on')
  return Number(text)
}
const bug = (text: string): Plant => {
  if (!isPlant(text)) throw new InvalidArgumentError(`one of ${PLANTS.join(', ')}`)
  return text
}

const words = (text: string): readonly string[] => text.split(',')

interface FailpointsCommand {
  readonly each: number
  readonly people: number
  readonly only?: readonly string[]
  readonly json?: boolean
}

const program = new Command('chaos').description('breaks the engine and judges what is left of the money')

program
  .command('sim')
  .description('simulated worlds: the real decisions, a simulated clock, database and network, a gateway that lies')
  .option('--seeds <n>', 'how many worlds', whole, 1000)
  .option('--from <seed>', 'the first of them', whole, 1)
  .option('--plant <bug>', 'a mistake to find; ends with the first world that shows it', bug)
  .option('--json', 'one JSON object on standard output')
  .option('--trace', 'prints everything that happens in the first world, and runs no other')
  .action(async (options: Options) => {
    const plant = options.plant ?? null
    if (options.trace) {
      const { trace, findings } = await runSeed(options.from, plant, true)
      process.stdout.write(`${trace?.join('\n')}\n`)
      if (findings.length > 0) process.exitCode = 1
      return
    }
    const range = Array.from({ length: options.seeds }, (_, index) => options.from + index)
    // What failed once runs first, whatever range is asked for; and what fails is kept.
    const seeds = plant === null ? [...new Set([...keptSeeds(), ...range])] : range
    const result = await runSeeds({ seeds, plant, untilFound: plant !== null }, progressOf(seeds.length))
    if (plant === null) keepSeeds(result.failing)
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    else for (const [name, value] of Object.entries(result)) show(name, value)
    if (result.failures.length > 0) process.exitCode = 1
  })

program
  .command('failpoints')
  .description('kills the process at every failpoint while people are paid, on the real stack; then the auditor judges')
  .option('--each <n>', 'how often at each', whole, 3)
  .option('--people <n>', 'people of each kind in a round', whole, 2)
  .option('--only <names>', 'only those that begin with one of these, separated by commas', words)
  .option('--json', 'one JSON object on standard output')
  .action(async ({ each, people, only, json }: FailpointsCommand) => {
    const { killAtFailpoints } = await import('./failpoints.ts')
    const { FAILPOINTS } = await import('../failpoints.ts')
    const points = FAILPOINTS.filter((point) => only?.some((beginning) => point.startsWith(beginning)) ?? true)
    const tell = (line: string): void => void process.stderr.write(`${line}\n`)
    const result = await killAtFailpoints({ each, people, only: points, tell })
    verdict(result, json)
    if (result.unreached.length > 0) process.exitCode = 1
  })

const TRIALS: Readonly<Record<string, { readonly says: string; readonly make: () => Promise<Trial> }>> = {
  postgres: {
    says: 'PostgreSQL killed three times while payouts are being sent',
    make: async () => (await import('./faults.ts')).killing('postgres'),
  },
  temporal: {
    says: 'Temporal killed three times while payouts are being sent',
    make: async () => (await import('./faults.ts')).killing('temporal'),
  },
  sandbox: {
    says: 'the gateway killed three times while payouts are being sent',
    make: async () => (await import('./faults.ts')).killing('sandbox'),
  },
  zombie: {
    says: 'a worker that sleeps past every timeout, and wakes while another goes on',
    make: async () => (await import('./faults.ts')).zombie(),
  },
  reset: {
    says: 'more than a hundred lives, in every state, sent back to their start',
    make: async () => (await import('./reset.ts')).resetting(),
  },
}

for (const [name, { says, make }] of Object.entries(TRIALS)) {
  program
    .command(name)
    .description(`${says}; then the auditor judges`)
    .option('--json', 'one JSON object on standard output')
    .action(async ({ json }: { json?: boolean }) => {
      const { tryOut } = await import('./live/trial.ts')
      verdict(await tryOut(await make()), json)
    })
}

program
  .command('restore')
  .description('the database restored into its past while the gateway and Temporal go on; then the auditor judges')
  .option('--minutes <n>', 'how far into its past', whole, 10)
  .option('--json', 'one JSON object on standard output')
  .action(async ({ minutes, json }: { minutes: number; json?: boolean }) => {
    const { tryOut } = await import('./live/trial.ts')
    const { restoring } = await import('./restore.ts')
    const tell = (line: string): void => void process.stderr.write(`${line}\n`)
    verdict(await tryOut(restoring({ aheadMs: minutes * 60_000, tell })), json)
  })

program
  .command('file')
  .description(
    'a file of people to be paid, handed in cut off, whole, and shuffled in overlapping parts; then the auditor judges',
  )
  .option('--lines <n>', 'how many people it names', whole, 172_000)
  .option('--json', 'one JSON object on standard output')
  .action(async ({ lines, json }: { lines: number; json?: boolean }) => {
    const { resubmit } = await import('./file.ts')
    verdict(await resubmit({ lines, tell: (line) => process.stderr.write(`${line}\n`) }), json)
  })

function verdict(result: Judged, json = false): void {
  tell(result, json)
  if (result.duplicates + result.lost + result.findings.length > 0) process.exitCode = 1
}

function tell(result: object, json = false): void {
  if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else for (const [name, value] of Object.entries(result)) show(name, value)
}

function show(name: string, value: unknown): void {
  const text = JSON.stringify(value)
  process.stdout.write(`${name.padEnd(12)} ${text}\n`)
}

await program.parseAsync()
