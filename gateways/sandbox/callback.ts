/** Standard Webhooks 1.0: `v1` signatures over the raw bytes of a callback. */
import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { CALLBACK_BYTES_MAX } from '../../domain/observation.ts'
import type { CallbackResult, InboundCallback } from '../gateway.ts'
import { parseJson } from '../http.ts'
import { callbackCredential } from './credentials.ts'
import { toObservation } from './translate.ts'
import { readEvent } from './wire.ts'

const SIGNATURES_MAX = 10
const EVENT_ID = /^[A-Za-z0-9_-]{1,128}$/
const TIMESTAMP = /^[1-9]\d{0,11}$/

/** Reads one callback after another; several secrets are accepted while one replaces the other. Throws on a malformed secret. */
export function callbackReader(
  secrets: readonly string[],
  toleranceMs: number,
): (callback: InboundCallback) => CallbackResult {
  const verifiers = secrets.map((secret) => ({ ...callbackCredential(secret), webhook: openSecret(secret) }))
  return (callback) => {
    const eventId = callback.headers['webhook-id'] ?? ''
    const timestamp = callback.headers['webhook-timestamp'] ?? ''
    if (callback.body.length > CALLBACK_BYTES_MAX) return { kind: 'rejected', reason: 'malformed' }
    if (!EVENT_ID.test(eventId) || !TIMESTAMP.test(timestamp)) return { kind: 'rejected', reason: 'unauthentic' }

    const sentAtMs = Number(timestamp) * 1000
    const signatures = callback.headers['webhook-signature'] ?? ''
    const body = asText(callback.body)
    if (body === undefined) return { kind: 'rejected', reason: 'unauthentic' }
    const [signedBy, ...besides] = verifiers
      .filter(({ webhook }) => matches(signatures, webhook.sign(eventId, new Date(sentAtMs), body)))
      .map(({ fingerprint }) => fingerprint)
    if (signedBy === undefined) return { kind: 'rejected', reason: 'unauthentic' }

    const payout = readEvent(parseJson(callback.body))
    if (!payout) return { kind: 'rejected', reason: 'malformed' }
    const trusted = Math.abs(callback.receivedAtMs - sentAtMs) <= toleranceMs
    const { reference } = payout
    const observation = toObservation(payout)
    return { kind: 'event', eventId, reference, observation, trusted, credentials: [signedBy, ...besides] }
  }
}

function openSecret(secret: string): Webhook {
  // Standard Webhooks: 24 to 64 random bytes. The value is never put into the message.
  const bytes = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)
    ? Buffer.from(secret.slice('whsec_'.length), 'base64').length
    : 0
  if (bytes < 24 || bytes > 64) throw new Error('a callback secret must be whsec_ and 24 to 64 bytes in base64')
  return new Webhook(secret)
}

/** The signature covers text; bytes that are not UTF-8 would be replaced before hashing, so two bodies could share one. */
function asText(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

/** True when one of the space-separated signatures is the expected one. Constant time in their content. */
function matches(signatures: string, expected: string): boolean {
  const wanted = Buffer.from(expected)
  let found = false
  for (const signature of signatures.split(' ', SIGNATURES_MAX)) {
    const given = Buffer.from(signature)
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) found = true
  }
  return found
}
