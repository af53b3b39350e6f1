import { Command } from 'commander'

export function upCommand(): Command {
  return new Command('up')
    .description('start everything on this machine: PostgreSQL, Temporal, the sandbox, the worker and the API')
    .action(async () => {
      const { prepare } = await import('../local/prepare.ts')
      const { runLocal } = await import('../main/local.ts')
      process.exitCode = await runLocal({ prepare })
    })
}
