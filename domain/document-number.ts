/** Numbers and days of the documents that money moves under: decrees, appropriations, payment orders, warrants. */

/** One line of printable characters that neither begins nor ends with a space: it is signed, searched for and printed. */
export const DOCUMENT_NUMBER_PATTERN = '^[^\\s\\p{C}]([^\\p{C}]{0,98}[^\\s\\p{C}])?$'

/** What a programme may demand beside the numbers that are always there. */
export const REQUIRED_DOCUMENTS = ['decree-date', 'payment-order', 'warrant'] as const
export type RequiredDocument = (typeof REQUIRED_DOCUMENTS)[number]

/** A document by its number, and its day where it is told. */
export interface DocumentNumber {
  readonly number: string
  /** Local date. */
  readonly date?: string
}
