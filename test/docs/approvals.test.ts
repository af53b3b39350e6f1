import { expect, test } from 'vitest'
import { POWERS } from '../../domain/roles.ts'
import { TWO_PERSON_ACTS } from '../../store/two-person/index.ts'
import { readDocument, tableUnder } from '../support/markdown.ts'

const page = readDocument('docs/approvals.md')

test('the page lists every act of two people with who proposes it', () => {
  const listed = tableUnder(page, 'The acts').map(([act = '', by = '']) => `${act}: ${by}`)
  const acts = TWO_PERSON_ACTS.map(({ name, proposers }) => `${name}: ${proposers.join(' ')}`)
  expect(listed.toSorted()).toEqual(acts.toSorted())
})

test('the page names the roles that are power', () => {
  for (const role of POWERS) expect(page).toContain(`\`${role}\``)
})

test('every act has a title in both languages and a name of its own', () => {
  for (const { title } of TWO_PERSON_ACTS)
    expect(title.id !== '' && title.en !== '' && title.id !== title.en).toBe(true)
  expect(new Set(TWO_PERSON_ACTS.map(({ name }) => name)).size).toBe(TWO_PERSON_ACTS.length)
})
