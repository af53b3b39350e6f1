/** Payout runs of a programme with several versions: lives stay on theirs, and each is paid as its own version says. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Programme } from '../../domain/programme.ts'
import { foundIn } from '../support/audited.ts'
import { registration } from '../support/builders.ts'
import { freeze } from '../support/freezes.ts'
import { AHEAD, approvedProgramme, approved, claimOf, collect } from '../support/runs.ts'
import { decide, propose, signer } from '../support/two-people.ts'
import {
  DAY,
  disbursementOf,
  NOON,
  OPERATOR,
  openWorld,
  refOf,
  refusal,
  SECOND,
  testCredential,
  WAVE,
  type World,
} from '../support/world.ts'

let world: World
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const FIRST = approvedProgramme()
const FEES = [{ gateway: 'sandbox', amount: '250000', times: 1 }]
const open = async (programme: Programme = FIRST) => {
  world = await openWorld({ programme, credentials: [testCredential('other', 'send')] })
}
const next = async (more: Partial<Programme['payment']>, of = FIRST): Promise<Programme> => {
  const programme = { ...of, version: of.version + 1, payment: { ...of.payment, ...more } }
  await world.publish(programme)
  return programme
}
const BOTH = [...AHEAD, { gateway: 'other', payments: 100 }]

/** Who registers under this version is owed the first incentive. */
async function readyUnder(programme: Programme): Promise<string> {
  const request = { actor: OPERATOR, atMs: NOON, idempotency: null, programme, registration: registration({}) }
  const [result] = await world.store.desk.registerAll([request])
  const ref = refOf(result)
  await world.store.lives.screen(programme.code, ref, NOON)
  await world.act((acts) => acts.admit({ programme: programme.code, wave: WAVE, decree: 'SK-1', refs: [ref] }))
  await world.train(ref)
  return ref
}

const linesOf = async (run: string) => {
  const { rows } = await world.root.pool.query<{ ref: string; gateway: string; fee: bigint }>(
    'SELECT ref, gateway, fee FROM payout_run_line WHERE run = $1',
    [run],
  )
  return new Map(rows.map(({ ref, gateway, fee }) => [ref, { gateway, fee }]))
}

async function audited(only: readonly string[]) {
  return foundIn(world, NOON + DAY, only)
}

describe('a version with other gateways', () => {
  it('leaves those before it with theirs: a run takes each through the gateway, and for the fee, of their own version', async () => {
    const first = { ...FIRST, payment: { ...FIRST.payment, fees: FEES } }
    await open(first)
    const before = await world.ready()
    const fees = [{ gateway: 'other', amount: '100000', times: 2 }]
    const after = await readyUnder(await next({ gateways: ['other', 'sandbox'], fees }, first))
    const run = await approved(world)
    expect(run).toMatchObject({ lines: 2, fees: 450_000n, programmeVersion: 2 })
    expect(await linesOf(run.key)).toEqual(
      new Map([
        [before, { gateway: 'sandbox', fee: 250_000n }],
        [after, { gateway: 'other', fee: 200_000n }],
      ]),
    )
    for (let looks = 0; looks < 3; looks += 1) await world.store.runs.look(run.key, BOTH, NOON + looks * SECOND)
    for (const ref of [before, after]) {
      expect((await world.advance(ref)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
      expect(await claimOf(world, disbursementOf(ref))).toBe('claimed')
    }
    expect(await audited(['fees'])).toEqual([])
  })

  it('collects also whom only a gateway of an earlier version reaches', async () => {
    await open()
    const ref = await world.ready()
    // None of the new version's gateways reaches anybody.
    await next({ gateways: [] })
    const run = await collect(world)
    expect((await linesOf(run.key)).get(ref)).toMatchObject({ gateway: 'sandbox' })
  })

  it('begins with those whose gateway is not frozen: the first line that goes alone is never one that cannot', async () => {
    await open()
    const before = await world.ready()
    await readyUnder(await next({ gateways: ['other', 'sandbox'] }))
    const run = await approved(world)
    await freeze(world, { scope: 'gateway', programme: null, name: 'other' })
    expect(await world.store.runs.look(run.key, BOTH, NOON)).toMatchObject({ released: 1, waiting: 1 })
    expect(await claimOf(world, disbursementOf(before))).toBe('claimed')
  })

  it('lets money be put at the gateways of those before it too, and at no other', async () => {
    await open()
    await next({ gateways: ['other'] })
    const put = (gateway: string) => ({
      act: 'funding',
      content: { programme: 'swift', gateway, number: 'SP2D-2', amount: { minor: '5000', currency: 'IDR' } },
    })
    const agus = await signer(world.store, 'agus', ['administrator'])
    const budi = await signer(world.store, 'budi', ['approver'])
    const decided = await decide(
      world.store,
      budi,
      await propose(world.store, agus, put('sandbox'), NOON),
      'approve',
      NOON,
    )
    expect(decided.state).toBe('executed')
    expect(await refusal(propose(world.store, agus, put('nowhere'), NOON))).toBe('invalid-request')
  })
})

describe('a version that pays by itself', () => {
  const automatic = async (): Promise<Programme> => {
    const { runs: _, ...payment } = FIRST.payment
    const programme: Programme = { ...FIRST, version: 2, payment: { ...payment, release: 'automatic' } }
    await world.publish(programme)
    return programme
  }

  it('leaves those before it on runs, which people agree to by the rules of their version', async () => {
    await open()
    const before = await world.ready()
    const after = await readyUnder(await automatic())
    expect(await claimOf(world, disbursementOf(after))).toBe('claimed')
    const run = await approved(world)
    expect(run).toMatchObject({ lines: 1, programmeVersion: 1, state: 'approved' })
    await world.store.runs.look(run.key, AHEAD, NOON)
    expect(await claimOf(world, disbursementOf(before))).toBe('claimed')
  })

  it('leaves the schedule by which they are collected as their version has it', async () => {
    await open()
    await world.ready()
    await automatic()
    expect(await world.store.programmes.list()).toMatchObject([{ version: 2 }])
    expect(await world.store.programmes.listApproved()).toMatchObject([{ version: 1 }])
    expect(await world.store.runs.collect('swift', NOON)).toMatchObject({ lines: 1 })
  })

  it('is asked of a programme that nobody has published, and there is none', async () => {
    await open()
    expect(await refusal(world.store.runs.collect('nothing', NOON))).toBe('unknown-programme')
  })
})

it('a version in another currency is refused: a run would add up what is not alike', async () => {
  await open()
  expect(await refusal(next({}, { ...FIRST, currency: 'USD' }))).toBe('conflict')
  expect(await world.count('SELECT FROM programme_version')).toBe(1)
})
