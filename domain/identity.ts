/**
 * Every derived identity and key, each a pure function of business identity, so that a restart, a reset or a restored
 * database derives the same one again. Nobody concatenates ids by hand.
 */

/** SHA-256 or stronger, passed in: this room knows no packages. */
export type Hash = (text: string) => Uint8Array

/** Crockford's base 32: no I, L, O, U, so that people can read references aloud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** What randomUUID makes, in the one spelling we write. */
export const UUID_PATTERN = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
const REF = /^[0-9A-HJKMNP-TV-Z]{13}$/

/** Attempts have two characters of a reference. */
export const LAST_ATTEMPT = ALPHABET.length ** 2 - 1

/** An opaque participant reference from at least 9 random bytes (65 bits used). Throws on fewer. */
export function participantRef(random: Uint8Array): string {
  return base32(random, 13)
}

export function isParticipantRef(text: string): boolean {
  return REF.test(text)
}

export function participantWorkflowId(programme: string, ref: string): string {
  return `participant:${programme}:${ref}`
}

export function recoveryWorkflowId(programme: string, ref: string): string {
  return `recovery:${programme}:${ref}`
}

/** The workflow of a payout run, by the run's key: `{programme}:{id}`. */
export function payoutRunWorkflowId(run: string): string {
  return `payout-run:${run}`
}

/** The schedule by which a programme's runs are collected, and the beginning of the name of its rounds. */
export function payoutRunsId(programme: string): string {
  return `payout-runs:${programme}`
}

/** The run that holds one day of a gateway against our books. */
export function reconcileWorkflowId(gateway: string, day: string): string {
  return `reconcile:${gateway}:${day}`
}

/** The schedule of a gateway's reconciliation, and the beginning of the name of its rounds. */
export function reconciliationId(gateway: string): string {
  return `reconciliation:${gateway}`
}

export interface DisbursementIdentity {
  readonly programme: string
  /** Who is paid. */
  readonly payee: string
  /** The participant or enrolment it is for. */
  readonly subject: string
  readonly tranche: string
  /** 1 unless the programme owes the same tranche to the same subject again. */
  readonly sequence: number
}

/** `{programme}:{payee}:{subject}:{tranche}:{sequence}`: one obligation, for ever. */
export function disbursementKey(of: DisbursementIdentity): string {
  return [of.programme, of.payee, of.subject, of.tranche, String(of.sequence)].join(':')
}

/** `{disbursement}#{n}`: the n-th attempt to deliver it; n rises only after a definitive rejection. */
export function payoutKey(disbursement: string, n: number): string {
  return `${disbursement}#${n}`
}

/**
 * The idempotency key a payout is sent under. One whose reference has a salt goes under another key as well: the plain one may have been used with
 * other bytes, in a time that the database has forgotten, and the gateway would refuse these for ever. Written with
 * the claim, so that each send of it has the same, also where it was claimed by a version that sent under another one.
 */
export function gatewayKey(payout: string, salt: number): string {
  return salt === 0 ? payout : `${payout}~${salt}`
}

/**
 * What the gateway knows a payout by: 13 characters of the hash of the disbursement key, 2 for the attempt, 1 check character.
 * Never a sequence or a uuid, so that a restored database cannot give one person's reference to another. `salt` is 0 but for
 * the about 1 in 13,000 (over 75 million payouts) that the unique index refuses; those count up until it accepts.
 */
export function gatewayReference(disbursement: string, n: number, hash: Hash, salt = 0): string {
  if (n < 1 || n > LAST_ATTEMPT) throw new RangeError(`attempt ${n} has no reference`)
  const stem = stemOf(disbursement, hash, salt)
  const attempt = ALPHABET.charAt(Math.floor(n / 32)) + ALPHABET.charAt(n % 32)
  return stem + attempt + checkCharacter(stem + attempt)
}

/** More than any disbursement has needed: by collision, or where a debit under a reference of its own was another payment. */
const SALTS = [0, 1, 2, 3]

/** What the references of all attempts at a disbursement begin with: those without a salt, and those with the first ones. 13 characters each. */
export function referenceStems(disbursement: string, hash: Hash): readonly string[] {
  return SALTS.map((salt) => stemOf(disbursement, hash, salt))
}

function stemOf(disbursement: string, hash: Hash, salt: number): string {
  return base32(hash(salt === 0 ? disbursement : `${disbursement}~${salt}`), 13)
}

/** True when a reference is well formed and its check character is right: catches typing and cut-off files. */
export function isGatewayReference(text: string): boolean {
  return /^[0-9A-Z]{16}$/.test(text) && checkCharacter(text.slice(0, 15)) === text.charAt(15)
}

/** Ledger events carry keys too, so that posting one twice is impossible. */
export function postingKey(subject: string, event: string): string {
  return `${subject}/${event}`
}

function base32(bytes: Uint8Array, length: number): string {
  if (bytes.length * 8 < length * 5) throw new RangeError('not enough bytes for an identity')
  let value = 0n
  for (const byte of bytes.subarray(0, Math.ceil((length * 5) / 8))) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let place = 0; place < length; place += 1) {
    text = ALPHABET.charAt(Number(value & 31n)) + text
    value >>= 5n
  }
  return text
}

/** ISO/IEC 7064 MOD 37,36 over 0-9A-Z: finds every single wrong character and nearly every swap of neighbours. */
function checkCharacter(text: string): string {
  const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  let product = 36
  for (const character of text) {
    const sum = (product + characters.indexOf(character)) % 36
    product = ((sum === 0 ? 36 : sum) * 2) % 37
  }
  return characters.charAt((37 - product) % 36)
}
