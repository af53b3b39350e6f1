/** What the codes of the auditor's country's gateway mean: made safer by one, given back by two, and payments that failed by such a rule. */
import { DOUBTED } from '../../domain/failure-rule.ts'
import { done, type Signers } from './audited-signers.ts'
import { gatewayId } from './audited-teller.ts'
import { bankAccount, registration } from './builders.ts'
import { agree } from './two-people.ts'
import { DAY, disbursementOf, HOUR, MINUTE, NOON, SECOND, seen, type World } from './world.ts'

const AT = NOON + HOUR
const NEW_CODE = { gateway: 'sandbox', vendorCode: 'BRANCH_CLOSED' }
const PASSING = { gateway: 'sandbox', vendorCode: 'TEMPORARY_TRANSFER_ERROR' }
const UNDOCUMENTED = { class: 'undocumented', code: 'undocumented' } as const
const ACCOUNT = { class: 'needs-account', code: 'account-closed' } as const

export async function classed(world: World, { operator, approver }: Signers): Promise<void> {
  const pair = [operator, approver] as const
  const put = (content: object, atMs: number) =>
    done(agree(world.store, pair, { act: 'reclassification', content: { ...content } }, atMs))
  const doubted = { class: 'unknown', code: DOUBTED } as const
  await world.act((acts) => acts.reclassify({ ...PASSING, meaning: doubted, reason: 'some were paid' }), AT)
  await put({ ...PASSING, from: doubted, meaning: null }, AT + MINUTE)
  await put({ ...NEW_CODE, from: UNDOCUMENTED, meaning: ACCOUNT }, AT + 2 * MINUTE)
  await failed(world, AT + HOUR)
  const stricter = { class: 'compliance', code: 'compliance-refused' } as const
  await world.act(
    (acts) => acts.reclassify({ ...NEW_CODE, meaning: stricter, reason: 'it is more than that' }),
    AT + DAY,
  )
}

/** A payment that the gateway refuses by the new code; the released table has never heard of it. */
async function failed(world: World, atMs: number): Promise<void> {
  const ref = await world.ready({ ...registration(), account: bankAccount() })
  const payout = await world.claim(disbursementOf(ref), atMs)
  const failure = { ...UNDOCUMENTED, vendorCode: NEW_CODE.vendorCode, isTabled: true } as const
  const fact = seen('failed', { failure, gatewayId: gatewayId(payout) })
  await world.observe({ payout, source: 'submit', send: 1, fact, atMs: atMs + SECOND })
}
