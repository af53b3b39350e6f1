/**
 * Two-person acts, pure: who may decide on a proposal, in which order, and when it is agreed. Whoever proposed, whoever approves
 * and whoever releases are different persons; keys do not come into it.
 */
import type { ProblemCode } from './problem.ts'

export const PROPOSAL_STATES = ['open', 'executed', 'rejected', 'expired', 'void'] as const
export type ProposalState = (typeof PROPOSAL_STATES)[number]

export const DECISIONS = ['approve', 'reject', 'release'] as const
export type Decision = (typeof DECISIONS)[number]

/** Whose agreement an act needs besides its proposer's. */
export interface Needs {
  /** At least one. */
  readonly approvers: number
  /** Somebody else again lets it happen once all have approved. */
  readonly releaser: boolean
}

export const ONE_APPROVER: Needs = { approvers: 1, releaser: false }

export interface Given {
  readonly person: string
  readonly decision: Decision
}

/** A proposal as far as deciding looks at it. */
export interface Proposal {
  readonly state: ProposalState
  readonly proposer: string
  /** The person it is about, who does not decide on it either; null when it is about nobody. */
  readonly about: string | null
  /** Of its content. */
  readonly hash: string
  readonly expiresAtMs: number
  readonly needs: Needs
  readonly given: readonly Given[]
}

/** One person's wish to decide. */
export interface Ask {
  readonly person: string
  readonly decision: Decision
  /** The content the person has seen. */
  readonly hash: string
  /** A person whose roles allow the decision at this time. */
  readonly isAllowed: boolean
  /** The signature over act, hash, decision and expiry is the person's own. */
  readonly isSigned: boolean
  readonly atMs: number
}

export type RefusedDecision = Extract<
  ProblemCode,
  | 'already-decided'
  | 'proposal-not-open'
  | 'proposal-expired'
  | 'forbidden'
  | 'own-proposal'
  | 'proposal-stale'
  | 'signature-invalid'
  | 'decision-not-awaited'
>

export type Decided =
  | { readonly kind: 'refused'; readonly code: RefusedDecision }
  /** It is written down; `agreed` means that the act is to be carried out in the same commit. */
  | { readonly kind: 'taken'; readonly given: readonly Given[]; readonly leadsTo: 'open' | 'rejected' | 'agreed' }

/** What becomes of a person's wish to decide. Of several reasons to refuse the first in this order is told. */
export function decideOn(proposal: Proposal, ask: Ask): Decided {
  const code = refusalOf(proposal, ask)
  if (code !== null) return { kind: 'refused', code }
  const given = [...proposal.given, { person: ask.person, decision: ask.decision }]
  if (ask.decision === 'reject') return { kind: 'taken', given, leadsTo: 'rejected' }
  return { kind: 'taken', given, leadsTo: isAgreed({ ...proposal, given }) ? 'agreed' : 'open' }
}

function refusalOf(proposal: Proposal, ask: Ask): RefusedDecision | null {
  const { person, decision } = ask
  if (proposal.given.some((one) => one.person === person)) return 'already-decided'
  if (proposal.state === 'expired') return 'proposal-expired'
  if (proposal.state !== 'open') return 'proposal-not-open'
  if (hasExpired(proposal, ask.atMs)) return 'proposal-expired'
  if (!ask.isAllowed) return 'forbidden'
  if (person === proposal.proposer || person === proposal.about) return 'own-proposal'
  if (ask.hash !== proposal.hash) return 'proposal-stale'
  if (!ask.isSigned) return 'signature-invalid'
  return decision === 'reject' || decision === awaited(proposal) ? null : 'decision-not-awaited'
}

export function hasExpired({ expiresAtMs }: Pick<Proposal, 'expiresAtMs'>, atMs: number): boolean {
  return atMs >= expiresAtMs
}

/** What an open proposal waits for. */
export function awaited({ needs, given }: Pick<Proposal, 'needs' | 'given'>): 'approve' | 'release' | null {
  if (numberOf(given, 'approve') < needs.approvers) return 'approve'
  return needs.releaser && numberOf(given, 'release') === 0 ? 'release' : null
}

function isAgreed(proposal: Pick<Proposal, 'needs' | 'given'>): boolean {
  return awaited(proposal) === null
}

function numberOf(given: readonly Given[], decision: Decision): number {
  return new Set(given.filter((one) => one.decision === decision).map(({ person }) => person)).size
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
export const EXPIRES_AFTER_MIN_MS = MINUTE_MS
export const EXPIRES_AFTER_MAX_MS = 30 * DAY_MS

/** Why a proposal cannot end then; null when it can. */
export function expiryFault(expiresAtMs: number, atMs: number): string | null {
  if (expiresAtMs < atMs + EXPIRES_AFTER_MIN_MS) return 'must leave others at least a minute to decide'
  return expiresAtMs > atMs + EXPIRES_AFTER_MAX_MS ? 'must be within 30 days' : null
}
