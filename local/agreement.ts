/** How development persons do what takes two: one proposes and signs, another looks, agrees and signs, over HTTP like anybody. */
import { signedApproval, signedProposal, type Seen } from '../client/identity.ts'
import type { Calls } from './demo/calls.ts'
import type { Identities, Signer } from './identities.ts'

export interface Agreeable {
  readonly act: string
  readonly content: Readonly<Record<string, unknown>>
  readonly reason: string
  /** Sealed, where the act has such a part. */
  readonly personal?: Readonly<Record<string, unknown>>
}

const HOUR_MS = 3_600_000

/** Carries an act through; false when the API answers that what it would make is there. Throws when it refuses for another reason. */
export async function agree(
  calls: Calls,
  identities: Identities,
  act: Agreeable,
  proposer: Exclude<Signer, 'approver'> = 'administrator',
): Promise<boolean> {
  const body = signedProposal(identities[proposer], { ...act, expiresAtMs: Date.now() + HOUR_MS })
  const proposed = await calls.post(proposer, '/v1/proposals', body)
  // A conflict says that it is there.
  if (proposed.status === 409) return false
  return approve(calls, identities, proposed.body as unknown as Proposed)
}

export interface Proposed extends Seen {
  readonly id: string
}

/** The other's word; false when it is not carried out by it. */
export async function approve(calls: Calls, identities: Identities, seen: Proposed): Promise<boolean> {
  const approval = signedApproval(identities.approver, seen, 'approve')
  const decided = await calls.post('approver', `/v1/proposals/${seen.id}/approvals`, approval)
  return decided.body['state'] === 'executed'
}
