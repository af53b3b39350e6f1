/** The budget report of a fiscal year, and the ends of fiscal years, on the wire. */
import Type, { type Static } from 'typebox'
import type { BudgetColumns } from '../../domain/budget.ts'
import { YEAR_STATES } from '../../domain/year-end.ts'
import type { BudgetReport as Report } from '../../store/budget-report.ts'
import type { YearRow } from '../../store/year-rows.ts'
import { listOf, Money, money, ProgrammeCode, Time, time, TimeOrNull, timeOrNull, WaveCode } from './common.ts'
import { closed, enumOrNull, named, ref, textOrNull } from './named.ts'

const COLUMNS = {
  reserved: ref(Money),
  committed: ref(Money),
  obligated: ref(Money),
  inFlight: ref(Money),
  paid: ref(Money),
  lapsed: ref(Money),
  carriedOver: ref(Money),
  returned: ref(Money),
  carriedIn: ref(Money),
} as const
const Day = textOrNull({ format: 'date' })

const BudgetWave = named(
  'BudgetWave',
  { wave: WaveCode, decree: textOrNull(), decreeDate: Day, people: Type.Integer(), ...COLUMNS },
  'reserved = committed + obligated + inFlight + paid + lapsed + carriedOver. Beside these: what came back in all, and what was taken over from the year before',
)
const BudgetTotal = named(
  'BudgetTotal',
  {
    appropriated: ref(Money),
    available: ref(Money),
    feesReserved: ref(Money),
    feesSpent: ref(Money),
    people: Type.Integer(),
    ...COLUMNS,
    returnedToTreasury: ref(Money),
  },
  'appropriated = available + reserved + feesReserved + feesSpent; people and the columns of the waves are the sums of theirs',
)
const BudgetLine = named(
  'BudgetLine',
  { budgetLine: Type.String(), number: Type.String(), date: Day, amount: ref(Money) },
  'An appropriation of the year, and its document',
)
const BudgetRun = named(
  'BudgetRun',
  {
    run: Type.String(),
    paymentOrder: textOrNull(),
    paymentOrderDate: Day,
    warrant: textOrNull(),
    warrantDate: Day,
    lines: Type.Integer(),
    amount: ref(Money),
  },
  'A payout run that was approved, with what of it is owed from the year, and its documents',
)
export const BudgetReport = named(
  'BudgetReport',
  {
    programme: ProgrammeCode,
    fiscalYear: Type.Integer(),
    yearEnd: enumOrNull(YEAR_STATES, 'The last step of its end that is done; null while nobody ends it'),
    appropriations: Type.Array(ref(BudgetLine)),
    waves: Type.Array(ref(BudgetWave)),
    runs: Type.Array(ref(BudgetRun)),
    total: ref(BudgetTotal),
  },
  'A programme’s fiscal year as its ledger has it',
)

export const budgetParams = closed({ programme: ProgrammeCode })
export const budgetQuery = closed({
  fiscalYear: Type.String({ pattern: '^20[0-9]{2}$', examples: ['2026'] }),
  format: Type.Optional(
    Type.Enum(['json', 'csv', 'xlsx'], {
      description: 'Where it is not given, the Accept header says; JSON where neither does',
    }),
  ),
})

export function budgetView({
  currency,
  total,
  waves,
  appropriations,
  runs,
  ...of
}: Report): Static<typeof BudgetReport> {
  const columns = (row: BudgetColumns & { readonly returned: bigint; readonly carriedIn: bigint }) => ({
    reserved: money(row.reserved, currency),
    committed: money(row.committed, currency),
    obligated: money(row.obligated, currency),
    inFlight: money(row.inFlight, currency),
    paid: money(row.paid, currency),
    lapsed: money(row.lapsed, currency),
    carriedOver: money(row.carriedOver, currency),
    returned: money(row.returned, currency),
    carriedIn: money(row.carriedIn, currency),
  })
  return {
    programme: of.programme,
    fiscalYear: of.fiscalYear,
    yearEnd: of.yearEnd,
    appropriations: appropriations.map((line) => ({ ...line, amount: money(line.amount, currency) })),
    waves: waves.map((row) => {
      const { wave, decree, decreeDate, people } = row
      return { wave, decree, decreeDate, people, ...columns(row) }
    }),
    runs: runs.map((run) => ({ ...run, amount: money(run.amount, currency) })),
    total: {
      appropriated: money(total.appropriated, currency),
      available: money(total.available, currency),
      feesReserved: money(total.feesReserved, currency),
      feesSpent: money(total.feesSpent, currency),
      people: total.people,
      ...columns(total),
      returnedToTreasury: money(total.returnedToTreasury, currency),
    },
  }
}

export const YearEnd = named(
  'YearEnd',
  {
    fiscalYear: Type.Integer(),
    document: Type.String({ description: 'Number of the document that orders it' }),
    state: Type.Enum([...YEAR_STATES], { description: 'The last step that is done' }),
    lapsed: Type.Integer({ description: 'How many obligations lapsed' }),
    lapsedAmount: Type.String({ description: 'Minor units' }),
    returnedAmount: Type.String({ description: 'Went back to the treasury, minor units' }),
    carried: Type.Integer({ description: 'How many people’s promises went over to the next year' }),
    carriedAmount: Type.String({ description: 'Minor units' }),
    refusal: textOrNull({ description: 'Why it does not go on: people mend that, and it goes on by itself' }),
    proposal: Type.String(),
    frozenAt: Time,
    closedAt: TimeOrNull,
  },
  'A fiscal year that is being closed, or is closed',
)
export const YearEndList = listOf('YearEndList', YearEnd)

export function yearEndView(row: YearRow): Static<typeof YearEnd> {
  return {
    fiscalYear: row.fiscalYear,
    document: row.document,
    state: row.state,
    lapsed: row.lapsedCount,
    lapsedAmount: row.lapsed.toString(),
    returnedAmount: row.returned.toString(),
    carried: row.carriedCount,
    carriedAmount: row.carried.toString(),
    refusal: row.refusal,
    proposal: row.agreedUnder,
    frozenAt: time(row.frozenAt),
    closedAt: timeOrNull(row.closedAt),
  }
}
