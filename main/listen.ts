/** Takes the port a process listens on, or ends the process: somebody else has it. */
import type { EnvironmentName } from '../config.ts'

const EXIT_USAGE = 2

interface Listener {
  listen(place: { readonly host: string; readonly port: number }): Promise<unknown>
}

/** `setting` names the port. Throws what goes wrong for another reason. */
export async function listenOrEnd(app: Listener, host: string, port: number, setting: EnvironmentName): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    process.stderr.write(`port ${port} on ${host} is in use by another program; set ${setting} to a free one\n`)
    process.exit(EXIT_USAGE)
  }
}
