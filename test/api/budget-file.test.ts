/** The budget report as a sheet: an amount is a number that can be added up, as long as a spreadsheet counts it exactly. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { budgetXlsx } from '../../api/budget-file.ts'
import { reportBudget, type BudgetReport } from '../../store/budget-report.ts'
import { openWorld, YEAR, type World } from '../support/world.ts'
import { sheetOf } from '../support/xlsx.ts'

let world: World
let report: BudgetReport
beforeAll(async () => {
  world = await openWorld()
  report = await reportBudget(world.store.context.database, 'swift', YEAR)
})
afterAll(() => world.close())

it.each([
  ['Rp 600.000', 60_000_000n, '600000'],
  ['Rp 9.999.999.999.999,99', 999_999_999_999_999n, '9999999999999.99'],
  ['Rp 20.000.000.000.000', 2_000_000_000_000_000n, '20000000000000'],
  ['Rp 123.456.789.012.345', 12_345_678_901_234_500n, '123456789012345'],
  ['less than nothing', -2_000_000_000_000_000n, '-20000000000000'],
  ['Rp 20.000.000.000.000,01, which has sixteen digits', 2_000_000_000_000_001n, '2000000000000001 / 10^2'],
])('%s is written as it is', async (_what, amount, written) => {
  const total = { ...report.total, appropriated: amount }
  const [head = [], ...rows] = sheetOf(await budgetXlsx({ ...report, total }), 1)
  expect(rows.at(-1)?.[head.indexOf('appropriated')]).toBe(written)
})
