import { Command } from 'commander'
import { dataOf } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

type Freeze = components['schemas']['Freeze']

interface Options extends ConnectionOptions {
  readonly json?: boolean
}

interface PlaceOptions extends Options {
  readonly programme?: string
  readonly reason: string
}

interface ListOptions extends Options {
  readonly any?: boolean
}

const SCOPES = ['all', 'gateway', 'programme', 'wave', 'region'] as const

export function freezeCommand(): Command {
  const command = new Command('freeze').description('stop a scope at once, and see what is stopped')
  const place = withConnection(
    command
      .command('place')
      .description('stop a scope: nothing in it is claimed or sent again until two people lift it')
      .argument('<scope>', SCOPES.join(', '))
      .argument('[name]', 'the gateway, the wave, or the region: a regency of 4 digits or its province of 2'),
  )
    .option('--programme <code>', 'the programme of a programme, wave or region')
    .requiredOption('--reason <text>', 'why, for the audit trail; nothing personal')
    .action(placeOne)
  const list = withConnection(command.command('list').description('what is stopped now'))
    .option('--any', 'also what was lifted')
    .action(listAll)
  const show = withConnection(command.command('show <id>').description('one freeze, and how it ended')).action(showOne)
  const lift = withProposing(
    command.command('lift <id>').description('propose to lift a freeze; another person approves it'),
    'operator',
  )
    .option(
      '--unasked <gateways...>',
      'after a restore: gateways that nobody can ask, and that paid nothing in the lost time',
    )
    .action(liftOne)
  for (const each of [place, list, show, lift]) each.exitOverride()
  return command
}

async function placeOne(scope: string, name: string | undefined, options: PlaceOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const { programme, reason } = options
  const body = {
    scope,
    reason,
    ...(programme === undefined ? {} : { programme }),
    ...(name === undefined ? {} : { name }),
  }
  const answer = await client.POST('/v1/freezes', { body: body as never, params: {} as never })
  const freeze = dataOf(answer)
  if (options.json) return printJson(freeze)
  print(answer.response.status === 201 ? `${freeze.target} is frozen.` : `${freeze.target} was frozen already.`)
  print(storyOf(freeze))
}

async function listAll(options: ListOptions): Promise<void> {
  const client = await connect(options, 'operator')
  const query = options.any ? { state: 'any' as const } : {}
  const { data } = dataOf(await client.GET('/v1/freezes', { params: { query } }))
  if (options.json) return printJson({ data })
  if (data.length === 0) return print('Nothing is frozen.')
  const rows = data.map((one) => [
    one.id,
    one.target,
    one.placedAt,
    one.placedBy,
    one.inForce ? 'in force' : 'lifted',
    one.reason,
  ])
  print(columns([['ID', 'TARGET', 'SINCE', 'BY', 'STATE', 'WHY'], ...rows]))
}

async function showOne(id: string, options: Options): Promise<void> {
  const client = await connect(options, 'operator')
  const freeze = dataOf(await client.GET('/v1/freezes/{id}', { params: { path: { id } } }))
  if (options.json) return printJson(freeze)
  print(storyOf(freeze))
}

interface LiftOptions extends ProposingOptions {
  readonly unasked?: readonly string[]
}

async function liftOne(id: string, options: LiftOptions): Promise<void> {
  const { unasked } = options
  const content = { freeze: id, ...(unasked === undefined ? {} : { unasked }) }
  await proposeAct(options, { act: 'freeze-lift', content })
}

function storyOf({ id, placedAt, placedBy, cause, reason, lift }: Freeze): string {
  const why = cause === 'person' ? reason : `${cause}: ${reason}`
  const lines = [`  ${id}`, `  ${placedAt}  placed by ${placedBy}: ${why}`]
  if (lift !== null)
    lines.push(`  ${lift.liftedAt}  lifted by ${lift.liftedBy}, as proposal ${lift.proposal ?? 'unknown'}`)
  return lines.join('\n')
}
