/** Documents that money moves under, as acts name them. */
import Type from 'typebox'
import { DOCUMENT_NUMBER_PATTERN, type DocumentNumber } from '../domain/document-number.ts'
import type { Fault } from '../domain/problem.ts'
import { isLocalDate } from '../domain/zone.ts'

export const DayText = Type.String({
  pattern: '^20[0-9]{2}-[0-9]{2}-[0-9]{2}$',
  description: 'The day of the document',
})
export const DocumentText = Type.String({ pattern: DOCUMENT_NUMBER_PATTERN })

export const DocumentShape = Type.Object(
  { number: DocumentText, date: Type.Optional(DayText) },
  { additionalProperties: false },
)

/** A day that has the form of one and is none, such as 2026-02-30. */
export function dayFaults(pointer: string, day: string | undefined): Fault[] {
  return day === undefined || isLocalDate(day) ? [] : [{ pointer, detail: 'must be a day that there is' }]
}

/** How an audit row tells of a document; nothing where there is none. */
export function toldDocument(of: DocumentNumber | undefined): { number: string; date: string | null } | null {
  return of === undefined ? null : { number: of.number, date: of.date ?? null }
}
