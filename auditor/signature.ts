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
  if (publicKey.length !== 32 || signature.length !== 64 || isAnybodys(publicKey)) return false
  try {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey])
    return verify(null, Buffer.from(text), createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
  } catch {
    return false
  }
}

/** The field of Curve25519, and the d of the curve -x² + y² = 1 + dx²y². */
const P = 2n ** 255n - 19n
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n

/**
 * Whether anybody can sign for a public key: doubled three times its point is the neutral one, so that what is signed falls out of the
 * equation; or it is not the one spelling of its point. Of a point only y is needed, as the fraction n/m.
 */
export function isAnybodys(publicKey: Uint8Array): boolean {
  const y = BigInt(`0x${Buffer.from(publicKey).reverse().toString('hex')}`) & ((1n << 255n) - 1n)
  if (y >= P) return true
  let [n, m] = [y, 1n]
  for (let times = 0; times < 3; times += 1) {
    const [n2, m2] = [(n * n) % P, (m * m) % P]
    const [u, v] = [n2 - m2, (D * n2 + m2) % P]
    ;[n, m] = [(n2 * v + u * m2) % P, (v * m2 - D * ((u * n2) % P)) % P]
  }
  return (n - m) % P === 0n
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
  if (isAnybodys(publicKey)) throw new Error(`${text} is nobody's public key: everybody can sign for it`)
  return { id: sha256(publicKey).toString('hex').slice(0, 16), publicKey }
}
