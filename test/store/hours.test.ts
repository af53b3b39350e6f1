/** Payouts leave within the programme's hours, also when the look that said "send" was taken before the cut-off. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shippedProgramme } from '../../programmes/index.ts'
import { swiftProgramme } from '../support/builders.ts'
import { bytesOf, disbursementOf, openWorld, SECOND, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ programme: swiftProgramme({ calendar: shippedProgramme('prakerja-2020').calendar }) })
})
afterAll(() => world.close())

const THURSDAY = Date.parse('2026-11-26T10:00:00+07:00')
const CUT_OFF = Date.parse('2026-11-27T15:00:00+07:00')
const SATURDAY = Date.parse('2026-11-28T10:00:00+07:00')
const MONDAY = Date.parse('2026-11-30T08:00:00+07:00')

it('a payout that was to leave a second before the cut-off does not leave after it, nor on a Saturday', async () => {
  const ref = await world.ready({}, THURSDAY)
  const { claims } = world.store
  const { disbursements } = await world.advance(ref, CUT_OFF - SECOND)
  expect(disbursements[0]).toMatchObject({ next: { kind: 'send' } })
  const draft = await world.draft(disbursementOf(ref), CUT_OFF - SECOND)
  for (const atMs of [CUT_OFF, SATURDAY, MONDAY - 1]) {
    expect(await claims.claim(draft, bytesOf(draft), atMs)).toEqual({ kind: 'parked', reason: 'too-early' })
    expect(await claims.draft(disbursementOf(ref), atMs)).toEqual({ kind: 'parked', reason: 'too-early' })
  }
  const later = await world.advance(ref, SATURDAY)
  expect(later.disbursements[0]).toMatchObject({ next: { kind: 'wait', untilMs: MONDAY } })
  expect(await claims.claim(draft, bytesOf(draft), MONDAY)).toMatchObject({ kind: 'claimed' })
})
