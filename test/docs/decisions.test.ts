import { expect, test } from 'vitest'
import { readHouse } from '../support/house/source.ts'

const pages = readHouse('docs/decisions').toSorted((one, other) => (one.path < other.path ? -1 : 1))
const PARTS = ['Context', 'Decision', 'Consequences', 'What would make us change it']

test('decisions are numbered without a gap, and their titles carry the number', () => {
  expect(pages.length).toBeGreaterThan(0)
  for (const [index, { path, text }] of pages.entries()) {
    const number = String(index + 1).padStart(4, '0')
    expect(path).toMatch(new RegExp(`/${number}-[a-z0-9-]+\\.md$`))
    expect(text.split('\n')[0]).toMatch(new RegExp(`^# ${number} \\S`))
  }
})

test.each(pages)('$path has the four parts and fits a page', ({ text }) => {
  expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(PARTS)
  expect(text.split('\n').length).toBeLessThan(60)
})
