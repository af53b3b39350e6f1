/** Where a person's signing key is kept: one file, readable by its owner only. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { makeIdentity, openIdentity, type Identity, type StoredIdentity } from '../client/identity.ts'
import { EXIT_FAILED, Failure } from './output.ts'

/** Makes a pair and its file. Throws a Failure when the file exists: a key in use is never replaced. */
export function createIdentityFile(file: string, person: string): Identity {
  if (existsSync(file)) throw new Failure(`${file} exists; a key in use is never replaced`, EXIT_FAILED)
  const stored = makeIdentity(person)
  writeFileSync(file, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return openIdentity(stored)
}

/** Reads a file. Throws a Failure when it is none, or when others than its owner may read it. */
export function readIdentityFile(file: string): Identity {
  return open(file, parse(file))
}

/** One of several in a file, by a name; null when there is none. Throws as `readIdentityFile`. */
export function readIdentityIn(file: string, name: string): Identity | null {
  if (!existsSync(file)) return null
  const stored = (parse(file) as Readonly<Record<string, unknown>>)[name]
  return stored === undefined ? null : open(file, stored)
}

function parse(file: string): unknown {
  if (!existsSync(file)) throw new Failure(`there is no signing key at ${file}; make one: lunas identity create`)
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new Failure(`${file} can be read by others than its owner; run: chmod 600 ${file}`)
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Failure(`${file} holds no signing key`)
  }
}

function open(file: string, stored: unknown): Identity {
  const { person, privateKey } = (stored ?? {}) as Partial<StoredIdentity>
  try {
    if (typeof person !== 'string' || typeof privateKey !== 'string') throw new Error('fields are missing')
    return openIdentity({ person, privateKey })
  } catch {
    throw new Failure(`${file} holds no signing key`)
  }
}
