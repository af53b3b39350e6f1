/** The runbook about differences: whose each is and by when it ends is what the engine goes by. */
import { expect, test } from 'vitest'
import { bornTo, DISCREPANCY_CARE } from '../../domain/discrepancy-care.ts'
import { DISCREPANCY_CLASSES } from '../../domain/reconciliation.ts'
import { readDocument, tableUnder } from '../support/markdown.ts'

test('says of every class whose it is, and within how many days it ends', () => {
  const rows = tableUnder(readDocument('docs/runbooks/discrepancies.md'), 'Whose it is, and by when it ends')
  const bare = rows.map((row) => row.map((cell) => cell.replaceAll('`', '')))
  const kept = DISCREPANCY_CLASSES.map((one) => [one, bornTo(one), String(DISCREPANCY_CARE[one].withinDays)])
  expect(bare).toEqual(kept)
})
