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
  for (const each of [list, propose]) each.exitOverride()
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
    one.usableFrom,
  ])
  print(columns([['INSTITUTION', 'ACCOUNT', 'STATE', 'WHY', 'LINKED', 'USABLE FROM'], ...rows]))
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
