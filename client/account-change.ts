/** An account of another person, changed by the act `account-change`: what others see and sign, and what is sealed beside it. */
import { createHash, randomBytes } from 'node:crypto'
import { normaliseAccount, type AccountDetails } from '../domain/registration.ts'
import { contentHash } from '../domain/signing.ts'

export interface AccountChange {
  readonly content: Readonly<Record<string, string>>
  readonly personal: { readonly account: AccountDetails; readonly salt: string }
}

/** The content names the account by a salted hash, so that what is signed is bound to a number that nobody who decides can read. */
export function accountChange(
  of: { readonly programme: string; readonly ref: string },
  given: AccountDetails,
): AccountChange {
  const account = normaliseAccount(given)
  const salt = randomBytes(32).toString('hex')
  const commitment = contentHash({ account, salt }, (text) => createHash('sha256').update(text).digest())
  const { kind, institution, number } = account
  return {
    content: { ...of, kind, institution, masked: `••${number.slice(-4)}`, commitment },
    personal: { account, salt },
  }
}
