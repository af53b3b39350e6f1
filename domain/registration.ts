/** The facts a person registers with, and what can be wrong with them beyond their shape. */
import { isRegion, parseNationalId, type NationalIdFault } from './national-id.ts'
import { parsePhone } from './phone.ts'
import type { Fault } from './problem.ts'
import { isLocalDate, yearsBetween } from './zone.ts'

/** What a person lives on. The second group serves the state and is not eligible for programmes modelled on Prakerja. */
export const OCCUPATIONS = [
  'job-seeker',
  'laid-off',
  'furloughed',
  'worker',
  'informal-worker',
  'small-business-owner',
  'homemaker',
  'state-official',
  'legislator',
  'civil-servant',
  'soldier',
  'police-officer',
  'village-head',
  'village-official',
  'state-company-director',
] as const
export type Occupation = (typeof OCCUPATIONS)[number]

/** Other aid: family hope (PKH), staple food (BPNT), wage subsidy (BSU), micro business aid (BPUM). */
export const AID = ['pkh', 'bpnt', 'bsu', 'bpum'] as const
export type Aid = (typeof AID)[number]

export const EDUCATION = ['none', 'in-formal-education'] as const
export type Education = (typeof EDUCATION)[number]

/** An account as a person names it, in clear. */
export interface AccountDetails {
  readonly kind: 'bank' | 'wallet'
  /** `ID.BNI`, `ID.GOPAY` */
  readonly institution: string
  /** Bank: digits, leading zeros kept. Wallet: a mobile number. */
  readonly number: string
  readonly holder: string
}

export interface Registration {
  readonly nationalId: string
  readonly familyCardNumber?: string
  readonly name: string
  /** Local date `YYYY-MM-DD` as on the identity card. */
  readonly birthDate: string
  /** ISO 3166-1 alpha-2. */
  readonly citizenship: string
  readonly occupation: Occupation
  readonly education: Education
  readonly aid: readonly Aid[]
  /** The person signed the statement that all this is true; recovery of wrongly paid money rests on it. */
  readonly declared: boolean
  readonly phone: string
  readonly email?: string
  /** Where the person lives: province 2 digits and regency 2 digits. */
  readonly region: string
  readonly returnedMigrant: boolean
  readonly account?: AccountDetails
}

/** A `warning` is kept and shown to people who decide; it refuses nobody. */
export interface RegistrationFault extends Fault {
  readonly severity: 'refusal' | 'warning'
}

const OLDEST_YEARS = 120
const NAME_MAX = 100
/** Letters of any script with the marks of real names: Moh., Ma'ruf, Siti Nur-Aini, R.A. Kartini, S.Pd. */
const NAME = /^[\p{L}\p{M}][\p{L}\p{M}\s.,'’`/-]*$/u
const EMAIL = /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/
const INSTITUTION = /^[A-Z]{2}\.[A-Z0-9]{2,20}$/
const BANK_NUMBER = /^[0-9]{5,20}$/

const NATIONAL_ID_DETAIL: Readonly<Record<NationalIdFault, string>> = {
  'not-16-digits': 'a national id (NIK) has exactly 16 digits',
  'unknown-province': 'digits 1 to 2 are not a province code',
  'no-regency': 'digits 3 to 4 are not a regency code',
  'no-district': 'digits 5 to 6 are not a district code',
  'no-birth-date': 'digits 7 to 12 are not a date (DDMMYY, women day + 40)',
  'no-serial': 'the last four digits are never 0000',
}

/**
 * Every semantic fault of a registration whose shape is already right, with JSON pointers. Details never repeat the value.
 * `today` is the local date in the programme's zone.
 */
export function checkRegistration(input: Registration, today: string): RegistrationFault[] {
  return [
    ...nationalIdFaults(input),
    ...familyCardFaults(input),
    ...nameFaults('/name', input.name),
    ...birthDateFaults(input, today),
    ...contactFaults(input),
    ...(isRegion(input.region)
      ? []
      : [refusal('/region', 'not a region code: province 2 digits and regency 2 digits')]),
    ...(input.account === undefined ? [] : accountFaults(input.account, '/account', input.phone)),
  ]
}

/** Every semantic fault of an account; `phone` is the person's own, because programmes pay wallets of that number only. */
export function accountFaults(account: AccountDetails, pointer: string, phone: string): RegistrationFault[] {
  const faults = nameFaults(`${pointer}/holder`, account.holder)
  if (!INSTITUTION.test(account.institution))
    faults.push(refusal(`${pointer}/institution`, 'not an institution code such as ID.BNI'))
  if (account.kind === 'bank') {
    if (!BANK_NUMBER.test(compactNumber(account.number)))
      faults.push(refusal(`${pointer}/number`, 'a bank account number has 5 to 20 digits'))
    return faults
  }
  const wallet = parsePhone(account.number)
  const own = parsePhone(phone)
  if (!wallet.ok) faults.push(refusal(`${pointer}/number`, wallet.problem))
  else if (own.ok && own.e164 !== wallet.e164)
    faults.push(warning(`${pointer}/number`, 'the wallet is not of the registered phone number'))
  return faults
}

/** One spelling for one fact, so that searches and blind indexes find it: call it once no fault is a refusal. */
export function normaliseRegistration(input: Registration): Registration {
  return {
    ...input,
    name: compactName(input.name),
    phone: normalisePhone(input.phone),
    ...(input.email === undefined ? {} : { email: input.email.trim().toLowerCase() }),
    ...(input.account === undefined ? {} : { account: normaliseAccount(input.account) }),
  }
}

/** One spelling for one account: bank numbers without blanks and hyphens, wallets in E.164. */
export function normaliseAccount(account: AccountDetails): AccountDetails {
  const number = account.kind === 'bank' ? compactNumber(account.number) : normalisePhone(account.number)
  return { ...account, number, holder: compactName(account.holder) }
}

function nationalIdFaults(input: Registration): RegistrationFault[] {
  const parsed = parseNationalId(input.nationalId)
  if (!parsed.ok) return parsed.faults.map((fault) => refusal('/nationalId', NATIONAL_ID_DETAIL[fault]))
  // Corrections in the population register leave the number as it was, so a difference proves nothing.
  if (!isLocalDate(input.birthDate) || parsed.nationalId.birthDates.includes(input.birthDate)) return []
  return [warning('/birthDate', 'differs from the date in the national id')]
}

function familyCardFaults(input: Registration): RegistrationFault[] {
  const number = input.familyCardNumber
  if (number === undefined) return []
  if (!/^[0-9]{16}$/.test(number))
    return [refusal('/familyCardNumber', 'a family card number (KK) has exactly 16 digits')]
  return number === input.nationalId
    ? [refusal('/familyCardNumber', 'this is the national id, not the family card number')]
    : []
}

function nameFaults(pointer: string, name: string): RegistrationFault[] {
  const bare = compactName(name)
  if (bare.length === 0) return [refusal(pointer, 'a name is missing')]
  if (bare.length > NAME_MAX) return [refusal(pointer, `a name has at most ${NAME_MAX} characters`)]
  return NAME.test(bare) ? [] : [refusal(pointer, "a name has letters, blanks and . , ' - / only")]
}

function birthDateFaults(input: Registration, today: string): RegistrationFault[] {
  if (!isLocalDate(input.birthDate)) return [refusal('/birthDate', 'not a date that exists (YYYY-MM-DD)')]
  if (input.birthDate > today) return [refusal('/birthDate', 'is in the future')]
  return yearsBetween(input.birthDate, today) > OLDEST_YEARS
    ? [refusal('/birthDate', 'is more than 120 years ago')]
    : []
}

function contactFaults(input: Registration): RegistrationFault[] {
  const phone = parsePhone(input.phone)
  return [
    ...(phone.ok ? [] : [refusal('/phone', phone.problem)]),
    ...(input.email === undefined || EMAIL.test(input.email.trim())
      ? []
      : [refusal('/email', 'not an e-mail address')]),
  ]
}

function refusal(pointer: string, detail: string): RegistrationFault {
  return { pointer, detail, severity: 'refusal' }
}

function warning(pointer: string, detail: string): RegistrationFault {
  return { pointer, detail, severity: 'warning' }
}

function compactName(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/gu, ' ')
}

function compactNumber(number: string): string {
  return number.replace(/[\s-]/g, '')
}

function normalisePhone(text: string): string {
  const parsed = parsePhone(text)
  return parsed.ok ? parsed.e164 : text
}
