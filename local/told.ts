/** A program that is started while its database is still being brought up has its code loaded by then, and goes on when its parent says so. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What such a program is given. */
export const WAITS = '--when-told'

/** Settles when the parent says so; at once where nobody was told to wait. A parent that dies meanwhile leaves nothing to wait for: the process ends. */
export async function untilTold(): Promise<void> {
  if (!process.argv.includes(WAITS)) return
  process.once('disconnect', end)
  await once(process, 'message')
  process.off('disconnect', end)
}

function end(): never {
  process.exit(1)
}

/** Says so. A child that has died does not hear it. */
export function tell(child: ChildProcess): void {
  child.send('go', () => undefined)
}
