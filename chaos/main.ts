/** `npm run sim -- --seeds N [--from S] [--plant BUG] [--json]`: breaks Lunas in simulated worlds. */
import { Command, InvalidArgumentError } from 'commander'
import { isPlant, PLANTS, type Plant } from './sim/plants.ts'
import { keepSeeds, keptSeeds } from './sim/regressions.ts'
import { runSeeds } from './sim/run.ts'
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
    const result = await runSeeds({ seeds, plant, untilFound: plant !== null })
    if (plant === null) keepSeeds(result.failures.map(({ seed }) => seed))
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    else for (const [name, value] of Object.entries(result)) show(name, value)
    if (result.failures.length > 0) process.exitCode = 1
  })

function show(name: string, value: unknown): void {
  const text = JSON.stringify(value)
  process.stdout.write(`${name.padEnd(12)} ${text}\n`)
}

await program.parseAsync()
