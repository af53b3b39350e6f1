import path from 'node:path'
import { defineConfig } from 'prisma/config'

// The command line talks to the official schema engine in its WebAssembly form, so that nothing is downloaded.
// Windows cannot start a script as a program and falls back to Prisma's own download.
if (process.platform !== 'win32') {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(import.meta.dirname, 'prisma/schema-engine.mjs')
}

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_MIGRATE_URL || process.env.DATABASE_URL || '' },
})
