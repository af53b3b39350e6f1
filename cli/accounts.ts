import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { accountChange } from '../client/account-change.ts'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

interface ListOptions extends ConnectionOptions {
  readonly programme: string
  readonly json?: boolean
}

interface ChangeOptions extends ProposingOptions {
  readonly programme: string
  readonly account: string
}

export function accountsCommand(): Command {
  const command = new Command('accounts').description('where a person is paid')
  const list = withConnection(command.command('list <ref>').description('every account a person has had, masked'))
    .requiredOption('--programme <code>', 'the programme')
    .action(listAll)
  const check = withConnection(
    command.command('check <ref>').description('ask again about an account that its owner has mended'),
  )
    .requiredOption('--programme <code>', 'the programme')
    .action(checkOne)
  const propose = withProposing(
    command.command('propose <ref>').description('another account for a person; another person approves it'),
    'operator',
  )
    .requiredOption('--programme <code>', 'the programme')
    .requiredOption(
      '--account <file>',
      'a JSON file with kind, institution, number and holder; it is sealed, delete the file after',
    )
    .action(proposeOne)
  for (const each of [list, check, propose]) each.exitOverride()
  return command
}

async function listAll(ref: string, options: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const path = { programme: options.programme, ref }
  const answer = await client.GET('/v1/programmes/{programme}/participants/{ref}/accounts', { params: { path } })
  const { data } = dataOf(answer)
  if (options.json) return printJson({ data })
  if (data.length === 0) return print('There is none.')
  const rows = data.map((one) => [
    one.institution,
    one.masked,
    one.state,
    one.reason ?? '',
    one.linkedAt,
    later(one.usableFrom, one.restsUntil),
    checkOf(one.checks.at(-1)),
    String(one.payouts.length),
  ])
  print(
    columns([['INSTITUTION', 'ACCOUNT', 'STATE', 'WHY', 'LINKED', 'USABLE FROM', 'LAST CHECK', 'PAYOUTS'], ...rows]),
  )
}

function later(one: string, other: string | null): string {
  return other !== null && other > one ? other : one
}

/** `verified 92 (initials)`: what was made of the gateway's answer, and how well the names agree. */
function checkOf(
  check: { readonly verdict: string; readonly score: number | null; readonly reasons: readonly string[] } | undefined,
): string {
  if (!check) return ''
  const { verdict, score, reasons } = check
  const why = reasons.length === 0 ? [] : [`(${reasons.join(', ')})`]
  return [verdict, ...(score === null ? [] : [String(score)]), ...why].join(' ')
}

/** The owner has mended it: it is asked about at once, and the payment goes on by itself. */
async function checkOne(ref: string, { programme, ...options }: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const path = { programme, ref }
  const answer = await client.POST('/v1/programmes/{programme}/participants/{ref}/accounts/check', {
    params: { path } as never,
  })
  const told = dataOf(answer)
  if (options.json) return printJson(told)
  print('It is being asked about.')
}

/** The number and the name are in no argument, so that no list of processes and no history of a shell has them. */
async function proposeOne(ref: string, options: ChangeOptions): Promise<void> {
  const { programme, account } = options
  await proposeAct(options, { act: 'account-change', ...accountChange({ programme, ref }, readAccount(account)) })
}

type Account = Parameters<typeof accountChange>[1]

function readAccount(file: string): Account {
  const read = parsed(file)
  const fields = ['kind', 'institution', 'number', 'holder'] as const
  const missing = fields.filter((field) => typeof read[field] !== 'string')
  if (missing.length > 0) throw new Failure(`${file} lacks ${missing.join(', ')}`)
  const { kind, institution, number, holder } = read as Record<(typeof fields)[number], string>
  if (kind !== 'bank' && kind !== 'wallet') throw new Failure(`${file}: kind is bank or wallet`)
  return { kind, institution, number, holder }
}

function parsed(file: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>
  } catch {
    throw new Failure(`${file} cannot be read as JSON`)
  }
}
