import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRegion, maskNationalId, parseNationalId, PROVINCES } from '../../domain/national-id.ts'

const faultsOf = (text: string) => {
  const parsed = parseNationalId(text)
  return parsed.ok ? [] : parsed.faults
}

describe('national ids (NIK)', () => {
  it('tells region, sex and both possible birth dates', () => {
    expect(parseNationalId('3578921206860002')).toEqual({
      ok: true,
      nationalId: {
        province: '35',
        regency: '3578',
        district: '357892',
        birthDates: ['1986-06-12', '2086-06-12'],
        sex: 'male',
      },
    })
  })

  it('takes 40 off the day of women', () => {
    const parsed = parseNationalId('3275914101690001')
    expect(parsed.ok && [parsed.nationalId.sex, parsed.nationalId.birthDates[0]]).toEqual(['female', '1969-01-01'])
  })

  it('keeps only centuries in which the date exists: 29 February of 00 is 2000', () => {
    const parsed = parseNationalId('1171912902000001')
    expect(parsed.ok && parsed.nationalId.birthDates).toEqual(['2000-02-29'])
  })

  it('knows 38 provinces, the four new ones of Papua among them', () => {
    expect(Object.keys(PROVINCES)).toHaveLength(38)
    expect(['93', '94', '95', '96'].map((code) => faultsOf(`${code}01011206860001`))).toEqual([[], [], [], []])
  })

  it.each([
    ['', ['not-16-digits']],
    ['357892120686000', ['not-16-digits']],
    ['35789212068600021', ['not-16-digits']],
    ['3578 9212 0686 0002', ['not-16-digits']],
    ['٣٥٧٨٩٢١٢٠٦٨٦٠٠٠٢', ['not-16-digits']],
    ['2078921206860002', ['unknown-province']],
    ['3500921206860002', ['no-regency']],
    ['3578001206860002', ['no-district']],
    // 31 May exists, 31 June does not.
    ['3578923105860002', []],
    ['3578923106860002', ['no-birth-date']],
    ['3578923206860002', ['no-birth-date']],
    ['3578920006860002', ['no-birth-date']],
    ['3578924006860002', ['no-birth-date']],
    ['3578927206860002', ['no-birth-date']],
    ['3578921213860002', ['no-birth-date']],
    ['3578922902870002', ['no-birth-date']],
    ['3578921206860000', ['no-serial']],
    ['0000000000000000', ['unknown-province', 'no-regency', 'no-district', 'no-birth-date', 'no-serial']],
  ])('finds every fault of %j', (text, faults) => {
    expect(faultsOf(text)).toEqual(faults)
  })

  it('reads back every number made of a province, a date and a serial', () => {
    const dates = fc.date({ min: new Date('1930-01-01'), max: new Date('2026-11-22'), noInvalidDate: true })
    const serials = fc.integer({ min: 1, max: 9999 })
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(PROVINCES)),
        dates,
        fc.boolean(),
        serials,
        (province, date, female, serial) => {
          const birthDate = date.toISOString().slice(0, 10)
          const [year = '', month = '', day = ''] = birthDate.split('-')
          const dayText = String(Number(day) + (female ? 40 : 0)).padStart(2, '0')
          const parsed = parseNationalId(
            `${province}0191${dayText}${month}${year.slice(2)}${String(serial).padStart(4, '0')}`,
          )
          expect(parsed.ok && parsed.nationalId.sex).toBe(female ? 'female' : 'male')
          expect(parsed.ok && parsed.nationalId.birthDates).toContain(birthDate)
        },
      ),
    )
  })

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseNationalId(text)))
  })

  it('shows only the place of registration', () => {
    expect(maskNationalId('3578921206860002')).toBe('357892**********')
  })

  it('knows regions by their province', () => {
    expect(['3578', '9601'].every(isRegion)).toBe(true)
    expect(['', '35', '3500', '2001', '35780', '35.78'].some(isRegion)).toBe(false)
  })
})
