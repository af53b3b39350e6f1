/**
 * Every order of faults over the pure machines: sends that are lost, answered, throttled, refused or die with their process;
 * callbacks that repeat, come late, never, or about an older attempt; enquiries that see nothing; gateways that contradict
 * themselves; accounts, holds and deadlines in between.
 */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { FINAL_STATES, NAMED_WAITS } from '../../domain/disbursement.ts'
import { cases } from '../support/cases.ts'
import { Model } from '../support/model.ts'
import type { End, Fate, Lens } from '../support/model-gateway.ts'

const FATES: readonly Fate[] = [
  'answered',
  'silent',
  'lost',
  'late',
  'unreachable',
  'throttled',
  'refused',
  'crash-before',
  'crash-after',
]
const ENDS: readonly End[] = ['paid', 'passing', 'account', 'float', 'undocumented', 'returned', 'stuck']
const LENSES: readonly Lens[] = ['truth', 'away', 'hidden']

type Move =
  | { readonly act: 'work'; readonly fate: Fate; readonly end: End; readonly lens: Lens }
  | { readonly act: 'callback'; readonly which: number; readonly times: number; readonly isUntold: boolean }
  | { readonly act: 'word'; readonly which: number }
  | { readonly act: 'contradict' | 'relink' | 'lapse' | 'hold' }

/** `hidden`: the gateway denies what it has executed. An honest one does so for its quiet period only, and here never. */
function moves(options: { readonly honest: boolean }): fc.Arbitrary<Move[]> {
  const lenses = options.honest ? LENSES.filter((lens) => lens !== 'hidden') : LENSES
  const work = fc.record({
    act: fc.constant('work' as const),
    fate: fc.constantFrom(...FATES),
    end: fc.constantFrom(...ENDS),
    lens: fc.constantFrom(...lenses),
  })
  const callback = fc.record({
    act: fc.constant('callback' as const),
    which: fc.nat({ max: 5 }),
    times: fc.integer({ min: 1, max: 3 }),
    isUntold: fc.boolean(),
  })
  const others = options.honest ? (['relink', 'hold'] as const) : (['contradict', 'relink', 'lapse', 'hold'] as const)
  return fc.array(
    fc.oneof(
      { weight: 12, arbitrary: work },
      { weight: 4, arbitrary: callback },
      { weight: 2, arbitrary: fc.record({ act: fc.constant('word' as const), which: fc.nat({ max: 5 }) }) },
      { weight: 2, arbitrary: fc.constantFrom(...others).map((act) => ({ act })) },
    ),
    { minLength: 5, maxLength: 60 },
  )
}

/** Mostly sends that nobody hears of and what their resends meet: the narrow way to a double payment. */
const resends = fc.array(
  fc.record({
    act: fc.constant('work' as const),
    fate: fc.constantFrom<Fate>('late', 'late', 'lost', 'refused', 'refused', 'unreachable', 'throttled'),
    end: fc.constantFrom<End>('paid', 'passing', 'account'),
    lens: fc.constant<Lens>('truth'),
  }),
  { minLength: 6, maxLength: 30 },
)

function apply(model: Model, move: Move): void {
  if (move.act === 'work') model.work(move.fate, move.end, move.lens)
  else if (move.act === 'callback') model.callback(move.which, move.times, move.isUntold)
  else if (move.act === 'word') model.word(move.which)
  else if (move.act === 'contradict') model.contradict()
  else if (move.act === 'relink') model.relink()
  else if (move.act === 'lapse') model.lapse()
  else model.held = !model.held
}

/** Faults end: the gateway answers, the person links an account, a hold is released. */
function settle(model: Model): void {
  model.held = false
  for (let round = 0; round < 200; round += 1) {
    model.work('answered', 'paid', 'truth')
    for (const [index] of model.attempts.entries()) model.callback(index, 1, false)
    model.relink()
  }
  model.finish()
}

const happened = new Map<string, number>()

describe('whatever happens to a disbursement', () => {
  it('the books balance after every step: clearing is what is under way, payable what is owed and neither paid nor under way', () => {
    fc.assert(
      fc.property(moves({ honest: false }), (history) => {
        const model = new Model(happened)
        for (const move of history) {
          apply(model, move)
          expect(model.balances()).toEqual(model.expected())
        }
      }),
      { numRuns: cases(800) },
    )
  })

  it('nobody is paid twice by a gateway that does not contradict itself', () => {
    fc.assert(
      fc.property(moves({ honest: true }), (history) => {
        const model = new Model(happened)
        for (const move of history) {
          apply(model, move)
          expect(model.reallyPaid).toBeLessThanOrEqual(1)
        }
        settle(model)
        expect(model.reallyPaid).toBeLessThanOrEqual(1)
      }),
      { numRuns: cases(800) },
    )
  })

  it('nobody is paid twice when first sends arrive late and resends are refused, throttled or never leave', () => {
    fc.assert(
      fc.property(resends, (history) => {
        const model = new Model(happened)
        for (const move of history) apply(model, move)
        settle(model)
        expect(model.reallyPaid).toBeLessThanOrEqual(1)
      }),
      { numRuns: cases(1500) },
    )
  })

  it('a gateway that calls failed what it pays is stopped: nothing is sent once it has said so', () => {
    fc.assert(
      fc.property(moves({ honest: false }), (history) => {
        const model = new Model(happened)
        for (const move of history) {
          apply(model, move)
          const isAlarmed = model.attempts.some(({ state }) => state === 'review')
          if (isAlarmed) expect(['send', 'resend', 'check-float']).not.toContain(model.next().kind)
        }
      }),
      { numRuns: cases(800) },
    )
  })

  it('another attempt exists only after the earlier one has ended definitively', () => {
    fc.assert(
      fc.property(moves({ honest: false }), (history) => {
        const model = new Model(happened)
        // The model itself throws when the machines allow it.
        for (const move of history) apply(model, move)
        settle(model)
        const blocking = model.attempts.slice(0, -1).filter(({ money }) => money === 'clearing')
        expect(blocking.filter(({ state }) => state !== 'review')).toEqual([])
      }),
      { numRuns: cases(400) },
    )
  })

  it('comes to an end, or waits for people by name, once the faults stop', () => {
    fc.assert(
      fc.property(moves({ honest: false }), (history) => {
        const model = new Model(happened)
        for (const move of history) apply(model, move)
        settle(model)
        expect([...FINAL_STATES, ...NAMED_WAITS]).toContain(model.state)
        expect(['wait', 'end']).toContain(model.next().kind)
        if (model.state === 'paid') expect(model.balances()['funds:payable']).toBeUndefined()
      }),
      { numRuns: cases(400) },
    )
  })

  afterAll(() => {
    const wanted = [
      ...FATES,
      'enquiry truth',
      'enquiry away',
      'enquiry hidden',
      'enquiry finds nothing',
      'lost send noticed',
      'lost send settled',
      'sent again',
      'given up',
      'a word',
      'a word about what is paid',
      'callback repeated',
      'callback never came',
      'callback about an older attempt',
      'gateway contradicted itself',
      'another attempt after failed',
      'another attempt after not-sent',
      'another attempt after returned',
      'account linked',
      'float is back',
      'lapsed',
      'then paid',
      'then review',
    ]
    // A fault that never occurred was never survived.
    expect(wanted.filter((name) => (happened.get(name) ?? 0) < 5)).toEqual([])
  })
})
