/** The gateway simulator as a process of its own. */
import { buildSandbox } from '../sandbox/server.ts'
import { listenOrEnd } from './listen.ts'
import { settingsOf } from './settings.ts'

const config = settingsOf('sandboxApiKey', 'sandboxCallbackSecret')

const sandbox = await buildSandbox({
  journalPath: config.sandboxJournal,
  apiKey: config.sandboxApiKey.reveal(),
  statementsKey: config.sandboxStatementsKey?.reveal() ?? null,
  callbackSecret: config.sandboxCallbackSecret.reveal(),
  callbackUrl: config.sandboxCallbackUrl,
  timeFactor: config.sandboxTimeFactor,
  openingBalanceMinor: config.sandboxOpeningBalanceMinor,
})

async function stop(): Promise<void> {
  await sandbox.close()
  process.exit(0)
}

process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
// Nobody is left to stop it when its parent has died.
process.once('disconnect', () => void stop())

await listenOrEnd(sandbox, config.host, config.sandboxPort, 'SANDBOX_PORT')
process.send?.('ready')
