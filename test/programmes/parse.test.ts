import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Settings } from 'typebox/system'
import { canonicalJson } from '../../domain/signing.ts'
import { repeatedFields } from '../../programmes/json.ts'
import { parseProgramme } from '../../programmes/parse.ts'

const source = readFileSync(new URL('../../programmes/demo.json', import.meta.url), 'utf8')
type Json = Record<string, any>

/** The demo programme with one thing changed. */
function changed(change: (programme: Json) => void): Json {
  const programme = JSON.parse(source) as Json
  change(programme)
  return programme
}

function faultsOf(input: unknown): string[] {
  const parsed = parseProgramme(input)
  return parsed.ok ? [] : parsed.faults.map((fault) => `${fault.pointer} ${fault.detail}`)
}

describe('a programme definition', () => {
  it('is read from text or from a value, and is frozen through and through', () => {
    const parsed = parseProgramme(source)
    expect(parsed).toEqual(parseProgramme(JSON.parse(source)))
    expect(parsed.ok && Object.isFrozen(parsed.programme.tranches[0]?.trigger)).toBe(true)
  })

  it('does not change the value it was read from, nor follow its later changes', () => {
    const value = JSON.parse(source) as Json
    const parsed = parseProgramme(value)
    value.tranches[0].amount = '1'
    expect(parsed.ok && parsed.programme.tranches[0]?.amount).toBe('60000000')
  })

  it.each<[string, (p: Json) => void, string]>([
    ['an unknown field', (p) => (p.payment.speed = 1), '/payment/speed is an unknown field'],
    ['a note about nothing', (p) => (p.notes[0].at = '/speed'), '/notes/0/at names no value of this programme: /speed'],
    ['two notes about one value', (p) => (p.notes[1].at = p.notes[0].at), '/notes/1/at is already used at /notes/0/at'],
    ['a note of another kind', (p) => (p.notes[0].basis = 'rumour'), '/notes/0/basis must be one of published, ours'],
    ['a field missing', (p) => delete p.budgetLine, '/budgetLine is missing'],
    ['a float amount', (p) => (p.tranches[0].amount = 600000.5), '/tranches/0/amount must be minor units in a string'],
    ['a negative amount', (p) => (p.tranches[0].amount = '-5'), '/tranches/0/amount must be minor units in digits'],
    [
      'an amount in a float string',
      (p) => (p.tranches[0].amount = '600000.00'),
      '/tranches/0/amount must be minor units',
    ],
    ['an amount of nothing', (p) => (p.tranches[0].amount = '0'), '/tranches/0/amount must be more than nothing'],
    ['sen', (p) => (p.tranches[0].amount = '60000050'), '/tranches/0/amount must be whole rupiah'],
    ['a number as balance', (p) => (p.training.balance = 1), '/training/balance must be minor units in a string'],
    [
      'a bad duration',
      (p) => (p.payment.releaseAfter = '3 days'),
      '/payment/releaseAfter must be an ISO 8601 duration',
    ],
    [
      'a bad deadline',
      (p) => (p.training.completeWithin = '2027-02-30T00:00'),
      '/training/completeWithin must be a duration',
    ],
    [
      'a window of nothing',
      (p) => (p.tranches[1].trigger.window = 'PT0S'),
      '/tranches/1/trigger/window must be a duration longer',
    ],
    ['an unknown zone', (p) => (p.zone = 'Asia/Atlantis'), '/zone must be an IANA time zone'],
    [
      'an unknown currency',
      (p) => (p.currency = 'XTS'),
      '/currency must be a currency whose ISO 4217 exponent is known',
    ],
    [
      'a tranche code twice',
      (p) => (p.tranches[2].code = 'survey-1'),
      '/tranches/2/code is already used at /tranches/1/code',
    ],
    [
      'a survey twice',
      (p) => (p.tranches[2].trigger.survey = 'evaluation-1'),
      '/tranches/2/trigger/survey is already used',
    ],
    [
      'a course code twice',
      (p) => (p.training.courses[1].code = p.training.courses[0].code),
      '/training/courses/1/code is already used',
    ],
    [
      'a course too short',
      (p) => (p.training.courses[1].hours = 14),
      '/training/courses/1/hours must be at least 15 hours',
    ],
    ['half an hour', (p) => (p.training.courses[1].hours = 15.5), '/training/courses/1/hours must be integer'],
    ['no courses', (p) => (p.training.courses = []), '/training/courses must not have fewer than 1 items'],
    [
      'an unknown tranche',
      (p) => (p.tranches[1].trigger.tranche = 'gift'),
      '/tranches/1/trigger/tranche names no tranche',
    ],
    [
      'a later tranche',
      (p) => (p.tranches[1].trigger.tranche = 'survey-2'),
      '/tranches/1/trigger/tranche must name an earlier tranche',
    ],
    [
      'a tranche that waits for itself',
      (p) => (p.tranches[1].trigger.tranche = 'survey-1'),
      '/tranches/1/trigger/tranche waits in a circle',
    ],
    [
      'an unknown trigger',
      (p) => (p.tranches[0].trigger.kind = 'birthday'),
      '/tranches/0/trigger/kind must be one of first-course-rated',
    ],
    [
      'a trigger with the field of another',
      (p) => (p.tranches[0].trigger.window = 'P1D'),
      '/tranches/0/trigger/window is an unknown field',
    ],
    ['no gateways', (p) => (p.payment.gateways = []), '/payment/gateways must not have fewer than 1 items'],
    ['a gateway twice', (p) => (p.payment.gateways = ['a', 'a']), '/payment/gateways must not have duplicate items'],
    [
      'a holiday that does not exist',
      (p) => (p.calendar.holidays = ['2026-02-29']),
      '/calendar/holidays/0 must be a date that exists',
    ],
    ['a day 8', (p) => (p.calendar.weekdays = [8]), '/calendar/weekdays/0 must be <= 7'],
    [
      'a rule twice',
      (p) => p.eligibility.push({ kind: 'declared' }),
      '/eligibility/5/kind is already used at /eligibility/4/kind',
    ],
    ['ages the wrong way round', (p) => (p.eligibility[1].max = 17), '/eligibility/1/max must not be below min'],
    [
      'a misspelt occupation',
      (p) => (p.eligibility[3].occupations[0] = 'polise'),
      '/eligibility/3/occupations/0 must be one of job-seeker',
    ],
    ['an unknown rule', (p) => (p.eligibility[0] = { kind: 'toString' }), '/eligibility/0/kind must be one of age'],
    [
      'completion before the first purchase',
      (p) => (p.training.completeWithin = 'PT19S'),
      '/training/completeWithin must not end before',
    ],
    [
      'a limit for each family card that lets nobody in',
      (p) => (p.admission.perFamilyCard = 0),
      '/admission/perFamilyCard must be >= 1',
    ],
    ['a version of text', (p) => (p.version = '1'), '/version must be integer'],
  ])('is refused with %s', (_, change, fault) => {
    const faults = faultsOf(changed(change))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(fault)
  })

  it('is refused when its working days have no weekday or no open hours', () => {
    const calendar = (p: Json) =>
      Object.assign(p.calendar, { kind: 'working-days', weekdays: [], opens: '15:00', cutOff: '15:00' })
    expect(faultsOf(changed(calendar))).toEqual([
      '/calendar/cutOff must be later than opens',
      '/calendar/weekdays must name at least one weekday',
    ])
  })

  it('shows a circle of two tranches as a circle', () => {
    const circle = (p: Json) => {
      p.tranches[1].trigger.tranche = 'survey-2'
      p.tranches[2].trigger.tranche = 'survey-1'
    }
    expect(faultsOf(changed(circle))).toEqual(['/tranches/1/trigger/tranche waits in a circle: survey-2 is never due'])
  })

  it('is refused with every fault at once, however many', () => {
    const faults = faultsOf(
      changed((p) => {
        p.zone = 'Mars'
        p.extra = true
        for (const course of p.training.courses) course.hours = -1
        for (const tranche of p.tranches) Object.assign(tranche, { amount: 5, code: 'Same Code' })
        p.payment.gateways = []
      }),
    )
    expect(faults).toHaveLength(1 + 1 + 6 + 3 + 3 + 1)
    expect(Settings.Get().maxErrors).toBe(8)
  })

  it('is refused with fields given twice and __proto__, which JSON.parse lets through', () => {
    const twice = source
      .replace('"zone":', '"zone": "Asia/Makassar", "zone":')
      .replace('"en": "Job', '"en": "x", "en": "Job')
    expect(faultsOf(twice)).toEqual(['/tranches/0/name/en is given twice', '/zone is given twice'])
    expect(faultsOf(source.replace('"zone":', '"__proto__": {"zone": "UTC"}, "zone":'))).toEqual([
      '/__proto__ is an unknown field',
    ])
    expect(faultsOf(source.replace('"zone":', '"zon\\u0065": "UTC", "zone":'))).toEqual(['/zone is given twice'])
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '7',
    '"text"',
    undefined,
    null,
    [],
    7,
    { code: 'x' },
    '[[[[[[',
    'x'.repeat(1_000_001),
  ])('is not %j', (input) => {
    expect(faultsOf(input).length).toBeGreaterThan(0)
  })

  it('is refused without throwing, whatever is in place of one of its values', () => {
    const pointers = allPointers(JSON.parse(source))
    fc.assert(
      fc.property(fc.constantFrom(...pointers), fc.jsonValue({ maxDepth: 2 }), (pointer, value) => {
        const parsed = parseProgramme(withValue(pointer, value))
        if (!parsed.ok)
          for (const fault of parsed.faults) expect(fault.pointer === '' || fault.pointer.startsWith('/')).toBe(true)
      }),
    )
  })
})

describe('the canonical text of a definition', () => {
  it('does not depend on the order of fields or on blanks', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ä' }], a: true })).toBe('{"a":true,"b":[1,{"c":"ä","d":null}]}')
    const shuffled = Object.fromEntries(Object.entries(JSON.parse(source) as Json).reverse())
    expect(canonicalJson(shuffled)).toBe(canonicalJson(JSON.parse(source)))
  })

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
      }),
    )
  })

  it('finds no field twice in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(repeatedFields(JSON.stringify(value, null, 1))).toEqual([])
      }),
    )
  })
})

function allPointers(value: unknown, pointer: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [pointer]
  return [pointer, ...Object.entries(value).flatMap(([field, content]) => allPointers(content, [...pointer, field]))]
}

function withValue(pointer: readonly string[], value: unknown): unknown {
  const last = pointer.at(-1)
  if (last === undefined) return value
  const programme = JSON.parse(source) as Json
  const parent = pointer.slice(0, -1).reduce((at, field) => at[field] as Json, programme)
  parent[last] = value
  return programme
}
