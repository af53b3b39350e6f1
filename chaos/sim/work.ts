/** One process of a simulation: takes its share of the seeds, answers with what became of them, and ends. */
import { runShare, type Work } from './run.ts'

/** In a simulated world no real time passes: thousands of timers would only be kept until they ring for nobody. */
const never = new AbortController().signal
AbortSignal.timeout = () => never

process.once('message', (work) => {
  runShare(work as Work)
    .then((share) => process.send?.(share, undefined, {}, () => process.disconnect()))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
})
