/** Payout runs on the wire. */
import Type, { type Static } from 'typebox'
import { LINE_STATES, RUN_STATES } from '../../domain/payout-run.ts'
import type { RunLineRow, RunRow, RunTotal } from '../../store/run-rows.ts'
import { listOf, Money, money, PageQuery, pageOf, ProgrammeCode, Time, time, TimeOrNull, timeOrNull } from './common.ts'
import { closed, named, ref, refOrNull, textOrNull } from './named.ts'

const RunKey = Type.String({
  pattern: '^[a-z0-9-]{1,40}:[0-9]{8}-[0-9]{1,6}$',
  description: '`{programme}:{date}-{number}`',
  examples: ['prakerja:20261126-1'],
})

export const NewRun = named(
  'NewRun',
  {
    programme: ProgrammeCode,
    cutOff: Type.Optional(
      Type.String({ format: 'date-time', description: 'What is due by then; now when not given. Not in the future' }),
    ),
  },
  'What is to be collected',
)

export const RunApproval = named(
  'RunApproval',
  { at: Time, until: Type.String({ format: 'date-time', description: 'Nothing is sent from then on' }) },
  'What people have agreed to, and until when it covers payments',
)
export const RunStop = named(
  'RunStop',
  { at: Time, by: Type.String({ description: 'The person, or `engine`' }), reason: Type.String() },
  'Who last stopped it, and why',
)

export const DocumentOfRun = named(
  'DocumentOfRun',
  { number: Type.String(), date: textOrNull({ format: 'date' }) },
  'A document that the payment goes under',
)

export const Run = named(
  'Run',
  {
    run: RunKey,
    programme: ProgrammeCode,
    state: Type.Enum([...RUN_STATES]),
    cutOff: Time,
    hash: Type.String({ description: 'SHA-256 of what is approved: docs/payout-runs.md says of which text' }),
    lines: Type.Integer(),
    amount: ref(Money),
    fees: ref(Money),
    collectedAt: Time,
    collectedBy: Type.String({ description: 'The person, or `engine`' }),
    proposal: textOrNull({ description: 'The newest proposal to release it' }),
    approval: refOrNull(RunApproval),
    paymentOrder: refOrNull(DocumentOfRun),
    warrant: refOrNull(DocumentOfRun),
    releasedAt: TimeOrNull,
    stop: refOrNull(RunStop),
    endedAt: TimeOrNull,
    abortedUnder: textOrNull({ description: 'The proposal to abort it that others agreed to' }),
  },
  'Disbursements released together after approval',
)
export const RunList = listOf('RunList', Run)

export const RunLine = named(
  'RunLine',
  {
    disbursement: Type.String(),
    ref: Type.String(),
    tranche: Type.String(),
    region: Type.String(),
    amount: ref(Money),
    gateway: Type.String(),
    account: Type.String({ description: 'The id of the account link' }),
    gross: textOrNull({ description: 'Minor units owed before deductions; null where there are none' }),
    deductions: textOrNull({ description: 'Each deduction and its minor units, as it is hashed' }),
    fee: ref(Money),
    state: Type.Enum([...LINE_STATES]),
    reason: textOrNull({ description: 'Why it was dropped, or what was under way when the run ended' }),
    releasedAt: TimeOrNull,
    endedAt: TimeOrNull,
  },
  'One disbursement on a run, and what became of it',
)
export const RunLinePage = pageOf('RunLinePage', RunLine)

export const RunTotalView = named(
  'RunTotal',
  { name: Type.String(), lines: Type.Integer(), amount: ref(Money) },
  'A part of a run',
)
const totals = (description: string) => Type.Array(ref(RunTotalView), { description })
export const RunReport = named(
  'RunReport',
  {
    run: ref(Run),
    byGateway: totals('Adds up to the run'),
    byRegion: totals('Adds up to the run'),
    byTranche: totals('Adds up to the run'),
    byOutcome: totals('`paid`, `dropped: hold` …: adds up to the run'),
  },
  'What a run consists of, and what became of it so far',
)

export const runParams = closed({ run: RunKey })
export const runQuery = closed({
  programme: Type.Optional(ProgrammeCode),
  state: Type.Optional(Type.Enum(['open', 'any'])),
})
export const runLinesQuery = closed(PageQuery)
export const runResultQuery = closed({ format: Type.Optional(Type.Enum(['json', 'csv'])) })

export function runView(row: RunRow): Static<typeof Run> {
  const { key: run, programme, state, lines, collectedBy, proposal, approvedAt, approvedUntil } = row
  const { stoppedAt, stoppedBy: by, reason } = row
  return {
    run,
    programme,
    state,
    cutOff: time(row.cutOff),
    hash: row.hash.toString('hex'),
    lines,
    amount: money(row.amount, row.currency),
    fees: money(row.fees, row.currency),
    collectedAt: time(row.collectedAt),
    collectedBy,
    proposal,
    approval: approvedAt && approvedUntil && { at: time(approvedAt), until: time(approvedUntil) },
    paymentOrder: documentOf(row.paymentOrder, row.paymentOrderDate),
    warrant: documentOf(row.warrant, row.warrantDate),
    releasedAt: timeOrNull(row.releasedAt),
    stop: stoppedAt === null || by === null ? null : { at: time(stoppedAt), by, reason: reason ?? '' },
    endedAt: timeOrNull(row.endedAt),
    abortedUnder: row.endedUnder,
  }
}

function documentOf(number: string | null, date: string | null): Static<typeof DocumentOfRun> | null {
  return number === null ? null : { number, date }
}

export function runLineView(row: RunLineRow): Static<typeof RunLine> {
  const { disbursement, ref: participant, tranche, region, gateway, account, state, reason } = row
  return {
    disbursement,
    ref: participant,
    tranche,
    region,
    amount: money(row.amount, row.currency),
    gateway,
    account,
    gross: row.gross?.toString() ?? null,
    deductions: row.deductions,
    fee: money(row.fee, row.currency),
    state,
    reason,
    releasedAt: timeOrNull(row.releasedAt),
    endedAt: timeOrNull(row.endedAt),
  }
}

export function runReportView(row: RunRow, all: readonly RunTotal[]): Static<typeof RunReport> {
  const of = (what: RunTotal['of']) =>
    all
      .filter((total) => total.of === what)
      .map(({ name, lines, amount }) => ({ name, lines, amount: money(amount, row.currency) }))
  return {
    run: runView(row),
    byGateway: of('gateway'),
    byRegion: of('region'),
    byTranche: of('tranche'),
    byOutcome: of('outcome'),
  }
}

const RESULT_COLUMNS =
  'run,disbursement,ref,tranche,region,minor,currency,gateway,account,state,reason,released_at,ended_at,gross,deductions,fee'

/**
 * The result file, a piece at a time: every line with what became of it. Nothing in it needs quotes: keys, codes, ids, digits and times.
 */
export async function* runResult(
  { key, hash }: Pick<RunRow, 'key' | 'hash'>,
  format: 'json' | 'csv',
  pages: AsyncIterable<readonly RunLineRow[]>,
): AsyncGenerator<string> {
  yield format === 'csv' ? `${RESULT_COLUMNS}\n` : `{"run":"${key}","hash":"${hash.toString('hex')}","lines":[`
  let between = ''
  for await (const rows of pages) {
    if (format === 'csv') {
      yield rows.map((row) => `${csvLine(key, row)}\n`).join('')
      continue
    }
    if (rows.length === 0) continue
    yield between + rows.map((row) => JSON.stringify(runLineView(row))).join(',\n')
    between = ',\n'
  }
  if (format === 'json') yield ']}\n'
}

function csvLine(run: string, row: RunLineRow): string {
  const { disbursement, ref: participant, tranche, region, amount, currency, gateway, account, state, reason } = row
  const ends = [timeOrNull(row.releasedAt) ?? '', timeOrNull(row.endedAt) ?? '']
  return [
    run,
    disbursement,
    participant,
    tranche,
    region,
    amount,
    currency,
    gateway,
    account,
    state,
    reason ?? '',
    ...ends,
    row.gross ?? '',
    row.deductions ?? '',
    row.fee,
  ].join()
}
