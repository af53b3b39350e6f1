/** Whether a gateway tells of another account than the one that was frozen: compared by keyed fingerprint, never in clear. */
import type { PayoutFact } from '../domain/payout.ts'
import type { Vault } from './vault.ts'

/** What is kept of an account outside its sealed document. */
export interface SentTo {
  readonly institution: string
  /** The last digits, after a mark that says so. */
  readonly masked: string
  /** Hexadecimal. */
  readonly index: string
  readonly index_key: string
}

export function isOtherAccount(vault: Pick<Vault, 'accountIndexUnder'>, sentTo: SentTo, fact: PayoutFact): boolean {
  const seen = fact.kind === 'observed' ? fact.observation.account : null
  if (seen === null) return false
  if (seen.institution !== sentTo.institution) return true
  const index = seen.isWhole ? vault.accountIndexUnder(sentTo.index_key, seen.institution, seen.number) : undefined
  if (!index) return !agree(sentTo.masked, seen.number)
  return Buffer.from(index).toString('hex') !== sentTo.index
}

/** Two tails of one number agree in the digits that both show. */
function agree(masked: string, tail: string): boolean {
  const ours = masked.replace(/\D/g, '')
  const theirs = tail.replace(/\D/g, '')
  return ours.endsWith(theirs) || theirs.endsWith(ours)
}
