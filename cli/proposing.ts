/** What every command that puts an act forward, or decides on one, has in common. */
import path from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { signedProposal, type Identity, type Proposing } from '../client/identity.ts'
import { dataOf } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { connect, stackAt, withConnection, type ConnectionOptions } from './connection.ts'
import { readIdentityFile, readIdentityIn } from './identity-file.ts'
import { EXIT_FAILED, Failure, plain, print, printJson } from './output.ts'

export type Proposal = components['schemas']['Proposal']

export interface SigningOptions extends ConnectionOptions {
  readonly identity?: string
  readonly as: string
  readonly json?: boolean
}

export interface ProposingOptions extends SigningOptions {
  readonly reason: string
  readonly evidence?: string
  /** Hours. */
  readonly expiresIn: number
}

const HOUR_MS = 3_600_000

/** Adds the options of a command that signs; `role` is whose development key and identity are taken when none are given. */
export function withSigning(command: Command, role: string): Command {
  return withConnection(command)
    .addOption(
      new Option('--identity <file>', 'the file of your signing key; without one, that of a development stack').env(
        'LUNAS_IDENTITY',
      ),
    )
    .addOption(new Option('--as <role>', 'whose development key and identity, when none are given').default(role))
}

/** Adds the options of a command that proposes. */
export function withProposing(command: Command, role: string): Command {
  return withSigning(command, role)
    .requiredOption('--reason <text>', 'why, for whoever decides and for the audit trail; nothing personal')
    .option('--evidence <text>', 'where the papers are: the number of a letter or decree')
    .option('--expires-in <hours>', 'how long others have to decide', hours, 72)
}

function hours(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 720)) throw new InvalidArgumentError('hours, at most 720')
  return value
}

/** The caller's own signing key. Throws a Failure that says how to give one. */
export function identityOf(options: SigningOptions): Identity {
  if (options.identity !== undefined) return readIdentityFile(options.identity)
  const stack = stackAt(options)
  const found = stack && readIdentityIn(path.join(stack.folder, 'development-identities.json'), options.as)
  if (found) return found
  throw new Failure('no signing key; give its file by --identity or LUNAS_IDENTITY, or make one: lunas identity create')
}

type Act = Omit<Proposing, 'reason' | 'evidence' | 'expiresAtMs'>

/** Puts an act forward and says who must agree. */
export async function proposeAct(options: ProposingOptions, act: Act): Promise<Proposal> {
  const identity = identityOf(options)
  const client = await connect(options, options.as)
  const { reason, evidence, expiresIn } = options
  const papers = evidence === undefined ? {} : { evidence }
  const expiresAtMs = Date.now() + Math.round(expiresIn * HOUR_MS)
  const body = signedProposal(identity, { ...act, ...papers, reason, expiresAtMs })
  const proposal = dataOf(await client.POST('/v1/proposals', { body, params: {} as never }))
  if (options.json) printJson(proposal)
  else print(`${storyOf(proposal)}\nNothing has happened yet: another person approves it with`)
  if (!options.json) print(`  lunas approvals approve ${proposal.id}`)
  return proposal
}

/** A proposal as people read it. */
export function storyOf(proposal: Proposal): string {
  const { id, act, title, subject, reason, evidence, proposer, proposedAt, expiresAt, needs, hash } = proposal
  const wanted = `${needs.approvers} to approve${needs.releaser ? ', another to release' : ''}`
  return [
    `${act}: ${title.en} (${title.id})`,
    `  ${id}  ${stateOf(proposal)}`,
    `  subject    ${subject}`,
    ...contentLines(proposal.content),
    ...checkLines(proposal),
    `  hash       ${hash}`,
    `  reason     ${reason}${evidence === null ? '' : ` [${evidence}]`}`,
    `  needs      ${wanted}, until ${expiresAt}`,
    `  ${proposedAt}  proposed by ${proposer}`,
    ...proposal.approvals.map(
      (one) => `  ${one.decidedAt}  ${one.decision} by ${one.person}${one.reason ? `: ${one.reason}` : ''}`,
    ),
  ]
    .map(plain)
    .join('\n')
}

const VERDICTS: Readonly<Record<NonNullable<Proposal['check']>['verdict'], string>> = {
  verified: 'it can be paid, and is the person’s own as far as names tell',
  review: 'it can be paid, and the name has to be looked at',
  refused: 'it cannot be paid, or is somebody else’s',
  unverified: 'nobody could be asked',
}

/** Whose account it is nobody reads off a hash and four digits: whoever agrees to one sees what was found out about it. */
function checkLines({ act, check }: Proposal): string[] {
  if (check === null) return act === 'account-change' ? ['  account    no gateway was asked about it'] : []
  const { gateway, verdict, score, reasons } = check
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ').replaceAll('-', ' ')})`
  const names = score === null ? 'the name at the bank or wallet was not told' : `names agree ${score} of 100${why}`
  return [`  account    ${verdict} at ${gateway}: ${VERDICTS[verdict]}`, `             ${names}`]
}

/** The whole content: what was cut off would be signed all the same. */
function contentLines(content: Readonly<Record<string, unknown>>): string[] {
  return JSON.stringify(content, null, 2)
    .split('\n')
    .map((line, index) => `  ${index === 0 ? 'content    ' : '           '}${line}`)
}

export function stateOf({ state, awaits, void: unfit }: Proposal): string {
  if (unfit !== null) return `void: ${unfit.detail}`
  return awaits === null ? state : `${state}, awaits ${awaits === 'approve' ? 'an approval' : 'a release'}`
}

/** A void act is told by the exit code: the person's word counted, and nothing was done. */
export function exitCodeOf({ state }: Proposal): number {
  return state === 'void' ? EXIT_FAILED : 0
}
