/** One process of a simulation: takes its share of the seeds, answers with what became of them, and ends. */
import { runShare, type Progress, type Work } from './share.ts'

/** In a simulated world no real time passes: thousands of timers would only be kept until they ring for nobody. */
const never = new AbortController().signal
AbortSignal.timeout = () => never

const TELLS_EVERY = 100

process.once('message', (work) => {
  const tell = (over: number): void => {
    if (over % TELLS_EVERY === 0) process.send?.({ over } satisfies Progress)
  }
  runShare(work as Work, tell)
    .then((share) => process.send?.(share, undefined, {}, () => process.disconnect()))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
})
