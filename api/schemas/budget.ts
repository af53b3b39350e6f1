/** Appropriations, fundings and waves on the wire. */
import Type, { type Static } from 'typebox'
import type { AppropriationView, FundingView, WaveView } from '../../store/read-money.ts'
import { listOf, Money, money, Time, time, TimeOrNull, timeOrNull, Uuid, WaveCode } from './common.ts'
import { named, ref, textOrNull } from './named.ts'

const FiscalYear = Type.Integer({ minimum: 2000, maximum: 2100 })

export const Appropriation = named(
  'Appropriation',
  {
    id: Uuid,
    fiscalYear: FiscalYear,
    budgetLine: Type.String(),
    number: Type.String(),
    date: textOrNull({ format: 'date', description: 'Of the document of that number' }),
    amount: ref(Money),
    committed: ref(Money),
    obligated: ref(Money),
    disbursed: ref(Money),
    carriedOver: ref(Money),
    available: ref(Money),
  },
  'amount = available + committed; of the committed some is obligated (owed), and of the obligated some is disbursed (paid); what went over to the next fiscal year is committed too',
)
export const AppropriationList = listOf('AppropriationList', Appropriation)

export function appropriationView(row: AppropriationView): Static<typeof Appropriation> {
  const { id, fiscalYear, budgetLine, number, date, currency } = row
  return {
    id,
    fiscalYear,
    budgetLine,
    number,
    date,
    amount: money(row.amount, currency),
    committed: money(row.committed, currency),
    obligated: money(row.obligated, currency),
    disbursed: money(row.disbursed, currency),
    carriedOver: money(row.carriedOver, currency),
    available: money(row.available, currency),
  }
}

export const Funding = named(
  'Funding',
  { id: Uuid, gateway: Type.String(), number: Type.String(), amount: ref(Money), recordedAt: Time },
  'Money the treasury put at a gateway',
)
export const FundingList = listOf('FundingList', Funding)

export function fundingView(row: FundingView): Static<typeof Funding> {
  const { id, gateway, number } = row
  return { id, gateway, number, amount: money(row.amount, row.currency), recordedAt: time(row.recordedAt) }
}

export const NewWave = named(
  'NewWave',
  { code: WaveCode, quota: Type.Integer({ minimum: 1, maximum: 10_000_000 }), fiscalYear: FiscalYear },
  'A wave on the appropriation of a fiscal year',
)
export const Wave = named(
  'Wave',
  {
    code: WaveCode,
    state: Type.Enum(['open', 'closed']),
    fiscalYear: FiscalYear,
    quota: Type.Integer(),
    admitted: Type.Integer(),
    decree: textOrNull({ description: 'Number of the first decree' }),
    decreeDate: textOrNull({ format: 'date', description: 'The day of the first decree' }),
    openedAt: Time,
    closedAt: TimeOrNull,
  },
  'A group admitted together',
)
export const WaveList = listOf('WaveList', Wave)

export function waveView(row: WaveView): Static<typeof Wave> {
  return { ...row, openedAt: time(row.openedAt), closedAt: timeOrNull(row.closedAt) }
}

export const WaveOpened = named('WaveOpened', { code: WaveCode, state: Type.Literal('open') }, 'A wave that was opened')
export const WaveClosed = named(
  'WaveClosed',
  { code: WaveCode, state: Type.Literal('closed') },
  'A wave that was closed',
)
