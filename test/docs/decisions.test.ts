import { expect, test } from 'vitest'
import { readHouse } from '../support/house/source.ts'

const pages = readHouse('docs/decisions').toSorted((one, other) => (one.path < other.path ? -1 : 1))
const PARTS = ['Context', 'Decision', 'Consequences', 'What would make us change it']

test('decisions are numbered from 0001 without a gap, and each title carries its number', () => {
  expect(pages.length).toBeGreaterThan(0)
  const numbers = pages.map(({ path }) => /\/([0-9]{4})-[a-z0-9-]+\.md$/.exec(path)?.[1] ?? path)
  expect(numbers).toEqual(pages.map((_page, index) => String(index + 1).padStart(4, '0')))
  for (const [index, { text }] of pages.entries()) {
    const number = numbers[index]
    expect(text.split('\n')[0]).toMatch(new RegExp(`^# ${number} \\S`))
  }
})

test.each(pages)('$path has the four parts and fits a page', ({ text }) => {
  expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(PARTS)
  expect(text.split('\n').length).toBeLessThan(60)
})
