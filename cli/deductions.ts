import { Command, Option } from 'commander'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, print, printJson } from './output.ts'
import { printNext, readPages, withPages, type PageOptions } from './pages.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'
import { receivableOf } from './receivables.ts'

interface ListOptions extends ConnectionOptions, PageOptions {
  readonly programme: string
  readonly json?: boolean
  readonly ref?: string
}

interface ProposeOptions extends ProposingOptions {
  readonly payout?: string
  readonly amount: string
  readonly cause: string
  readonly document: string
}

const CAUSES = ['paid-in-error', 'tax', 'court-order']

export function deductionsCommand(): Command {
  const command = new Command('deductions').description('what is taken off what people are owed, before it is paid')
  const list = withPages(
    withConnection(command.command('list').description('the deductions of a programme'))
      .requiredOption('--programme <code>', 'the programme')
      .option('--ref <ref>', 'of one participant'),
  ).action(listThem)
  const propose = withProposing(
    command.command('propose <disbursement>').description('take something off; another person approves it'),
    'operator',
  )
    .requiredOption('--amount <minor>', 'how much, in minor units (sen)')
    .addOption(new Option('--cause <cause>', 'why').choices(CAUSES).makeOptionMandatory())
    .requiredOption('--document <number>', 'the number of the document that orders it')
    .option('--payout <key>', 'what the person was paid in error: see lunas reviews receivables')
    .action(proposeOne)
  for (const each of [list, propose]) each.exitOverride()
  return command
}

async function listThem({ programme, ref, json, ...options }: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const path = { programme }
  const page = await readPages(options, async (asked) => {
    const query = ref === undefined ? asked : { ...asked, ref }
    return dataOf(await client.GET('/v1/programmes/{programme}/deductions', { params: { path, query } }))
  })
  if (json) return printJson(page)
  if (page.data.length === 0) return print('Nothing was deducted.')
  const rows = page.data.map((one) => [
    one.disbursement,
    `${one.amount.minor} ${one.amount.currency}`,
    one.cause,
    one.reference,
    one.payout ?? '',
    one.madeAt,
  ])
  print(columns([['DISBURSEMENT', 'AMOUNT', 'CAUSE', 'DOCUMENT', 'SET OFF AGAINST', 'AT'], ...rows]))
  printNext(page)
}

/** What is signed holds the versions of what was seen: what is learnt later voids it. */
async function proposeOne(disbursement: string, options: ProposeOptions): Promise<void> {
  const client = await connect(options, options.as)
  const programme = disbursement.split(':')[0] ?? ''
  const path = { programme, key: disbursement }
  const { version } = dataOf(await client.GET('/v1/programmes/{programme}/disbursements/{key}', { params: { path } }))
  const { payout = null, amount, cause, document: reference } = options
  const content = {
    programme,
    disbursement,
    version,
    payout,
    payoutVersion: null as number | null,
    amount,
    cause,
    reference,
  }
  if (payout !== null) {
    content.payoutVersion = (await receivableOf(client, payout)).version
  }
  await proposeAct(options, { act: 'deduction', content })
}
