/** Keys and roles with power: proposed by one person, agreed to by another. The secret is made by whoever will use it. */
import { createHash, randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { collectRole, roleOf, type RoleInProgramme } from './key-roles.ts'
import { Failure, print, printJson } from './output.ts'
import { proposeAct, withProposing, type ProposingOptions } from './proposing.ts'

interface KeyOptions extends ProposingOptions {
  readonly person: string
  readonly service?: boolean
  readonly label: string
  readonly role: readonly RoleInProgramme[]
  readonly secretHash: string
  readonly publicKey?: string
  readonly possession?: string
}

interface GrantOptions extends ProposingOptions {
  readonly person: string
  readonly role: string
  readonly publicKey?: string
}

/** `keys propose`, `keys grant` and `keys secret`. */
export function proposingKeys(command: Command): Command[] {
  const propose = withProposing(
    command.command('propose').description('propose a key with power; whoever will use it has made its secret'),
    'administrator',
  )
    .requiredOption('--person <name>', 'whose key it will be')
    .option('--service', 'it belongs to a service, which proposes and approves nothing')
    .option('--label <text>', 'what it is for', 'proposed by the command line')
    .option('--role <role[@programme]>', 'what it may do, for every programme or one; may be repeated', collectRole, [])
    .requiredOption('--secret-hash <hex>', 'what lunas keys secret has shown to them')
    .option('--public-key <base64>', 'their signing key, for a person who will have power: see lunas identity show')
    .option('--possession <base64>', 'the proof that it is theirs, from the same')
    .action(proposeKey)
  const grant = withProposing(
    command.command('grant').description('propose a role for a person or service that has a key'),
    'administrator',
  )
    .requiredOption('--person <name>', 'whose role it will be')
    .requiredOption('--role <role[@programme]>', 'the role, for every programme or in one')
    .option('--public-key <base64>', 'their signing key as they have told it to you, for a person who will have power')
    .action(proposeGrant)
  const secret = command
    .command('secret')
    .description('make a secret for a key that will be proposed; only its hash leaves this machine')
    .option('--json', 'one JSON object on standard output')
    .action(makeSecret)
  return [propose, grant, secret]
}

async function proposeKey(options: KeyOptions): Promise<void> {
  const { person, label, role: grants, secretHash, publicKey, possession } = options
  if ((publicKey === undefined) !== (possession === undefined)) {
    throw new Failure('--public-key and --possession go together: lunas identity show tells both')
  }
  const signingKey = publicKey === undefined ? null : { publicKey, possession }
  const kind = options.service ? 'service' : 'person'
  const content = { person, kind, label, secretHash, expiresAt: null, grants: [...grants], signingKey }
  await proposeAct(options, { act: 'key', content })
}

async function proposeGrant(options: GrantOptions): Promise<void> {
  const { person, publicKey = null } = options
  await proposeAct(options, { act: 'role-grant', content: { person, ...roleOf(options.role), publicKey } })
}

function makeSecret(options: { readonly json?: boolean }): void {
  const secret = `lunas_${randomBytes(32).toString('base64url')}`
  const secretHash = createHash('sha256').update(secret).digest('hex')
  if (options.json) return printJson({ secret, secretHash })
  print(`${secret}\nThis is your key, in force once two people have agreed; it is not shown again.`)
  print(`${secretHash}\nThis is its hash, for the administrator who proposes it.`)
}
