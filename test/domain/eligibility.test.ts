import { describe, expect, it } from 'vitest'
import { isEligible, screen, type EligibilityFacts } from '../../domain/eligibility.ts'
import { checkRegistration, normaliseRegistration, type Registration } from '../../domain/registration.ts'
import { shippedProgramme } from '../../programmes/index.ts'

const rules2020 = shippedProgramme('prakerja-2020').eligibility
const rules2023 = shippedProgramme('prakerja-2023').eligibility

const person: EligibilityFacts = {
  birthDate: '1998-08-17',
  citizenship: 'ID',
  education: 'none',
  occupation: 'job-seeker',
  aid: [],
  declared: true,
}
const refusals = (rules: typeof rules2020, change: Partial<EligibilityFacts>, atDate = '2026-11-22') =>
  screen(rules, { ...person, ...change }, atDate)
    .filter((result) => result.outcome === 'fail')
    .map((result) => result.code)

describe('screening', () => {
  it('keeps one result for each rule with a pointer to it', () => {
    const results = screen(rules2020, person, '2026-11-22')
    expect(results.map((result) => result.pointer)).toEqual(rules2020.map((_, index) => `/eligibility/${index}`))
    expect(results.every((result) => result.code === 'met')).toBe(true)
    expect(isEligible(results)).toBe(true)
  })

  it('admits on the eighteenth birthday and not on the day before', () => {
    expect(refusals(rules2020, { birthDate: '2008-11-23' })).toEqual(['too-young'])
    expect(refusals(rules2020, { birthDate: '2008-11-22' })).toEqual([])
  })

  it('has no upper age in 2020 and refuses from the sixty-fifth birthday in 2023', () => {
    expect(refusals(rules2020, { birthDate: '1940-01-01' })).toEqual([])
    expect(refusals(rules2023, { birthDate: '1961-11-23' })).toEqual([])
    expect(refusals(rules2023, { birthDate: '1961-11-22' })).toEqual(['too-old'])
  })

  it('refuses recipients of other aid in 2020 and takes them in 2023', () => {
    for (const aid of ['pkh', 'bpnt', 'bsu', 'bpum'] as const) {
      expect(refusals(rules2020, { aid: [aid] })).toEqual(['receives-aid'])
      expect(refusals(rules2023, { aid: [aid] })).toEqual([])
    }
  })

  it('gives every reason at once, not only the first', () => {
    const change = {
      citizenship: 'MY',
      education: 'in-formal-education',
      occupation: 'soldier',
      declared: false,
    } as const
    expect(refusals(rules2023, change)).toEqual([
      'not-citizen',
      'in-formal-education',
      'occupation-excluded',
      'not-declared',
    ])
  })

  it('takes everybody when there are no rules', () => {
    expect(isEligible(screen([], { ...person, declared: false }, '2026-11-22'))).toBe(true)
  })
})

describe('registration', () => {
  const registration: Registration = {
    ...person,
    nationalId: '3578921708980001',
    familyCardNumber: '3578920101150007',
    name: 'Moh. Rizal Fauzi, S.Pd.',
    phone: '0812-0000-4327',
    email: 'rizal@example.org',
    region: '3578',
    returnedMigrant: false,
    account: { kind: 'wallet', institution: 'ID.GOPAY', number: '+6281200004327', holder: 'MOH RIZAL FAUZI' },
  }
  const faults = (change: Partial<Registration>) =>
    checkRegistration({ ...registration, ...change }, '2026-11-22').map((fault) => `${fault.severity} ${fault.pointer}`)

  it('has no fault when everything is right', () => {
    expect(faults({})).toEqual([])
  })

  it('only warns when the national id and the birth date differ', () => {
    expect(faults({ birthDate: '1998-08-18' })).toEqual(['warning /birthDate'])
  })

  it('only warns when the wallet is not of the registered phone', () => {
    expect(faults({ phone: '081200004328' })).toEqual(['warning /account/number'])
  })

  it('lists every fault with its pointer', () => {
    const wrong = {
      nationalId: '2078921708980000',
      familyCardNumber: '123',
      name: '  ',
      birthDate: '2026-02-30',
      phone: '021 5551234',
      email: 'rizal@',
      region: '3500',
      account: { kind: 'bank', institution: 'BNI', number: '12a', holder: '<b>' },
    } as const
    expect(faults(wrong)).toEqual([
      'refusal /nationalId',
      'refusal /nationalId',
      'refusal /familyCardNumber',
      'refusal /name',
      'refusal /birthDate',
      'refusal /phone',
      'refusal /email',
      'refusal /region',
      'refusal /account/holder',
      'refusal /account/institution',
      'refusal /account/number',
    ])
  })

  it('refuses birth dates in the future, people of 121 years and the national id as family card', () => {
    expect(faults({ nationalId: '3578922311260001', birthDate: '2026-11-23' })).toEqual(['refusal /birthDate'])
    expect(faults({ nationalId: '3578922211050001', birthDate: '1905-11-22' })).toEqual(['refusal /birthDate'])
    expect(faults({ familyCardNumber: registration.nationalId })).toEqual(['refusal /familyCardNumber'])
  })

  it('never repeats a value in a fault', () => {
    const found = checkRegistration({ ...registration, nationalId: '1234', name: 'X9', phone: '5551234' }, '2026-11-22')
    expect(found).toHaveLength(3)
    for (const fault of found) expect(fault.detail).not.toMatch(/1234(?! 5| 3)|X9|5551234/)
  })

  it('takes the names people have', () => {
    for (const name of [
      "Ma'ruf",
      'I Gusti Ngurah Bagus Arta',
      'Desi Br. Ginting',
      'Suparman',
      'Siti Nur-Aini',
      'Hj. Nur’aini',
    ]) {
      expect(faults({ name })).toEqual([])
    }
  })

  it('brings phone, name and account to one spelling', () => {
    const normal = normaliseRegistration({ ...registration, name: ' Moh.  Rizal ', email: ' Rizal@Example.org' })
    expect([normal.name, normal.phone, normal.email]).toEqual(['Moh. Rizal', '+6281200004327', 'rizal@example.org'])
    const bank = { kind: 'bank', institution: 'ID.BNI', number: '00 1234-5678', holder: 'Rizal' } as const
    expect(normaliseRegistration({ ...registration, account: bank }).account?.number).toBe('0012345678')
  })
})
