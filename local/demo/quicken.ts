/** A programme of days and months as one that can be watched: the same rules in the same order, with other durations. */
import { deadlineKind, isZeroDuration, parseDuration, roughDays } from '../../domain/duration.ts'
import type { Calendar, Deadline, IsoDuration, Programme, TrancheTrigger } from '../../domain/programme.ts'

/** How long a day is. A life of four months takes about forty seconds. */
const DAY_MS = 300
/** People, and slow machines, need this long for what has a deadline, however few days it is. */
const PEOPLE_MS = 30_000
/** Deadlines that nobody is to reach. */
const FAR: IsoDuration = 'PT10M'
/** A wait of more than this is not for watching. */
const PATIENCE_DAYS = 1 / 24 / 60

const ALWAYS: Calendar = {
  kind: 'always',
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  holidays: [],
  opens: '00:00',
  cutOff: '23:59',
}

/** The programme itself when nobody in it waits longer than a minute. */
export function watchable(programme: Programme): Programme {
  const isQuick = waitsOf(programme).every((wait) => daysOf(wait) <= PATIENCE_DAYS)
  return isQuick && programme.calendar.kind === 'always' ? programme : quickened(programme)
}

/**
 * Waits become shorter in proportion, deadlines durations (those that people must be able to meet, half a minute at least), and
 * the calendar is always open. Code, rules, amounts and order stay.
 */
export function quickened(programme: Programme): Programme {
  const { training, payment } = programme
  return {
    ...programme,
    calendar: ALWAYS,
    training: { ...training, firstPurchaseWithin: forPeople(training.firstPurchaseWithin), completeWithin: FAR },
    tranches: programme.tranches.map((rule) => ({ ...rule, trigger: quickTrigger(rule.trigger), lapsesAfter: FAR })),
    payment: {
      ...payment,
      releaseAfter: shorter(payment.releaseAfter),
      coolingAfterRelink: shorter(payment.coolingAfterRelink),
    },
  }
}

function quickTrigger(trigger: TrancheTrigger): TrancheTrigger {
  const after = shorter(trigger.after)
  if (trigger.kind !== 'survey-answered') return { ...trigger, after }
  return { ...trigger, after, opensAfter: shorter(trigger.opensAfter), window: forPeople(trigger.window) }
}

function waitsOf({ tranches, payment }: Programme): IsoDuration[] {
  const waits = tranches.flatMap(({ trigger }) =>
    trigger.kind === 'survey-answered' ? [trigger.opensAfter, trigger.after] : [trigger.after],
  )
  return [...waits, payment.releaseAfter, payment.coolingAfterRelink]
}

function shorter(duration: IsoDuration): IsoDuration {
  return secondsText(Math.round(daysOf(duration) * DAY_MS))
}

/** A date that is the same for everybody says nothing about how long people have. */
function forPeople(deadline: Deadline): IsoDuration {
  const days = deadlineKind(deadline) === 'duration' ? daysOf(deadline) : 0
  return secondsText(Math.max(Math.round(days * DAY_MS), PEOPLE_MS))
}

function daysOf(text: IsoDuration): number {
  const parsed = parseDuration(text)
  return parsed.ok && !isZeroDuration(parsed.duration) ? roughDays(parsed.duration) : 0
}

function secondsText(milliseconds: number): IsoDuration {
  return `PT${milliseconds / 1000}S`
}
