/** A scenario that did not happen must be told: a demo that only pays shows nothing. */
import { expect, test } from 'vitest'
import { EXPECTED, unmet, type Seen } from '../../local/demo/outcomes.ts'
import { readPeople, SCENARIOS, type Scenario } from '../../local/demo/people.ts'
import { PROJECT_ROOT } from '../../local/project.ts'

/** As somebody looks to whom exactly the expected happened. */
function seenOf(scenario: Scenario, more: Partial<Seen> = {}): Seen {
  const { outcome, acts, states = ['paid'], attention = null, missed = 0 } = EXPECTED[scenario]
  return { ref: 'R', outcome, acts, states, attention, missed, ...more }
}

test.each(SCENARIOS)('%s is met by what it must lead to, and by nothing less', (scenario) => {
  const seen = seenOf(scenario)
  expect(unmet(EXPECTED[scenario], seen)).toEqual([])
  for (const act of seen.acts)
    expect(unmet(EXPECTED[scenario], { ...seen, acts: seen.acts.filter((one) => one !== act) })).toEqual([act])
  expect(unmet(EXPECTED[scenario], { ...seen, outcome: 'lost' })).toHaveLength(1)
  expect(unmet(EXPECTED[scenario], { ...seen, states: ['paid', 'in-flight'] })).toHaveLength(1)
})

test('somebody held who was never held is told', () => {
  expect(unmet(EXPECTED.held, seenOf('success'))).toEqual(['hold-placed', 'hold-released'])
})

test('somebody paid whose survey was missed is told', () => {
  expect(unmet(EXPECTED.success, seenOf('success', { missed: 1 }))).toEqual(['0 missed tranches (there are 1)'])
})

test('every scenario is among the first forty people, and each of the hundred has one', () => {
  const scenarios = readPeople(PROJECT_ROOT, 100).map(({ scenario }) => scenario)
  expect([...new Set(scenarios.slice(0, 40))].toSorted()).toEqual([...SCENARIOS].toSorted())
  expect(new Set(scenarios).size).toBe(SCENARIOS.length)
})
