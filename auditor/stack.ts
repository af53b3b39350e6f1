/** What an auditor is given of a development stack: read from its data folder, as its owner could tell it. */
import { createPublicKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Unusable } from './environment.ts'

interface Running {
  readonly sandboxUrl: string | null
  readonly databaseAuditUrl: string | null
}

/** As settings. Throws Unusable when no stack of ours runs there. */
export function stackIn(folder: string): Readonly<Record<string, string>> {
  const running = read<Running>(folder, 'running.json')
  const keys = read<Readonly<Record<string, string>>>(folder, 'keys.json')
  if (running.databaseAuditUrl === null)
    throw new Unusable('the database of this stack is not its own: give --database')
  const anchors = path.join(folder, 'anchors.jsonl')
  const isSealed = existsSync(anchors) && existsSync(path.join(folder, 'seal.pem'))
  return {
    DATABASE_AUDIT_URL: running.databaseAuditUrl,
    LUNAS_ACCOUNT_KEYS: keys['LUNAS_ACCOUNT_KEYS'] ?? '',
    ...(isSealed ? { LUNAS_SEAL_ANCHORS: anchors, LUNAS_SEAL_PUBLIC_KEYS: publicKeyIn(folder) } : {}),
    ...(running.sandboxUrl === null
      ? {}
      : { AUDIT_STATEMENTS_URL: running.sandboxUrl, AUDIT_STATEMENTS_KEY: keys['SANDBOX_STATEMENTS_KEY'] ?? '' }),
  }
}

function read<Content>(folder: string, name: string): Content {
  try {
    return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Content
  } catch {
    throw new Unusable(`no development stack runs in ${folder}: there is no ${name}`)
  }
}

/** The public half of the sealer's development key: 32 bytes in base64. */
function publicKeyIn(folder: string): string {
  const text = readFileSync(path.join(folder, 'seal.pem'), 'utf8')
  const pem = text.slice(text.indexOf('-----BEGIN'))
  return createPublicKey(pem).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
}
