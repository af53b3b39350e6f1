/** What a fiscal year came to, and its end. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { type Command, Option } from 'commander'
import { dataOf } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

type Report = components['schemas']['BudgetReport']

interface YearOptions extends ConnectionOptions {
  readonly programme: string
  readonly year: number
  readonly json?: boolean
  readonly format?: 'json' | 'csv' | 'xlsx'
  readonly output?: string
}

/** Adds them to `lunas appropriations`. */
export function budgetYearCommands(command: Command, year: (text: string) => number): Command[] {
  const report = withConnection(
    command.command('report').description('where the money of a fiscal year stands, by wave and in all'),
  )
    .requiredOption('--programme <code>', 'the programme')
    .requiredOption('--year <year>', 'the fiscal year', year)
    .addOption(new Option('--format <format>', 'as a file').choices(['json', 'csv', 'xlsx']))
    .option('--output <file>', 'where the file goes; standard output when not given')
    .action(reportYear)
  const end = withProposing(
    command.command('year-end').description('put the end of a fiscal year forward: another person approves it'),
    'administrator',
  )
    .requiredOption('--programme <code>', 'the programme')
    .requiredOption('--year <year>', 'the fiscal year', year)
    .requiredOption('--document <number>', 'the number of the document that orders it')
    .action(endYear)
  const ends = withConnection(
    command.command('year-ends').description('fiscal years that are being closed or are closed'),
  )
    .requiredOption('--programme <code>', 'the programme')
    .action(listEnds)
  return [report, end, ends]
}

async function reportYear(options: YearOptions): Promise<void> {
  const { programme, year: fiscalYear, output } = options
  const client = await connect(options, 'administrator')
  const format = options.format ?? 'json'
  const params = { path: { programme }, query: { fiscalYear: String(fiscalYear), format } }
  const route = '/v1/programmes/{programme}/budget-report' as const
  if (options.format === undefined && output === undefined) {
    const report = dataOf(await client.GET(route, { params }))
    return options.json ? printJson(report) : print(tableOf(report))
  }
  const answer = await client.GET(route, { params, parseAs: 'stream' })
  const stream = dataOf(answer as never) as ReadableStream<Uint8Array> | null
  if (stream === null) throw new Failure('the report is empty')
  const file = output === undefined ? process.stdout : createWriteStream(output)
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    if (!file.write(chunk)) await once(file, 'drain')
  }
  if (file === process.stdout) return
  file.end()
  await once(file, 'finish')
  print(`${output ?? ''} has the budget of ${programme} ${fiscalYear}.`)
}

function tableOf({ programme, fiscalYear, yearEnd, waves, total }: Report): string {
  const of = (row: Report['total'] | Report['waves'][number]) =>
    [row.committed, row.obligated, row.inFlight, row.paid, row.lapsed, row.carriedOver].map(({ minor }) => minor)
  const head = ['WAVE', 'DECREE', 'PEOPLE', 'PROMISED', 'OWED', 'IN FLIGHT', 'PAID', 'LAPSED', 'CARRIED OVER']
  const rows = waves.map((row) => [row.wave, row.decree ?? '', String(row.people), ...of(row)])
  const { appropriated, available, returned, returnedToTreasury, feesReserved, feesSpent } = total
  return [
    `${programme} ${fiscalYear}: ${appropriated.minor} ${appropriated.currency} (minor units), ${available.minor} available${yearEnd === null ? '' : `; its end: ${yearEnd}`}`,
    columns([head, ...rows, ['all', '', String(total.people), ...of(total)]]),
    `came back: ${returned.minor}; back to the treasury: ${returnedToTreasury.minor}; fees: ${feesReserved.minor} reserved, ${feesSpent.minor} taken`,
  ].join('\n')
}

async function endYear(
  options: ProposingOptions & { readonly programme: string; readonly year: number; readonly document: string },
): Promise<void> {
  const { programme, year: fiscalYear, document } = options
  await proposeAct(options, { act: 'year-end', content: { programme, fiscalYear, document } })
}

async function listEnds(
  options: ConnectionOptions & { readonly programme: string; readonly json?: boolean },
): Promise<void> {
  const client = await connect(options, 'administrator')
  const path = { programme: options.programme }
  const { data } = dataOf(await client.GET('/v1/programmes/{programme}/year-ends', { params: { path } }))
  if (options.json) return printJson({ data })
  if (data.length === 0) return print('No fiscal year is being closed, and none is closed.')
  const rows = data.map((one) => [
    String(one.fiscalYear),
    one.state,
    one.document,
    one.lapsedAmount,
    one.returnedAmount,
    one.carriedAmount,
    one.refusal ?? '',
  ])
  print(columns([['YEAR', 'STATE', 'DOCUMENT', 'LAPSED', 'TO TREASURY', 'CARRIED', 'DOES NOT GO ON'], ...rows]))
}
