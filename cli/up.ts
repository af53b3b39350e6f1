import { Command } from 'commander'
import { printJson } from './output.ts'

export function upCommand(): Command {
  return new Command('up')
    .description('start everything on this machine: PostgreSQL, Temporal, the sandbox, the worker and the API')
    .option('--json', 'one JSON object on standard output once everything is up, and nothing else')
    .action(async (options: { readonly json?: boolean }) => {
      const { prepare } = await import('../local/prepare.ts')
      const { runLocal } = await import('../main/local.ts')
      process.exitCode = await runLocal({ prepare, ...(options.json ? { onReady: printJson } : {}) })
    })
}
