/** Public keys that prove nothing. */
import { describe, expect, it } from 'vitest'
import { possessionText } from '../../domain/signing.ts'
import { isSignedWith, requirePossession } from '../../store/signing-keys.ts'

describe('a signing key', () => {
  /** Little-endian points of order 1, 2, 4 and 8, and other spellings of the first two. */
  const WEAK = [
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(30)}7f`,
    '00'.repeat(32),
    `${'00'.repeat(31)}80`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    `ee${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
  ]

  it.each(WEAK)('%s is nobody’s: everybody could sign with it', (hex) => {
    const publicKey = Buffer.from(hex, 'hex').toString('base64')
    // R is the point of order 1, S is 0.
    const signature = Buffer.from(`01${'00'.repeat(63)}`, 'hex')
    const person = Array.from({ length: 64 }, (_, n) => `weak-${n}`).find((name) =>
      isSignedWith(Buffer.from(hex, 'hex'), possessionText(name, publicKey), signature),
    )
    const key = { person: person ?? 'weak', publicKey, possession: signature.toString('base64') }
    expect(() => requirePossession(key)).toThrow('the possession of this key is not proved')
    if (hex.startsWith('01')) expect(person).toBeDefined()
  })
})
