import { expect, test } from 'vitest'
import { DROP_REASONS, RUN_STATES } from '../../domain/payout-run.ts'
import { readDocument, tableUnder } from '../support/markdown.ts'

const page = readDocument('docs/payout-runs.md')
const codesIn = (rows: readonly (readonly string[])[]) =>
  rows.flatMap(([cell = '']) => [...cell.matchAll(/[a-z-]+/g)].map(([code]) => code))

test('the page about payout runs says of every state what may happen, and why a line drops', () => {
  expect(codesIn(tableUnder(page, 'From collected to closed'))).toEqual([...RUN_STATES])
  expect(codesIn(tableUnder(page, 'Why a line drops')).toSorted()).toEqual(DROP_REASONS.toSorted())
})
