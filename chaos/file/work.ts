/** The process that tries it: tells how far it is, answers with what it came to, and ends. */
import type { Asked, Said } from '../file.ts'
import { resubmit } from './trial.ts'

const say = (said: Said, then: () => void = () => undefined): void => void process.send?.(said, undefined, {}, then)

process.once('message', (asked: Asked) => {
  resubmit({ ...asked, tell: (line) => say({ line }) })
    .then((result) => say({ result }, () => process.disconnect()))
    .catch((error: unknown) =>
      say({ error: error instanceof Error ? (error.stack ?? '') : String(error) }, () => process.exit(1)),
    )
})
