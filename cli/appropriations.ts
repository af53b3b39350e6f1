import { Command, InvalidArgumentError } from 'commander'
import { dataOf } from '../client/index.ts'
import { budgetYearCommands } from './budget-year.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

interface ListOptions extends ConnectionOptions {
  readonly programme: string
  readonly json?: boolean
}

interface ProposeOptions extends ProposingOptions {
  readonly programme: string
  readonly year: number
  readonly number: string
  readonly date?: string
  readonly amount: string
  readonly currency: string
}

interface FundOptions extends Omit<ProposeOptions, 'year'> {
  readonly gateway: string
}

export function appropriationsCommand(): Command {
  const command = new Command('appropriations').description('what programmes may spend')
  const list = withConnection(command.command('list').description('amount, promised, owed and paid, by fiscal year'))
    .requiredOption('--programme <code>', 'the programme')
    .action(listAll)
  const propose = withProposing(
    command.command('propose').description('put an appropriation forward, or another amount for one'),
    'administrator',
  )
    .requiredOption('--programme <code>', 'the programme')
    .requiredOption('--year <year>', 'the fiscal year', year)
    .requiredOption('--number <text>', 'the number of the appropriation document')
    .option('--date <day>', 'its day, such as 2026-01-02')
    .requiredOption('--amount <minor>', 'the whole amount for the year, in minor units (sen)', minor)
    .option('--currency <code>', 'its currency', 'IDR')
    .action(proposeOne)
  const fund = withProposing(
    command.command('fund').description('put forward that the treasury has put money at a gateway'),
    'administrator',
  )
    .requiredOption('--programme <code>', 'the programme')
    .requiredOption('--gateway <code>', 'the gateway')
    .requiredOption('--number <text>', 'the number of the transfer, once for each gateway')
    .requiredOption('--amount <minor>', 'in minor units (sen)', minor)
    .option('--currency <code>', 'its currency', 'IDR')
    .action(fundOne)
  for (const each of [list, propose, fund, ...budgetYearCommands(command, year)]) each.exitOverride()
  return command
}

async function listAll(options: ListOptions): Promise<void> {
  const client = await connect(options, 'administrator')
  const path = { programme: options.programme }
  const { data } = dataOf(await client.GET('/v1/programmes/{programme}/appropriations', { params: { path } }))
  if (options.json) return printJson({ data })
  if (data.length === 0) return print('There is none.')
  const rows = data.map((one) => [
    String(one.fiscalYear),
    one.budgetLine,
    one.number,
    ...[one.amount, one.committed, one.obligated, one.disbursed, one.available].map((money) => money.minor),
    one.amount.currency,
  ])
  const head = ['YEAR', 'LINE', 'NUMBER', 'AMOUNT', 'PROMISED', 'OWED', 'PAID', 'AVAILABLE', 'CURRENCY']
  print(columns([head, ...rows]))
}

async function proposeOne(options: ProposeOptions): Promise<void> {
  const { programme, year: fiscalYear, number, date, amount: minorUnits, currency } = options
  const amount = { minor: minorUnits, currency }
  const dated = date === undefined ? {} : { date }
  await proposeAct(options, { act: 'appropriation', content: { programme, fiscalYear, number, ...dated, amount } })
}

async function fundOne(options: FundOptions): Promise<void> {
  const { programme, gateway, number, amount: minorUnits, currency } = options
  const amount = { minor: minorUnits, currency }
  await proposeAct(options, { act: 'funding', content: { programme, gateway, number, amount } })
}

function year(text: string): number {
  if (!/^20[0-9]{2}$/.test(text)) throw new InvalidArgumentError('a year of four digits')
  return Number(text)
}

function minor(text: string): string {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) throw new InvalidArgumentError('whole minor units in digits')
  return text
}
