import { Command, Option } from 'commander'
import { dataOf } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { printNext, readPages, withPages, type PageOptions } from './pages.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

type Discrepancy = components['schemas']['Discrepancy']

interface Options extends ConnectionOptions {
  readonly json?: boolean
}

interface ListOptions extends Options, PageOptions {
  readonly programme?: string
  readonly gateway?: string
  readonly day?: string
  readonly class?: Discrepancy['class']
  readonly owner?: string
  readonly any?: boolean
  readonly overdue?: boolean
}

interface ActOptions extends Options {
  readonly as: string
}

interface ReportOptions extends Options {
  readonly programme: string
  readonly gateway: string
  readonly csv?: boolean
}

const RESOLUTIONS = ['booked', 'receivable', 'written-off', 'to-treasury']

export function discrepanciesCommand(): Command {
  const command = new Command('discrepancies').description('what differs between statements of gateways and our books')
  const list = withPages(
    withConnection(command.command('list').description('those that are not resolved'))
      .option('--programme <code>', 'of one programme')
      .option('--gateway <code>', 'of one gateway')
      .option('--day <date>', 'of the statement of one day')
      .option('--class <class>', 'of one class')
      .option('--owner <owner>', 'that one person, or a role as role:operator, looks after')
      .option('--overdue', 'only what is open for longer than its class may be')
      .option('--any', 'also what is resolved'),
  ).action(listThem)
  const show = withConnection(command.command('show <id>').description('one, with what became of it')).action(showOne)
  const assign = withConnection(command.command('assign <id> <person>').description('make somebody look after it'))
    .addOption(new Option('--as <role>', 'whose development key, when --key is not given').default('operator'))
    .action(assignOne)
  const explain = withConnection(command.command('explain <id>').description('end one that has no money in it'))
    .requiredOption('--reason <text>', 'why, for the audit trail; nothing personal')
    .addOption(new Option('--as <role>', 'whose development key, when --key is not given').default('operator'))
    .action(explainOne)
  const propose = withProposing(
    command.command('propose <id>').description('say where its money is; another person approves it'),
    'operator',
  )
    .addOption(new Option('--resolution <resolution>', 'how it ends').choices(RESOLUTIONS).makeOptionMandatory())
    .option(
      '--difference <minor>',
      'what is in it where its amount cannot be read, in minor units; negative: the gateway has less',
    )
    .action(proposeOne)
  const report = withConnection(command.command('report <day>').description('the day of a programme at a gateway'))
    .requiredOption('--programme <code>', 'the programme')
    .requiredOption('--gateway <code>', 'the gateway')
    .option('--csv', 'comma separated values, a line for each class')
    .action(reportDay)
  for (const each of [list, show, assign, explain, propose, report]) each.exitOverride()
  return command
}

async function listThem(options: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const { programme, gateway, day, class: found, owner, any, overdue } = options
  const state = any ? 'any' : overdue ? 'overdue' : 'open'
  const asked = { programme, gateway, day, class: found, owner, state }
  const wanted = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  const page = await readPages(options, async (of) =>
    dataOf(await client.GET('/v1/discrepancies', { params: { query: { ...wanted, ...of } } })),
  )
  if (options.json) return printJson(page)
  if (page.data.length === 0) return print('Nothing differs.')
  const rows = page.data.map((one) => [
    one.id,
    one.class,
    one.day,
    one.gateway,
    one.programme,
    moneyOf(one),
    `${one.ageDays} d${one.overdue ? ', overdue' : ''}`,
    one.owner,
    one.state === 'resolved' ? (one.resolution ?? '') : one.state,
  ])
  print(columns([['ID', 'CLASS', 'DAY', 'GATEWAY', 'PROGRAMME', 'GATEWAY HAS', 'AGE', 'OWNER', 'STATE'], ...rows]))
  printNext(page)
}

async function showOne(id: string, options: Options): Promise<void> {
  const client = await connect(options, 'operator')
  const one = dataOf(await client.GET('/v1/discrepancies/{id}', { params: { path: { id } } }))
  if (options.json) return printJson(one)
  print(storyOf(one))
}

async function assignOne(id: string, owner: string, options: ActOptions): Promise<void> {
  const client = await connect(options, options.as)
  const params = { path: { id } } as never
  const one = dataOf(await client.POST('/v1/discrepancies/{id}/assign', { params, body: { owner } }))
  if (options.json) return printJson(one)
  print(`${owner} looks after it.`)
  print(storyOf(one))
}

async function explainOne(id: string, options: ActOptions & { readonly reason: string }): Promise<void> {
  const client = await connect(options, options.as)
  const { reason } = options
  const params = { path: { id } } as never
  const one = dataOf(await client.POST('/v1/discrepancies/{id}/explain', { params, body: { reason } }))
  if (options.json) return printJson(one)
  print('It is explained.')
  print(storyOf(one))
}

/** What is signed holds the difference as it was seen: another one by then voids it. */
interface ProposeOptions extends ProposingOptions {
  readonly resolution: string
  readonly difference?: string
}

async function proposeOne(id: string, options: ProposeOptions): Promise<void> {
  const client = await connect(options, options.as)
  const seen = dataOf(await client.GET('/v1/discrepancies/{id}', { params: { path: { id } } }))
  const { gatewayHas, amount } = seen.difference
  const booked = gatewayHas === 'less' ? `-${amount.minor}` : amount.minor
  const difference = options.difference ?? booked
  if (difference === '0') throw new Failure('no money is in it: lunas discrepancies explain')
  const content = { discrepancy: id, difference, resolution: options.resolution }
  await proposeAct(options, { act: 'discrepancy-resolution', content })
}

async function reportDay(day: string, options: ReportOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const { programme, gateway } = options
  const path = { programme, gateway, day }
  const route = '/v1/programmes/{programme}/reconciliation/{gateway}/{day}'
  if (options.csv) {
    const answer = await client.GET(route, { params: { path, query: { format: 'csv' } }, parseAs: 'text' })
    process.stdout.write(String(dataOf(answer)))
    return
  }
  const report = dataOf(await client.GET(route, { params: { path } }))
  if (options.json) return printJson(report)
  const proof = report.complete ? 'complete' : 'not proved to be complete'
  print(`${gateway}, ${day}: version ${report.version}, ${report.lines} lines, ${proof}, ${report.state}`)
  print(`  opening ${report.opening ?? 'not told'}, closing ${report.closing ?? 'not told'} (minor units)`)
  if (report.classes.length === 0) return print('  Nothing differs.')
  const rows = report.classes.map((one) => [
    `  ${one.class}`,
    String(one.found),
    String(one.open),
    String(one.overdue),
    one.owners.join(', '),
    moneyOf(one),
  ])
  print(columns([['  CLASS', 'FOUND', 'OPEN', 'OVERDUE', 'OWNER', 'GATEWAY HAS'], ...rows]))
}

function moneyOf({ difference }: Pick<Discrepancy, 'difference'>): string {
  const { gatewayHas, amount } = difference
  return gatewayHas === 'the-same' ? 'the same' : `${amount.minor} ${amount.currency} ${gatewayHas}`
}

function storyOf(one: Discrepancy): string {
  const lines = [
    `  ${one.id}`,
    `  ${one.class} of ${one.day} at ${one.gateway}, ${one.programme}: ${one.state}`,
    `  there ${one.there?.minor ?? 'nothing'}, here ${one.here?.minor ?? 'nothing'}; the gateway has ${moneyOf(one)}`,
    `  payout ${one.payout ?? 'none'}, reference ${one.reference ?? 'none'}`,
    `  owner ${one.owner}, found ${one.foundAt}, ${one.ageDays} days old, due by ${one.dueBy}${one.overdue ? ': overdue' : ''}`,
  ]
  if (one.resolution) lines.push(`  ${one.resolution} by ${one.resolvedBy ?? ''}: ${one.reason ?? ''}`)
  return lines.join('\n')
}
