/** Numbers and dates of the documents that money moves under: decrees, appropriations, payment orders, warrants. */

/** One line of printable characters that neither begins nor ends with a space: it is signed, searched for and printed. */
export const DOCUMENT_NUMBER_PATTERN = '^[^\\s\\p{C}]([^\\p{C}]{0,98}[^\\s\\p{C}])?$'
/** Of a day; whether there is such a day stands in `isDay`. */
export const DAY_PATTERN = '^20[0-9]{2}-[0-9]{2}-[0-9]{2}$'

export const REQUIRED_DOCUMENTS = ['decree-date', 'payment-order', 'warrant'] as const
/** What a programme may demand beside the numbers that are always there. */
export type RequiredDocument = (typeof REQUIRED_DOCUMENTS)[number]

/** A document by its number, and its day where it is told. */
export interface DocumentNumber {
  readonly number: string
  readonly date?: string
}

/** Whether a text is a day that there is: `2026-02-30` is none. */
export function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  const days = [
    31,
    year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28,
    31,
    30,
    31,
    30,
    31,
    31,
    30,
    31,
    30,
    31,
  ]
  return day >= 1 && day <= (days[month - 1] ?? 0)
}
