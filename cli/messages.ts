import { Command } from 'commander'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

interface Options extends ConnectionOptions {
  readonly json?: boolean
}

interface RedriveOptions extends Options {
  readonly all?: boolean
  readonly programme?: string
}

export function messagesCommand(): Command {
  const command = new Command('messages').description('messages that no life could be told')
  const dead = withConnection(command.command('dead').description('list them, with why')).action(listDead)
  const redriven = withProposing(
    command
      .command('redrive')
      .description('propose to send one on its way again, or all; another person approves it')
      .argument('[id]', 'the message'),
    'operator',
  )
    .option('--all', 'every dead message, the oldest first')
    .option('--programme <code>', 'with --all: only those of this programme')
    .action(redrive)
  for (const each of [dead, redriven]) each.exitOverride()
  return command
}

async function listDead(options: Options): Promise<void> {
  const client = await connect(options, 'operator')
  const { data } = dataOf(await client.GET('/v1/messages/dead', {}))
  if (options.json) return printJson({ data })
  if (data.length === 0) return print('No message is dead.')
  const rows = data.map((item) => [item.id, item.programme, item.ref, item.kind, item.refusal ?? '', item.createdAt])
  print(columns([['ID', 'PROGRAMME', 'REF', 'KIND', 'WHY', 'SINCE'], ...rows]))
}

interface RedriveOptions extends ProposingOptions {
  readonly all?: boolean
  readonly programme?: string
}

async function redrive(id: string | undefined, options: RedriveOptions): Promise<void> {
  if ((id === undefined) !== (options.all ?? false)) throw new Failure('give the id of one message, or --all')
  const { programme = null } = options
  const act =
    id === undefined ? { act: 'redrive-all', content: { programme } } : { act: 'redrive', content: { message: id } }
  await proposeAct(options, act)
}
