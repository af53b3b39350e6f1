/** A return that was told, until its gateway has said what it has of it. */
import { FINAL_STATES } from '../domain/disbursement.ts'
import type { EnquiryTiming } from '../domain/enquiry.ts'
import { answerAboutReturn, type ReturnAnswer } from '../domain/return-question.ts'
import type { ObservationItem } from './observation-item.ts'
import type { Work } from './payout-rows.ts'

/**
 * A return is a word upon which money leaves a second time, and it may be told of another object of the same reference, while the
 * first stays paid: the gateway is asked what it has of it before anything is owed anew. Who was asked, and a statement, has told all.
 */
export function askAboutReturn(row: Work, { source, atMs }: ObservationItem): void {
  const { disbursement } = row
  const isEnded = FINAL_STATES.includes(disbursement.state)
  if (isEnded || source === 'enquiry' || source === 'statement') return
  row.asked_ms = Math.max(row.asked_ms ?? 0, atMs)
  const { key, gateway, asked_ms, enquiries, last_enquiry_ms } = row
  disbursement.asked ??= { key, gateway, asked_ms, enquiries, last_enquiry_ms }
}

/** What an answer says about a return that was told; null where none is asked about. */
export function aboutReturn(row: Work, item: ObservationItem, timing: EnquiryTiming): ReturnAnswer | null {
  const { asked_ms: askedAtMs, disbursement } = row
  if (row.state !== 'returned' || askedAtMs === null || item.source !== 'enquiry') return null
  const isPast = row.n < disbursement.attempts || FINAL_STATES.includes(disbursement.state)
  return answerAboutReturn({ askedAtMs, isPast }, item.fact, item.atMs, timing)
}

/** An answer to what was asked after somebody's word has settled that word, whatever it says; of a return, what says so and people do. */
export function closeQuestion(row: Work, item: ObservationItem, about: ReturnAnswer | null): void {
  if (row.asked_ms === null || item.source !== 'enquiry') return
  const isAnswered = item.fact.kind !== 'unavailable' && item.atMs >= row.asked_ms
  const isOpen = about === 'open' && row.state === 'returned'
  if (about !== 'contradicted' && (isOpen || !isAnswered)) return
  row.asked_ms = null
  if (row.disbursement.asked?.key === row.key) row.disbursement.asked = null
}
