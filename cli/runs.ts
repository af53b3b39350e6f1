import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { Command, Option } from 'commander'
import { dataOf, type LunasClient } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

type Run = components['schemas']['Run']
type Total = components['schemas']['RunTotal']

interface Options extends ConnectionOptions {
  readonly json?: boolean
}

interface ActOptions extends Options {
  readonly as: string
  readonly reason: string
}

export function runsCommand(): Command {
  const command = new Command('runs').description(
    'payout runs: collected, put forward, released, and what became of them',
  )
  const list = withConnection(command.command('list').description('those that have not ended'))
    .option('--programme <code>', 'of one programme')
    .option('--any', 'also what has ended')
    .action(listThem)
  const show = withConnection(command.command('show <run>').description('one, with its totals')).action(showOne)
  const collect = withConnection(command.command('collect <programme>').description('collect what is owed'))
    .option('--cut-off <time>', 'what is due by then, RFC 3339; now when not given')
    .addOption(new Option('--as <role>', 'whose development key, when --key is not given').default('operator'))
    .action(collectOne)
  const propose = withProposing(
    command.command('propose <run>').description('put a run forward; others approve it'),
    'operator',
  )
    .option('--payment-order <number>', 'the document that orders the payment')
    .option('--payment-order-date <day>', 'its day, such as 2026-11-26')
    .option('--warrant <number>', 'the document that warrants the payment')
    .option('--warrant-date <day>', 'its day')
    .action(proposeOne)
  const pause = acting(command, 'pause <run>', 'stop it: nothing more of it is sent', (client, run, body) =>
    client.POST('/v1/runs/{run}/pause', { params: pathOf(run), body }),
  )
  const resume = acting(command, 'resume <run>', 'let a paused one go on', (client, run, body) =>
    client.POST('/v1/runs/{run}/resume', { params: pathOf(run), body }),
  )
  const abort = withProposing(
    command.command('abort <run>').description('end it early: at once where nobody has approved it, else by proposal'),
    'operator',
  ).action(abortOne)
  const report = withConnection(command.command('report <run>').description('what became of it, or its result file'))
    .addOption(new Option('--format <format>', 'the result file instead, line by line').choices(['csv', 'json']))
    .option('--output <file>', 'where the result file goes; standard output when not given')
    .action(reportOne)
  for (const each of [list, show, collect, propose, pause, resume, abort, report]) each.exitOverride()
  return command
}

const pathOf = (run: string) => ({ path: { run } }) as never

type Step = (
  client: LunasClient,
  run: string,
  body: { reason: string },
) => Promise<{ data?: Run; error?: unknown; response: Response }>

function acting(command: Command, name: string, description: string, step: Step): Command {
  return withConnection(command.command(name).description(description))
    .requiredOption('--reason <text>', 'why, for the audit trail; nothing personal')
    .addOption(new Option('--as <role>', 'whose development key, when --key is not given').default('operator'))
    .action(async (run: string, options: ActOptions) => {
      const client = await connect(options, options.as)
      told(dataOf((await step(client, run, { reason: options.reason })) as never), options)
    })
}

function told(run: Run, options: Options): void {
  if (options.json) printJson(run)
  else print(storyOf(run))
}

async function listThem(options: Options & { readonly programme?: string; readonly any?: boolean }): Promise<void> {
  const client = await connect(options, 'operator')
  const { programme, any } = options
  const query = { ...(programme === undefined ? {} : { programme }), ...(any ? { state: 'any' as const } : {}) }
  const { data } = dataOf(await client.GET('/v1/runs', { params: { query } }))
  if (options.json) return printJson({ data })
  if (data.length === 0) return print('No payout run is open.')
  const rows = data.map((one) => [
    one.run,
    one.state,
    String(one.lines),
    amountOf(one),
    one.cutOff,
    one.approval?.until ?? '',
  ])
  print(columns([['RUN', 'STATE', 'LINES', 'AMOUNT', 'CUT-OFF', 'APPROVED UNTIL'], ...rows]))
}

async function showOne(run: string, options: Options): Promise<void> {
  const client = await connect(options, 'operator')
  const report = dataOf(await client.GET('/v1/runs/{run}/report', { params: { path: { run } } }))
  if (options.json) return printJson(report)
  print(storyOf(report.run))
  const parts = [report.byGateway, report.byTranche, report.byRegion, report.byOutcome].flatMap(totalLines)
  print(columns([['  OF', 'LINES', 'AMOUNT'], ...parts]))
}

function totalLines(totals: readonly Total[]): string[][] {
  return totals.map(({ name, lines, amount }) => [`  ${name}`, String(lines), `${amount.minor} ${amount.currency}`])
}

async function collectOne(
  programme: string,
  options: Options & { readonly as: string; readonly cutOff?: string },
): Promise<void> {
  const client = await connect(options, options.as)
  const { cutOff } = options
  const body = { programme, ...(cutOff === undefined ? {} : { cutOff }) }
  const run = dataOf(await client.POST('/v1/runs', { params: {} as never, body }))
  told(run, options)
  if (!options.json) print(`Put it forward with\n  lunas runs propose ${run.run} --reason <text>`)
}

interface ProposeOptions extends ProposingOptions {
  readonly paymentOrder?: string
  readonly paymentOrderDate?: string
  readonly warrant?: string
  readonly warrantDate?: string
}

async function proposeOne(key: string, options: ProposeOptions): Promise<void> {
  const { run, hash, lines, amount } = await found(key, options)
  const documents = {
    ...documentOf('paymentOrder', options.paymentOrder, options.paymentOrderDate),
    ...documentOf('warrant', options.warrant, options.warrantDate),
  }
  await proposeAct(options, { act: 'run-release', content: { run, hash, lines, amount, ...documents } })
}

function documentOf(name: string, number: string | undefined, date: string | undefined): object {
  if (number === undefined && date !== undefined) throw new Failure('a day is given without the number of its document')
  return number === undefined ? {} : { [name]: { number, ...(date === undefined ? {} : { date }) } }
}

async function abortOne(key: string, options: ProposingOptions): Promise<void> {
  const { run, state } = await found(key, options)
  if (state !== 'collecting' && state !== 'proposed') {
    await proposeAct(options, { act: 'run-abort', content: { run } })
    return
  }
  const client = await connect(options, options.as)
  const { reason } = options
  told(dataOf(await client.POST('/v1/runs/{run}/discard', { params: pathOf(run), body: { reason } })), options)
}

async function found(run: string, options: ProposingOptions): Promise<Run> {
  const client = await connect(options, options.as)
  return dataOf(await client.GET('/v1/runs/{run}', { params: { path: { run } } }))
}

async function reportOne(
  run: string,
  options: Options & { readonly format?: 'csv' | 'json'; readonly output?: string },
): Promise<void> {
  if (options.format === undefined) return showOne(run, options)
  const client = await connect(options, 'operator')
  const { format, output } = options
  const params = { path: { run }, query: { format } }
  // A result file may be some hundred megabytes: it is never held whole.
  const answer = await client.GET('/v1/runs/{run}/result', { params, parseAs: 'stream' })
  const stream = dataOf(answer as never) as ReadableStream<Uint8Array> | null
  if (stream === null) throw new Failure('the result file is empty')
  const file = output === undefined ? process.stdout : createWriteStream(output)
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    if (!file.write(chunk)) await once(file, 'drain')
  }
  if (file === process.stdout) return
  file.end()
  await once(file, 'finish')
  print(`${output ?? ''} has every line of ${run}.`)
}

function amountOf({ amount }: Run): string {
  return `${amount.minor} ${amount.currency}`
}

function storyOf(run: Run): string {
  const lines = [
    `${run.run}: ${run.state}, ${run.lines} lines, ${amountOf(run)} (minor units)${run.fees.minor === '0' ? '' : `, ${run.fees.minor} reserved for fees`}`,
    `  hash  ${run.hash}`,
    `  ${run.collectedAt}  collected by ${run.collectedBy}: what was due by ${run.cutOff}`,
  ]
  if (run.paymentOrder)
    lines.push(`  payment order ${run.paymentOrder.number} ${run.paymentOrder.date ?? ''}`.trimEnd())
  if (run.warrant) lines.push(`  warrant ${run.warrant.number} ${run.warrant.date ?? ''}`.trimEnd())
  if (run.proposal !== null) lines.push(`  proposal ${run.proposal}`)
  if (run.approval) lines.push(`  ${run.approval.at}  approved, until ${run.approval.until}`)
  if (run.stop) lines.push(`  ${run.stop.at}  stopped by ${run.stop.by}: ${run.stop.reason}`)
  if (run.endedAt !== null) lines.push(`  ${run.endedAt}  ended`)
  return lines.join('\n')
}
