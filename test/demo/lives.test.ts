import { expect, test } from 'vitest'
import { follow, nextDeed, surveyDesk, type Follow } from '../../local/demo/lives.ts'
import { readPeople, type Scenario } from '../../local/demo/people.ts'
import { PROJECT_ROOT } from '../../local/project.ts'

const NOW = Date.parse('2026-07-01T05:00:00Z')
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString()

function someone(scenario: Scenario): Follow {
  const person = readPeople(PROJECT_ROOT, 100).find((one) => one.scenario === scenario)
  if (!person) throw new Error(`nobody of the demo is ${scenario}`)
  return { ...follow(person, 'P-1', NOW), stage: 'incentives' }
}

const survey = (name: string, state: string, opensAt: string | null) => ({ survey: name, state, opensAt })

test('the survey desk asks again in a moment while it is not known when a survey opens', () => {
  const planned = [survey('one', 'planned', null), survey('two', 'planned', null)]
  expect(surveyDesk(someone('success'), planned, NOW)).toEqual({ answers: [], lookAtMs: NOW + 1000 })
})

test('a survey is answered when it is open, and the desk looks again when the next one opens', () => {
  const both = [survey('one', 'open', at(0)), survey('two', 'open', at(3))]
  expect(surveyDesk(someone('success'), both, NOW)).toEqual({ answers: ['one'], lookAtMs: NOW + 3000 })
  expect(surveyDesk(someone('survey-missed'), both, NOW)).toEqual({ answers: ['one'], lookAtMs: Infinity })
})

test('nobody looks for somebody who has no survey left to answer', () => {
  const of = someone('success')
  of.answered.add('one')
  const over = [survey('one', 'open', at(-5)), survey('two', 'missed', at(-5))]
  const { lookAtMs } = surveyDesk(of, over, NOW)
  expect(lookAtMs).toBe(Infinity)
  expect(nextDeed({ ...of, lookAtMs }, NOW)).toBeUndefined()
  expect(nextDeed({ ...of, lookAtMs: NOW }, NOW)).toEqual({ kind: 'look' })
})
