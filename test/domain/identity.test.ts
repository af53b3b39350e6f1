import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  disbursementKey,
  gatewayKey,
  gatewayReference,
  isGatewayReference,
  isParticipantRef,
  participantRef,
  participantWorkflowId,
  payoutKey,
  postingKey,
  recoveryWorkflowId,
  referenceStems,
} from '../../domain/identity.ts'

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()
const DISBURSEMENT = disbursementKey({
  programme: 'demo',
  payee: 'SV5S2RAKBARJ2',
  subject: 'SV5S2RAKBARJ2',
  tranche: 'incentive-1',
  sequence: 1,
})
const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

describe('keys are business identity', () => {
  it('a disbursement is named by programme, payee, subject, tranche and sequence', () => {
    expect(DISBURSEMENT).toBe('demo:SV5S2RAKBARJ2:SV5S2RAKBARJ2:incentive-1:1')
  })

  it('a payout is the n-th attempt of its disbursement', () => {
    expect(payoutKey(DISBURSEMENT, 2)).toBe(`${DISBURSEMENT}#2`)
  })

  it('workflows and postings have names of the same kind', () => {
    expect(participantWorkflowId('demo', 'A')).toBe('participant:demo:A')
    expect(recoveryWorkflowId('demo', 'A')).toBe('recovery:demo:A')
    expect(postingKey(payoutKey(DISBURSEMENT, 1), 'paid')).toBe(`${DISBURSEMENT}#1/paid`)
  })
})

describe('a participant’s reference', () => {
  it('has 13 characters that can be read aloud', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 9, maxLength: 16 }), (bytes) => {
        expect(isParticipantRef(participantRef(bytes))).toBe(true)
      }),
    )
  })

  it('differs for different random bytes', () => {
    expect(participantRef(new Uint8Array(9).fill(1))).not.toBe(participantRef(new Uint8Array(9).fill(2)))
  })

  it('is refused from too few random bytes', () => {
    expect(() => participantRef(new Uint8Array(8))).toThrow(RangeError)
  })

  it('is nothing with I, L, O or U', () => {
    for (const letter of 'ILOU') expect(isParticipantRef(letter.repeat(13))).toBe(false)
  })
})

describe('a gateway reference', () => {
  const reference = gatewayReference(DISBURSEMENT, 1, sha256)

  it('is a pure function of the disbursement and the attempt: a restored database gives it to nobody else', () => {
    expect(gatewayReference(DISBURSEMENT, 1, sha256)).toBe(reference)
    expect(reference).toMatch(/^[0-9A-Z]{16}$/)
    // Pinned: a change of this function would give people who were paid another reference.
    expect(reference).toMatchInlineSnapshot(`"PZV4EF0294EFV019"`)
  })

  it('keeps its first 13 characters over the attempts of one disbursement, so that people see they belong together', () => {
    const second = gatewayReference(DISBURSEMENT, 2, sha256)
    expect(second.slice(0, 13)).toBe(reference.slice(0, 13))
    expect(second.slice(13)).not.toBe(reference.slice(13))
  })

  it('has another salt after a collision, and that one is pure too', () => {
    const salted = gatewayReference(DISBURSEMENT, 1, sha256, 1)
    expect(salted.slice(0, 13)).not.toBe(reference.slice(0, 13))
    expect(gatewayReference(DISBURSEMENT, 1, sha256, 1)).toBe(salted)
    expect(isGatewayReference(salted)).toBe(true)
  })

  it('begins like every other attempt at its disbursement, with the first salts too', () => {
    const stems = referenceStems(DISBURSEMENT, sha256)
    for (const salt of [0, 1, 2, 3])
      expect(stems).toContain(gatewayReference(DISBURSEMENT, 7, sha256, salt).slice(0, 13))
  })

  it('has room for 1023 attempts and no more', () => {
    expect(isGatewayReference(gatewayReference(DISBURSEMENT, 1023, sha256))).toBe(true)
    expect(() => gatewayReference(DISBURSEMENT, 1024, sha256)).toThrow(RangeError)
    expect(() => gatewayReference(DISBURSEMENT, 0, sha256)).toThrow(RangeError)
  })

  it('is different for all attempts', () => {
    const all = Array.from({ length: 1023 }, (_, index) => gatewayReference(DISBURSEMENT, index + 1, sha256))
    expect(new Set(all).size).toBe(1023)
  })

  it('shows every single wrong character by its check character', () => {
    for (let place = 0; place < 16; place += 1) {
      for (const wrong of CHARACTERS) {
        if (wrong === reference.charAt(place)) continue
        expect(isGatewayReference(reference.slice(0, place) + wrong + reference.slice(place + 1))).toBe(false)
      }
    }
  })

  it('shows the swap of neighbours nearly always', () => {
    let swaps = 0
    let unseen = 0
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), fc.nat({ max: 14 }), (key, place) => {
        const text = gatewayReference(key, 1, sha256)
        const swapped = text.slice(0, place) + text.charAt(place + 1) + text.charAt(place) + text.slice(place + 2)
        if (swapped === text) return
        swaps += 1
        if (isGatewayReference(swapped)) unseen += 1
      }),
      { numRuns: 2000 },
    )
    expect(swaps).toBeGreaterThan(1000)
    expect(unseen / swaps).toBeLessThan(0.01)
  })

  it('is cut off by no bank unseen: shorter or longer is refused', () => {
    expect(isGatewayReference(reference.slice(0, 15))).toBe(false)
    expect(isGatewayReference(`${reference}0`)).toBe(false)
    expect(isGatewayReference(reference.toLowerCase())).toBe(false)
  })
})

describe('the key a payout is sent under', () => {
  it('is its own, and another one for each salt of its reference, which no other payout has', () => {
    const keys = [1, 2, 11].flatMap((n) => [0, 1, 2, 11].map((salt) => gatewayKey(payoutKey(DISBURSEMENT, n), salt)))
    expect(keys[0]).toBe(payoutKey(DISBURSEMENT, 1))
    expect(keys[1]).toBe(`${payoutKey(DISBURSEMENT, 1)}~1`)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
