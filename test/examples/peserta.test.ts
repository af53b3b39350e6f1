import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { isEligible, screen } from '../../domain/eligibility.ts'
import { parseNationalId } from '../../domain/national-id.ts'
import { parsePhone } from '../../domain/phone.ts'
import {
  checkRegistration,
  type Aid,
  type Education,
  type Occupation,
  type Registration,
} from '../../domain/registration.ts'
import { COLUMNS, peserta, toCsv, type Row } from '../../examples/make-peserta.ts'
import { PEOPLE, REGENCIES } from '../../examples/people.ts'
import { shippedProgramme } from '../../programmes/index.ts'

const file = readFileSync(new URL('../../examples/peserta.csv', import.meta.url), 'utf8')
const rows: Row[] = parse(file, { columns: true })
const TODAY = '2026-11-22'

const accounts = rows.map((row) => ({ row, number: row.accountNumber, kind: row.accountKind }))
const repairs = rows.filter((row) => row.repairAccountNumber !== '')
const inScenario = (scenario: string) => rows.filter((row) => row.scenario === scenario)

function registrationOf(row: Row): Registration {
  return {
    nationalId: row.nationalId,
    name: row.name,
    birthDate: row.birthDate,
    citizenship: 'ID',
    occupation: row.occupation as Occupation,
    education: row.education as Education,
    aid: row.aid === '' ? [] : (row.aid.split(';') as Aid[]),
    declared: row.declared === 'true',
    phone: row.phone,
    region: row.region,
    returnedMigrant: row.returnedMigrant === 'true',
    account: {
      kind: row.accountKind as 'bank' | 'wallet',
      institution: row.institution,
      number: row.accountNumber,
      holder: row.accountHolder,
    },
  }
}

describe('the hundred invented people', () => {
  it('are what the generator writes', () => {
    expect(file).toBe(toCsv(peserta()))
    expect(Object.keys(rows[0] ?? {})).toEqual([...COLUMNS])
    expect(rows).toHaveLength(100)
  })

  it('have registrations without a fault or a warning', () => {
    for (const row of rows) expect(checkRegistration(registrationOf(row), TODAY), row.name).toEqual([])
  })

  it('have valid national ids of real regencies, in districts that do not exist, that match birth date and sex', () => {
    for (const [index, row] of rows.entries()) {
      const parsed = parseNationalId(row.nationalId)
      expect(parsed.ok, row.name).toBe(true)
      if (!parsed.ok) continue
      expect(parsed.nationalId.birthDates).toContain(row.birthDate)
      expect(parsed.nationalId.sex).toBe(PEOPLE[index]?.[1] === 'f' ? 'female' : 'male')
      expect(REGENCIES).toHaveProperty([parsed.nationalId.regency])
      expect(parsed.nationalId.district.slice(4)).toMatch(/^9[1-9]$/)
    }
  })

  it('live in real regencies of all 38 provinces', () => {
    for (const row of rows) expect(REGENCIES).toHaveProperty([row.region])
    expect(new Set(rows.map((row) => row.region.slice(0, 2))).size).toBe(38)
  })

  it('share no national id, name, phone or account', () => {
    const numbers = [...accounts.map((account) => account.number), ...repairs.map((row) => row.repairAccountNumber)]
    for (const values of [
      rows.map((row) => row.nationalId),
      rows.map((row) => row.name),
      rows.map((row) => row.phone),
      numbers,
    ]) {
      expect(new Set(values).size).toBe(values.length)
    }
    for (const row of rows) expect(parsePhone(row.phone)).toEqual({ ok: true, e164: row.phone })
  })

  it('use the accounts of the sandbox for their scenario and no other', () => {
    const prefixes: Record<string, RegExp> = {
      temporary: /^99202\d{5,}$/,
      'wrong-account': /^99108\d{5,}$/,
      'no-answer': /^99409\d{5,}$/,
      'bad-gateway': /^99421\d{5,}$/,
      returned: /^99301\d{5,}$/,
      'float-short': /^99221\d{5,}$/,
      undocumented: /^99211\d{5,}$/,
      'wallet-not-upgraded': /^\+6289900168\d{3}$/,
    }
    for (const { row, number } of accounts) {
      const scenario = prefixes[row.scenario]
      if (scenario !== undefined) expect(number).toMatch(scenario)
      else if (row.scenario === 'success')
        expect(number).toMatch(/^(99(49|50|51|53)1\d{5,}|00\d{8,}|\+628(?!9900)\d+)$/)
      else expect(number).toMatch(/^(00\d{8,}|\+628(?!9900)\d+)$/)
    }
  })

  it('show every trouble in the first forty rows, and unusual callbacks of four kinds', () => {
    expect(new Set(rows.slice(0, 40).map((row) => row.scenario)).size).toBe(14)
    const callbacks = inScenario('success').flatMap((row) => /^99(\d\d)/.exec(row.accountNumber)?.[1] ?? [])
    expect([...new Set(callbacks)].sort()).toEqual(['49', '50', '51', '53'])
    expect(inScenario('success')).toHaveLength(70)
  })

  it('repair with a bank account that works, where the person must act', () => {
    const repairing = rows.filter((row) => ['wrong-account', 'wallet-not-upgraded', 'returned'].includes(row.scenario))
    expect(repairs).toEqual(repairing)
    for (const row of repairs)
      expect([row.repairAccountKind, row.repairAccountNumber]).toEqual(['bank', expect.stringMatching(/^00\d{8,}$/)])
  })

  it('are eligible for the demonstration, but for three who are refused for three reasons', () => {
    const { eligibility } = shippedProgramme('demo')
    const results = rows.map((row) => ({ row, checks: screen(eligibility, registrationOf(row), TODAY) }))
    const refused = results.filter(({ checks }) => !isEligible(checks))
    expect(refused.map(({ row }) => row.scenario)).toEqual(['refused', 'refused', 'refused'])
    expect(
      refused.flatMap(({ checks }) => checks.flatMap((check) => (check.outcome === 'fail' ? [check.code] : []))),
    ).toEqual(['too-young', 'occupation-excluded', 'not-declared'])
  })
})
