import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  callBreach,
  isFrozen,
  spendBreach,
  targetKey,
  targetsOf,
  type BreakerRule,
  type FreezeTarget,
} from '../../domain/freeze.ts'

const PLACE = { programme: 'demo', wave: 'G01', region: '3275' }

describe('a payout', () => {
  it('lies in everything, its gateway, its programme, its wave, its province and its regency', () => {
    expect(targetsOf(PLACE, 'sandbox')).toEqual([
      'all',
      'gateway:sandbox',
      'programme:demo',
      'region:demo:32',
      'region:demo:3275',
      'wave:demo:G01',
    ])
  })

  it('lies in no wave before a wave has it', () => {
    expect(targetsOf({ ...PLACE, wave: null }, 'sandbox')).not.toContainEqual(expect.stringMatching(/^wave/))
  })

  it.each<[FreezeTarget, boolean]>([
    [{ scope: 'all', programme: null, name: null }, true],
    [{ scope: 'gateway', programme: null, name: 'sandbox' }, true],
    [{ scope: 'gateway', programme: null, name: 'other' }, false],
    [{ scope: 'programme', programme: 'demo', name: null }, true],
    [{ scope: 'programme', programme: 'demo-2', name: null }, false],
    [{ scope: 'wave', programme: 'demo', name: 'G01' }, true],
    [{ scope: 'wave', programme: 'other', name: 'G01' }, false],
    [{ scope: 'region', programme: 'demo', name: '32' }, true],
    [{ scope: 'region', programme: 'demo', name: '3275' }, true],
    [{ scope: 'region', programme: 'demo', name: '3276' }, false],
    [{ scope: 'region', programme: 'other', name: '32' }, false],
  ])('is stopped by %o: %s', (target, stopped) => {
    expect(isFrozen([targetKey(target)], PLACE, 'sandbox')).toBe(stopped)
  })

  it('is stopped by nothing when nothing is frozen', () => {
    expect(isFrozen([], PLACE, 'sandbox')).toBe(false)
  })

  it('lists its targets in one order, so that no two claims wait for each other in a circle', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,6}$/)
    fc.assert(
      fc.property(word, fc.option(word), fc.stringMatching(/^[0-9]{4}$/), word, (programme, wave, region, gateway) => {
        const targets = targetsOf({ programme, wave, region }, gateway)
        expect(targets).toEqual([...new Set(targets)].toSorted())
      }),
    )
  })
})

describe('the breaker of a gateway', () => {
  const rule: BreakerRule = { windowMs: 300_000, minimumCalls: 50, failurePercent: 20, unknownPercent: 20 }

  it.each([
    [{ calls: 50, failed: 0, unknown: 10 }, 'unknown-rate'],
    [{ calls: 50, failed: 10, unknown: 0 }, 'failure-rate'],
    [{ calls: 50, failed: 9, unknown: 9 }, undefined],
    [{ calls: 49, failed: 49, unknown: 49 }, undefined],
    [{ calls: 0, failed: 0, unknown: 0 }, undefined],
    [{ calls: 1000, failed: 199, unknown: 199 }, undefined],
    [{ calls: 1000, failed: 200, unknown: 199 }, 'failure-rate'],
  ] as const)('at %o answers %s', (calls, cause) => {
    expect(callBreach(rule, calls)?.cause).toBe(cause)
  })

  it('says why in plain words', () => {
    expect(callBreach(rule, { calls: 60, failed: 0, unknown: 15 })?.reason).toBe(
      '15 of the last 60 calls ended without an answer that proves anything; the limit is 20 in a hundred',
    )
  })
})

describe('the band of a programme', () => {
  const band = { min: '1000', max: '5000' }

  it.each([
    [{ spent: 5000n, couldSpend: true }, undefined],
    [{ spent: 5001n, couldSpend: true }, 'spend-rate'],
    [{ spent: 5001n, couldSpend: false }, 'spend-rate'],
    [{ spent: 999n, couldSpend: true }, 'spend-rate'],
    [{ spent: 999n, couldSpend: false }, undefined],
    [{ spent: 1000n, couldSpend: true }, undefined],
  ] as const)('at %o answers %s', (hour, cause) => {
    expect(spendBreach(band, hour)?.cause).toBe(cause)
  })

  it('without a least amount never finds too little', () => {
    expect(spendBreach({ max: '5000' }, { spent: 0n, couldSpend: true })).toBeUndefined()
  })
})
