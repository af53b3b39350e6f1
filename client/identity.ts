/** One person's signing key, and the bodies of requests signed with it. The private half never leaves the machine it is on. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { contentHash, possessionText, signedText, type SignedDecision } from '../domain/signing.ts'
import type { components } from './schema.ts'

type NewProposal = components['schemas']['NewProposal']
type NewApproval = components['schemas']['NewApproval']

/** As it is kept: whose it is, and the private half in PEM. */
export interface StoredIdentity {
  readonly person: string
  readonly privateKey: string
}

export interface Identity {
  readonly person: string
  /** 32 bytes in base64. */
  readonly publicKey: string
  /** What registers it: the public half, and the proof that whoever registers it holds the other. */
  registration(): { publicKey: string; possession: string }
  /** In base64. */
  sign(text: string): string
}

/** Makes a new Ed25519 pair for a person. */
export function makeIdentity(person: string): StoredIdentity {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { person, privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }
}

/** Throws an Error when it holds no Ed25519 private key. */
export function openIdentity({ person, privateKey: pem }: StoredIdentity): Identity {
  const privateKey = createPrivateKey(pem)
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('it holds no Ed25519 private key')
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const publicKey = Buffer.from(x, 'base64url').toString('base64')
  const signText = (text: string): string => sign(null, Buffer.from(text), privateKey).toString('base64')
  return {
    person,
    publicKey,
    registration: () => ({ publicKey, possession: signText(possessionText(person, publicKey)) }),
    sign: signText,
  }
}

export interface Proposing extends Pick<NewProposal, 'act' | 'content' | 'reason' | 'evidence' | 'personal'> {
  readonly expiresAtMs: number
}

/** The body that puts an act forward. */
export function signedProposal(identity: Identity, { expiresAtMs, ...act }: Proposing): NewProposal {
  const hash = hashOf(act.content)
  const signature = identity.sign(signedText({ act: act.act, hash, decision: 'propose', expiresAtMs }))
  return { ...act, expiresAt: new Date(expiresAtMs).toISOString(), signature }
}

export interface Seen {
  readonly act: string
  readonly content: unknown
  /** As the API says it: compared with that of the content. */
  readonly hash: string
  readonly expiresAt: string
}

/** The body that decides on a proposal as it was seen. Throws an Error when its hash is not that of its content. */
export function signedApproval(
  identity: Identity,
  seen: Seen,
  decision: Exclude<SignedDecision, 'propose'>,
  reason?: string,
): NewApproval {
  const hash = hashOf(seen.content)
  if (hash !== seen.hash)
    throw new Error('the hash is not that of the content: what is shown is not what would be done')
  const signature = identity.sign(
    signedText({ act: seen.act, hash, decision, expiresAtMs: Date.parse(seen.expiresAt) }),
  )
  return { decision, hash, signature, ...(reason === undefined ? {} : { reason }) }
}

/** SHA-256 of the canonical JSON, in hexadecimal. */
export function hashOf(content: unknown): string {
  return contentHash(content, (text) => createHash('sha256').update(text).digest())
}
