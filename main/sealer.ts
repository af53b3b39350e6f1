/** The sealer of the audit trail: a process of its own, with a database role and a key that nobody else has. */
import closeWithGrace from 'close-with-grace'
import { ConfigProblem, requireSettings } from '../config.ts'
import { untilTold } from '../local/told.ts'
import { readSealKey } from '../sealer/key.ts'
import { createSealer, type SealerRound } from '../sealer/sealer.ts'
import { openSealBook } from '../store/seals.ts'
import { refuseUnguardedTrail } from './guarded.ts'
import { orEnd, sealerSettings } from './settings.ts'

const EVERY_MS = 1000

const config = orEnd(() => requireSettings(sealerSettings(), 'databaseSealUrl', 'sealKeyFile'))
const key = orEnd(() => keyIn(config.sealKeyFile))
const book = openSealBook(config.databaseSealUrl.reveal())
const sealer = createSealer({ book, key, anchors: config.sealAnchors, now: () => Date.now() })

let said: string | null = null
let isGuarded = false
let isStopping = false
let timer: NodeJS.Timeout | undefined
let running = Promise.resolve()

const grace = closeWithGrace({ delay: 20_000 }, async ({ err }) => {
  if (err) report('ERROR', err.stack ?? err.message)
  isStopping = true
  clearTimeout(timer)
  await running
  await sealer.stop()
  await book.close()
})
// Nobody is left to stop it when its parent has died.
process.once('disconnect', () => grace.close())

report('INFO', `seals with key ${key.id}, anchors in ${config.sealAnchors}`)
await untilTold()
await next()
process.send?.('ready')

async function next(): Promise<void> {
  running = round().then(tell, (error: unknown) => say(error instanceof Error ? error.message : String(error)))
  await running
  if (!isStopping) timer = setTimeout(() => void next(), EVERY_MS)
}

/** The database may be away when the sealer starts: what guards it is looked at as soon as it answers, and before anything is sealed. */
async function round(): Promise<SealerRound> {
  if (!isGuarded) await refuseUnguardedTrail(book)
  isGuarded = true
  return sealer.round()
}

function tell({ says }: SealerRound): void {
  say(says)
}

/** What keeps it from sealing, once, and when that is over. */
function say(trouble: string | null): void {
  if (trouble !== said) report(trouble === null ? 'INFO' : 'ERROR', trouble ?? 'sealing again')
  said = trouble
}

function keyIn(file: string) {
  try {
    const found = readSealKey(file)
    if (!found.isDevelopment || config.mode !== 'production') return found
  } catch (error) {
    throw new ConfigProblem([`LUNAS_SEAL_KEY_FILE: ${error instanceof Error ? error.message : 'cannot be read'}`])
  }
  throw new ConfigProblem(['LUNAS_SEAL_KEY_FILE must not hold a development key in production'])
}

function report(level: string, message: string): void {
  process.stderr.write(`${JSON.stringify({ level, time: new Date().toISOString(), process: 'sealer', message })}\n`)
}
