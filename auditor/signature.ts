/** Hashes and signatures, made anew: what was signed is recomputed from what is stored, and held against the public keys. */
import { createHash, createPublicKey, verify } from 'node:crypto'

export function sha256(of: string | Uint8Array): Buffer {
  return createHash('sha256').update(of).digest()
}

/** The one text of a JSON value: fields in the order of their UTF-16 code units, no blanks. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** Whether an Ed25519 public key of 32 bytes signed a text. */
export function isSigned(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey])
    return verify(null, Buffer.from(text), createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
  } catch {
    return false
  }
}

/** The five lines a person signs. `expiry` is in UTC with milliseconds. */
export function approvalText(act: string, hash: string, decision: string, expiry: string): string {
  return ['lunas-approval 1', act, hash, decision, expiry].join('\n')
}

/** The three lines by which a public key was registered. */
export function possessionText(person: string, publicKey: Uint8Array): string {
  return ['lunas-signing-key 1', person, Buffer.from(publicKey).toString('base64')].join('\n')
}

/** A public key whose anchors count. */
export interface TrustedKey {
  readonly id: string
  readonly publicKey: Uint8Array
}

/** From base64, as LUNAS_SEAL_PUBLIC_KEYS lists them. Throws an Error fit for a person. */
export function trustedKey(text: string): TrustedKey {
  const publicKey = Buffer.from(text, 'base64')
  if (publicKey.length !== 32) throw new Error(`${text} is no Ed25519 public key: 32 bytes in base64`)
  return { id: sha256(publicKey).toString('hex').slice(0, 16), publicKey }
}
