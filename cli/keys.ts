import { Command } from 'commander'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { collectRole, roleOf, rolesText, type RoleInProgramme } from './key-roles.ts'
import { proposingKeys } from './keys-propose.ts'
import { columns, Failure, print, printJson } from './output.ts'

interface CreateOptions extends ConnectionOptions {
  readonly person: string
  readonly service?: boolean
  readonly label: string
  readonly role: readonly RoleInProgramme[]
  readonly bootstrap?: boolean
  readonly json?: boolean
}

interface EndOptions extends ConnectionOptions {
  readonly person: string
  readonly role: string
  readonly json?: boolean
}

interface Options extends ConnectionOptions {
  readonly json?: boolean
}

interface Made {
  readonly id: string
  readonly secret: string
  readonly grants: readonly RoleInProgramme[]
}

/** How the first key is made: passed in, for it brings the store, which commands that speak HTTP know nothing of. */
export type MakeFirst = (person: string, role: 'administrator' | 'approver') => Promise<Made>

export function keysCommand(makeFirst: MakeFirst): Command {
  const command = new Command('keys').description('API keys of named persons and services')
  const create = withConnection(command.command('create').description('make a key without power; it is shown once'))
    .requiredOption('--person <name>', 'whose key it is; two keys of one person are one person')
    .option('--service', 'it belongs to a service, which proposes and approves nothing')
    .option('--label <text>', 'what it is for', 'made by the command line')
    .option('--role <role[@programme]>', 'what it may do, for every programme or one; may be repeated', collectRole, [])
    .option(
      '--bootstrap',
      'make the first administrator’s key, or with --role approver that of one of the first two, straight in the database of DATABASE_URL',
    )
    .action((options: CreateOptions) => createOne(options, makeFirst))
  const list = withConnection(command.command('list').description('every key, without secrets')).action(listAll)
  const revoke = withConnection(command.command('revoke <id>').description('end a key at once')).action(revokeOne)
  const endRole = withConnection(
    command.command('end-role').description('take a role away, whichever key it is used with'),
  )
    .requiredOption('--person <name>', 'whose role it is')
    .requiredOption('--role <role[@programme]>', 'the role, for every programme or in one')
    .action(endOne)
  for (const each of [create, list, revoke, endRole, ...proposingKeys(command)]) each.exitOverride()
  return command
}

async function createOne(options: CreateOptions, makeFirst: MakeFirst): Promise<void> {
  const made = options.bootstrap ? await makeFirst(options.person, firstRole(options.role)) : await createByApi(options)
  if (options.json) return printJson(made)
  print(`${made.secret}\nThis is ${options.person}'s key ${made.id}. It is not shown again.`)
  print(`It may act as: ${rolesText(made.grants)}`)
}

function firstRole(roles: readonly RoleInProgramme[]): 'administrator' | 'approver' {
  const [text = 'administrator', ...more] = roles.map((one) => rolesText([one]))
  if (more.length === 0 && (text === 'administrator' || text === 'approver')) return text
  throw new Failure('--bootstrap makes an administrator or an approver, and nothing else')
}

async function createByApi(options: CreateOptions): Promise<Made> {
  const client = await connect(options, 'administrator')
  const body = {
    person: options.person,
    kind: options.service ? 'service' : 'person',
    label: options.label,
    grants: options.role,
  }
  const made = dataOf(await client.POST('/v1/keys', { body: body as never, params: {} as never }))
  return { id: made.id, secret: made.secret ?? '', grants: made.grants }
}

async function listAll(options: Options): Promise<void> {
  const client = await connect(options, 'administrator')
  const { data } = dataOf(await client.GET('/v1/keys', {}))
  if (options.json) return printJson({ data })
  const rows = data.map((key) => [
    key.id,
    key.person,
    key.kind,
    rolesText(key.grants),
    key.revokedAt === null ? (key.expiresAt === null ? '' : `until ${key.expiresAt}`) : `revoked ${key.revokedAt}`,
  ])
  print(columns([['ID', 'PERSON', 'KIND', 'ROLES', 'STATE'], ...rows]))
}

async function revokeOne(id: string, options: Options): Promise<void> {
  const client = await connect(options, 'administrator')
  const answer = dataOf(await client.POST('/v1/keys/{id}/revoke', { params: { path: { id } } as never }))
  if (options.json) return printJson(answer)
  print(`${id} is revoked.`)
}

async function endOne(options: EndOptions): Promise<void> {
  const client = await connect(options, 'administrator')
  const body = { person: options.person, ...roleOf(options.role) }
  const answer = dataOf(await client.POST('/v1/roles/end', { body: body as never, params: {} as never }))
  if (options.json) return printJson(answer)
  print(`${options.person} is ${options.role} no more. What is left: ${rolesText(answer.grants) || 'nothing'}`)
}
