/** The trail says how what an act changed stood before: of every act that changes something, and never in anybody's own words or names. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACTS, BEGINNINGS, type Act } from '../../domain/act.ts'
import { openEndedYear } from '../support/audited-year.ts'
import { registration } from '../support/builders.ts'
import { HOUR, NOON, openWorld, type World } from '../support/world.ts'

const isBeginning = (act: Act): boolean => BEGINNINGS.some((one) => one === act)

/** What changes something and does not happen in the auditor's country: the types demand it of them all the same. */
const ELSEWHERE: readonly Act[] = [
  'payout-failing',
  'float-short',
  'float-restored',
  'deduction-made',
  'fees-freed',
  'disbursement-failed',
  'corrected',
  'recovery-closed',
  'wave-closed',
  'key-revoked',
  'role-ended',
  'proposal-rejected',
  'proposal-void',
  'proposal-expired',
  'discrepancy-assigned',
  'discrepancy-explained',
  'restore-lowered',
  'restore-asked',
  'restore-looked-up',
  'restore-closed',
]

describe('in a country in which everything has happened', () => {
  let world: World
  beforeAll(async () => {
    world = (await openEndedYear()).world
  }, 120_000)
  afterAll(() => world.close())

  test('every act that changes something has a before, and one that begins something has none', async () => {
    const { rows } = await world.root.pool.query<{ act: Act; without: number; with: number }>(
      `SELECT act, count(*) FILTER (WHERE before IS NULL)::int AS without, count(before)::int AS with FROM audit_event GROUP BY act ORDER BY act`,
    )
    const lived = rows.filter(({ act }) => !isBeginning(act))
    expect(lived.filter(({ without }) => without > 0)).toEqual([])
    expect(rows.filter((row) => isBeginning(row.act) && row.with > 0).map(({ act }) => act)).toEqual([])
    const seen = new Set(rows.map(({ act }) => act))
    expect(ACTS.filter((act) => !isBeginning(act) && !seen.has(act))).toEqual(ELSEWHERE)
  })
})

describe('of one person', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  const told = async (ref: string, act: Act) =>
    await world.one<{ before: unknown; after: unknown }>(
      `SELECT before, after FROM audit_event WHERE ref = '${ref}' AND act = '${act}'`,
    )

  test('a hold, its release and a withdrawal say what was', async () => {
    const ref = await world.ready()
    await world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a complaint' }), NOON)
    await world.act((acts) => acts.release({ programme: 'swift', ref, reason: 'settled' }), NOON + HOUR)
    await world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'moved away' }), NOON + 2 * HOUR)
    expect(await told(ref, 'hold-placed')).toMatchObject({ before: { held: false, cause: null, sinceMs: null } })
    expect(await told(ref, 'hold-released')).toMatchObject({
      before: { held: true, sinceMs: NOON },
      after: { held: false, heldForMs: HOUR },
    })
    expect(await told(ref, 'withdrawn')).toMatchObject({ before: { stage: 'incentives' } })
  })

  test('a correction names fields and sealed versions, and of values only the region', async () => {
    const person = { ...registration(), name: 'Siti Rahmawati', region: '3171' }
    const ref = await world.ready(person)
    const correction = { name: 'Siti Rahmawaty', region: '3273' }
    await world.act((acts) => acts.correct({ programme: 'swift', ref, reason: 'a slip' }, correction), NOON)
    const row = await told(ref, 'corrected')
    expect(row).toEqual({
      before: { identity: expect.stringMatching(/^[0-9a-f-]{36}$/), region: '3171' },
      after: { fields: ['name', 'region'], identity: expect.stringMatching(/^[0-9a-f-]{36}$/), region: '3273' },
    })
    expect(JSON.stringify(row)).not.toMatch(/Siti/)
    const { before, after } = row as { before: { identity: string }; after: { identity: string } }
    expect(before.identity).not.toBe(after.identity)
  })
})
