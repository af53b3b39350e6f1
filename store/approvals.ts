/** What others say to a proposal; the word that makes it agreed carries it out in the same commit. */
import type { Actor } from '../domain/act.ts'
import { decideOn, type Decided, type Decision, type RefusedDecision } from '../domain/approval.ts'
import { Problem } from '../domain/problem.ts'
import type { Role } from '../domain/roles.ts'
import { contentHash, signedText, type SignedDecision } from '../domain/signing.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import type { StoreContext } from './options.ts'
import { holdGrantsOf } from './grants.ts'
import { actNamed, findProposal, requirePerson, roleFor, roleIn, type ProposalRow } from './proposals.ts'
import { isSignedWith, liveSigningKey, sha256, type SigningKeyView } from './signing-keys.ts'

export interface NewApproval {
  readonly proposal: string
  readonly decision: Decision
  /** The hash of the content the person has seen. */
  readonly hash: string
  readonly reason: string | null
  /** Over `signedText` with this decision, in base64. */
  readonly signature: string
}

/** Whoever decides, approves and releases. */
const DECIDERS: readonly Role[] = ['approver']

/** Writes down one person's decision; answers with the proposal as it stands then. Throws the codes of `RefusedDecision`, `not-found`, `signing-key-missing`. */
export async function decide(
  sql: Sql,
  context: StoreContext,
  asked: NewApproval,
  actor: Actor,
  atMs: number,
): Promise<ProposalRow> {
  const { pass } = context
  // A statement of its own: the next one sees what whoever held the lock has committed.
  const locking = sql.query('SELECT FROM proposal WHERE id = $1 FOR UPDATE', [asked.proposal])
  await pass('approval:locked', locking)
  const proposal = await pass('approval:read', findProposal(sql, asked.proposal))
  const allowed = await pass('approval:allowed', roleOrRefusal(sql, proposal, actor))
  const key = await pass('approval:keyed', liveSigningKey(sql, actor.person))
  const decided = decisionOn(proposal, asked, { actor, atMs, isAllowed: typeof allowed === 'string', key })
  if (decided.kind === 'refused') throw refused(decided.code, allowed, key, proposal)
  if (allowed instanceof Problem || !key) throw new Error('nobody decides without a role and a key')
  requireUntouched(proposal)
  const by = { ...actor, role: allowed }
  await pass('approval:written', insertApproval(sql, asked, by, key, atMs))
  await pass('approval:audited', auditDecision(sql, proposal, asked, by, atMs))
  if (decided.leadsTo === 'rejected') await pass('approval:rejected', close(sql, proposal.id, 'rejected', atMs))
  if (decided.leadsTo === 'agreed') await pass('approval:carried-out', carryOut(sql, context, proposal, by, atMs))
  return findProposal(sql, proposal.id)
}

async function roleOrRefusal(sql: Sql, proposal: ProposalRow, actor: Actor): Promise<Role | Problem> {
  try {
    await requirePerson(sql, actor)
    return await roleFor(sql, actor, DECIDERS, proposal.programme)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

interface Asking {
  readonly actor: Actor
  readonly atMs: number
  readonly isAllowed: boolean
  readonly key: SigningKeyView | undefined
}

function decisionOn(proposal: ProposalRow, asked: NewApproval, { actor, atMs, isAllowed, key }: Asking): Decided {
  const { decision, hash, signature } = asked
  const expiresAtMs = proposal.expiresAt.getTime()
  const isOurs = key !== undefined && isSigned(proposal, decision, key.publicKey, Buffer.from(signature, 'base64'))
  return decideOn(
    {
      state: proposal.state,
      proposer: proposal.proposer,
      about: proposal.about,
      hash: proposal.contentHash.toString('hex'),
      expiresAtMs,
      needs: proposal.needs,
      given: proposal.approvals,
    },
    { person: actor.person, decision, hash, isAllowed, isSigned: isOurs, atMs },
  )
}

/** A signature binds to what is stored: act, hash and end. */
function isSigned(
  { act, contentHash: hash, expiresAt }: ProposalRow,
  decision: SignedDecision,
  publicKey: Uint8Array,
  signature: Uint8Array,
): boolean {
  const signed = { act, hash: hash.toString('hex'), decision, expiresAtMs: expiresAt.getTime() }
  return isSignedWith(publicKey, signedText(signed), signature)
}

/** Nothing is carried out that its signatures do not cover, whoever wrote it there. Throws `proposal-stale`. */
function requireUntouched(proposal: ProposalRow): void {
  const isContent = contentHash(proposal.content, sha256) === proposal.contentHash.toString('hex')
  const isProposed = isSigned(proposal, 'propose', proposal.publicKey, proposal.signature)
  const areGiven = proposal.approvals.every(({ decision, publicKey, signature }) =>
    isSigned(proposal, decision, Buffer.from(publicKey, 'base64'), Buffer.from(signature, 'base64')),
  )
  if (isContent && isProposed && areGiven) return
  throw new Problem('proposal-stale', 'what is on record is not what was signed; propose it again')
}

/** What the row says beside the content, which nobody signs, is what the content says: above all whom it is about. Throws `proposal-stale`. */
async function requireAsPlaced(sql: Sql, proposal: ProposalRow): Promise<void> {
  const opened = actNamed(proposal.act).open(proposal.content)
  const place = await opened.place(sql)
  const isPlaced =
    place.programme === proposal.programme &&
    place.subject === proposal.subject &&
    (place.about ?? null) === proposal.about
  if (isPlaced) return
  throw new Problem('proposal-stale', 'what or whom it is about is not as it was; propose it again')
}

/** Whoever spoke for it still may, with the key they spoke with: one that was stolen, and ended, does not go on speaking. Throws `proposal-stale`. */
async function requireStanding(sql: Sql, { id, act, programme, proposer, signingKey }: ProposalRow): Promise<void> {
  const given = await sql.query<{ person: string; key: string }>(
    'SELECT person, signing_key AS key FROM approval WHERE proposal = $1',
    [id],
  )
  const words = [
    { person: proposer, key: signingKey, roles: actNamed(act).proposers },
    ...given.rows.map((word) => ({ ...word, roles: DECIDERS })),
  ]
  for (const { person, key, roles } of words) {
    const live = await liveSigningKey(sql, person)
    if (live?.id !== key || !roleIn(await holdGrantsOf(sql, person), roles, programme)) {
      throw new Problem('proposal-stale', `the key or the role of ${person} has ended since; propose it again`)
    }
  }
}

const REFUSALS: Readonly<Record<Exclude<RefusedDecision, 'forbidden'>, string>> = {
  'already-decided': 'this person has decided on it already; one person, one word',
  'own-proposal': 'it is the person’s own, or about them; somebody else decides',
  'proposal-not-open': 'it is decided',
  'proposal-expired': 'its time to decide has passed; propose it again',
  'proposal-stale': 'the hash is not that of the content; look at it again',
  'signature-invalid': 'the signature is not that of your signing key over this act, hash, decision and expiry',
  'decision-not-awaited': 'it does not wait for this decision',
}

function refused(
  code: RefusedDecision,
  allowed: Role | Problem,
  key: SigningKeyView | undefined,
  { id }: ProposalRow,
): Problem {
  // Whether a proposal exists is told only to those who have a part in its programme.
  if (code === 'forbidden' && allowed instanceof Problem) {
    return allowed.code === 'unknown-programme' ? new Problem('not-found', `no proposal ${id}`) : allowed
  }
  if (code === 'signature-invalid' && !key) {
    return new Problem('signing-key-missing', 'register a signing key first: lunas identity create')
  }
  return new Problem(code, code === 'forbidden' ? 'only approvers decide' : REFUSALS[code])
}

async function insertApproval(
  sql: Sql,
  { proposal, decision, reason, signature }: NewApproval,
  actor: Actor,
  key: SigningKeyView,
  atMs: number,
): Promise<void> {
  await sql.query(
    `INSERT INTO approval (proposal, person, decision, reason, role, signing_key, signature, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [proposal, actor.person, decision, reason, actor.role, key.id, Buffer.from(signature, 'base64'), new Date(atMs)],
  )
}

const TOLD = { approve: 'proposal-approved', reject: 'proposal-rejected', release: 'proposal-released' } as const

async function auditDecision(
  sql: Sql,
  { id, act, programme }: ProposalRow,
  { decision, hash, reason }: NewApproval,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const subject = `proposal:${id}`
  const before = { state: 'open' }
  await insertAudit(sql, [
    { act: TOLD[decision], actor, atMs, subject, programme, reason, before, after: { act, hash } },
  ])
}

async function close(
  sql: Sql,
  id: string,
  state: 'executed' | 'rejected' | 'void',
  atMs: number,
  why: Problem | null = null,
): Promise<void> {
  await sql.query(
    `UPDATE proposal SET state = $2, decided_at = $3, outcome_code = $4, outcome = $5, version = version + 1
      WHERE id = $1 AND state = 'open'`,
    [id, state, new Date(atMs), why?.code ?? null, why?.message ?? null],
  )
}

/**
 * Does what was agreed. When what is there no longer lets it be done, nothing of it stays but that it is void, with the reason:
 * it is proposed anew, or not at all.
 */
async function carryOut(
  sql: Sql,
  context: StoreContext,
  proposal: ProposalRow,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { id, programme, subject: of, act } = proposal
  const { pass } = context
  const told = { actor, atMs, subject: `proposal:${id}`, programme, before: { state: 'open' } }
  await pass('agreed:begun', sql.query('SAVEPOINT agreed'))
  try {
    await pass('agreed:placed', requireAsPlaced(sql, proposal))
    await pass('agreed:standing', requireStanding(sql, proposal))
    await pass('agreed:closed', close(sql, id, 'executed', atMs))
    const executing = actNamed(act).open(proposal.content).execute(sql, context, proposal, actor, atMs)
    await pass('agreed:executed', executing)
    const after = { act, subject: of, proposer: proposal.proposer }
    await pass('agreed:audited', insertAudit(sql, [{ ...told, act: 'proposal-executed', after }]))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    await pass('void:undone', sql.query('ROLLBACK TO SAVEPOINT agreed'))
    await pass('void:closed', close(sql, id, 'void', atMs, error))
    const after = { act, subject: of }
    await pass('void:audited', insertAudit(sql, [{ ...told, act: 'proposal-void', reason: error.code, after }]))
  }
}
