/** The people of the auditor's country who sign, and how its programmes begin: everything that takes two is done by two. */
import type { Actor } from '../../domain/act.ts'
import type { Programme } from '../../domain/programme.ts'
import type { Store } from '../../store/index.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { agree, signer, type Put, type Signer } from './two-people.ts'
import { HOUR, MINUTE, NOON, testCredential, YEAR } from './world.ts'

const BOOTSTRAP: Actor = { person: 'bootstrap', keyId: null, role: null, requestId: null }
const BEGIN = NOON - 2 * HOUR

/** An administrator, three who approve, and one of those approvers who is an operator too. */
export interface Signers {
  readonly administrator: Signer
  readonly approver: Signer
  readonly operator: Signer
  readonly second: Signer
  readonly releaser: Signer
}

/** The first three by the database's owner, the others by two of them. */
export async function makeSigners(store: Store): Promise<Signers> {
  const administrator = await signer(store, 'agus', ['administrator'], BOOTSTRAP, BEGIN)
  const approver = await signer(store, 'budi', ['approver'], BOOTSTRAP, BEGIN)
  const operator = await signer(store, 'citra', ['approver'], BOOTSTRAP, BEGIN)
  const second = await signer(store, 'dewi', [], BOOTSTRAP, BEGIN)
  const releaser = await signer(store, 'eko', [], BOOTSTRAP, BEGIN)
  for (const [one, role] of [
    [operator, 'operator'],
    [second, 'approver'],
    [releaser, 'approver'],
  ] as const) {
    const { publicKey } = one.identity.registration()
    const content = { person: one.actor.person, role, programme: null, publicKey }
    await done(agree(store, [administrator, approver], { act: 'role-grant', content }, BEGIN + MINUTE))
  }
  return { administrator, approver, operator, second, releaser }
}

/** Published, given its money in two steps, and that money put at its gateway. */
export async function beginProgramme(
  store: Store,
  { administrator, approver }: Signers,
  programme: Programme,
  amount: bigint,
): Promise<void> {
  const pair = [administrator, approver] as const
  const content = programme as unknown as Readonly<Record<string, unknown>>
  const puts: readonly Put[] = [
    { act: 'programme-publication', content },
    appropriation(programme, amount / 2n, 'DIPA-1'),
    appropriation(programme, amount, 'DIPA-2'),
    funding(programme, amount, 'SP2D-1'),
  ]
  for (const [at, put] of puts.entries()) await done(agree(store, pair, put, BEGIN + (at + 2) * MINUTE))
}

/** What the gateway is sent to with, and believed by; a callback secret takes the place of the one that was there first. */
export async function agreeCredentials(store: Store, { administrator, approver }: Signers): Promise<void> {
  const pair = [administrator, approver] as const
  const former = testCredential('sandbox', 'callback', 'former')
  const changes = [
    [testCredential('sandbox', 'send'), 'admit'],
    [former, 'admit'],
    [testCredential('sandbox', 'callback'), 'admit'],
    [former, 'end'],
  ] as const
  for (const [at, [credential, change]] of changes.entries()) {
    const content = { ...credential, change }
    await done(agree(store, pair, { act: 'gateway-credential', content }, BEGIN + (at + 10) * MINUTE))
  }
}

export function appropriation({ code, currency }: Programme, amount: bigint, number: string, fiscalYear = YEAR): Put {
  const content = { programme: code, fiscalYear, number, amount: { minor: amount.toString(), currency } }
  return { act: 'appropriation', content }
}

export function funding({ code, currency }: Programme, amount: bigint, number: string): Put {
  const content = {
    programme: code,
    gateway: 'sandbox',
    number: `${number}-${code}`,
    amount: { minor: amount.toString(), currency },
  }
  return { act: 'funding', content }
}

/** What others have agreed to and was carried out; throws with the reason when it was not. */
export async function done(agreed: Promise<ProposalRow>): Promise<ProposalRow> {
  const proposal = await agreed
  if (proposal.state !== 'executed') throw new Error(`${proposal.act}: ${proposal.outcome ?? proposal.state}`)
  return proposal
}
