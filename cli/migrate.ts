import { Command } from 'commander'
import { print, printJson } from './output.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description(
      'bring the database of DATABASE_MIGRATE_URL up to this version; prisma/roles.sql must have been run once',
    )
    .option('--json', 'one JSON object on standard output')
    .action(async (options: { readonly json?: boolean }) => {
      const { loadConfig, requireSettings } = await import('../config.ts')
      const { migrate } = await import('../local/migrate.ts')
      const config = requireSettings(loadConfig(), 'databaseMigrateUrl')
      const result = await migrate(config.databaseMigrateUrl.reveal())
      if (options.json) return printJson(result)
      print(result.applied.length === 0 ? 'The database is up to date.' : `Applied: ${result.applied.join(', ')}`)
    })
}
