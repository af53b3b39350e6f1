/** The part of the contract that is about what a gateway knows us by, and we know it by. */
import { expect, test } from 'vitest'
import { FINGERPRINT_PATTERN, type CredentialPurpose } from '../../domain/credential.ts'
import type { World } from './world.ts'

/** The fingerprints of one purpose that an adapter tells. */
export function credentialsFor({ gateway }: World, purpose: CredentialPurpose): string[] {
  return gateway.credentials.filter((one) => one.purpose === purpose).map(({ fingerprint }) => fingerprint)
}

export function credentialTests(given: () => World): void {
  test('it sends with one credential, and tells its own by fingerprints that are all different', () => {
    const { gateway } = given()
    expect(credentialsFor(given(), 'send')).toHaveLength(1)
    const fingerprints = gateway.credentials.map(({ fingerprint }) => fingerprint)
    expect(new Set(fingerprints).size).toBe(fingerprints.length)
    for (const fingerprint of fingerprints) expect(fingerprint).toMatch(new RegExp(FINGERPRINT_PATTERN))
    for (const one of gateway.credentials) expect(one.gateway).toBe(gateway.code)
  })

  test('whoever is called is believed by a credential that is told, where callbacks prove anything', () => {
    const { callback } = given().gateway.capabilities
    expect(credentialsFor(given(), 'callback').length > 0).toBe(callback !== 'none')
  })

  test('no secret is in them, nor a part of one', () => {
    const told = JSON.stringify(given().gateway.credentials)
    for (const secret of given().secrets) {
      expect(told).not.toContain(secret)
      expect(told).not.toContain(secret.slice(-8))
    }
  })

  test('another place to send to is another credential, and leaves those of callbacks as they are', () => {
    const elsewhere = given().gatewayAt('https://elsewhere.example')
    const of = (purpose: CredentialPurpose) => elsewhere.credentials.filter((one) => one.purpose === purpose)
    expect(of('send').map(({ fingerprint }) => fingerprint)).not.toEqual(credentialsFor(given(), 'send'))
    expect(of('callback').map(({ fingerprint }) => fingerprint)).toEqual(credentialsFor(given(), 'callback'))
  })
}
