/** Calls that leave the house, on the real store and the real simulator: one network attempt each, everything written down. */
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPaymentActivities } from '../../activities/payments.ts'
import { gatewayReference } from '../../domain/identity.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import { waitsOf } from '../../gateways/gateway.ts'
import { openStage, received, type Stage } from '../sandbox/stage.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { called, paymentMessages } from '../support/sent.ts'
import {
  AMOUNT,
  bytesOf,
  DAY,
  disbursementOf,
  MINUTE,
  NOON,
  openWorld,
  SECOND,
  seen,
  type World,
} from '../support/world.ts'

const swift = swiftProgramme()
const [first] = swift.tranches
if (!first) throw new Error('it has tranches')
/** The second tranche is of one rupiah: no bank moves so little. */
const programme = { ...swift, tranches: [first, { ...first, code: 'tiny', amount: '100' }] }

let stage: Stage
let world: World
beforeAll(async () => {
  stage = await openStage({ timing: { quietPeriodMs: MINUTE } })
  world = await openWorld({ programme, timing: waitsOf(stage.gateway.capabilities) })
})
afterAll(async () => {
  await world.close()
  await stage.close()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

/** The clock: a fixed time, or one value after the other. */
let clock: () => number
beforeEach(() => {
  clock = () => NOON
})
const payments = () =>
  createPaymentActivities({ store: world.store, gateways: new Map([['sandbox', stage.gateway]]), now: () => clock() })

const submit = (ref: string, tranche = 'incentive-1') =>
  payments().submit({ programme: 'swift', ref, disbursement: disbursementOf(ref, tranche) })
const resend = (ref: string, n = 1) =>
  payments().resend({ programme: 'swift', ref, payout: `${disbursementOf(ref)}#${n}` })
const enquire = (ref: string) => payments().enquire({ programme: 'swift', ref, payout: `${disbursementOf(ref)}#1` })
const payoutOf = (ref: string, n = 1) =>
  world.one<{ state: string; sends: number; salt: number; failure_code: string | null }>(
    'SELECT state, sends, salt, failure_code FROM payout WHERE key = $1',
    [`${disbursementOf(ref)}#${n}`],
  )
const requests = async (): Promise<number> => {
  const { json } = await stage.call('GET', '/admin/requests')
  return Object.entries(json as Record<string, number>)
    .filter(([name]) => name.startsWith('POST /payouts'))
    .reduce((total, [, count]) => total + count, 0)
}
async function arrives(account: AccountDetails): Promise<bigint> {
  return received(await stage.journal(), account.number)
}

describe('a send', () => {
  it('claims, sends the frozen bytes and writes down the answer', async () => {
    const account = bankAccount('50')
    const ref = await world.ready({ account })
    await submit(ref)
    expect((await payoutOf(ref)).state).toMatch(/accepted|processing|paid/)
    expect(await arrives(account)).toBe(AMOUNT)
  })

  it('waits a moment with its answer: the callback that comes meanwhile is told by the send alone', async () => {
    const ref = await world.ready({ account: bankAccount() })
    const payout = `${disbursementOf(ref)}#1`
    const heard: string[] = []
    const before = await paymentMessages(world, ref)
    const sender = createPaymentActivities({
      store: world.store,
      gateways: new Map([['sandbox', stage.gateway]]),
      now: () => NOON,
      pass: async (point, work) => {
        if (point === 'send:kept-back') {
          heard.push((await payoutOf(ref)).state)
          const gatewayId = (await stage.journal()).findLast((entry) => entry.kind === 'accepted')?.id ?? ''
          await world.observe(called(payout, seen('paid', { gatewayId }), NOON))
        }
        return work
      },
    })
    expect(await sender.submit({ programme: 'swift', ref, disbursement: disbursementOf(ref) })).toBeNull()
    expect(heard).toEqual(['submitting'])
    expect((await payoutOf(ref)).state).toBe('paid')
    expect(await paymentMessages(world, ref)).toBe(before)
  })

  it('of what somebody else has claimed does nothing', async () => {
    const ref = await world.ready({ account: bankAccount('03') })
    await Promise.all([submit(ref), submit(ref), submit(ref)])
    const before = await requests()
    expect(await submit(ref)).toBeNull()
    expect(await requests()).toBe(before)
    expect((await payoutOf(ref)).sends).toBe(1)
  })

  it('by a process that slept since its claim does not leave: others have given up waiting for it', async () => {
    const account = bankAccount()
    const ref = await world.ready({ account })
    const before = await requests()
    const times = [NOON, NOON]
    clock = () => times.shift() ?? NOON + MINUTE
    await submit(ref)
    expect(await payoutOf(ref)).toMatchObject({ state: 'not-sent', failure_code: 'send-too-late' })
    expect(await requests()).toBe(before)
    clock = () => NOON + DAY
    await submit(ref)
    expect((await payoutOf(ref, 2)).state).not.toBe('not-sent')
  })

  it('under a reference that is another’s takes the next salt', async () => {
    const ref = await world.ready({ account: bankAccount('03') })
    const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()
    const victim = await world.draft(disbursementOf(await world.ready()))
    const taken = { ...victim, reference: gatewayReference(disbursementOf(ref), 1, sha256) }
    await world.store.claims.claim(taken, bytesOf(taken), NOON)
    await submit(ref)
    expect((await payoutOf(ref)).salt).toBe(1)
  })

  it('that the format of the gateway refuses is nobody’s payout', async () => {
    const ref = await world.ready()
    expect(await submit(ref, 'tiny')).toBeNull()
    expect(await world.count('SELECT FROM payout WHERE disbursement = $1', [disbursementOf(ref, 'tiny')])).toBe(0)
    const row = await world.one('SELECT state, reason FROM disbursement WHERE key = $1', [disbursementOf(ref, 'tiny')])
    expect(row).toEqual({ state: 'failed', reason: 'amount-below-minimum' })
  })

  it('to a gateway nobody configured is a fault, and claims nothing', async () => {
    const ref = await world.ready()
    const none = createPaymentActivities({ store: world.store, gateways: new Map(), now: () => NOON })
    const disbursement = disbursementOf(ref)
    await expect(none.submit({ programme: 'swift', ref, disbursement })).rejects.toMatchObject({ type: 'Fault' })
    expect(await world.count('SELECT FROM payout WHERE ref = $1', [ref])).toBe(0)
  })
})

describe('a send of which nobody hears', () => {
  it('is asked about, and found', async () => {
    const account = bankAccount('40')
    const ref = await world.ready({ account })
    await submit(ref)
    expect((await payoutOf(ref)).state).toBe('unknown')
    clock = () => NOON + 2 * SECOND
    await enquire(ref)
    expect((await payoutOf(ref)).state).toMatch(/accepted|paid/)
    expect(await resend(ref)).toBeNull()
    expect(await arrives(account)).toBe(AMOUNT)
  })

  it('and which never arrived is sent again with the same bytes, and paid once', async () => {
    const account = bankAccount('41')
    const ref = await world.ready({ account })
    await submit(ref)
    expect(await resend(ref)).toBeNull()
    for (const minutes of [2, 3]) {
      clock = () => NOON + minutes * MINUTE
      await enquire(ref)
    }
    await resend(ref)
    expect(await payoutOf(ref)).toMatchObject({ sends: 2 })
    expect((await payoutOf(ref)).state).toMatch(/accepted|paid/)
    const accepted = (await stage.journal()).filter(
      (entry) => entry.kind === 'accepted' && entry.account === account.number,
    )
    expect(accepted).toHaveLength(1)
  })

  it('whose process died is known by its time: it is asked about, and ends when that is answered after the quiet period', async () => {
    const ref = await world.ready()
    await world.claim(disbursementOf(ref))
    const open = () =>
      world.count('SELECT FROM send WHERE ended_at IS NULL AND payout = $1', [`${disbursementOf(ref)}#1`])
    clock = () => NOON + MINUTE
    await enquire(ref)
    expect(await payoutOf(ref)).toMatchObject({ state: 'unknown', failure_code: 'send-lost' })
    expect(await open()).toBe(1)
    clock = () => NOON + 2 * MINUTE
    await enquire(ref)
    expect(await open()).toBe(0)
  })
})

describe('a gateway that cannot be asked', () => {
  it('says nothing about the payout', async () => {
    const ref = await world.ready({ account: bankAccount('60') })
    await submit(ref)
    clock = () => NOON + MINUTE
    await enquire(ref)
    expect((await payoutOf(ref)).state).toBe('unknown')
  })
})

describe('our money at the gateway', () => {
  const check = (ref: string) =>
    payments().checkFloat({ programme: 'swift', ref, disbursement: disbursementOf(ref), gateway: 'sandbox' })
  const stateOf = async (ref: string): Promise<{ state: string; release_at: Date }> =>
    world.one('SELECT state, release_at FROM disbursement WHERE key = $1', [disbursementOf(ref)])

  it('is looked at only for who waits for it', async () => {
    const ref = await world.ready()
    await check(ref)
    expect((await stateOf(ref)).state).toBe('released')
  })

  it('when there is enough, releases; when it cannot be read, waits a little longer', async () => {
    const ref = await world.ready()
    await world.root.pool.query(`UPDATE disbursement SET state = 'float-short' WHERE key = $1`, [disbursementOf(ref)])
    const gateway = { ...stage.gateway, balance: () => Promise.reject(new Error('away')) }
    const away = createPaymentActivities({ store: world.store, gateways: new Map([['sandbox', gateway]]), now: clock })
    await away.checkFloat({ programme: 'swift', ref, disbursement: disbursementOf(ref), gateway: 'sandbox' })
    const waits = await stateOf(ref)
    expect(waits.state).toBe('float-short')
    expect(waits.release_at.getTime()).toBe(NOON + stage.gateway.capabilities.timing.floatCheckMs)
    await check(ref)
    expect((await stateOf(ref)).state).toBe('released')
  })
})
