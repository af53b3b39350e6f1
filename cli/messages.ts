import { Command } from 'commander'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, print, printJson } from './output.ts'

interface Options extends ConnectionOptions {
  readonly json?: boolean
}

export function messagesCommand(): Command {
  const command = new Command('messages').description('messages that no life could be told')
  const dead = withConnection(command.command('dead').description('list them, with why')).action(listDead)
  const redrive = withConnection(command.command('redrive <id>').description('send one on its way again')).action(
    redriveOne,
  )
  for (const each of [dead, redrive]) each.exitOverride()
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

async function redriveOne(id: string, options: Options): Promise<void> {
  const client = await connect(options, 'operator')
  const answer = dataOf(await client.POST('/v1/messages/{id}/redrive', { params: { path: { id } } as never }))
  if (options.json) return printJson(answer)
  print(`${id} is on its way again.`)
}
