/** What callers do who are told that others held the same rows for too long: nothing was done, and they ask again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { toProblem } from '../../api/plugins/problems.ts'

const PAUSE_MS = 1000
/** Turned away so often in a row, it is no crowd any more but something that stands still. */
const ASKS_MAX = 60

/** Asks until it is no `timeout`, as the API's callers would be told. Throws everything else, and a timeout that does not pass. */
export async function askedAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let asks = 1; ; asks += 1) {
    try {
      return await work()
    } catch (error) {
      if (toProblem(error).code !== 'timeout' || asks === ASKS_MAX) throw error
      await sleep(PAUSE_MS)
    }
  }
}
