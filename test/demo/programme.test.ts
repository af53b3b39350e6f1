/** Any programme can be watched: only its clock is another. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigProblem } from '../../config.ts'
import { addDuration } from '../../domain/duration.ts'
import { programmeTotal, type IsoDuration, type Programme } from '../../domain/programme.ts'
import { demoProgramme } from '../../local/demo/programme.ts'
import { quickened } from '../../local/demo/quicken.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { parseProgramme } from '../../programmes/parse.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-programme-'))
afterAll(() => rmSync(folder, { recursive: true }))

const secondsOf = (duration: IsoDuration): number => addDuration(0, duration, 'UTC') / 1000
const waitsOf = ({ tranches }: Programme): number[] => tranches.map(({ trigger }) => secondsOf(trigger.after))

/** With everything that tells time taken out. */
function timeless(programme: Programme): unknown {
  const TIMES = ['calendar', 'firstPurchaseWithin', 'completeWithin', 'after', 'opensAfter', 'window', 'lapsesAfter']
  const PAUSES = ['releaseAfter', 'coolingAfterRelink']
  const text = JSON.stringify(programme, (key, value: unknown) =>
    [...TIMES, ...PAUSES].includes(key) ? undefined : value,
  )
  return JSON.parse(text)
}

describe.each(['prakerja-2020', 'prakerja-2023'] as const)('%s for watching', (code) => {
  const slow = shippedProgramme(code)
  const quick = demoProgramme(code)

  test('has the same rules, amounts and order', () => {
    expect(timeless(quick)).toEqual(timeless(slow))
    expect(programmeTotal(quick)).toBe(programmeTotal(slow))
  })

  test('is a programme like any other', () => {
    expect(parseProgramme(JSON.stringify(quick))).toMatchObject({ ok: true })
  })

  test('waits in proportion, and never a minute', () => {
    const [first = 0] = waitsOf(quick)
    const days = waitsOf(slow).map((seconds) => seconds / 86_400)
    for (const [index, wait] of waitsOf(quick).entries()) {
      expect(wait).toBeLessThan(60)
      expect(Math.abs(wait - first * (days[index] ?? 0))).toBeLessThan(1)
    }
  })

  test('gives people half a minute for what they must do in time', () => {
    expect(secondsOf(quick.training.firstPurchaseWithin)).toBeGreaterThanOrEqual(30)
    for (const { trigger } of quick.tranches)
      if (trigger.kind === 'survey-answered') expect(secondsOf(trigger.window)).toBeGreaterThanOrEqual(30)
  })
})

test('a programme that is quick already is played as it is', () => {
  expect(demoProgramme('demo')).toBe(shippedProgramme('demo'))
  expect(demoProgramme('demo')).not.toEqual(quickened(shippedProgramme('demo')))
})

describe('a definition of one’s own', () => {
  const put = (change: (definition: any) => void): string => {
    const definition = JSON.parse(JSON.stringify(shippedProgramme('prakerja-2023'))) as object
    change(definition)
    const file = path.join(folder, 'own.json')
    writeFileSync(file, JSON.stringify(definition))
    return file
  }

  test('is played from its file', () => {
    const file = put((definition) => (definition.code = 'pelatihan-kota'))
    expect(demoProgramme(file)).toMatchObject({ code: 'pelatihan-kota', calendar: { kind: 'always' } })
  })

  test.each([
    ['with faults', (one: any) => delete one.zone, '/zone is missing'],
    ['for another gateway', (one: any) => (one.payment.gateways = ['bank']), '/payment/gateways must name sandbox'],
  ])('%s is refused with what is wrong', (_, change, says) => {
    const file = put(change)
    expect(() => demoProgramme(file)).toThrow(ConfigProblem)
    expect(() => demoProgramme(file)).toThrow(says)
  })

  test('that is not there is refused', () => {
    expect(() => demoProgramme('nowhere')).toThrow('neither a programme that comes with Lunas')
  })
})
