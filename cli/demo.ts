import { once } from 'node:events'
import { Command, InvalidArgumentError } from 'commander'
import type { Access } from '../local/access.ts'
import { banner, keysText } from '../local/banner.ts'
import type { DemoResult } from '../local/demo/run.ts'
import { storyText, tableText, verdictText } from '../local/demo/report.ts'
import { stopRequest } from '../local/signals.ts'
import type { Stack, StackEvent } from '../local/stack.ts'
import { EXIT_FAILED, EXIT_INTERRUPTED, print, printJson } from './output.ts'

interface Options {
  readonly participants: number
  readonly programme: string
  readonly killWorker?: boolean
  readonly exit?: boolean
  readonly json?: boolean
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('start everything and pay a hundred invented people, from registration to the last incentive')
    .option('--participants <n>', 'how many of the people of examples/peserta.csv', wholeNumber, 100)
    .option(
      '--programme <code or file>',
      'one that comes with Lunas, or the JSON file of another; days pass quickly',
      'demo',
    )
    .option('--kill-worker', 'kill the worker between the gateway’s acceptance and our commit, and show what happens')
    .option('--exit', 'stop when everybody is settled; exit code 0 only if nobody was paid twice and the books balance')
    .option('--json', 'one JSON object on standard output, and nothing else')
    .action(run)
}

async function run(options: Options): Promise<void> {
  const speak = options.json ? () => undefined : print
  const asked = stopRequest(() => speak('stopping'))
  try {
    const result = await playDemo(options, asked, speak)
    if (options.json) printJson(summaryOf(result))
    else print(reportOf(result))
    process.exitCode = isWell(result, options) ? 0 : EXIT_FAILED
    if (!options.exit && !asked.aborted) {
      speak('\nIt goes on running. Ctrl+C stops everything.')
      await once(asked, 'abort')
    }
    await result.stack.stop()
  } catch (error) {
    if (!asked.aborted || error !== asked.reason) throw error
    process.exitCode = EXIT_INTERRUPTED
  }
}

async function playDemo(options: Options, signal: AbortSignal, speak: (line: string) => void): Promise<DemoResult> {
  const { runDemo } = await import('../local/demo/run.ts')
  return runDemo({
    participants: options.participants,
    programme: options.programme,
    killWorker: options.killWorker ?? false,
    progress: options.json ? null : process.stdout,
    signal,
    onEvent: (event) => tell(event, speak),
    onReady: (stack, access, startedInMs) => speak(welcome(stack, access, startedInMs)),
  })
}

function isWell(result: DemoResult, options: Options): boolean {
  const killed = !options.killWorker || result.kill.inFlightAtKill > 0
  // What was late on a slow machine is told, and is no fault of the money.
  return result.books.paidTwice === 0 && result.books.balance && result.settled && killed
}

function summaryOf(result: DemoResult): Record<string, unknown> {
  const ledger = Object.fromEntries(result.control.map(({ account, ledger: minor }) => [account, minor]))
  return {
    participants: Object.values(result.figures.byStage).reduce((sum, count) => sum + count, 0),
    byStage: result.figures.byStage,
    disbursements: result.figures.disbursements,
    ledger,
    paidTwice: result.books.paidTwice,
    booksBalance: result.books.balance,
    findings: result.books.findings,
    settled: result.settled,
    missedScenarios: result.missed,
    workerKills: result.kill.workerKills,
    inFlightAtKill: result.kill.inFlightAtKill,
    firstPaidSeconds: result.firstPaidSeconds,
    seconds: result.seconds,
  }
}

function reportOf(result: DemoResult): string {
  const parts = ['', tableText(result.figures, result.control, result.currency), '']
  if (result.kill.workerKills > 0) {
    const count = result.kill.inFlightAtKill
    parts.push(`The worker was killed while ${count} payout(s) were accepted by the gateway and unknown to us.`)
  }
  if (result.kill.fault !== null) parts.push(result.kill.fault)
  if (result.story) {
    const title = `Kisah satu peserta · One participant's story (${result.story.ref})`
    parts.push(storyText(title, result.story.lines, result.story.temporalUrl), '')
  }
  const first = result.firstPaidSeconds?.toFixed(1) ?? '-'
  parts.push(
    `first rupiah after ${first} s, everybody settled: ${result.settled ? 'yes' : 'no'}, ${result.seconds.toFixed(1)} s in all`,
  )
  parts.push(...result.missed, verdictText(result.books))
  return parts.join('\n')
}

function welcome(stack: Stack, access: Access, startedInMs: number): string {
  return [banner(stack, startedInMs), keysText(access)].join('\n')
}

function tell(event: StackEvent, speak: (line: string) => void): void {
  if (event.kind === 'progress') speak(event.line)
  if (event.kind === 'ended') speak(`${event.part} ended; it is started again`)
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on')
  return value
}
