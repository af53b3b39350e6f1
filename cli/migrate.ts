import { Command } from 'commander'
import { EXIT_FAILED, print, printJson } from './output.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'bring a database up to this version and put back its guards: that of DATABASE_MIGRATE_URL, or of the running development stack',
    )
    .option('--json', 'one JSON object on standard output')
    .action(async (options: { readonly json?: boolean }) => {
      const { loadConfig } = await import('../config.ts')
      const { migrateUrlOf, prepareDatabase } = await import('../local/migrate.ts')
      const result = await prepareDatabase(migrateUrlOf(loadConfig()))
      process.exitCode = result.left.length === 0 ? 0 : EXIT_FAILED
      if (options.json) return printJson(result)
      if (result.applied.length > 0) print(`Applied: ${result.applied.join(', ')}`)
      for (const guard of result.restored) print(`Restored: ${guard}`)
      for (const fault of result.left) process.stderr.write(`${fault}\n`)
      if (result.applied.length + result.restored.length + result.left.length === 0)
        print('The database is up to date.')
    })
}
