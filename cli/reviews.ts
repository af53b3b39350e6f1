import { Command, Option } from 'commander'
import { dataOf } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { printNext, readPages, withPages, type PageOptions, type PageQuery } from './pages.ts'
import { receivableOf } from './receivables.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

type Review = components['schemas']['Review']
type Detail = components['schemas']['ReviewWithHistory']

interface ShowOptions extends ConnectionOptions {
  readonly json?: boolean
}

interface ListOptions extends ShowOptions, PageOptions {
  readonly programme?: string
}

interface ProposeOptions extends ProposingOptions {
  readonly payout?: string
  readonly finding?: string
  readonly returned?: string
  readonly next?: string
  readonly stray?: string
}

interface SettleOptions extends ProposingOptions {
  readonly asRepaid?: boolean
  readonly asWrittenOff?: boolean
  readonly amount?: string
}

const FINDINGS = ['paid', 'not-paid', 'returned', 'partly-returned', 'unknown', 'receivable', 'written-off']
const STEPS = ['pay-again', 'needs-account', 'hold', 'cancel']

export function reviewsCommand(): Command {
  const command = new Command('reviews').description('payments that the engine cannot place: two people decide')
  const list = withList(command.command('list').description('what waits for a decision')).action(listThem)
  const show = withConnection(
    command.command('show <disbursement>').description('one, with all that was learnt about it'),
  ).action(showOne)
  const propose = withProposing(
    command.command('propose <disbursement>').description('say what was found; another person approves it'),
    'operator',
  )
    .option('--payout <key>', 'which payout it is about, when several are under review')
    .addOption(new Option('--finding <finding>', 'what became of the payout').choices(FINDINGS))
    .option('--returned <minor>', 'how much came back in part, in minor units (sen)')
    .addOption(new Option('--next <step>', 'what happens with what is still owed').choices(STEPS))
    .option('--stray <discrepancy>', 'the debit of the lost time that was its payment, after a restore')
    .action(proposeOne)
  const receivables = withList(command.command('receivables').description('what is to be had back')).action(
    listReceivables,
  )
  const settle = withProposing(
    command.command('settle <payout>').description('end a receivable; another person approves it'),
    'operator',
  )
    .option('--as-repaid', 'it was paid back to the treasury')
    .option('--as-written-off', 'nobody will give it back')
    .option('--amount <minor>', 'a part of it was repaid, in minor units (sen)')
    .action(settleOne)
  for (const each of [list, show, propose, receivables, settle]) each.exitOverride()
  return command
}

function withList(command: Command): Command {
  return withPages(withConnection(command).option('--programme <code>', 'of one programme'))
}

const queryOf = ({ programme }: ListOptions, page: PageQuery) =>
  programme === undefined ? page : { ...page, programme }

async function listThem(options: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const page = await readPages(options, async (asked) =>
    dataOf(await client.GET('/v1/reviews', { params: { query: queryOf(options, asked) } })),
  )
  if (options.json) return printJson(page)
  if (page.data.length === 0) return print('Nothing is under review.')
  const rows = page.data.map((one) => [
    one.disbursement,
    one.state,
    one.reason ?? '',
    `${one.amount.minor} ${one.amount.currency}`,
    one.since ?? '',
    waitingOf(one)
      .map(({ key, alarm }) => `${key.slice(key.indexOf('#'))}${alarm === null ? '' : ` ${alarm}`}`)
      .join(', '),
  ])
  print(columns([['DISBURSEMENT', 'STATE', 'WHY', 'AMOUNT', 'SINCE', 'ATTEMPTS'], ...rows]))
  printNext(page)
}

async function showOne(disbursement: string, options: ShowOptions): Promise<void> {
  const found = await reviewOf(disbursement, options)
  if (options.json) return printJson(found)
  print(storyOf(found))
}

async function reviewOf(disbursement: string, options: ConnectionOptions & { readonly as?: string }): Promise<Detail> {
  const client = await connect(options, options.as ?? 'operator')
  return dataOf(await client.GET('/v1/reviews/{disbursement}', { params: { path: { disbursement } } }))
}

/** What is signed holds the versions of what was seen: what is learnt later voids it. */
async function proposeOne(disbursement: string, options: ProposeOptions): Promise<void> {
  const seen = await reviewOf(disbursement, options)
  const { finding = null, returned = null, next = null, stray } = options
  const payout = stray === undefined ? payoutOf(seen, options.payout) : newPayoutOf(seen)
  const { programme, version } = seen
  const content = {
    programme,
    disbursement,
    version,
    payout: payout?.key ?? null,
    payoutVersion: payout?.version ?? null,
    finding,
    returned,
    next,
    ...(stray === undefined ? {} : { stray }),
    ...(isAskedAboutStrays(seen, payout) ? { strays: seen.strays.map(({ id }) => id) } : {}),
  }
  await proposeAct(options, { act: 'review-decision', content })
}

/** The attempt that a stray debit becomes. */
function newPayoutOf({ disbursement, attempts }: Detail): { readonly key: string; readonly version: number } {
  return { key: `${disbursement}#${attempts.length + 1}`, version: 0 }
}

/** Payments of the lost time may be this one: whoever decides says which they have seen. */
function isAskedAboutStrays({ strays }: Detail, payout: object | undefined): boolean {
  return payout === undefined && strays.length > 0
}

function payoutOf(review: Detail, named: string | undefined): Detail['attempts'][number] | undefined {
  const waiting = waitingOf(review)
  if (named !== undefined) {
    const found = waiting.find(({ key }) => key === named)
    if (!found) throw new Failure(`${named} is not under review`)
    return found
  }
  if (waiting.length > 1)
    throw new Failure(`several are under review; name one by --payout: ${waiting.map(({ key }) => key).join(', ')}`)
  return waiting[0]
}

function waitingOf<Attempt extends Review['attempts'][number]>(of: {
  readonly attempts: readonly Attempt[]
}): Attempt[] {
  return of.attempts.filter(({ state }) => state === 'review')
}

async function listReceivables(options: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const page = await readPages(options, async (asked) =>
    dataOf(await client.GET('/v1/receivables', { params: { query: queryOf(options, asked) } })),
  )
  if (options.json) return printJson(page)
  if (page.data.length === 0) return print('Nothing is to be had back.')
  const rows = page.data.map((one) => [
    one.payout,
    one.gateway,
    `${one.amount.minor} ${one.amount.currency}`,
    one.since ?? '',
  ])
  print(columns([['PAYOUT', 'GATEWAY', 'AMOUNT', 'SINCE'], ...rows]))
  printNext(page)
}

async function settleOne(payout: string, options: SettleOptions): Promise<void> {
  const { asRepaid = false, asWrittenOff = false } = options
  if (asRepaid === asWrittenOff) throw new Failure('say how it ends: --as-repaid or --as-written-off')
  const client = await connect(options, options.as)
  const { programme, version } = await receivableOf(client, payout)
  const part = options.amount === undefined ? {} : { amount: options.amount }
  const content = { programme, payout, version, end: asRepaid ? 'repaid' : 'written-off', ...part }
  await proposeAct(options, { act: 'receivable-end', content })
}

function storyOf(review: Detail): string {
  const { disbursement, programme, participant, tranche, amount, state, reason } = review
  const lines = [
    disbursement,
    `  ${tranche} of ${participant} in ${programme}: ${amount.minor} ${amount.currency}, ${state}${reason === null ? '' : ` (${reason})`}`,
  ]
  for (const one of review.attempts) {
    const failure =
      one.failureCode === null ? '' : `, failed with ${one.failureCode}${one.vendorCode ? ` (${one.vendorCode})` : ''}`
    lines.push(
      `  #${one.n} at ${one.gateway}, reference ${one.reference}: ${one.state}, money ${one.money}${failure}`,
      ...(one.alarm === null ? [] : [`     alarm: ${one.alarm}`]),
      ...one.observations.map(
        (seen) =>
          `     ${seen.observedAt}  ${seen.source} said ${seen.vendorStatus ?? seen.observed ?? seen.fact}: ${seen.fromState} -> ${seen.toState}`,
      ),
    )
  }
  for (const one of review.discrepancies) {
    const { gatewayHas, amount: differs } = one.difference
    lines.push(`  statement of ${one.day}: ${one.class}, the gateway has ${differs.minor} ${gatewayHas} (${one.state})`)
  }
  for (const { id, day, gateway, there, reference } of review.strays) {
    const amount = there === null ? 'an amount that cannot be read' : `${there.minor} ${there.currency}`
    lines.push(`  may be its payment: ${amount} of ${day} at ${gateway}, reference ${reference ?? 'none'} (${id})`)
  }
  return lines.join('\n')
}
