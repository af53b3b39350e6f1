import { Command } from 'commander'
import { printJson } from './output.ts'

export function upCommand(): Command {
  return new Command('up')
    .description('start everything on this machine: PostgreSQL, Temporal, the sandbox, the worker and the API')
    .option('--json', 'one JSON object on standard output once everything is up, and nothing else')
    .action(async (options: { readonly json?: boolean }) => {
      const { runLocal } = await import('../main/local.ts')
      const running = runLocal({
        prepare: async (stack) => (await preparing).prepare(stack),
        ...(options.json ? { onReady: printJson } : {}),
      })
      // Loaded while the servers start, which do not need it.
      const preparing = import('../local/prepare.ts')
      preparing.catch(() => undefined)
      process.exitCode = await running
    })
}
