/** People nobody has met, as many as a bench wants: valid, unique, and paid without trouble. */
import type { Registration } from '../domain/registration.ts'

/** The n-th person of a run; runs with another `series` share nobody. */
export function benchPerson(series: number, n: number): Registration {
  const digits = String(series * 1_000_000 + n).padStart(10, '0')
  return {
    nationalId: uniqueId(series, n),
    name: 'Peserta Uji',
    birthDate: '1990-01-01',
    citizenship: 'ID',
    occupation: 'job-seeker',
    education: 'none',
    aid: [],
    declared: true,
    phone: '+6281200004327',
    region: '3171',
    returnedMigrant: false,
    account: { kind: 'bank', institution: 'ID.BNI', number: `00${digits}`, holder: 'Peserta Uji' },
  }
}

/** 16 digits: a region, a birth date and a serial that together count up without repeating. */
function uniqueId(series: number, n: number): string {
  const count = series * 500_000 + n
  const serial = (count % 9999) + 1
  const day = (Math.floor(count / 9999) % 28) + 1
  const month = (Math.floor(count / (9999 * 28)) % 12) + 1
  const two = (value: number): string => String(value).padStart(2, '0')
  return `317191${two(day)}${two(month)}90${String(serial).padStart(4, '0')}`
}
