/** Proposals, approvals and signing keys on the wire. */
import Type, { type Static } from 'typebox'
import { CHECK_VERDICTS } from '../../domain/account-check.ts'
import { awaited, DECISIONS, PROPOSAL_STATES } from '../../domain/approval.ts'
import type { ApprovalRow, ProposalRow } from '../../store/proposals.ts'
import type { SigningKeyView } from '../../store/signing-keys.ts'
import { NAME_SCORE } from './account.ts'
import { listOf, Reason, Time, time, TimeOrNull, timeOrNull, Uuid } from './common.ts'
import { closed, enumOrNull, named, ref, refOrNull, textOrNull } from './named.ts'

const Act = Type.String({ pattern: '^[a-z]+(-[a-z]+)*$', maxLength: 40, examples: ['appropriation', 'freeze-lift'] })
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the canonical JSON of the content' })
const Signature = Type.String({
  pattern: '^[A-Za-z0-9+/]{86}==$',
  description: 'Ed25519, in base64, over act, hash, decision and expiry, as `docs/approvals.md` describes',
})
const PublicKey = Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$', description: 'Ed25519: 32 bytes in base64' })

const Content = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: 'object',
  additionalProperties: true,
  description: 'What the act is to do; its fields by act are in `docs/approvals.md`. Nothing personal',
})

export const NewProposal = named(
  'NewProposal',
  {
    act: Act,
    content: Content,
    personal: Type.Optional(
      Type.Unsafe<Readonly<Record<string, unknown>>>({
        type: 'object',
        additionalProperties: true,
        description: 'What is personal, sealed: for `account-change` only',
      }),
    ),
    reason: Reason,
    evidence: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '\\S',
        description: 'Where the papers are: a number, never a person',
      }),
    ),
    expiresAt: Type.String({ format: 'date-time', description: 'RFC 3339. A minute to 30 days from now' }),
    signature: Signature,
  },
  'An act that another person is to agree to, signed by whoever proposes it',
)

export const NewApproval = named(
  'NewApproval',
  {
    decision: Type.Enum([...DECISIONS]),
    hash: Hash,
    reason: Type.Optional(Reason),
    signature: Signature,
  },
  'One person’s signed word on a proposal: `reject` needs a reason',
)

export const Approval = named(
  'Approval',
  {
    person: Type.String(),
    role: Type.String(),
    decision: Type.Enum([...DECISIONS]),
    reason: textOrNull(),
    decidedAt: Time,
    signature: Signature,
    publicKey: PublicKey,
  },
  'One person’s word on a proposal, and the key it was signed with',
)

export const ProposedCheck = named(
  'ProposedCheck',
  {
    gateway: Type.String(),
    verdict: Type.Enum([...CHECK_VERDICTS]),
    ...NAME_SCORE,
  },
  'What the bank or wallet said of the account that an `account-change` would link: `unverified` when nobody could be asked',
)

export const Proposal = named(
  'Proposal',
  {
    id: Uuid,
    act: Act,
    title: closed({ id: Type.String(), en: Type.String() }),
    programme: textOrNull(),
    subject: Type.String({ examples: ['appropriation:demo:2026'] }),
    about: textOrNull({ description: 'The person it is about, who does not decide on it' }),
    content: Content,
    hash: Hash,
    reason: Type.String(),
    evidence: textOrNull(),
    proposer: Type.String(),
    role: Type.String(),
    proposedAt: Time,
    expiresAt: Time,
    signature: Signature,
    publicKey: PublicKey,
    needs: closed({ approvers: Type.Integer(), releaser: Type.Boolean() }),
    state: Type.Enum([...PROPOSAL_STATES]),
    awaits: enumOrNull(['approve', 'release'], 'The decision an open proposal waits for'),
    void: refOrNull(
      named(
        'ProposalVoid',
        { code: Type.String(), detail: Type.String() },
        'Why what was agreed could not be carried out',
      ),
    ),
    decidedAt: TimeOrNull,
    approvals: Type.Array(ref(Approval)),
    check: refOrNull(ProposedCheck),
  },
  'An act that needs two people, with everything that was signed',
)
export const ProposalList = listOf('ProposalList', Proposal)

/** `title` is the act's, by its list. */
export function proposalView(row: ProposalRow, title: { id: string; en: string }): Static<typeof Proposal> {
  const { id, act, programme, subject, about, reason, evidence, proposer, role, needs, state } = row
  const same = { id, act, title, programme, subject, about, reason, evidence, proposer, role, needs, state }
  return {
    ...same,
    content: row.content as Readonly<Record<string, unknown>>,
    hash: row.contentHash.toString('hex'),
    proposedAt: time(row.proposedAt),
    expiresAt: time(row.expiresAt),
    signature: row.signature.toString('base64'),
    publicKey: row.publicKey.toString('base64'),
    awaits: state === 'open' ? awaited({ needs, given: row.approvals }) : null,
    void: row.outcomeCode === null ? null : { code: row.outcomeCode, detail: row.outcome ?? '' },
    decidedAt: timeOrNull(row.decidedAt),
    approvals: row.approvals.map(approvalView),
    check: row.check && { ...row.check, reasons: [...row.check.reasons] },
  }
}

function approvalView(row: ApprovalRow): Static<typeof Approval> {
  const { person, role, decision, reason, decidedAt, signature, publicKey } = row
  return { person, role, decision, reason, decidedAt, signature, publicKey }
}

export const proposalParams = closed({ id: Uuid })
export const proposalQuery = closed({
  state: Type.Optional(Type.Enum([...PROPOSAL_STATES, 'any'], { description: '`open` when not given' })),
  act: Type.Optional(Act),
})

export const NewSigningKey = named(
  'NewSigningKey',
  {
    publicKey: PublicKey,
    possession: Type.String({
      pattern: '^[A-Za-z0-9+/]{86}==$',
      description: 'Signature with it over its registration: whoever registers it holds the private half',
    }),
  },
  'The public half of the caller’s own key',
)
export const SigningKey = named(
  'SigningKey',
  {
    id: Uuid,
    person: Type.String(),
    publicKey: PublicKey,
    possession: Type.String(),
    registeredAt: Time,
    registeredBy: Type.String(),
    endedAt: TimeOrNull,
  },
  'The public half of a person’s key; the private one is with the person only',
)
export const SigningKeyList = listOf('SigningKeyList', SigningKey)
export const SigningKeyRegistered = named(
  'SigningKeyRegistered',
  { id: Uuid, person: Type.String(), publicKey: PublicKey },
  'A signing key that was registered',
)
export const SigningKeyEnded = named(
  'SigningKeyEnded',
  { id: Uuid, ended: Type.Literal(true) },
  'A signing key that has ended',
)

export function signingKeyView(row: SigningKeyView): Static<typeof SigningKey> {
  return {
    id: row.id,
    person: row.person,
    publicKey: row.publicKey.toString('base64'),
    possession: row.possession.toString('base64'),
    registeredAt: time(row.registeredAt),
    registeredBy: row.registeredBy,
    endedAt: timeOrNull(row.endedAt),
  }
}
