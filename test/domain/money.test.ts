import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cashIncrement, exponentOf, formatMoney, major, parseMinor, sum } from '../../domain/money.ts'

const idr = (minor: bigint) => ({ minor, currency: 'IDR' })

describe('money', () => {
  it('writes rupiah as programme manuals do', () => {
    expect(formatMoney(major(600_000, 'IDR'))).toBe('Rp 600.000')
    expect(formatMoney(major(4_200_000, 'IDR'))).toBe('Rp 4.200.000')
    expect(formatMoney(idr(0n))).toBe('Rp 0')
    expect(formatMoney(idr(99n))).toBe('Rp 0,99')
    expect(formatMoney(idr(-5_000_050n))).toBe('-Rp 50.000,50')
  })

  it('loses nothing when an amount is written and read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (minor) => {
        const [whole = '', fraction = '00'] = formatMoney(idr(minor)).replace('Rp ', '').replaceAll('.', '').split(',')
        expect(BigInt(whole + fraction)).toBe(minor)
      }),
    )
  })

  it('groups digits in threes from the right', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 16n }), (rupiah) => {
        expect(formatMoney(idr(rupiah * 100n))).toMatch(/^Rp \d{1,3}(\.\d{3})*$/)
      }),
    )
  })

  it('reads amounts of the wire exactly, and nothing else', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (minor) => {
        expect(parseMinor(minor.toString())).toBe(minor)
      }),
    )
    for (const text of ['', '-1', '+1', '01', '1.0', '1e3', ' 1', '1\n', '١', '0x10', '1000000000000000000']) {
      expect(parseMinor(text)).toBeUndefined()
    }
  })

  it('adds amounts of one currency and refuses to mix two', () => {
    expect(sum([idr(1n), idr(2n)], 'IDR')).toEqual(idr(3n))
    expect(sum([], 'IDR')).toEqual(idr(0n))
    expect(() => sum([idr(1n), { minor: 1n, currency: 'PHP' }], 'IDR')).toThrow('cannot add PHP to IDR')
  })

  it('knows no currency by guessing', () => {
    expect(() => exponentOf('XXX')).toThrow(RangeError)
    expect(cashIncrement('IDR')).toBe(100n)
  })
})
