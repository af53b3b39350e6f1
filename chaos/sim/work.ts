/** One process of a simulation: takes its share of the seeds, answers with what became of them, and ends. */
import { runShare, type Work } from './run.ts'

process.once('message', (work) => {
  runShare(work as Work)
    .then((share) => process.send?.(share, undefined, {}, () => process.disconnect()))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    })
})
