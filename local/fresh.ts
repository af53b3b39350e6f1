/** Starting afresh: a folder is emptied of what Lunas put there, and nothing else is ever deleted. */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ConfigProblem } from '../config.ts'

/** Everything a stack puts into its data folder, also half-made. */
const OURS =
  /^(lock(\..+)?|pg(\.new|\.password)?|(pg|keys|development-keys|development-identities|running)\.json(\.new)?|temporal\.db(-.+)?|(sandbox|anchors)\.jsonl(\..+)?|seal\.pem(\..+)?)$/
const LOG = /\.log(\.1)?$/

/** Throws a `ConfigProblem` that names what is not ours in a folder that is to be emptied. A folder that is not there is no trouble. */
export function requireOurs(home: string): void {
  const strange = entriesOf(home).find((name) => (name === 'logs' ? !holdsLogs(home) : !OURS.test(name)))
  if (strange === undefined) return
  throw new ConfigProblem([
    `${home} holds ${strange}, which Lunas did not put there, and would be emptied; set LUNAS_DATA_DIR to another folder`,
  ])
}

/** Empties a folder whose lock we hold of everything but the lock. Throws like `requireOurs`, having deleted nothing. */
export function emptyFolder(home: string): void {
  requireOurs(home)
  const left = entriesOf(home).filter((name) => name !== 'lock')
  for (const name of left) rmSync(path.join(home, name), { recursive: true, force: true })
}

function holdsLogs(home: string): boolean {
  return entriesOf(path.join(home, 'logs')).every((name) => LOG.test(name))
}

function entriesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
