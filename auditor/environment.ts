/** What an audit is told by its environment: read here and nowhere else, apart from the settings of the engine. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { trustedKey, type TrustedKey } from './signature.ts'
import type { AccountKeys } from './identity.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Why an audit cannot begin: fit for a person. */
export class Unusable extends Error {}

/** Fingerprint keys as LUNAS_ACCOUNT_KEYS holds them, the one in use first. */
export function accountKeysOf(text: string | undefined): AccountKeys {
  if (text === undefined || text === '') return new Map()
  try {
    const ring = JSON.parse(text) as { current: string; keys: Record<string, string> }
    const ids = Object.keys(ring.keys).toSorted(
      (one, other) => Number(other === ring.current) - Number(one === ring.current),
    )
    return new Map(ids.map((id) => [id, Buffer.from(ring.keys[id] ?? '', 'base64')]))
  } catch {
    throw new Unusable('LUNAS_ACCOUNT_KEYS is no ring of keys')
  }
}

/** Public keys whose anchors count, comma separated. Throws Unusable. */
export function trustedKeysOf(text: string | undefined): readonly TrustedKey[] {
  try {
    return (text ?? '')
      .split(',')
      .filter((one) => one !== '')
      .map(trustedKey)
  } catch (error) {
    throw new Unusable((error as Error).message)
  }
}

/** Every programme file of a folder, by `code@version`. Throws Unusable when there is none or one cannot be read. */
export function programmeFilesOf(folder: string): ReadonlyMap<string, unknown> {
  const files = new Map<string, unknown>()
  try {
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
      const definition = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as {
        code?: unknown
        version?: unknown
      }
      files.set(`${String(definition.code)}@${String(definition.version)}`, definition)
    }
  } catch (error) {
    throw new Unusable(`the programme files of ${folder} cannot be read: ${(error as Error).message}`)
  }
  return files
}

/** What is set to nothing is not set, as compose files and CI systems do it. */
export function environment(): Environment {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''))
}
