import { Command } from 'commander'
import { styleText } from 'node:util'
import type { Finding } from '../local/finding.ts'
import { EXIT_FAILED, print, printJson } from './output.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what is found, and for everything that is not well the command that mends it')
    .option('--json', 'one JSON object on standard output')
    .action(async (options: { readonly json?: boolean }) => {
      const findings = await examine()
      const well = findings.every(({ state }) => state !== 'red')
      if (options.json) printJson({ well, findings })
      else for (const finding of findings) print(lineOf(finding))
      process.exitCode = well ? 0 : EXIT_FAILED
    })
}

async function examine(): Promise<readonly Finding[]> {
  const { ConfigProblem, loadConfig } = await import('../config.ts')
  const { diagnose } = await import('../local/diagnose.ts')
  try {
    return await diagnose(loadConfig())
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    return error.lines.map((line) => ({ what: 'settings', state: 'red', found: line, mend: without(line) }))
  }
}

/** A setting that is set to nothing is not set, also when the file .env sets it. */
function without(line: string): string {
  return `env ${line.split(' ')[0]}= npm start`
}

/** Of the longest name, `PostgreSQL port`. */
const WIDTH = 16

function lineOf({ what, state, found, mend }: Finding): string {
  const colour = { green: 'green', idle: 'dim', red: 'red' } as const
  const mark = { green: 'ok', idle: '--', red: '!!' }[state]
  const text = `${mark}  ${what.padEnd(WIDTH)} ${found}${mend === null ? '' : `\n${' '.repeat(WIDTH + 5)}mend: ${mend}`}`
  return process.stdout.isTTY ? styleText(colour[state], text) : text
}
