/** Persons who sign, in tests of the store: each with a key, roles and a signing key of their own. */
import {
  makeIdentity,
  openIdentity,
  signedApproval,
  signedProposal,
  type Identity,
  type Proposing,
} from '../../client/identity.ts'
import type { Actor } from '../../domain/act.ts'
import type { Decision } from '../../domain/approval.ts'
import type { Grant, Role } from '../../domain/roles.ts'
import type { MoneyResolution } from '../../domain/reconciliation.ts'
import { inTransaction } from '../../store/database.ts'
import type { Store } from '../../store/index.ts'
import { createKey } from '../../store/keys.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { registerSigningKey } from '../../store/signing-keys.ts'

export interface Signer {
  readonly actor: Actor
  readonly identity: Identity
  /** Of the person's API key. */
  readonly secret: string
}

const TESTER: Actor = { person: 'tester', keyId: null, role: null, requestId: null }

/** A person with roles, who signs. */
export async function signer(
  store: Store,
  person: string,
  roles: readonly (Role | Grant)[],
  by = TESTER,
  atMs = Date.now(),
): Promise<Signer> {
  const grants = roles.map((role) => (typeof role === 'string' ? { role, programme: null } : role))
  const identity = openIdentity(makeIdentity(person))
  return inTransaction(store.context.database, async (sql) => {
    const key = { person, kind: 'person' as const, label: 'test', grants, expiresAtMs: null }
    const { id, secret } = await createKey(sql, key, by, atMs)
    await registerSigningKey(sql, { person, ...identity.registration() }, by, atMs)
    const [first] = grants
    return { identity, secret, actor: { person, keyId: id, role: first?.role ?? null, requestId: 'r1' } }
  })
}

export type Put = Pick<Proposing, 'act' | 'content'> & Partial<Proposing>
const HOUR_MS = 3_600_000

/** One person's proposal, which ends after an hour where nothing is said. */
export async function propose(store: Store, by: Signer, put: Put, atMs: number): Promise<ProposalRow> {
  const {
    expiresAt,
    evidence = null,
    ...body
  } = signedProposal(by.identity, {
    reason: 'as agreed',
    expiresAtMs: atMs + HOUR_MS,
    ...put,
  })
  const asked = { ...body, evidence, expiresAtMs: Date.parse(expiresAt) }
  return answered(store, by.actor, atMs, (acts) => acts.propose(asked))
}

/** Another person's word on it; `more` is what a forger would change. */
export async function decide(
  store: Store,
  by: Signer,
  proposal: ProposalRow,
  decision: Decision,
  atMs: number,
  more: { readonly hash?: string; readonly signature?: string } = {},
): Promise<ProposalRow> {
  const { signature, hash } = signedApproval(by.identity, seenAs(proposal), decision)
  const asked = { proposal: proposal.id, decision, hash, signature, reason: 'looked at', ...more }
  return answered(store, by.actor, atMs, (acts) => acts.decide(asked))
}

/** A proposal as its reader has it over HTTP. */
export function seenAs(proposal: ProposalRow) {
  const { act, content, contentHash, expiresAt } = proposal
  return { act, content, hash: contentHash.toString('hex'), expiresAt: expiresAt.toISOString() }
}

/** One proposes, another approves. */
export async function agree(
  store: Store,
  [one, other]: readonly [Signer, Signer],
  put: Put,
  atMs: number,
): Promise<ProposalRow> {
  return decide(store, other, await propose(store, one, put, atMs), 'approve', atMs)
}

async function answered(
  store: Store,
  actor: Actor,
  atMs: number,
  step: (acts: Parameters<Parameters<Store['desk']['perform']>[1]>[0]) => Promise<ProposalRow>,
): Promise<ProposalRow> {
  const kept: ProposalRow[] = []
  await store.desk.perform({ actor, atMs, idempotency: null }, async (acts) => {
    kept[0] = await step(acts)
    return { status: 200, body: {} }
  })
  const [row] = kept
  if (!row) throw new Error('nothing was answered')
  return row
}

export type Resolving = Awaited<ReturnType<typeof resolving>>

/** Two people who say together where the money of a difference is; `said`: what it comes to, where the statement does not tell. */
export async function resolving(store: Store, atMs: number, known?: readonly [Signer, Signer]) {
  const people = known ?? [await signer(store, 'sari', ['operator']), await signer(store, 'budi', ['approver'])]
  return async (id: string, resolution: MoneyResolution, said?: bigint): Promise<string> => {
    const { difference } = await store.statements.discrepancy(id)
    const content = { discrepancy: id, difference: (said ?? difference).toString(), resolution }
    const { state, outcomeCode } = await agree(store, people, { act: 'discrepancy-resolution', content }, atMs)
    return outcomeCode ?? state
  }
}
