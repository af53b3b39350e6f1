/** The page about the auditor: every invariant has who holds it, and that is so. */
import { expect, test } from 'vitest'
import { CHECKED_ELSEWHERE, CHECKS } from '../../auditor/checks.ts'
import { readDocument, tableUnder } from '../support/markdown.ts'

const rows = tableUnder(readDocument('docs/auditor.md'), 'What is held').flatMap(([names = '', by = '']) =>
  names.split(' ').map((name) => ({ name, by })),
)

test('names each of I1 to I23 once', () => {
  const names = rows.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  expect(names).toEqual(expect.arrayContaining(Array.from({ length: 23 }, (_, at) => `I${at + 1}`)))
})

test('names for each invariant the checks that hold it, and no other, in their order', () => {
  const held = new Map<string, string[]>()
  for (const { name, invariants } of CHECKS)
    for (const invariant of invariants) held.set(invariant, [...(held.get(invariant) ?? []), name])
  const byChecks = rows.filter(({ by }) => !by.startsWith('npm run '))
  expect(Object.fromEntries(byChecks.map(({ name, by }) => [name, by.split(' ')]))).toEqual(Object.fromEntries(held))
})

test('names for what no audit sees the trial of the fault harness that holds it', () => {
  const trials = tableUnder(readDocument('docs/chaos.md'), 'Chaos').flatMap(([names = '']) => names.split(' '))
  const byTrials = rows.filter(({ by }) => by.startsWith('npm run '))
  expect(byTrials.map(({ name }) => name)).toEqual([...CHECKED_ELSEWHERE])
  for (const { by } of byTrials) expect(trials).toContain(by.replace('npm run chaos -- ', ''))
})
