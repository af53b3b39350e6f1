/** The way to every text people read. Values go in as they are; money, times and names come out in the words of the language. */
import type { RefusalCode } from '../domain/eligibility.ts'
import type { FailureCode } from '../domain/failure-code.ts'
import { formatMoney, type Money } from '../domain/money.ts'
import type { Bilingual, EligibilityRule } from '../domain/programme.ts'
import { ATTENTION, type AttentionCode } from './codes.ts'
import { english } from './en.ts'
import { indonesian } from './id.ts'
import type { Catalogue, Key, Messages } from './messages.ts'
import { formatTime, type Language, type When } from './time.ts'

const CATALOGUES: Readonly<Record<Language, Catalogue>> = { id: indonesian, en: english }

/** A message without values takes none. */
type Values<K extends Key> = keyof Messages[K] extends never ? [] : [values: Messages[K]]

/** The text of a message in a language. Values must be free of personal data but masked account numbers. */
export function text<K extends Key>(language: Language, key: K, ...values: Values<K>): string {
  // The catalogue's type ties each key to its values; the compiler cannot follow that through a generic key.
  const message = CATALOGUES[language][key] as string | ((values: Record<string, string>) => string)
  return typeof message === 'string' ? message : message(shown(language, values[0] ?? {}))
}

/** Why a person was refused, with the limit of the rule that refused. `rules` are those of the programme version. */
export function refusalText(language: Language, code: RefusalCode, rules: readonly EligibilityRule[]): string {
  switch (code) {
    case 'too-young':
      return text(language, 'refused.too-young', { limit: rules.find((rule) => rule.kind === 'age')?.min ?? 0 })
    case 'too-old':
      return text(language, 'refused.too-old', { limit: rules.find((rule) => rule.kind === 'age')?.max ?? 0 })
    case 'receives-aid': {
      const aid = rules.find((rule) => rule.kind === 'not-receiving-aid')?.aid ?? []
      return text(language, 'refused.receives-aid', { aid: aid.map((name) => name.toUpperCase()).join(', ') })
    }
    default:
      return text(language, `refused.${code}`)
  }
}

/** What happened and what to do next, in two sentences. */
export function failureText(language: Language, code: FailureCode): string {
  return `${text(language, `failure.${code}`)} ${text(language, `next.${code}`)}`
}

/** What waits and whose move it is: `Rekening belum ada. Giliran peserta.` */
export function attentionText(language: Language, code: AttentionCode): string {
  return `${text(language, `attention.${code}`)} ${text(language, `move.${ATTENTION[code]}`)}`
}

function shown(language: Language, values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, show(language, value as Value)]))
}

type Value = string | number | Money | When | Bilingual

function show(language: Language, value: Value): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if ('minor' in value) return formatMoney(value)
  return 'atMs' in value ? formatTime(language, value) : value[language]
}
