/** The budget report as files: comma separated values for programs, a sheet for people who add up themselves. */
import type { Cell, SheetData } from 'write-excel-file/node'
import { exponentOf } from '../domain/money.ts'
import type { BudgetReport } from '../store/budget-report.ts'

const COLUMNS = [
  'reserved',
  'committed',
  'obligated',
  'inFlight',
  'paid',
  'lapsed',
  'carriedOver',
  'returned',
  'carriedIn',
] as const
const HEAD = [
  'wave',
  'decree',
  'decreeDate',
  'people',
  'appropriated',
  'available',
  ...COLUMNS,
  'returnedToTreasury',
  'feesReserved',
  'feesSpent',
  'currency',
]
const DOCUMENTS = ['kind', 'name', 'document', 'date', 'warrant', 'warrantDate', 'amount', 'currency']

type Value = string | number | bigint | null

/** One row a wave, then the total: amounts in minor units. */
function rowsOf({ waves, total, currency }: BudgetReport): Value[][] {
  const columns = (row: BudgetReport['total'] | BudgetReport['waves'][number]) => COLUMNS.map((column) => row[column])
  return [
    ...waves.map((row) => [
      row.wave,
      row.decree,
      row.decreeDate,
      row.people,
      null,
      null,
      ...columns(row),
      null,
      null,
      null,
      currency,
    ]),
    [
      'total',
      null,
      null,
      total.people,
      total.appropriated,
      total.available,
      ...columns(total),
      total.returnedToTreasury,
      total.feesReserved,
      total.feesSpent,
      currency,
    ],
  ]
}

function documentsOf({ appropriations, runs, currency }: BudgetReport): Value[][] {
  return [
    ...appropriations.map((line) => [
      'appropriation',
      line.budgetLine,
      line.number,
      line.date,
      null,
      null,
      line.amount,
      currency,
    ]),
    ...runs.map((run) => [
      'run',
      run.run,
      run.paymentOrder,
      run.paymentOrderDate,
      run.warrant,
      run.warrantDate,
      run.amount,
      currency,
    ]),
  ]
}

/** RFC 4180, one line a wave and the total last. Amounts are whole minor units. */
export function budgetCsv(report: BudgetReport): string {
  return [HEAD, ...rowsOf(report)].map((row) => `${row.map(field).join()}\r\n`).join('')
}

/** A text that a spreadsheet would take for a formula is told as text. */
function field(value: Value): string {
  const text = value === null ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Two sheets: the budget, and the documents of the year. Amounts are numbers in the major unit, so that they can be added up there. */
export async function budgetXlsx(report: BudgetReport): Promise<Buffer> {
  // Loaded when somebody wants a sheet: hardly any process ever does.
  const { default: writeXlsxFile } = await import('write-excel-file/node')
  const scale = exponentOf(report.currency)
  const sheet = (head: readonly string[], rows: readonly Value[][]): SheetData => [
    head.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
    ...rows.map((row) => row.map((value) => cellOf(value, scale))),
  ]
  return writeXlsxFile([
    { data: sheet(HEAD, rowsOf(report)), sheet: `Budget ${report.fiscalYear}`, stickyRowsCount: 1 },
    { data: sheet(DOCUMENTS, documentsOf(report)), sheet: 'Documents', stickyRowsCount: 1 },
  ]).toBuffer()
}

/** A spreadsheet counts with fifteen digits: what has more, zeros at its end aside, is told as text rather than as something else. */
const EXACT = /^-?\d{1,15}0*$/

function cellOf(value: Value, scale: number): Cell {
  if (value === null) return null
  if (typeof value === 'string') return { value, type: String }
  if (typeof value === 'number') return { value, type: Number }
  if (!EXACT.test(String(value))) return { value: `${value} / 10^${scale}`, type: String }
  // Fifteen digits are read as the nearest number that there is: dividing it could miss that.
  return { value: Number(`${value}e-${scale}`), type: Number, format: `#,##0.${'0'.repeat(scale)}` }
}
