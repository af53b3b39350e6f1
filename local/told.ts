/** A program that is started while its database is still being brought up has its code loaded by then, and goes on when its parent says so. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What such a program is given. */
export const WAITS = '--when-told'

/** Settles when the parent says so; at once where nobody was told to wait. A parent that dies meanwhile leaves nothing to wait for: the process ends. */
export async function untilTold(): Promise<void> {
  if (!process.argv.includes(WAITS)) return
  // Others may have taken SIGTERM for themselves, as the runtime of Temporal does, and let nothing follow from it so early.
  process.once('disconnect', end)
  process.once('SIGTERM', end)
  if (!process.connected) end()
  await once(process, 'message')
  process.off('disconnect', end)
  process.off('SIGTERM', end)
}

function end(): never {
  process.exit(1)
}

/** Says so. A child that has died does not hear it. */
export function tell(child: ChildProcess): void {
  child.send('go', () => undefined)
}
