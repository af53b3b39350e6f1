import { Command } from 'commander'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'

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
  const redrive = withConnection(
    command
      .command('redrive [id]')
      .description('send one on its way again, or all of them after a fault that is mended'),
  )
    .option('--all', 'every dead message, the oldest first')
    .option('--programme <code>', 'with --all: only those of this programme')
    .action(redriveSome)
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

async function redriveSome(id: string | undefined, options: RedriveOptions): Promise<void> {
  if ((id === undefined) !== (options.all ?? false)) throw new Failure('give the id of one message, or --all')
  if (id === undefined) return redriveAll(options)
  if (options.programme !== undefined) throw new Failure('--programme goes with --all')
  return redriveOne(id, options)
}

async function redriveOne(id: string, options: Options): Promise<void> {
  const client = await connect(options, 'operator')
  const answer = dataOf(await client.POST('/v1/messages/{id}/redrive', { params: { path: { id } } as never }))
  if (options.json) return printJson(answer)
  print(`${id} is on its way again.`)
}

/** Call after call, until none is left, or none of those that are left can be taken. */
async function redriveAll({ programme, ...options }: RedriveOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const body = { programme: programme ?? null }
  let redriven = 0
  for (;;) {
    const answer = dataOf(await client.POST('/v1/messages/redrive', { params: {} as never, body }))
    redriven += answer.redriven
    if (answer.left > 0 && answer.redriven > 0) continue
    if (options.json) return printJson({ redriven, left: answer.left })
    return print(sentence(redriven, answer.left))
  }
}

function sentence(redriven: number, left: number): string {
  if (redriven === 0 && left === 0) return 'No message is dead.'
  const done = redriven === 1 ? '1 message is on its way again.' : `${redriven} messages are on their way again.`
  return left === 0 ? done : `${done} ${left} are dead still; somebody else is working on them.`
}
