/** The twin's own processes, compiled as the engine's are. */
import path from 'node:path'
import { startChild } from '../../local/children.ts'
import { makeScript } from '../../local/script.ts'
import type { RunningProcess } from '../../local/supervision.ts'

/** Starts the worker of the twin, which keeps what it prints in `home`. */
export async function startTwinWorker(
  home: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningProcess> {
  const program = 'bench/twin/worker'
  const code = path.join(home, 'twin')
  await makeScript(program, code)
  return startChild({ name: 'twin-worker', program, code, home, readyUrl: null, environment })
}
