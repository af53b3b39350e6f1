import { Command, Option } from 'commander'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { createIdentityFile, readIdentityFile } from './identity-file.ts'
import { columns, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

interface Options extends ConnectionOptions {
  readonly identity: string
  readonly json?: boolean
}

interface CreateOptions extends Options {
  readonly person: string
  readonly register: boolean
}

const fileOption = () =>
  new Option('--identity <file>', 'the file of your signing key').env('LUNAS_IDENTITY').makeOptionMandatory()

export function identityCommand(): Command {
  const command = new Command('identity').description('your own signing key: the server knows its public half only')
  const create = withConnection(
    command.command('create').description('make the pair, keep the private half in a file, register the public one'),
  )
    .addOption(fileOption())
    .requiredOption('--person <name>', 'who you are, as your API key says')
    .option('--no-register', 'only make it: an administrator proposes it together with your key')
    .action(createOne)
  const show = command
    .command('show')
    .description('whose it is, and what an administrator needs to propose it')
    .addOption(fileOption())
    .option('--json', 'one JSON object on standard output')
    .action(showOne)
  const propose = withProposing(
    command.command('propose').description('propose another signing key for a person who lost theirs'),
    'administrator',
  )
    .requiredOption('--person <name>', 'whose key it will be')
    .requiredOption('--public-key <base64>', 'as lunas identity show has told them')
    .requiredOption('--possession <base64>', 'from the same')
    .action(proposeOne)
  const end = withConnection(command.command('end <id>').description('end a signing key at once'))
    .addOption(new Option('--as <role>', 'whose development key, when --key is not given').default('administrator'))
    .action(endOne)
  const list = withConnection(
    command.command('list').description('every signing key, by whose public half signatures are verified'),
  ).action(listAll)
  for (const each of [create, show, propose, end, list]) each.exitOverride()
  return command
}

async function createOne(options: CreateOptions): Promise<void> {
  // Before the file: who has no key or no API leaves none behind.
  const client = options.register ? await connect(options, 'approver') : null
  const identity = createIdentityFile(options.identity, options.person)
  const { publicKey, possession } = identity.registration()
  if (client) {
    const params = {} as never
    const made = dataOf(await client.POST('/v1/signing-keys', { body: { publicKey, possession }, params }))
    if (options.json) return printJson(made)
    return print(
      `${publicKey}\nThis is the public half, registered as that of ${made.person}. Keep ${options.identity} to yourself.`,
    )
  }
  if (options.json) return printJson({ person: options.person, publicKey, possession })
  print(`${publicKey}\nThis is the public half, not registered yet. Keep ${options.identity} to yourself.`)
}

function showOne(options: Options): void {
  const identity = readIdentityFile(options.identity)
  const shown = { person: identity.person, ...identity.registration() }
  if (options.json) return printJson(shown)
  print(`person      ${shown.person}\npublic key  ${shown.publicKey}\npossession  ${shown.possession}`)
}

interface ProposeOptions extends ProposingOptions {
  readonly person: string
  readonly publicKey: string
  readonly possession: string
}

async function proposeOne(options: ProposeOptions): Promise<void> {
  const { person, publicKey, possession } = options
  await proposeAct(options, { act: 'signing-key', content: { person, publicKey, possession } })
}

async function endOne(id: string, options: ConnectionOptions & { readonly as: string; readonly json?: boolean }) {
  const client = await connect(options, options.as)
  const answer = dataOf(await client.POST('/v1/signing-keys/{id}/end', { params: { path: { id } } as never }))
  if (options.json) return printJson(answer)
  print(`${id} has ended.`)
}

async function listAll(options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  const client = await connect(options, 'auditor')
  const { data } = dataOf(await client.GET('/v1/signing-keys', {}))
  if (options.json) return printJson({ data })
  const rows = data.map((key) => [key.id, key.person, key.publicKey, key.registeredAt, key.endedAt ?? ''])
  print(columns([['ID', 'PERSON', 'PUBLIC KEY', 'SINCE', 'ENDED'], ...rows]))
}
