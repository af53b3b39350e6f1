/**
 * The Indonesian national identity number (NIK): 16 digits = province 2, regency 2, district 2, day, month and year of birth
 * (day + 40 for women), serial 4. It has no check digit and names the place of first registration, which never changes.
 * After a correction it may disagree with a person's true birth date or sex, so a mismatch is something to look at, never a refusal.
 */
import { isLocalDate } from './zone.ts'

/** Province codes of the interior ministry: 38 since the new provinces of Papua in 2022. */
export const PROVINCES: Readonly<Record<string, string>> = {
  '11': 'Aceh',
  '12': 'Sumatera Utara',
  '13': 'Sumatera Barat',
  '14': 'Riau',
  '15': 'Jambi',
  '16': 'Sumatera Selatan',
  '17': 'Bengkulu',
  '18': 'Lampung',
  '19': 'Kepulauan Bangka Belitung',
  '21': 'Kepulauan Riau',
  '31': 'DKI Jakarta',
  '32': 'Jawa Barat',
  '33': 'Jawa Tengah',
  '34': 'DI Yogyakarta',
  '35': 'Jawa Timur',
  '36': 'Banten',
  '51': 'Bali',
  '52': 'Nusa Tenggara Barat',
  '53': 'Nusa Tenggara Timur',
  '61': 'Kalimantan Barat',
  '62': 'Kalimantan Tengah',
  '63': 'Kalimantan Selatan',
  '64': 'Kalimantan Timur',
  '65': 'Kalimantan Utara',
  '71': 'Sulawesi Utara',
  '72': 'Sulawesi Tengah',
  '73': 'Sulawesi Selatan',
  '74': 'Sulawesi Tenggara',
  '75': 'Gorontalo',
  '76': 'Sulawesi Barat',
  '81': 'Maluku',
  '82': 'Maluku Utara',
  '91': 'Papua',
  '92': 'Papua Barat',
  '93': 'Papua Selatan',
  '94': 'Papua Tengah',
  '95': 'Papua Pegunungan',
  '96': 'Papua Barat Daya',
}

export interface NationalId {
  /** Two digits, a key of `PROVINCES`. */
  readonly province: string
  /** Four digits, province included. */
  readonly regency: string
  /** Six digits, regency included. Districts are founded often: an unknown one is no fault. */
  readonly district: string
  /** Local dates `YYYY-MM-DD`, oldest first: the year has two digits, so the century is open. At least one. */
  readonly birthDates: readonly string[]
  readonly sex: 'female' | 'male'
}

export type NationalIdFault =
  'not-16-digits' | 'unknown-province' | 'no-regency' | 'no-district' | 'no-birth-date' | 'no-serial'

export type ParsedNationalId =
  | { readonly ok: true; readonly nationalId: NationalId }
  | { readonly ok: false; readonly faults: readonly NationalIdFault[] }

/** Takes a NIK apart, or lists every fault of its form. */
export function parseNationalId(text: string): ParsedNationalId {
  if (!/^[0-9]{16}$/.test(text)) return { ok: false, faults: ['not-16-digits'] }
  const day = Number(text.slice(6, 8))
  const sex = day > 40 ? 'female' : 'male'
  const birthDates = birthDatesOf(text.slice(10, 12), text.slice(8, 10), sex === 'female' ? day - 40 : day)
  const faults: NationalIdFault[] = []
  if (!isProvince(text.slice(0, 2))) faults.push('unknown-province')
  if (text.slice(2, 4) === '00') faults.push('no-regency')
  if (text.slice(4, 6) === '00') faults.push('no-district')
  if (birthDates.length === 0) faults.push('no-birth-date')
  if (text.slice(12) === '0000') faults.push('no-serial')
  if (faults.length > 0) return { ok: false, faults }
  const nationalId = {
    province: text.slice(0, 2),
    regency: text.slice(0, 4),
    district: text.slice(0, 6),
    birthDates,
    sex,
  } as const
  return { ok: true, nationalId }
}

export function isProvince(code: string): boolean {
  return Object.hasOwn(PROVINCES, code)
}

/** A region code: province 2 digits and regency 2 digits. The regency is not looked up: new ones are founded. */
export function isRegion(code: string): boolean {
  return /^[0-9]{4}$/.test(code) && isProvince(code.slice(0, 2)) && !code.endsWith('00')
}

/** What lists and logs may show: the place of registration, nothing that tells the person. `320409**********` */
export function maskNationalId(text: string): string {
  return text.slice(0, 6).padEnd(16, '*')
}

function birthDatesOf(year: string, month: string, day: number): string[] {
  const dayText = String(day).padStart(2, '0')
  return [`19${year}-${month}-${dayText}`, `20${year}-${month}-${dayText}`].filter(isLocalDate)
}
