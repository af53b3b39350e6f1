/**
 * Writes `examples/peserta.csv`: `node --import tsx examples/make-peserta.ts`. The same file every time.
 *
 * Nobody is meant: the district of every national id is one that does not exist (91 to 99), phone numbers have a block of
 * zeros, bank accounts begin with 00. Accounts that begin with 99, and phones with +6289900, are the sandbox's scenarios.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PEOPLE, type Invented } from './people.ts'

export const COLUMNS = [
  'scenario',
  'nationalId',
  'name',
  'birthDate',
  'phone',
  'occupation',
  'education',
  'aid',
  'declared',
  'region',
  'returnedMigrant',
  'accountKind',
  'institution',
  'accountNumber',
  'accountHolder',
  'repairAccountKind',
  'repairInstitution',
  'repairAccountNumber',
] as const
export type Row = Readonly<Record<(typeof COLUMNS)[number], string>>

/** What the demo driver makes of a person; everybody else is a `success`. In this order they are spread over the file. */
const TROUBLES = [
  'temporary',
  'wrong-account',
  'no-answer',
  'wallet-not-upgraded',
  'bad-gateway',
  'returned',
  'refused',
  'never-bought',
  'survey-missed',
  'float-short',
  'held',
  'withdrawn',
  'undocumented',
  'temporary',
  'wrong-account',
  'no-answer',
  'wallet-not-upgraded',
  'bad-gateway',
  'returned',
  'refused',
  'never-bought',
  'survey-missed',
  'float-short',
  'held',
  'withdrawn',
  'temporary',
  'wrong-account',
  'no-answer',
  'refused',
  'never-bought',
] as const
export type Scenario = (typeof TROUBLES)[number] | 'success'

/**
 * How the sandbox's accounts of a scenario begin. 99202: succeeds on the second attempt; 99108: the account check passes and the
 * payout fails; 99409: no answer and no callback either, so that only asking tells. The 1 keeps an 8, which would say so too, away from the others.
 */
const ACCOUNT_PREFIX: Partial<Record<Scenario, string>> = {
  temporary: '99202',
  'wrong-account': '99108',
  'no-answer': '99409',
  'bad-gateway': '99421',
  returned: '99301',
  'float-short': '99221',
  undocumented: '99211',
}

/** Paid, but the callback is missing (49, 53), overtakes the answer (50) or comes three times (51). */
const CALLBACK_PREFIXES = ['99491', '99501', '99511', '99531']

const BANKS = ['ID.BCA', 'ID.BRI', 'ID.MANDIRI', 'ID.BNI', 'ID.BSI']
const WALLETS = ['ID.GOPAY', 'ID.OVO', 'ID.DANA', 'ID.LINKAJA']
const ACCOUNT_DIGITS: Readonly<Record<string, number>> = {
  'ID.BNI': 10,
  'ID.BCA': 10,
  'ID.BRI': 15,
  'ID.MANDIRI': 13,
  'ID.BSI': 10,
}
const OPERATORS = ['812', '813', '821', '852', '856', '857', '878', '819', '895', '881']
const OCCUPATIONS = [
  'job-seeker',
  'laid-off',
  'informal-worker',
  'small-business-owner',
  'worker',
  'furloughed',
  'homemaker',
]
const AID = ['', '', '', '', 'pkh', '', '', '', 'pkh;bpnt', '', '', 'bsu', '', '', 'bpum']
/** Where people moved to: the national id keeps the place of first registration. */
const CITIES = ['3175', '3275', '3671', '3578', '7371']
const RETURNED_MIGRANTS = new Set(['3212', '5203', '5201', '3301', '5301', '3510'])

/** Every person of the file, in its order. */
export function peserta(): Row[] {
  return PEOPLE.map((person, index) => rowOf(person, index, scenarioOf(index)))
}

/** The file: RFC 4180, one line a person. */
export function toCsv(rows: readonly Row[]): string {
  const quoted = (value: string) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => quoted(row[column])).join(',')), ''].join(
    '\n',
  )
}

function scenarioOf(index: number): Scenario {
  return index % 3 === 2 ? (TROUBLES[(index - 2) / 3] ?? 'success') : 'success'
}

function rowOf([name, sex, region]: Invented, index: number, scenario: Scenario): Row {
  // One kind of refusal each: too young, a civil servant, the statement not signed.
  const refusal =
    scenario === 'refused' ? TROUBLES.slice(0, (index - 2) / 3).filter((earlier) => earlier === 'refused').length : -1
  const birthDate = refusal === 0 ? '2013-05-04' : birthDateOf(index)
  const phone = scenario === 'wallet-not-upgraded' ? `+62899001680${two(index)}` : phoneOf(index)
  return {
    scenario,
    nationalId: nationalIdOf(index % 7 === 6 ? pick(CITIES, index) : region, birthDate, sex, index),
    name,
    birthDate,
    phone,
    occupation: refusal === 1 ? 'civil-servant' : refusal === 0 ? 'job-seeker' : pick(OCCUPATIONS, index * 3),
    education: 'none',
    aid: pick(AID, index),
    declared: String(refusal !== 2),
    region,
    returnedMigrant: String(RETURNED_MIGRANTS.has(region) && index % 2 === 0),
    ...accountOf(scenario, index, phone),
    accountHolder: name,
    ...repairOf(scenario, index),
  }
}

type AccountColumns = Pick<Row, 'accountKind' | 'institution' | 'accountNumber'>

function accountOf(scenario: Scenario, index: number, phone: string): AccountColumns {
  const prefix = ACCOUNT_PREFIX[scenario] ?? (scenario === 'success' ? callbackPrefix(index) : undefined)
  const onWallet = scenario === 'wallet-not-upgraded' || (prefix === undefined && index % 4 === 1)
  if (onWallet)
    return { accountKind: 'wallet', institution: pick(WALLETS, Math.floor(index / 4)), accountNumber: phone }
  const institution = pick(BANKS, index)
  return { accountKind: 'bank', institution, accountNumber: accountNumberOf(institution, prefix ?? '00', index) }
}

/** Every sixth person has an unusual callback. */
function callbackPrefix(index: number): string | undefined {
  return index % 6 === 4 ? pick(CALLBACK_PREFIXES, Math.floor(index / 6)) : undefined
}

function repairOf(
  scenario: Scenario,
  index: number,
): Pick<Row, 'repairAccountKind' | 'repairInstitution' | 'repairAccountNumber'> {
  const repairs = scenario === 'wrong-account' || scenario === 'wallet-not-upgraded' || scenario === 'returned'
  if (!repairs) return { repairAccountKind: '', repairInstitution: '', repairAccountNumber: '' }
  const institution = pick(BANKS, index + 1)
  return {
    repairAccountKind: 'bank',
    repairInstitution: institution,
    repairAccountNumber: accountNumberOf(institution, '00', index + 500),
  }
}

function accountNumberOf(institution: string, prefix: string, index: number): string {
  const length = (ACCOUNT_DIGITS[institution] ?? 10) - prefix.length
  // Scattered by a prime that does not divide the modulus: looks like chance, and no two are the same.
  const scattered = (BigInt(index + 1) * 982_451_653n) % 10n ** BigInt(length)
  return prefix + String(scattered).padStart(length, '0')
}

function phoneOf(index: number): string {
  return `+62${pick(OPERATORS, index * 7 + Math.floor(index / 10))}000${String(((index + 1) * 4327) % 100_000).padStart(5, '0')}`
}

function birthDateOf(index: number): string {
  const year = 1969 + ((index * 17) % 37)
  return `${year}-${two(((index * 5) % 12) + 1)}-${two(((index * 11) % 28) + 1)}`
}

function nationalIdOf(regency: string, birthDate: string, sex: 'f' | 'm', index: number): string {
  const [year = '', month = '', day = ''] = birthDate.split('-')
  return `${regency}9${(index % 9) + 1}${two(Number(day) + (sex === 'f' ? 40 : 0))}${month}${year.slice(2)}000${(index % 4) + 1}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? ''
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('./peserta.csv', import.meta.url), toCsv(peserta()))
}
