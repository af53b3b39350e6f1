/** Proposals: what one person signs and others decide on. Each step is one transaction under the proposal's row lock. */
import { randomUUID } from 'node:crypto'
import { engineActor, type Actor } from '../domain/act.ts'
import { expiryFault, type Decision, type Needs, type ProposalState } from '../domain/approval.ts'
import { Problem } from '../domain/problem.ts'
import { allows, type Grant, type Role } from '../domain/roles.ts'
import { contentHash, signedText } from '../domain/signing.ts'
import type { AccountCheckRow } from './account-checks.ts'
import { insertAudit } from './audit.ts'
import { codeOf, constraintOf, one, type Sql } from './database.ts'
import { grantsWith } from './grants.ts'
import { kindOf } from './keys.ts'
import type { StoreContext } from './options.ts'
import { isSignedWith, liveSigningKey, sha256, type SigningKeyView } from './signing-keys.ts'
import { invalid, type ListedAct, type Place } from './two-person-act.ts'
import { TWO_PERSON_ACTS } from './two-person/index.ts'

export interface NewProposal {
  readonly act: string
  readonly content: unknown
  /** What of it is personal: sealed, and named by a hash in the content. */
  readonly personal?: unknown
  readonly reason: string
  /** Where the papers are: a number, never a person. */
  readonly evidence: string | null
  readonly expiresAtMs: number
  /** Over `signedText` with the decision `propose`, in base64. */
  readonly signature: string
}

export interface ProposalRow {
  readonly id: string
  readonly act: string
  readonly programme: string | null
  readonly subject: string
  readonly about: string | null
  readonly content: unknown
  readonly contentHash: Buffer
  readonly document: string | null
  readonly reason: string
  readonly evidence: string | null
  readonly needs: Needs
  readonly proposer: string
  readonly role: Role
  readonly signingKey: string
  readonly publicKey: Buffer
  readonly signature: Buffer
  readonly proposedAt: Date
  readonly expiresAt: Date
  readonly state: ProposalState
  readonly outcomeCode: string | null
  readonly outcome: string | null
  readonly decidedAt: Date | null
  readonly approvals: readonly ApprovalRow[]
  /** What was learnt about the account it would link; null where it links none, or nobody could be asked. */
  readonly check: ProposedCheck | null
}

export type ProposedCheck = Pick<AccountCheckRow, 'gateway' | 'verdict' | 'score' | 'reasons'>

export interface ApprovalRow {
  readonly person: string
  readonly decision: Decision
  readonly reason: string | null
  readonly role: Role
  readonly signingKey: string
  /** 32 bytes in base64, like the signature. */
  readonly publicKey: string
  readonly signature: string
  readonly decidedAt: string
}

export const PROPOSAL_COLUMNS = `
SELECT p.id, p.act, p.programme, p.subject, p.about, p.content, p.content_hash AS "contentHash", p.document, p.reason, p.evidence,
       jsonb_build_object('approvers', p.approvers, 'releaser', p.releaser) AS needs, p.proposer, p.role,
       p.signing_key AS "signingKey", k.public_key AS "publicKey", p.signature, p.proposed_at AS "proposedAt",
       p.expires_at AS "expiresAt", p.state, p.outcome_code AS "outcomeCode", p.outcome, p.decided_at AS "decidedAt",
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'person', a.person, 'decision', a.decision, 'reason', a.reason, 'role', a.role, 'signingKey', a.signing_key,
                 'publicKey', encode(ak.public_key, 'base64'), 'signature', translate(encode(a.signature, 'base64'), E'\\n', ''),
                 'decidedAt', to_char(a.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
               ORDER BY a.decided_at, a.person), '[]')
          FROM approval a JOIN signing_key ak ON ak.id = a.signing_key WHERE a.proposal = p.id) AS approvals,
       (SELECT jsonb_build_object('gateway', c.gateway, 'verdict', c.verdict, 'score', c.score, 'reasons', c.reasons)
          FROM account_check c WHERE c.document = p.document) AS check
  FROM proposal p JOIN signing_key k ON k.id = p.signing_key`

/** Throws `not-found`. */
export async function findProposal(sql: Sql, id: string): Promise<ProposalRow> {
  const { rows } = await sql.query<ProposalRow>(`${PROPOSAL_COLUMNS} WHERE p.id = $1`, [id])
  if (!rows[0]) throw new Problem('not-found', `no proposal ${id}`)
  return rows[0]
}

/** Throws `invalid-request` for a name that is no act's. */
export function actNamed(name: string): ListedAct {
  const act = TWO_PERSON_ACTS.find((one) => one.name === name)
  if (act) return act
  const detail = `must be one of ${TWO_PERSON_ACTS.map((one) => one.name).join(', ')}`
  throw invalid([{ pointer: '/act', detail }])
}

/**
 * Puts an act forward, signed by whoever does. It is checked as if it were carried out now, so that nobody is asked for what cannot
 * be. Throws `forbidden`, `signing-key-missing`, `signature-invalid`, `invalid-request`, and what the act itself throws.
 */
export async function propose(
  sql: Sql,
  context: StoreContext,
  asked: NewProposal,
  actor: Actor,
  atMs: number,
): Promise<ProposalRow> {
  const act = actNamed(asked.act)
  const opened = act.open(asked.content)
  const fault = expiryFault(asked.expiresAtMs, atMs)
  if (fault !== null) throw invalid([{ pointer: '/expiresAt', detail: fault }])
  const { pass } = context
  await pass('proposal:person', requirePerson(sql, actor))
  const place = await pass('proposal:placed', opened.place(sql))
  const role = await pass('proposal:allowed', proposerRole(sql, actor, act.proposers, place))
  const hash = contentHash(asked.content, sha256)
  const { expiresAtMs } = asked
  const text = signedText({ act: act.name, hash, decision: 'propose', expiresAtMs })
  const signing = requireSigned(sql, actor.person, text, asked.signature)
  const { key, signature } = await pass('proposal:signed', signing)
  const document = await pass('proposal:sealed', opened.seal(sql, context, asked.personal, atMs))
  await pass('proposal:checked', opened.check(sql, context, atMs, actor))
  const needs = await pass('proposal:needs', opened.needs(sql, context, atMs))
  const about = place.about ?? null
  const { programme, subject } = place
  const row = { ...asked, programme, subject, about, id: randomUUID(), hash, document, needs, role, key, signature }
  await pass('proposal:written', insertProposal(sql, row, actor, atMs))
  await pass('proposal:put', opened.put(sql, row.id))
  const after = { act: act.name, subject, hash, signingKey: key.id, needs, evidence: asked.evidence }
  const { reason } = asked
  const told = { actor: { ...actor, role }, atMs, subject: `proposal:${row.id}`, programme, after, reason }
  await pass('proposal:audited', insertAudit(sql, [{ ...told, act: 'proposal-made' }]))
  return findProposal(sql, row.id)
}

interface ProposalToInsert extends NewProposal {
  readonly id: string
  readonly programme: string | null
  readonly subject: string
  readonly about: string | null
  readonly hash: string
  readonly document: string | null
  readonly needs: Needs
  readonly role: Role
  readonly key: SigningKeyView
}

async function insertProposal(
  sql: Sql,
  row: Omit<ProposalToInsert, 'signature'> & { readonly signature: Buffer },
  actor: Actor,
  atMs: number,
): Promise<void> {
  try {
    await sql.query(
      `INSERT INTO proposal (id, act, programme, subject, about, content, content_hash, document, reason, evidence, approvers,
                             releaser, proposer, role, signing_key, signature, proposed_at, expires_at, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'open')`,
      [
        row.id,
        row.act,
        row.programme,
        row.subject,
        row.about,
        JSON.stringify(row.content),
        Buffer.from(row.hash, 'hex'),
        row.document,
        row.reason,
        row.evidence,
        row.needs.approvers,
        row.needs.releaser,
        actor.person,
        row.role,
        row.key.id,
        row.signature,
        new Date(atMs),
        new Date(row.expiresAtMs),
      ],
    )
  } catch (error) {
    if (codeOf(error) !== '23505' || constraintOf(error) !== 'proposal_act_content_hash_expires_at_key') throw error
    // The same signatures would count for both.
    throw new Problem('conflict', 'the same is proposed already, with the same end')
  }
}

/** Throws `forbidden` to services. */
export async function requirePerson(sql: Sql, { person }: Actor): Promise<void> {
  if ((await kindOf(sql, person)) === 'person') return
  throw new Problem('forbidden', 'only persons propose and decide; a service does neither')
}

/** Which things a programme has is told only to who has a part in it: to others they are as if they were not there. */
async function proposerRole(
  sql: Sql,
  actor: Actor,
  roles: readonly Role[],
  { programme, missing }: Place,
): Promise<Role> {
  try {
    return await roleFor(sql, actor, roles, programme)
  } catch (error) {
    if (missing && error instanceof Problem && error.code === 'unknown-programme') throw missing
    throw error
  }
}

/** The role by which a person may do this now, with the key they use. Throws `forbidden`; `unknown-programme` to who has no part in it. */
export async function roleFor(sql: Sql, actor: Actor, roles: readonly Role[], programme: string | null): Promise<Role> {
  const grants = await grantsWith(sql, actor)
  const role = roleIn(grants, roles, programme)
  if (role) return role
  if (programme !== null && !grants.some((grant) => grant.programme === null || grant.programme === programme)) {
    throw new Problem('unknown-programme', 'no such programme is published, or the key has no part in it')
  }
  const where = programme === null ? 'for every programme' : 'in this programme'
  throw new Problem('forbidden', `this needs one of the roles ${roles.join(', ')} ${where}`)
}

/** What belongs to no programme needs a role for all of them. */
export function roleIn(grants: readonly Grant[], roles: readonly Role[], programme: string | null): Role | undefined {
  const wide = grants.filter((grant) => programme !== null || grant.programme === null)
  return roles.find((role) => allows(wide, [role], programme))
}

async function requireSigned(
  sql: Sql,
  person: string,
  text: string,
  given: string,
): Promise<{ key: SigningKeyView; signature: Buffer }> {
  const key = await liveSigningKey(sql, person)
  if (!key) throw new Problem('signing-key-missing', 'register a signing key first: lunas identity create')
  const signature = Buffer.from(given, 'base64')
  if (isSignedWith(key.publicKey, text, signature)) return { key, signature }
  throw new Problem('signature-invalid', 'the signature is not that of your signing key over this act, hash and expiry')
}

/** Ends what nobody decided on in time; how many they were. */
export async function expireProposals(sql: Sql, atMs: number, id: string | null = null): Promise<number> {
  const { rows } = await sql.query<{ id: string; act: string; programme: string | null }>(
    `UPDATE proposal SET state = 'expired', decided_at = $1, version = version + 1
      WHERE state = 'open' AND expires_at <= $1 AND ($2::uuid IS NULL OR id = $2) RETURNING id, act, programme`,
    [new Date(atMs), id],
  )
  await insertAudit(
    sql,
    rows.map((row) => ({
      act: 'proposal-expired' as const,
      actor: engineActor(),
      atMs,
      subject: `proposal:${row.id}`,
      programme: row.programme,
      before: { state: 'open' },
      after: { act: row.act },
    })),
  )
  return rows.length
}

export interface RefusedStep {
  /** The proposal that was to be decided on; null when one was to be made. */
  readonly proposal: string | null
  readonly act: string
  readonly code: string
}

/** Records that somebody's step was refused, in a transaction of its own: nothing else of it stays. */
export async function recordRefusedStep(sql: Sql, step: RefusedStep, actor: Actor, atMs: number): Promise<void> {
  const { proposal, act, code: reason } = step
  if (proposal !== null) await expireProposals(sql, atMs, proposal)
  const found = proposal === null ? null : await programmeOf(sql, proposal)
  const kind = proposal === null ? ('proposal-refused' as const) : ('decision-refused' as const)
  const subject = proposal === null ? `act:${act}` : `proposal:${proposal}`
  await insertAudit(sql, [{ act: kind, actor, atMs, subject, programme: found, reason, after: { act } }])
}

async function programmeOf(sql: Sql, id: string): Promise<string | null> {
  const { rows } = await sql.query<{ programme: string | null }>('SELECT programme FROM proposal WHERE id = $1', [id])
  return one(rows, 'proposal').programme
}
