/** Where a running stack is, for commands that stand beside it: kept in its data folder for its owner only, gone when it stops. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isAlive } from './processes.ts'

export interface Running {
  readonly pid: number
  readonly apiUrl: string
  readonly temporalAddress: string
  readonly temporalUiUrl: string | null
  readonly sandboxUrl: string | null
  readonly databaseUrl: string
  /** As role lunas_audit; null when the database is not ours. */
  readonly databaseAuditUrl: string | null
}

const FILE = 'running.json'

export function writeRunning(home: string, running: Running): void {
  const { pid, apiUrl, temporalAddress, temporalUiUrl, sandboxUrl, databaseUrl, databaseAuditUrl } = running
  const kept = { pid, apiUrl, temporalAddress, temporalUiUrl, sandboxUrl, databaseUrl, databaseAuditUrl }
  const text = JSON.stringify(kept, null, 2)
  const file = path.join(home, FILE)
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

export function clearRunning(home: string): void {
  rmSync(path.join(home, FILE), { force: true })
}

/** The stack of a folder; null when none runs there. */
export function readRunning(home: string): Running | null {
  try {
    const running = JSON.parse(readFileSync(path.join(home, FILE), 'utf8')) as Running
    return isAlive(running.pid) ? running : null
  } catch {
    return null
  }
}
