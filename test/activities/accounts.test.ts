/** Accounts that a programme wants confirmed before anything is paid to them, with the real store and simulator. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { waitsOf, type Gateway } from '../../gateways/gateway.ts'
import { openStage, type Stage } from '../sandbox/stage.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { bytesOf, disbursementOf, MINUTE, NOON, openWorld, type World } from '../support/world.ts'

const swift = swiftProgramme()
const programme = {
  ...swift,
  payment: { ...swift.payment, accounts: { check: 'before-use', names: { accept: 80, review: 50 } } } as const,
}
/** The holder whom the simulator confirms. */
const name = 'Siti Aminah'

let stage: Stage
let world: World
beforeAll(async () => {
  stage = await openStage()
  world = await openWorld({ programme, timing: waitsOf(stage.gateway.capabilities) })
})
afterAll(async () => {
  await world.close()
  await stage.close()
})

function submit(ref: string, nowMs = NOON, gateway: Gateway = stage.gateway) {
  const gateways = new Map([['sandbox', gateway]])
  const payments = createPaymentActivities({ store: world.store, gateways, now: () => nowMs })
  return payments.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })
}
/** A gateway that cannot say anything about accounts. */
const away = (): Gateway => {
  const failure = { class: 'retry-new', code: 'unreachable', vendorCode: '' } as const
  return { ...stage.gateway, checkAccount: () => Promise.resolve({ kind: 'unavailable', failure }) }
}
const payouts = (ref: string) => world.count('SELECT FROM payout WHERE ref = $1', [ref])
const stands = (ref: string) =>
  world.one<{ state: string; reason: string | null; account: string; held: string | null }>(
    `SELECT d.state, d.reason, a.state AS account, p.hold_cause AS held
       FROM disbursement d JOIN participant p USING (programme, ref) JOIN account a USING (programme, ref) WHERE d.key = $1`,
    [disbursementOf(ref)],
  )

describe('an account of the registration', () => {
  it('is confirmed once, and then paid to', async () => {
    const ref = await world.ready({ name })
    await submit(ref)
    expect(await payouts(ref)).toBe(1)
    expect((await stands(ref)).account).toBe('verified')
    const [link] = await world.store.reads.accounts('swift', ref)
    expect(link?.checks).toMatchObject([{ gateway: 'sandbox', verdict: 'verified', score: 100, reasons: [] }])
  })

  it('of another name is not paid to: nothing is claimed, and the person is asked to have it corrected', async () => {
    const ref = await world.ready({ name: 'Budi Santoso' })
    expect(await submit(ref)).toBeNull()
    expect(await payouts(ref)).toBe(0)
    expect(await stands(ref)).toMatchObject({
      state: 'needs-account',
      reason: 'account-name-differs',
      account: 'failed',
    })
    expect((await world.advance(ref)).attention).toBe('waiting-for-name')
  })

  it('is paid to under the reference it would have had anyway: being asked about is no collision', async () => {
    const ref = await world.ready({ name })
    await submit(ref)
    expect(await world.one('SELECT salt FROM payout WHERE ref = $1', [ref])).toEqual({ salt: 0 })
  })

  it('of a doubtful name is not paid to before an operator has looked', async () => {
    const ref = await world.ready({ name: 'Siti Aminah Binti Hasan' })
    await submit(ref, NOON, away())
    expect((await stands(ref)).reason).toBe('account-unchecked')
    await submit(ref, NOON + 15 * MINUTE)
    expect(await payouts(ref)).toBe(0)
    expect(await stands(ref)).toMatchObject({ account: 'verified', held: 'account-doubtful', reason: null })
    await world.act((acts) => acts.release({ programme: 'swift', ref, reason: 'looked at the card' }))
    await submit(ref, NOON + 15 * MINUTE)
    expect(await payouts(ref)).toBe(1)
  })

  it('that is closed costs no attempt', async () => {
    const ref = await world.ready({ name, account: bankAccount('12') })
    await submit(ref)
    expect(await payouts(ref)).toBe(0)
    expect(await stands(ref)).toMatchObject({ state: 'needs-account', reason: 'account-closed' })
  })

  it('waits while nobody can be asked, and is asked about again', async () => {
    const ref = await world.ready({ name })
    await submit(ref, NOON, away())
    expect(await payouts(ref)).toBe(0)
    const waits = await world.advance(ref)
    expect(waits.disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: NOON + 15 * MINUTE })
    expect(waits).toMatchObject({ attention: 'account-unchecked', disbursements: [{ reason: 'account-unchecked' }] })
    await submit(ref, NOON + 15 * MINUTE)
    expect(await payouts(ref)).toBe(1)
    expect((await world.advance(ref)).attention).toBeNull()
    expect((await stands(ref)).reason).toBeNull()
  })

  it('is refused by the claim itself while nobody has confirmed it, also by several at once', async () => {
    const ref = await world.ready({ name })
    const draft = await world.draft(disbursementOf(ref))
    expect(draft.unchecked).toBe(true)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toEqual({
      kind: 'parked',
      reason: 'account-unchecked',
    })
    await Promise.all([submit(ref), submit(ref), submit(ref)])
    expect(await payouts(ref)).toBe(1)
  })
})
