/**
 * What a gateway knows us by when we send, and what we know it by when it calls. Of either only a fingerprint leaves its adapter: people agree
 * to fingerprints, and nothing is sent or believed by a credential that is not in force. Pure.
 */
import type { Failure } from './observation.ts'
import type { Sha256 } from './signing.ts'
import { CREDENTIAL_NOT_IN_FORCE } from './standing.ts'

export const CREDENTIAL_PURPOSES = ['send', 'callback'] as const
/** `send`: where money is asked to go, and with which key. `callback`: one secret by which a callback is believed. */
export type CredentialPurpose = (typeof CREDENTIAL_PURPOSES)[number]

export interface Credential {
  /** The gateway's code. */
  readonly gateway: string
  readonly purpose: CredentialPurpose
  /** 64 digits of lower-case hexadecimal. */
  readonly fingerprint: string
}

export const FINGERPRINT_PATTERN = '^[0-9a-f]{64}$'

/** What stands for an answer where nobody was asked, for want of a credential in force. */
export const NOT_ASKED: Failure = { class: 'config', code: CREDENTIAL_NOT_IN_FORCE, vendorCode: '' }

/** Nobody was asked for want of a credential in force: it says nothing of the gateway, and is kept nowhere as its answer. */
export function wasNotAsked(answer: { readonly kind: string; readonly failure?: Failure }): boolean {
  return answer.kind === 'unavailable' && answer.failure?.code === NOT_ASKED.code
}

/**
 * The credential made of these parts. Whoever reads a fingerprint can try guesses against it: a part that is secret must be random, 128
 * bits of it or more, never a password that somebody chose.
 */
export function credentialOf(
  gateway: string,
  purpose: CredentialPurpose,
  parts: readonly string[],
  sha256: Sha256,
): Credential {
  // As JSON no two lists of parts have one text; the first line keeps it apart from whatever else is hashed anywhere.
  const digest = sha256(`lunas-gateway-credential 1\n${JSON.stringify([gateway, purpose, ...parts])}`)
  const fingerprint = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { gateway, purpose, fingerprint }
}
