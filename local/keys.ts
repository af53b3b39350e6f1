import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DEVELOPMENT_MARK } from '../config.ts'
import { makeSealKey } from '../sealer/key.ts'

/** The development secrets of one data folder, as they stand in environment variables. */
export interface DevelopmentKeys {
  readonly LUNAS_VAULT_KEYS: string
  readonly LUNAS_IDENTITY_KEYS: string
  readonly LUNAS_ACCOUNT_KEYS: string
  readonly SANDBOX_API_KEY: string
  /** An auditor's, who has it from this file; the engine does not. */
  readonly SANDBOX_STATEMENTS_KEY: string
  readonly SANDBOX_CALLBACK_SECRET: string
}

/**
 * Reads `keys.json` of a data folder, or makes it once, readable by its owner only. The key ids are marked, so that
 * production refuses them, and random, so that data of lost keys is told apart from data that was tampered with.
 */
export function developmentKeys(home: string): DevelopmentKeys {
  const file = path.join(home, 'keys.json')
  const known = readKeys(file)
  const keys = { ...newKeys(), ...known }
  if (Object.keys(known).length === Object.keys(keys).length) return keys
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return keys
}

/** The file of the sealer's development key, made once: marked, so that production refuses it. */
export function developmentSealKey(home: string): string {
  const file = path.join(home, 'seal.pem')
  if (!existsSync(file)) makeSealKey(file, `${DEVELOPMENT_MARK}seal`)
  return file
}

/** What is missing in a file of an older version is added; one that cannot be read is not replaced. */
function readKeys(file: string): Partial<DevelopmentKeys> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  try {
    return JSON.parse(text) as Partial<DevelopmentKeys>
  } catch {
    throw new Error(`${file} is damaged; what was encrypted with its keys cannot be read without it`)
  }
}

function newKeys(): DevelopmentKeys {
  return {
    LUNAS_VAULT_KEYS: ring(),
    LUNAS_IDENTITY_KEYS: ring(),
    LUNAS_ACCOUNT_KEYS: ring(),
    SANDBOX_API_KEY: `${DEVELOPMENT_MARK}${randomBytes(24).toString('base64url')}`,
    SANDBOX_STATEMENTS_KEY: `${DEVELOPMENT_MARK}${randomBytes(24).toString('base64url')}`,
    SANDBOX_CALLBACK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  }
}

function ring(): string {
  const id = `${DEVELOPMENT_MARK}${randomBytes(4).toString('hex')}`
  return JSON.stringify({ current: id, keys: { [id]: randomBytes(32).toString('base64') } })
}
