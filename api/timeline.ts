/** The story of one life: each audit row told in words, with the account it was about. */
import type { Act } from '../domain/act.ts'
import type { Programme } from '../domain/programme.ts'
import { zoneOffset } from '../domain/zone.ts'
import type { TimelineEvent, TimelineFacts } from '../store/read-timeline.ts'
import type { Language } from '../text/time.ts'
import { accountName, timelineText } from '../text/timeline.ts'

export interface TimelineView {
  readonly at: string
  readonly act: Act
  readonly by: string
  readonly text: { readonly id?: string; readonly en?: string }
}

/** Every event as a line, in the order it happened. */
export function tellTimeline(
  facts: TimelineFacts,
  programme: Programme,
  languages: readonly Language[],
): TimelineView[] {
  return facts.events.map((event) => {
    const atMs = event.at.getTime()
    const { act, subject, reason } = event
    const line = { act, atMs, subject, reason, after: { ...deadlineOf(event, facts), ...event.after } }
    const context = { programme, account: accountOf(event, facts) }
    const told = languages.map((language) => [language, timelineText(language, line, context)] as const)
    return { at: timeInZone(atMs, programme.zone), act, by: event.person, text: Object.fromEntries(told) }
  })
}

/** RFC 3339 as a clock in the zone shows it: `2026-08-17T10:00:00.000+07:00`. */
export function timeInZone(atMs: number, zone: string): string {
  const offsetMs = zoneOffset(zone, atMs)
  const minutes = Math.abs(offsetMs) / 60_000
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0')
  const offset = `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
  return new Date(atMs + offsetMs).toISOString().replace('Z', offset)
}

/** The account an event is about: the link itself, or where its payout went. */
function accountOf(event: TimelineEvent, facts: TimelineFacts): string | null {
  const link = facts.accounts.find(({ id }) => event.subject === `account:${id}`)
  const found = link ?? facts.payouts.find(({ key }) => key === event.subject)
  return found ? accountName(found.institution, found.masked) : null
}

/** How long a person has for what they are asked: the row does not repeat what stands with the obligation. */
function deadlineOf(event: TimelineEvent, facts: TimelineFacts): { lapsesAtMs?: number } {
  if (event.act !== 'action-asked') return {}
  const owed = facts.disbursements.find(({ tranche }) => tranche === event.after?.['tranche'])
  return owed ? { lapsesAtMs: owed.lapsesAt.getTime() } : {}
}
