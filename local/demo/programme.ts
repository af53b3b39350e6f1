/** Which programme the demo plays: one that comes with Lunas, or a definition of one's own, quick enough to watch. */
import { readFileSync } from 'node:fs'
import { ConfigProblem } from '../../config.ts'
import type { Programme } from '../../domain/programme.ts'
import { isShipped, SHIPPED_PROGRAMMES, shippedProgramme } from '../../programmes/index.ts'
import { parseProgramme } from '../../programmes/parse.ts'
import { watchable } from './quicken.ts'

/** `named` is a code or the path of a JSON file. Throws a ConfigProblem that says everything that is wrong with it. */
export function demoProgramme(named: string): Programme {
  const programme = isShipped(named) ? shippedProgramme(named) : fromFile(named)
  const lines: string[] = []
  if (!programme.payment.gateways.includes('sandbox')) lines.push(`${named}: /payment/gateways must name sandbox`)
  if (programme.currency !== 'IDR') lines.push(`${named}: /currency must be IDR, which is all the sandbox pays`)
  if (lines.length > 0) throw new ConfigProblem(lines)
  return watchable(programme)
}

function fromFile(file: string): Programme {
  const parsed = parseProgramme(textOf(file))
  if (parsed.ok) return parsed.programme
  throw new ConfigProblem(parsed.faults.map(({ pointer, detail }) => `${file}: ${pointer} ${detail}`))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new ConfigProblem([
      `${file} is neither a programme that comes with Lunas (${SHIPPED_PROGRAMMES.join(', ')}) nor a file that can be read`,
    ])
  }
}
