/** Persons who sign, over HTTP: what one proposes and another agrees to. */
import { randomUUID } from 'node:crypto'
import { signedApproval, signedProposal, type Identity, type Proposing } from '../../client/identity.ts'
import type { Grant, Role } from '../../domain/roles.ts'
import { post, type Answered, type TestApi } from './api.ts'
import { signer } from './two-people.ts'

export interface ApiPerson {
  readonly person: string
  /** The API key. */
  readonly key: string
  readonly identity: Identity
}

/** A person of a new name with roles and a signing key. */
export async function personOf(api: TestApi, ...roles: readonly (Role | Grant)[]): Promise<ApiPerson> {
  const person = `orang-${randomUUID().slice(0, 8)}`
  const { secret, identity } = await signer(api.store, person, roles)
  return { person, key: secret, identity }
}

type Put = Pick<Proposing, 'act' | 'content'> & Partial<Proposing>

/** The body of a proposal that ends after an hour, and one more millisecond at each. */
let made = 0
export function bodyOf(api: TestApi, by: ApiPerson, put: Put) {
  const expiresAtMs = api.clock.nowMs + 3_600_000 + (made += 1)
  return signedProposal(by.identity, { reason: 'as decreed', expiresAtMs, ...put })
}

export function propose(api: TestApi, by: ApiPerson, put: Put, headers = {}): Promise<Answered> {
  return post(api.app, '/v1/proposals', by.key, bodyOf(api, by, put), headers)
}

export function decide(
  api: TestApi,
  by: ApiPerson,
  proposal: Answered['body'],
  decision: 'approve' | 'reject' | 'release' = 'approve',
  headers = {},
): Promise<Answered> {
  const body = signedApproval(by.identity, proposal, decision, 'looked at')
  return post(api.app, `/v1/proposals/${proposal.id}/approvals`, by.key, body, headers)
}

/** One proposes, the other approves: the proposal afterwards. */
export async function agreed(
  api: TestApi,
  [one, other]: readonly [ApiPerson, ApiPerson],
  put: Put,
): Promise<Answered['body']> {
  const { body } = await propose(api, one, put)
  return (await decide(api, other, body)).body
}
