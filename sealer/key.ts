/** The sealer's own Ed25519 key: a file that only its owner can read, and the public half that verifiers are given. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'

export interface SealKey {
  /** `id` of its public half. */
  readonly id: string
  /** The public half: 32 bytes in base64, for LUNAS_SEAL_PUBLIC_KEYS. */
  readonly publicKey: string
  /** Made for development on one machine. */
  readonly isDevelopment: boolean
  sign(text: string): Uint8Array
}

/** Public keys by their id: what verifiers trust. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>

/** The DER of an Ed25519 public key, up to its 32 bytes. */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const PEM_START = '-----BEGIN PRIVATE KEY-----'

/** Makes a key file. A mark, written above the key, says what it was made for. Throws when the file exists: a key in use is never replaced. */
export function makeSealKey(file: string, mark = ''): SealKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  writeFileSync(file, `${mark === '' ? '' : `${mark}\n`}${pem}`, { mode: 0o600, flag: 'wx' })
  return keyOf(privateKey, mark !== '')
}

/** Reads a key file. Throws an Error fit for a person when it is none, or when others than its owner may read it. */
export function readSealKey(file: string): SealKey {
  const { mode } = statSync(file)
  if ((mode & 0o077) !== 0) throw new Error(`${file} can be read by others than its owner; run: chmod 600 ${file}`)
  const text = readFileSync(file, 'utf8')
  const start = text.indexOf(PEM_START)
  const key = start < 0 ? undefined : parsePrivate(text.slice(start))
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`${file} holds no Ed25519 private key in PEM`)
  return keyOf(key, start > 0)
}

function parsePrivate(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

function keyOf(key: KeyObject, isDevelopment: boolean): SealKey {
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length)
  return {
    id: idOf(raw),
    publicKey: raw.toString('base64'),
    isDevelopment,
    sign: (text) => sign(null, Buffer.from(text), key),
  }
}

/** The first 8 bytes of the hash of a public key. */
function idOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, 16)
}

/** Public keys in base64, as LUNAS_SEAL_PUBLIC_KEYS lists them. Throws an Error fit for a person. */
export function trustedKeys(publicKeys: readonly string[]): TrustedKeys {
  return new Map(
    publicKeys.map((text) => {
      const raw = Buffer.from(text, 'base64')
      if (raw.length !== 32) throw new Error(`${text} is no Ed25519 public key: 32 bytes in base64`)
      const key = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, raw]), format: 'der', type: 'spki' })
      return [idOf(raw), key]
    }),
  )
}

export function isSignedBy(key: KeyObject, text: string, signature: Uint8Array): boolean {
  return verify(null, Buffer.from(text), key, signature)
}
