/** Keys and references, recomputed from who is paid what: none of it is read from where it is stored. */
import { createHmac } from 'node:crypto'
import { sha256 } from './signature.ts'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHECKED = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** One obligation: programme, payee, subject, tranche and how often it is owed. */
export function obligationKey(programme: string, ref: string, tranche: string): string {
  return `${programme}:${ref}:${ref}:${tranche}:1`
}

/** What the gateway knows an attempt by: 65 bits of a hash, the attempt in two places, one to check. */
export function referenceOf(obligation: string, attempt: number, salt: number): string {
  const hash = sha256(salt > 0 ? `${obligation}~${salt}` : obligation)
  // The last 65 of the first 72 bits.
  let bits = BigInt(`0x${hash.subarray(0, 9).toString('hex')}`) & ((1n << 65n) - 1n)
  const digits: string[] = []
  for (let place = 0; place < 13; place += 1) {
    digits.unshift(DIGITS[Number(bits % 32n)] ?? '')
    bits /= 32n
  }
  const body = `${digits.join('')}${DIGITS[attempt >> 5] ?? ''}${DIGITS[attempt & 31] ?? ''}`
  return body + checkOf(body)
}

/** ISO/IEC 7064 MOD 37,36. */
function checkOf(body: string): string {
  let rest = 36
  for (const digit of body) {
    rest = (rest + CHECKED.indexOf(digit)) % 36 || 36
    rest = (rest * 2) % 37
  }
  return CHECKED[(37 - rest) % 36] ?? ''
}

/** Keys of the account fingerprint by their id; who audits without them compares institution and last digits. */
export type AccountKeys = ReadonlyMap<string, Uint8Array>

/** The fingerprint of an account under one key. */
export function fingerprintOf(key: Uint8Array, institution: string, account: string): Buffer {
  return createHmac('sha256', key).update(`account:${institution}:${account}`).digest()
}
