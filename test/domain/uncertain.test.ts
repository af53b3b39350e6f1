/** What may turn out to have been paid, for its gateway is being asked: neither its deadline counts nor that its person leaves, before that is known. */
import { expect, it } from 'vitest'
import { AT_REST } from '../../domain/disbursement.ts'
import { nextStep, type LifeDisbursement } from '../../domain/lifecycle.ts'
import { lifeOf, owed, swiftProgramme, tranche } from '../support/builders.ts'

const DAY = 86_400_000
/** Sunday 22 November 2026, noon in Jakarta. */
const NOON = Date.parse('2026-11-22T05:00:00Z')
const swift = swiftProgramme()

function step(
  disbursement: LifeDisbursement,
  atMs: number,
  more: { otherwise?: 'lapse' | 'hold'; withdrawn?: boolean },
) {
  const { otherwise = 'lapse', withdrawn = false } = more
  const actions = { relink: { within: 'P3D', otherwise } }
  const programme = { ...swift, payment: { ...swift.payment, actions } }
  const tranches = [
    tranche('incentive-1', { state: 'due', dueAtMs: NOON, disbursement }),
    ...['incentive-2', 'survey-1'].map((code) => tranche(code, { state: 'cancelled' })),
  ]
  const life = { stage: 'incentives', trainedAtMs: NOON, accountUsableFromMs: null, withdrawn, tranches } as const
  return nextStep(lifeOf(programme, life), programme, atMs)
}

const late = { action: 'relink', actionByMs: NOON, releaseAtMs: NOON, lapsesAtMs: NOON + DAY } as const

it.each(['needs-account', 'failed'] as const)('%s: it neither lapses nor stops its person, however late', (state) => {
  for (const otherwise of ['lapse', 'hold'] as const) {
    const [known, uncertain] = [owed({ ...late, state }), owed({ ...late, state, uncertain: true })]
    for (const atMs of [NOON, NOON + 9 * DAY]) expect(step(uncertain, atMs, { otherwise })).toBeUndefined()
    expect(step(known, NOON + 9 * DAY, { otherwise })).toEqual({ kind: 'lapse', tranche: 'incentive-1' })
    expect(step(known, NOON, { otherwise })?.kind).toBe(otherwise === 'hold' ? 'hold-overdue' : 'lapse')
  }
})

it.each(AT_REST)('%s: it is under way for whoever leaves, and dropped once it is known', (state) => {
  expect(step(owed({ state, uncertain: true }), NOON, { withdrawn: true })).toBeUndefined()
  expect(step(owed({ state }), NOON, { withdrawn: true })).toEqual({ kind: 'cancel', tranche: 'incentive-1' })
})

it.each(AT_REST)('%s: what came back is the person’s all the same, and their life closes', (state) => {
  const back = owed({ state, uncertain: true, firstPaidAtMs: NOON })
  expect(step(back, NOON, { withdrawn: true })).toEqual({ kind: 'close', outcome: 'withdrawn' })
})
