/** A scenario that did not happen must be told: a demo that only pays shows nothing. */
import { expect, test } from 'vitest'
import { EXPECTED, unmet, type Seen } from '../../local/demo/outcomes.ts'
import { readPeople, SCENARIOS, type Scenario } from '../../local/demo/people.ts'
import { PROJECT_ROOT } from '../../local/project.ts'

const SURVEYS = 2
const unmetBy = (scenario: Scenario, seen: Seen): string[] => unmet(EXPECTED[scenario], seen, SURVEYS)

/** As somebody looks to whom exactly the expected happened. */
function seenOf(scenario: Scenario, more: Partial<Seen> = {}): Seen {
  const { outcome, acts, states = ['paid'], attention = null, missesSurveys } = EXPECTED[scenario]
  const missed = missesSurveys ? SURVEYS - 1 : 0
  return { ref: 'R', outcome, acts, states, attention, missed, ...more }
}

test.each(SCENARIOS)('%s is met by what it must lead to, and by nothing less', (scenario) => {
  const seen = seenOf(scenario)
  expect(unmetBy(scenario, seen)).toEqual([])
  for (const act of seen.acts)
    expect(unmetBy(scenario, { ...seen, acts: seen.acts.filter((one) => one !== act) })).toEqual([act])
  expect(unmetBy(scenario, { ...seen, outcome: 'lost' })).toHaveLength(1)
  expect(unmetBy(scenario, { ...seen, states: ['paid', 'in-flight'] })).toHaveLength(1)
})

test('somebody held who was never held is told', () => {
  expect(unmetBy('held', seenOf('success'))).toEqual(['hold-placed', 'hold-released'])
})

test('somebody paid whose survey was missed is told', () => {
  expect(unmetBy('success', seenOf('success', { missed: 1 }))).toEqual(['0 missed tranches (there are 1)'])
})

test('every scenario is among the first forty people, and each of the hundred has one', () => {
  const scenarios = readPeople(PROJECT_ROOT, 100).map(({ scenario }) => scenario)
  expect([...new Set(scenarios.slice(0, 40))].toSorted()).toEqual([...SCENARIOS].toSorted())
  expect(new Set(scenarios).size).toBe(SCENARIOS.length)
})
