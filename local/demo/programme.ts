/** Which programme the demo plays. */
import { ConfigProblem } from '../../config.ts'
import type { Programme } from '../../domain/programme.ts'
import { isShipped, shippedProgramme } from '../../programmes/index.ts'

/** Throws a ConfigProblem when there is no such programme, or it would take days. */
export function demoProgramme(code: string): Programme {
  if (!isShipped(code)) throw new ConfigProblem([`no programme ${code} comes with Lunas; there is demo`])
  const programme = shippedProgramme(code)
  if (programme.calendar.kind !== 'always') {
    throw new ConfigProblem([
      `${code} waits for days and months; the demo runs programmes whose calendar is always open`,
    ])
  }
  return programme
}
