/** The audit trail: verified by whoever may read the database, joined after a restore by whoever holds the sealer's key. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import type { Finding } from '../sealer/findings.ts'
import type { Progress, Verified } from '../sealer/verify.ts'
import { EXIT_FAILED, Failure, print, printJson } from './output.ts'

interface VerifyOptions {
  readonly anchors?: string | false
  readonly publicKey: readonly string[]
  readonly json?: boolean
}

export function auditCommand(): Command {
  const command = new Command('audit').description('the sealed trail of audit events and postings')
  const verify = command
    .command('verify')
    .description('recompute the chain from the rows of DATABASE_AUDIT_URL and compare it with the anchors')
    .option('--anchors <file>', 'the file the sealer signed; without one, that of LUNAS_SEAL_ANCHORS')
    .option('--no-anchors', 'compare no anchors: the chain alone, which its writer could have made anew')
    .option('--public-key <base64>', 'a key to trust, beside LUNAS_SEAL_PUBLIC_KEYS; may be repeated', collect, [])
    .option('--json', 'one JSON object on standard output')
    .action(verifyTrailOf)
  const restored = command
    .command('restored')
    .description('say that the database was restored: joins what was anchored before to what it holds now')
    .requiredOption('--reason <text>', 'why it was restored, for those who verify later')
    .option('--json', 'one JSON object on standard output')
    .action(joinRestoredOf)
  const key = command
    .command('key <file>')
    .description('make a key for the sealer, readable by its owner only; prints the public half')
    .action(makeKey)
  for (const each of [verify, restored, key]) each.exitOverride()
  return command
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text]
}

async function verifyTrailOf(options: VerifyOptions): Promise<void> {
  const { verifyTrail } = await import('../sealer/verify.ts')
  const { readSealed } = await import('../store/seal-reads.ts')
  const { sha256 } = await import('../store/seals.ts')
  const { url, anchors } = await trailOf(options)
  const verified = await readSealed(url, (reader) =>
    verifyTrail({ reader, digest: sha256, anchors, onProgress: openProgress() }),
  )
  if (options.json) printJson({ well: verified.count === 0, ...verified })
  else for (const line of linesOf(verified)) print(line)
  process.exitCode = verified.count === 0 ? 0 : EXIT_FAILED
}

/** Where the trail is: as the settings say, else that of a development stack that runs here. */
async function trailOf(options: VerifyOptions) {
  const { loadConfig, requireSettings } = await import('../config.ts')
  const { readRunning } = await import('../local/running.ts')
  const { wholeSize } = await import('../sealer/anchors.ts')
  const { readSealKey, trustedKeys } = await import('../sealer/key.ts')
  const config = loadConfig()
  const stacks = [config.dataDir, path.join(config.dataDir, 'demo')]
  const home =
    config.databaseAuditUrl === null ? stacks.find((folder) => readRunning(folder)?.databaseAuditUrl) : undefined
  const url =
    (home && readRunning(home)?.databaseAuditUrl) ??
    requireSettings(config, 'databaseAuditUrl').databaseAuditUrl.reveal()
  if (options.anchors === false) return { url, anchors: null }
  const file = options.anchors ?? (home ? path.join(home, 'anchors.jsonl') : config.sealAnchors)
  if (!existsSync(file)) throw new Failure(`there are no anchors at ${file}; give them by --anchors`)
  const own = home ? [readSealKey(path.join(home, 'seal.pem')).publicKey] : []
  const keys = [...config.sealPublicKeys, ...options.publicKey, ...own]
  if (keys.length === 0) {
    throw new Failure('LUNAS_SEAL_PUBLIC_KEYS or --public-key is needed: anchors prove nothing without a key to trust')
  }
  // Before the database is read: a sealer that is at work adds to both.
  return { url, anchors: { file, trusted: trustedKeys(keys), size: await wholeSize(file) } }
}

const PROGRESS_MS = 2000

/** On standard error, so that what was found can be piped on. */
function openProgress(): (progress: Progress) => void {
  let toldMs = Date.now()
  return ({ sequence, of, rows }) => {
    if (Date.now() - toldMs < PROGRESS_MS) return
    toldMs = Date.now()
    process.stderr.write(`seal ${sequence} of ${of}, ${rows} rows\n`)
  }
}

function linesOf(verified: Verified): string[] {
  const { audit_event, posting } = verified.rows
  const lines = [
    `${verified.seals} seals over ${audit_event} audit events and ${posting} postings; head ${verified.head}`,
    verified.anchors === null ? 'no anchors were compared' : `${verified.anchors} anchors were compared`,
    `${verified.unsealed.audit_event + verified.unsealed.posting} rows wait for the sealer`,
  ]
  for (const { sequence, reason, lost } of verified.restored) {
    const gap = lost === null ? 'the anchors of before were lost' : `the chain had reached seal ${lost.sequence} before`
    lines.push(`restored at seal ${sequence}: ${reason}; ${gap}`)
  }
  if (verified.count === 0) return [...lines, 'The trail is whole.']
  lines.push(`${verified.count} findings; the first: ${lineOf(verified.findings[0])}`)
  return [...lines, ...verified.findings.slice(1).map((finding) => `  ${lineOf(finding)}`)]
}

function lineOf(finding: Finding | undefined): string {
  return finding ? `${finding.kind}: ${finding.says}` : ''
}

async function joinRestoredOf(options: { readonly reason: string; readonly json?: boolean }): Promise<void> {
  const { loadConfig, requireSettings } = await import('../config.ts')
  const { readSealKey } = await import('../sealer/key.ts')
  const { joinRestored } = await import('../sealer/restore.ts')
  const { openSealBook } = await import('../store/seals.ts')
  const config = requireSettings(loadConfig(), 'databaseSealUrl', 'sealKeyFile')
  const key = readSealKey(config.sealKeyFile)
  const book = openSealBook(config.databaseSealUrl.reveal())
  try {
    const parts = { book, key, anchors: config.sealAnchors, now: () => Date.now() }
    const result = await joinRestored(parts, options.reason)
    if (result.kind === 'refused') throw new Failure(result.why, EXIT_FAILED)
    if (options.json) printJson(result)
    else print(`Joined at seal ${result.sequence}: what was anchored after seal ${result.after} is known to be lost.`)
  } finally {
    await book.close()
  }
}

async function makeKey(file: string): Promise<void> {
  const { makeSealKey } = await import('../sealer/key.ts')
  try {
    const { id, publicKey } = makeSealKey(file)
    print(
      `${publicKey}\nThis is the public half of key ${id}, for LUNAS_SEAL_PUBLIC_KEYS; keep ${file} where only the sealer runs.`,
    )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Failure(`${file} exists; a key in use is never replaced`, EXIT_FAILED)
  }
}
