import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Command, Option } from 'commander'
import { signedApproval } from '../client/identity.ts'
import { dataOf } from '../client/index.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { columns, Failure, print, printJson } from './output.ts'
import {
  exitCodeOf,
  identityOf,
  proposeAct,
  stateOf,
  storyOf,
  withProposing,
  withSigning,
  type Proposal,
  type ProposingOptions,
  type SigningOptions,
} from './proposing.ts'

interface ListOptions extends ConnectionOptions {
  readonly state: string
  readonly act?: string
  readonly json?: boolean
}

interface DecideOptions extends SigningOptions {
  readonly reason?: string
  readonly hash?: string
}

interface ContentOptions extends ProposingOptions {
  readonly content: string
}

const STATES = ['open', 'executed', 'rejected', 'expired', 'void', 'any']

export function approvalsCommand(): Command {
  const command = new Command('approvals').description('acts of two people: what is proposed, and your word on it')
  const list = withConnection(command.command('list').description('what waits for somebody’s word, newest first'))
    .addOption(new Option('--state <state>', 'of which state').choices(STATES).default('open'))
    .option('--act <name>', 'only this act')
    .action(listAll)
  const show = withConnection(
    command.command('show <id>').description('one proposal, with everything that was signed'),
  ).action(showOne)
  const propose = withProposing(
    command
      .command('propose <act>')
      .description('put any act forward; docs/approvals.md lists them with their contents'),
    'administrator',
  )
    .requiredOption('--content <file>', 'its content as a JSON file')
    .action(proposeAny)
  const approve = withSigning(command.command('approve <id>').description('agree, by your signature'), 'approver')
    .option('--reason <text>', 'what you looked at')
    .addOption(hashOption())
    .action((id: string, options: DecideOptions) => decide(id, 'approve', options))
  const reject = withSigning(command.command('reject <id>').description('end it: it is not carried out'), 'approver')
    .requiredOption('--reason <text>', 'why, for whoever proposed it')
    .addOption(hashOption())
    .action((id: string, options: DecideOptions) => decide(id, 'reject', options))
  const release = withSigning(
    command.command('release <id>').description('let what others have approved happen, where an act needs it'),
    'approver',
  )
    .option('--reason <text>', 'what you looked at')
    .addOption(hashOption())
    .action((id: string, options: DecideOptions) => decide(id, 'release', options))
  for (const each of [list, show, propose, approve, reject, release]) each.exitOverride()
  return command
}

async function listAll(options: ListOptions): Promise<void> {
  const client = await connect(options, 'approver')
  const query = { state: options.state as 'open', ...(options.act === undefined ? {} : { act: options.act }) }
  const { data } = dataOf(await client.GET('/v1/proposals', { params: { query } }))
  if (options.json) return printJson({ data })
  if (data.length === 0) return print(options.state === 'open' ? 'Nothing waits for anybody’s word.' : 'There is none.')
  const rows = data.map((one) => [one.id, one.act, one.subject, one.proposer, one.expiresAt, stateOf(one), one.reason])
  print(columns([['ID', 'ACT', 'SUBJECT', 'BY', 'UNTIL', 'STATE', 'WHY'], ...rows]))
}

async function showOne(id: string, options: SigningOptions): Promise<void> {
  const client = await connect(options, 'approver')
  const proposal = dataOf(await client.GET('/v1/proposals/{id}', { params: { path: { id } } }))
  if (options.json) return printJson(proposal)
  print(storyOf(proposal))
}

async function proposeAny(act: string, options: ContentOptions): Promise<void> {
  await proposeAct(options, { act, content: contentOf(options.content) })
}

function contentOf(file: string): Proposal['content'] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Proposal['content']
  } catch {
    throw new Failure(`${file} cannot be read as JSON`)
  }
}

function hashOption(): Option {
  return new Option(
    '--hash <hex>',
    'what you have looked at: the hash that show tells; else you are shown it and asked',
  )
}

/**
 * What is signed is what was shown: the hash is made here, from the content as it came. A server that shows one thing and asks for
 * the signature of another is found out by whoever says the hash, or is asked before signing.
 */
async function decide(id: string, decision: 'approve' | 'reject' | 'release', options: DecideOptions): Promise<void> {
  const identity = identityOf(options)
  const client = await connect(options, options.as)
  const seen = dataOf(await client.GET('/v1/proposals/{id}', { params: { path: { id } } }))
  const body = signedApproval(identity, seen, decision, options.reason)
  await requireMeant(seen, body.hash, decision, options)
  const path = { params: { path: { id } } as never, body }
  const proposal = dataOf(await client.POST('/v1/proposals/{id}/approvals', path))
  process.exitCode = exitCodeOf(proposal)
  if (options.json) return printJson(proposal)
  print(storyOf(proposal))
}

async function requireMeant(seen: Proposal, hash: string, decision: string, options: DecideOptions): Promise<void> {
  if (options.hash !== undefined) {
    if (options.hash === hash) return
    throw new Failure(
      `this is not what you looked at: its hash is ${hash}; look again: lunas approvals show ${seen.id}`,
    )
  }
  // The identities of a development stack are nobody's.
  if (options.identity === undefined) return
  if (!process.stdin.isTTY || options.json) {
    throw new Failure('say what you have looked at: --hash, as lunas approvals show tells it')
  }
  process.stderr.write(`${storyOf(seen)}\n`)
  const asked = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asked.question(`Sign that you ${decision} this? Type yes: `)
  asked.close()
  if (answer.trim() !== 'yes') throw new Failure('nothing was signed')
}
