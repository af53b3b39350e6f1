/** The programmes that come with Lunas. Adding one is adding a JSON file and its code here. */
import { readFileSync } from 'node:fs'
import type { Programme } from '../domain/programme.ts'
import { parseProgramme } from './parse.ts'

export const SHIPPED_PROGRAMMES = ['demo', 'demo-approved', 'prakerja-2020', 'prakerja-2023'] as const
export type ShippedProgramme = (typeof SHIPPED_PROGRAMMES)[number]

const parsed = new Map<ShippedProgramme, Programme>()

/** A programme that comes with Lunas. The file is read once. Throws when the file has faults: that is a bug in Lunas. */
export function shippedProgramme(code: ShippedProgramme): Programme {
  const known = parsed.get(code)
  if (known !== undefined) return known
  const result = parseProgramme(readFileSync(new URL(`./${code}.json`, import.meta.url), 'utf8'))
  if (!result.ok) {
    throw new Error(
      `programmes/${code}.json: ${result.faults.map((fault) => `${fault.pointer} ${fault.detail}`).join('; ')}`,
    )
  }
  parsed.set(code, result.programme)
  return result.programme
}

/** True for the code of a programme that comes with Lunas. */
export function isShipped(code: string): code is ShippedProgramme {
  return (SHIPPED_PROGRAMMES as readonly string[]).includes(code)
}
