import { expect, test } from 'vitest'
import { asTheyCome, readPeople } from '../../local/demo/people.ts'
import { PROJECT_ROOT } from '../../local/project.ts'

test('whoever waits long comes among the first, after those who are paid soon, and nobody is left out', () => {
  const people = readPeople(PROJECT_ROOT, 100)
  const coming = asTheyCome(people)
  expect(new Set(coming)).toEqual(new Set(people))
  expect(coming.slice(0, 4)).toEqual(people.slice(0, 4))
  const lastOf = (scenario: string): number => coming.findLastIndex((person) => person.scenario === scenario)
  for (const scenario of ['no-answer', 'never-bought', 'survey-missed', 'held', 'returned']) {
    expect(lastOf(scenario)).toBeLessThan(20)
  }
})
