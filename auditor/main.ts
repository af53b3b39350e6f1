/** `npm run audit`: reads what it may from its own environment and options, audits, tells, and ends with 0, 1 or 2. */
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { audit, type Audited, type AuditOptions } from './audit.ts'
import { accountKeysOf, environment, programmeFilesOf, trustedKeysOf, Unusable } from './environment.ts'
import { EVIDENCE, type Evidence, type NotChecked } from './evidence.ts'
import { stackIn } from './stack.ts'
import { folderStatements, httpStatements } from './statements/sources.ts'
import type { Format, StatementSource } from './statements/statement.ts'

const HELP = `npm run audit -- [options]

Recomputes who was owed what and the whole ledger, from what gateways tell, people signed and institutions reported, and names
every row that does not agree. It reads as role lunas_audit and writes nothing. docs/auditor.md says what is checked.

  --json                    one JSON object on standard output
  --database <url>          the database, as role lunas_audit           (DATABASE_AUDIT_URL)
  --statements <folder>     statements in files such as sandbox.2026-11-22.jsonl, .csv or .xml
  --statements-url <url>    or a gateway that is asked for them         (AUDIT_STATEMENTS_URL)
  --gateway <code>          which gateway that is                       (AUDIT_GATEWAY, else sandbox)
  --format <format>         jsonl, csv or camt.053                      (AUDIT_STATEMENTS_FORMAT, else jsonl)
  --programmes <folder>     programme files to hold published versions against
  --anchors <file>          what the sealer anchored                    (LUNAS_SEAL_ANCHORS)
  --public-key <base64>     a key whose anchors count; may be repeated  (LUNAS_SEAL_PUBLIC_KEYS)
  --stack <folder>          a development stack that runs in this data folder: it says all of the above
  --development             a stack on one machine has made its own first people
  --at <time>               the moment to judge by, such as 2026-12-01T00:00:00Z; that of the database when absent
  --no-chain                do not recompute the chain of seals
  --without <evidence>      go without some of this, comma separated: ${EVIDENCE.join(', ')}
  --help                    this text

AUDIT_STATEMENTS_KEY is the credential that the gateway is shown. With LUNAS_ACCOUNT_KEYS, accounts are compared by their whole
fingerprint, else by institution and last digits.

Exit code 0: nothing was found. 1: something was. 2: it could not be run so; or nothing was found, and something that proves it
was neither given nor left out by --without (--no-chain leaves out the chain and its anchors).
`

const OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  database: { type: 'string' },
  statements: { type: 'string' },
  'statements-url': { type: 'string' },
  gateway: { type: 'string' },
  format: { type: 'string' },
  programmes: { type: 'string' },
  anchors: { type: 'string' },
  'public-key': { type: 'string', multiple: true },
  stack: { type: 'string' },
  at: { type: 'string' },
  development: { type: 'boolean' },
  'no-chain': { type: 'boolean' },
  without: { type: 'string', multiple: true },
} as const

type Asked = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

/** Settings, read once; those of a development stack stand in for what is not set. */
let set = environment()

async function main(): Promise<number> {
  const asked = read()
  if (asked.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (asked.stack !== undefined) set = { ...stackIn(asked.stack), ...set }
  const url = asked.database ?? set['DATABASE_AUDIT_URL']
  if (!url) throw new Unusable('give the database by --database or DATABASE_AUDIT_URL, as role lunas_audit')
  const options = await optionsOf(asked)
  const without = withoutOf(asked)
  const client = new pg.Client({ connectionString: url, application_name: 'lunas auditor' })
  try {
    await client.connect()
  } catch (error) {
    throw new Unusable(`the database cannot be reached: ${(error as Error).message}`)
  }
  try {
    const result = await audit(client, asked.json ? options : { ...options, onProgress: progress })
    process.stdout.write(asked.json ? `${JSON.stringify(result)}\n` : summary(result))
    return result.count > 0 ? 1 : blind(result, without)
  } finally {
    await client.end()
  }
}

/** What somebody has said to go without. Throws Unusable. */
function withoutOf(asked: Asked): ReadonlySet<Evidence> {
  const named = (asked.without ?? []).flatMap((one) => one.split(',')).filter((one) => one !== '')
  const known = named.map((name) => {
    const found = EVIDENCE.find((one) => one === name)
    if (!found) throw new Unusable(`--without takes ${EVIDENCE.join(', ')}, and not ${name}`)
    return found
  })
  return new Set(asked['no-chain'] ? [...known, 'chain', 'anchors'] : known)
}

/** The exit code where nothing was found: nobody takes what was not looked at for well without having said so. */
function blind({ notChecked }: Audited, without: ReadonlySet<Evidence>): number {
  const lacking = notChecked.filter(({ evidence }) => !without.has(evidence))
  if (lacking.length === 0) return 0
  const gives = [...new Set(lacking.map(({ give }) => give))]
  const names = [...new Set(lacking.map(({ evidence }) => evidence))]
  process.stderr.write(`not all was checked: give ${gives.join('; ')}; or go --without ${names.join(',')}\n`)
  return 2
}

function read(): Asked {
  try {
    return parseArgs({ options: OPTIONS, strict: true }).values
  } catch (error) {
    throw new Unusable((error as Error).message)
  }
}

async function optionsOf(asked: Asked): Promise<AuditOptions> {
  const keys = [...(asked['public-key'] ?? []), set['LUNAS_SEAL_PUBLIC_KEYS'] ?? ''].join(',')
  const file = asked.anchors ?? set['LUNAS_SEAL_ANCHORS']
  const trusted = trustedKeysOf(keys)
  if (file !== undefined && !existsSync(file)) throw new Unusable(`there are no anchors at ${file}`)
  if (file !== undefined && trusted.length === 0) throw new Unusable('anchors prove nothing without a --public-key')
  const at = asked.at === undefined ? undefined : Date.parse(asked.at)
  if (Number.isNaN(at)) throw new Unusable(`${asked.at} is no time`)
  return {
    ...(at === undefined ? {} : { nowMs: at }),
    statements: sourcesOf(asked),
    accountKeys: accountKeysOf(set['LUNAS_ACCOUNT_KEYS']),
    programmeFiles: asked.programmes === undefined ? null : programmeFilesOf(asked.programmes),
    anchors: file === undefined ? null : { file, trusted, size: await sizeOf(file) },
    development: asked.development === true || asked.stack !== undefined,
    chain: asked['no-chain'] !== true,
  }
}

const TAIL = 65_536

/** Up to the last whole line, before the snapshot is taken: a sealer that is at work adds to both. */
async function sizeOf(file: string): Promise<number> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const tail = Buffer.alloc(Math.min(TAIL, size))
    await handle.read(tail, 0, tail.length, size - tail.length)
    return size - tail.length + tail.lastIndexOf('\n') + 1
  } finally {
    await handle.close()
  }
}

const FORMATS: readonly Format[] = ['jsonl', 'csv', 'camt.053']

function sourcesOf(asked: Asked): StatementSource[] {
  const sources: StatementSource[] = []
  if (asked.statements !== undefined) {
    if (!existsSync(asked.statements)) throw new Unusable(`there is no folder ${asked.statements}`)
    sources.push(folderStatements(asked.statements))
  }
  const url = asked['statements-url'] ?? set['AUDIT_STATEMENTS_URL']
  if (url === undefined) return sources
  const format = FORMATS.find((one) => one === (asked.format ?? set['AUDIT_STATEMENTS_FORMAT'] ?? 'jsonl'))
  if (!format) throw new Unusable(`--format must be one of ${FORMATS.join(', ')}`)
  const credential = set['AUDIT_STATEMENTS_KEY']
  if (!credential) throw new Unusable('AUDIT_STATEMENTS_KEY is needed to ask a gateway for its statements')
  const gateway = asked.gateway ?? set['AUDIT_GATEWAY'] ?? 'sandbox'
  return [...sources, httpStatements({ gateway, url, credential, format })]
}

function progress({ name, title }: { readonly name: string; readonly title: string }, findings: number): void {
  process.stderr.write(`${findings === 0 ? 'well ' : `${findings} `.padStart(5)} ${name}: ${title}\n`)
}

function summary(result: Audited): string {
  const looked = Object.entries(result.checked).map(([what, many]) => `${many} ${what}`)
  const lines = [
    `Looked at ${looked.join(', ')}.`,
    `Held: ${result.invariants.join(' ')}. Held by the fault harness: ${result.elsewhere.join(' ')}.`,
    ...unchecked(result.notChecked),
    ...result.notices.map((notice) => `Note: ${notice}`),
    ...result.findings.map(
      ({ invariant, kind, entity, key, says }) => `${invariant} ${kind} ${entity} ${key}: ${says}`,
    ),
    ...(result.count > result.findings.length ? [`… ${result.count - result.findings.length} more`] : []),
    result.count > 0 ? `${result.count} findings.` : ending(result),
    `Hash of this audit: ${result.hash}`,
  ]
  return `${lines.join('\n')}\n`
}

function ending({ notChecked }: Audited): string {
  return notChecked.length === 0 ? 'Nothing was found.' : 'Nothing was found in what was checked.'
}

/** A line for each thing that was not given, with the promises that nobody has judged for want of it. */
function unchecked(all: readonly NotChecked[]): string[] {
  const byReason = new Map<string, string[]>()
  for (const { invariant, reason, give } of all) {
    const why = `${reason}; it takes ${give}`
    byReason.set(why, [...(byReason.get(why) ?? []), invariant])
  }
  return [...byReason].map(([why, invariants]) => `Not checked: ${invariants.join(' ')}, for ${why}.`)
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return 2
})
