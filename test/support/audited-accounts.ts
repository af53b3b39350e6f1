/** Accounts of the auditor's country: confirmed, doubtful, refused, shared, changed by two people, failed and mended. */
import { createHash } from 'node:crypto'
import type { Actor } from '../../domain/act.ts'
import type { AccountCheckRow } from '../../store/account-checks.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import { canonicalJson } from '../../domain/signing.ts'
import { done, type Signers } from './audited-signers.ts'
import { bankAccount } from './builders.ts'
import { agree } from './two-people.ts'
import { DAY, HOUR, MINUTE, seen, type World } from './world.ts'

/** The service through which people speak for themselves. */
const SERVICE: Actor = { person: 'loket', keyId: null, role: 'registrar', requestId: null }

const judged = (more: Partial<AccountCheckRow>): AccountCheckRow => ({
  gateway: 'sandbox',
  verdict: 'verified',
  code: null,
  score: 92,
  reasons: ['order'],
  ...more,
})

/** A person's own link, as the service tells it. */
export async function linked(
  world: World,
  ref: string,
  atMs: number,
  more: { readonly account?: AccountDetails; readonly check?: AccountCheckRow } = {},
): Promise<void> {
  const link = { programme: world.programme.code, ref, account: bankAccount(), state: 'verified', ...more } as const
  await world.store.desk.perform({ actor: SERVICE, atMs, idempotency: null }, async (acts) => {
    await acts.linkAccount(link)
    return { status: 201, body: {} }
  })
}

export async function hasAccounts(world: World, signers: Signers, atMs: number): Promise<void> {
  const { store, programme } = world
  const release = (ref: string): Promise<unknown> =>
    world.act((acts) => acts.release({ programme: programme.code, ref, reason: 'both papers seen' }), atMs + HOUR)
  const admitted = async (account = bankAccount()): Promise<string> => world.admit({ account }, atMs)
  await linked(world, await admitted(), atMs + MINUTE, { check: judged({}) })
  const [cleared, doubtful] = [await admitted(), await admitted()]
  const doubt = judged({ verdict: 'review', score: 67, reasons: ['missing-words'] })
  for (const ref of [cleared, doubtful]) await linked(world, ref, atMs + MINUTE, { check: doubt })
  await release(cleared)
  await doubtedBeside(world, await admitted(), doubt, atMs)
  const check = judged({ verdict: 'refused', code: 'account-name-differs', score: 12, reasons: ['other-words'] })
  const offered = { programme: programme.code, ref: doubtful, institution: 'ID.BNI', code: 'account-name-differs' }
  await store.desk.recordRefusedAccount({ ...offered, check }, SERVICE, atMs + 2 * MINUTE)
  const [ours, theirs] = [bankAccount(), bankAccount()]
  for (const account of [ours, ours, theirs, theirs]) await admitted(account)
  await release(await admitted(ours))
  await linked(world, await admitted(ours), atMs + HOUR)
  await admitted(theirs)
  const both = await admitted()
  await linked(world, both, atMs + HOUR, { account: ours, check: doubt })
  for (let each = 0; each < 2; each += 1) await release(both)
  await changed(world, signers, await admitted(), atMs + HOUR)
}

/** A doubt that another hold hides, and that stops its person once that has ended. */
async function doubtedBeside(world: World, ref: string, check: AccountCheckRow, atMs: number): Promise<void> {
  const { act, programme } = world
  const of = { programme: programme.code, ref }
  await act((acts) => acts.hold({ ...of, reason: 'a complaint' }), atMs)
  await linked(world, ref, atMs + MINUTE, { check })
  await act((acts) => acts.release({ ...of, reason: 'settled' }), atMs + HOUR)
}

/** What an operator changes, another agrees to. */
async function changed(world: World, { operator, approver }: Signers, ref: string, atMs: number): Promise<void> {
  const account = bankAccount()
  const { kind, institution, number } = account
  const salt = 'ab'.repeat(32)
  const commitment = createHash('sha256').update(canonicalJson({ account, salt })).digest('hex')
  const content = {
    programme: world.programme.code,
    ref,
    kind,
    institution,
    masked: `••${number.slice(-4)}`,
    commitment,
  }
  const personal = { account, salt, state: 'verified', check: judged({ score: 100, reasons: [] }) }
  await done(agree(world.store, [operator, approver], { act: 'account-change', content, personal }, atMs))
}

/** For what the first payment of each of these has failed. */
export const FAILURES = ['wallet-not-upgraded', 'account-closed', 'wallet-limit', 'account-name-differs'] as const

export async function failed(
  world: World,
  payout: string,
  code: (typeof FAILURES)[number],
  atMs: number,
): Promise<void> {
  const failure = { class: 'needs-account', code, vendorCode: 'X' } as const
  await world.observe({ payout, source: 'submit', send: 1, fact: seen('failed', { failure }), atMs })
}

/** What those whose payments have failed do about it, or do not. */
export async function mended(world: World, refs: readonly string[], atMs: number): Promise<void> {
  const { code: programme } = world.programme
  const { accountChecks, reads } = world.store
  for (const ref of refs) await world.advance(ref, atMs)
  const [upgraded = '', closed = '', , misnamed = ''] = refs
  const asked = async (ref: string, at: number, answer: 'valid' | 'unavailable'): Promise<void> => {
    const question = await accountChecks.due({ programme, ref }, at)
    if (!question) throw new Error(`${ref} is not to be asked about`)
    const registeredName = (await reads.identityForCheck(programme, ref)).open().name
    await accountChecks.record(question, answer === 'valid' ? { kind: 'valid', registeredName } : { kind: answer }, at)
    await world.advance(ref, at)
  }
  await asked(upgraded, atMs + 2 * DAY, 'unavailable')
  await asked(upgraded, atMs + 4 * DAY, 'valid')
  await asked(misnamed, atMs + 2 * DAY, 'unavailable')
  for (const ref of [closed, misnamed]) await world.advance(ref, atMs + 11 * DAY)
}
