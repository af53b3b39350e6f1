/** Writes `prisma/guards.ts` from the database of DATABASE_URL, after a migration that changed what guards it: read the difference. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { loadConfig, requireSettings } from '../config.ts'
import { PROJECT_ROOT } from '../local/project.ts'
import { GUARDS } from '../prisma/guards.ts'
import { openDatabase } from '../store/database.ts'
import { catalogGuards } from '../store/guards.ts'

const config = requireSettings(loadConfig(), 'databaseUrl')
const database = openDatabase(config.databaseUrl.reveal(), { max: 1, name: 'lunas guards' })
const guards = await catalogGuards(database.pool)
await database.pool.end()

const file = path.join(PROJECT_ROOT, 'prisma/guards.ts')
const head = readFileSync(file, 'utf8').split('export const GUARDS')[0] ?? ''
const kinds = Object.keys(GUARDS).map((kind) => {
  const entries = guards.filter((guard) => guard.kind === kind).map(({ name, definition }) => [name, definition])
  return `  ${kind}: ${JSON.stringify(Object.fromEntries(entries))},`
})
writeFileSync(file, `${head}export const GUARDS: Guards = {\n${kinds.join('\n')}\n}\n`)
