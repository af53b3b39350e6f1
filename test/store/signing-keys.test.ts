/** Public keys that prove nothing: refused where they are registered, and told by the auditor, who works it out in a way of its own. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isAnybodys, isSigned, trustedKey } from '../../auditor/signature.ts'
import { makeIdentity, openIdentity } from '../../client/identity.ts'
import { Problem } from '../../domain/problem.ts'
import { possessionText } from '../../domain/signing.ts'
import { isSignedWith, requirePossession } from '../../store/signing-keys.ts'
import { anybodysSignature, SMALL_ORDER } from '../support/weak-keys.ts'

describe('a point of small order', () => {
  it.each(SMALL_ORDER)('%s is nobody’s public key: everybody could sign for it', (hex) => {
    const raw = Buffer.from(hex, 'hex')
    const publicKey = raw.toString('base64')
    for (const person of ['sari', 'budi', 'citra', 'dewi', 'eko', 'fitri', 'gita', 'hadi']) {
      const text = possessionText(person, publicKey)
      expect(isSignedWith(raw, text, anybodysSignature())).toBe(false)
      expect(isSigned(raw, text, anybodysSignature())).toBe(false)
    }
    const possession = anybodysSignature().toString('base64')
    const register = (): void => requirePossession({ person: 'sari', publicKey, possession })
    expect(register).toThrow(Problem)
    expect(register).toThrow('this public key is nobody’s: everybody could sign for it')
    expect(isAnybodys(raw)).toBe(true)
    expect(() => trustedKey(publicKey)).toThrow('nobody')
  })

  it('of order 1 has the library itself accept one signature for every text', () => {
    const x = Buffer.from(SMALL_ORDER[4] ?? '', 'hex').toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    expect(verify(null, Buffer.from('whatever is signed'), key, anybodysSignature())).toBe(true)
  })
})

it('a person’s own key is somebody’s', () => {
  for (let n = 0; n < 50; n += 1) {
    const { publicKey } = generateKeyPairSync('ed25519')
    expect(isAnybodys(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))).toBe(false)
  }
  const identity = openIdentity(makeIdentity('sari'))
  expect(() => requirePossession({ person: 'sari', ...identity.registration() })).not.toThrow()
  expect(() => requirePossession({ person: 'budi', ...identity.registration() })).toThrow('is not proved as budi')
})
