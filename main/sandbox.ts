/** The gateway simulator as a process of its own. */
import { ConfigProblem, loadConfig, requireSettings } from '../config.ts'
import { buildSandbox } from '../sandbox/server.ts'

const config = settings()

const sandbox = await buildSandbox({
  journalPath: config.sandboxJournal,
  apiKey: config.sandboxApiKey.reveal(),
  callbackSecret: config.sandboxCallbackSecret.reveal(),
  callbackUrl: config.sandboxCallbackUrl,
  timeFactor: config.sandboxTimeFactor,
  openingBalanceMinor: config.sandboxOpeningBalanceMinor,
})

function settings() {
  try {
    return requireSettings(loadConfig(), 'sandboxApiKey', 'sandboxCallbackSecret')
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

async function stop(): Promise<void> {
  await sandbox.close()
  process.exit(0)
}

process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
// Nobody is left to stop it when its parent has died.
process.once('disconnect', () => void stop())

await sandbox.listen({ host: config.host, port: config.sandboxPort })
process.send?.('ready')
