/**
 * Indonesian mobile numbers, brought to E.164 (`+628…`). People write them with 0, 62 or +62, with blanks, dots and brackets,
 * and spreadsheets cut the leading 0 off; all of these are one number, and must give one blind index.
 */
export type ParsedPhone =
  { readonly ok: true; readonly e164: string } | { readonly ok: false; readonly problem: string }

/** National form without the 0: 8, an operator digit that is in use, 9 to 12 digits in all. */
const MOBILE = /^8[1-35-9][0-9]{7,10}$/

/** Reads a mobile number. A fixed line is refused: codes and wallets need a mobile one. */
export function parsePhone(text: string): ParsedPhone {
  const bare = text.trim().replace(/[\s().\-\u2010-\u2015]/g, '')
  if (!/^\+?[0-9]+$/.test(bare)) return { ok: false, problem: 'a phone number has digits only' }
  if (bare.startsWith('+') && !bare.startsWith('+62')) return { ok: false, problem: 'not an Indonesian number (+62)' }
  // "+62 (0)812": the 0 is for calls inside the country and not part of the number. No mobile number starts with 62 itself.
  const national = bare.replace(/^(?:\+62|0062|62)/, '').replace(/^0/, '')
  if (!MOBILE.test(national)) return { ok: false, problem: 'not an Indonesian mobile number such as 0812 3456 7890' }
  return { ok: true, e164: `+62${national}` }
}

/** What lists and logs may show: `+62812****90`. */
export function maskPhone(e164: string): string {
  return e164.slice(0, 6) + '*'.repeat(Math.max(0, e164.length - 8)) + e164.slice(-2)
}
