/** The command line, command by command. What it cannot use ends with one sentence and exit code 2. */
import { Command, CommanderError } from 'commander'
import { approvalsCommand } from './approvals.ts'
import { accountsCommand } from './accounts.ts'
import { appropriationsCommand } from './appropriations.ts'
import { auditCommand } from './audit.ts'
import { deductionsCommand } from './deductions.ts'
import { demoCommand } from './demo.ts'
import { discrepanciesCommand } from './discrepancies.ts'
import { doctorCommand } from './doctor.ts'
import { failuresCommand } from './failures.ts'
import { freezeCommand } from './freeze.ts'
import { identityCommand } from './identity.ts'
import { keysCommand } from './keys.ts'
import { messagesCommand } from './messages.ts'
import { migrateCommand } from './migrate.ts'
import { explainFailure } from './output.ts'
import { participantsCommand } from './participants.ts'
import { recoverCommand } from './recover.ts'
import { runsCommand } from './runs.ts'
import { reviewsCommand } from './reviews.ts'
import { upCommand } from './up.ts'

const program = new Command('lunas')
  .description('A durable disbursement engine for training-incentive programmes')
  .showHelpAfterError('(lunas --help lists what there is)')
  .exitOverride()

for (const command of [
  doctorCommand(),
  upCommand(),
  demoCommand(),
  migrateCommand(),
  participantsCommand(),
  messagesCommand(),
  freezeCommand(),
  failuresCommand(),
  identityCommand(),
  approvalsCommand(),
  appropriationsCommand(),
  runsCommand(),
  discrepanciesCommand(),
  reviewsCommand(),
  deductionsCommand(),
  accountsCommand(),
  // Loaded only when asked for: it brings the store.
  keysCommand(async (person, role) => (await import('./bootstrap.ts')).bootstrap(person, role)),
  auditCommand(),
  recoverCommand(),
]) {
  program.addCommand(command.exitOverride())
}

try {
  await program.parseAsync()
} catch (error) {
  // Commander has said what is wrong; --help and --version are no failures.
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : explainFailure(error)
}
