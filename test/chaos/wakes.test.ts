import { expect, test } from 'vitest'
import { wakesIn, type WorkflowEvent } from '../../chaos/live/workflows.ts'

const at = (seconds: number) => ({ seconds, nanos: 0 })
const timer = (timerId: string, started: number, lasts: number): WorkflowEvent => ({
  eventTime: at(started),
  timerStartedEventAttributes: { timerId, startToFireTimeout: at(lasts) },
})
const call = (eventId: number): WorkflowEvent => ({ eventId, activityTaskScheduledEventAttributes: {} })

test('a run is woken by the first of the timers that have neither ended nor been taken back', () => {
  const set = [timer('1', 100, 50), timer('2', 100, 10), timer('3', 100, 20)]
  expect(wakesIn(set)).toEqual({ timerAtMs: 110_000, calls: 0 })
  const over = [{ timerFiredEventAttributes: { timerId: '2' } }, { timerCanceledEventAttributes: { timerId: '3' } }]
  expect(wakesIn([...set, ...over]).timerAtMs).toBe(150_000)
  expect(wakesIn([...set, ...over, { timerFiredEventAttributes: { timerId: '1' } }]).timerAtMs).toBeNull()
})

test('calls count until they have an end, whatever it is', () => {
  const ended = [
    { activityTaskCompletedEventAttributes: { scheduledEventId: 1 } },
    { activityTaskTimedOutEventAttributes: { scheduledEventId: 2 } },
    { activityTaskFailedEventAttributes: { scheduledEventId: 3 } },
    { activityTaskCanceledEventAttributes: { scheduledEventId: 4 } },
  ]
  const asked = [1, 2, 3, 4, 5].map(call)
  expect(wakesIn(asked).calls).toBe(5)
  expect(wakesIn([...asked, ...ended]).calls).toBe(1)
})
