import { Command, Option } from 'commander'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

interface ListOptions extends ConnectionOptions {
  readonly programme: string
  readonly json?: boolean
  readonly ref?: string
  readonly limit: string
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
  const list = withConnection(command.command('list').description('the deductions of a programme'))
    .requiredOption('--programme <code>', 'the programme')
    .option('--ref <ref>', 'of one participant')
    .option('--limit <n>', 'how many at most', '50')
    .action(listThem)
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

async function listThem({ programme, ref, limit, json, ...options }: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const query = ref === undefined ? { limit } : { limit, ref }
  const page = dataOf(
    await client.GET('/v1/programmes/{programme}/deductions', { params: { path: { programme }, query } }),
  )
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
  if (page.hasMore) print('There are more; raise --limit.')
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
    const found = dataOf(await client.GET('/v1/receivables', { params: { query: { programme, limit: '200' } } }))
    const one = found.data.find((receivable) => receivable.payout === payout)
    if (!one) throw new Failure(`${payout} is nothing that is to be had back`)
    content.payoutVersion = one.version
  }
  await proposeAct(options, { act: 'deduction', content })
}
