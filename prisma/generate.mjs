/** Makes the typed client in `prisma/generated` when the schema or Prisma has changed; otherwise it costs nothing. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(import.meta.url)
const root = path.dirname(import.meta.dirname)
const made = path.join(import.meta.dirname, 'generated')
const stamp = path.join(made, '.made-from')

/** The same schema and the same Prisma give the same client. */
function madeFrom() {
  const hash = createHash('sha256').update(readFileSync(path.join(import.meta.dirname, 'schema.prisma')))
  return hash.update(require('prisma/package.json').version).digest('hex')
}

function isFresh() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === madeFrom()
}

if (!isFresh()) {
  const command = require.resolve('prisma/build/index.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'generate', '--no-hints'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) {
    process.stderr.write(stdout + stderr)
    process.exit(1)
  }
  writeFileSync(stamp, madeFrom())
}
