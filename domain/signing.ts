/**
 * What people sign, pure: one text for one content, and the few lines a signature stands under. `docs/approvals.md` says the same
 * for those who write a signer or a verifier of their own.
 */
export type Sha256 = (text: string) => Uint8Array

/**
 * One text for one value: fields sorted by code unit, no blanks. Two values have the same content exactly when these texts are
 * equal, whatever a database did to the order of their fields. For values made of JSON only.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, content]) => content !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([field, content]) => `${JSON.stringify(field)}:${canonicalJson(content)}`).join(',')}}`
}

/** The hash of a proposal's content, in hexadecimal. */
export function contentHash(content: unknown, sha256: Sha256): string {
  return Array.from(sha256(canonicalJson(content)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What a signature says: that the person proposes, or how the person decides. */
export type SignedDecision = 'propose' | 'approve' | 'reject' | 'release'

export interface Signed {
  readonly act: string
  /** Of the content, in hexadecimal. */
  readonly hash: string
  readonly decision: SignedDecision
  /** When the proposal ends. Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

/** The very text a person signs. */
export function signedText({ act, hash, decision, expiresAtMs }: Signed): string {
  return ['lunas-approval 1', act, hash, decision, new Date(expiresAtMs).toISOString()].join('\n')
}

/** The text by which whoever registers a public key proves to hold its private half, as this person. `publicKey` is base64. */
export function possessionText(person: string, publicKey: string): string {
  return ['lunas-signing-key 1', person, publicKey].join('\n')
}
