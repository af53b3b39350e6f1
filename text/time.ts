/** Times as people read them, always with their zone: a deadline without one is a dispute. */

export type Language = 'id' | 'en'

/** An instant, and the zone in which people read it (the programme's). */
export interface When {
  readonly atMs: number
  readonly zone: string
}

/** `17 Agustus 2026 pukul 10.00 WIB`, `17 August 2026, 10:00 WIB`. */
export function formatTime(language: Language, when: When): string {
  const part = partsOf(language, when)
  const day = `${part('day')} ${part('month')} ${part('year')}`
  return language === 'id'
    ? `${day} pukul ${part('hour')}.${part('minute')} ${zoneName(when)}`
    : `${day}, ${part('hour')}:${part('minute')} ${zoneName(when)}`
}

/** `17 Agustus 2026`, `17 August 2026`. */
export function formatDate(language: Language, when: When): string {
  const part = partsOf(language, when)
  return `${part('day')} ${part('month')} ${part('year')}`
}

/** Only the words come from `Intl`; punctuation is ours, because it changes from one release of the data to the next. */
function partsOf(language: Language, when: When): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = formatter(language === 'id' ? 'id-ID' : 'en-GB', when.zone, 'long').formatToParts(when.atMs)
  return (type) => parts.find((part) => part.type === type)?.value ?? ''
}

/** WIB, WITA and WIT in both languages: English data would say GMT+7, which nobody in Indonesia says. */
function zoneName(when: When): string {
  const parts = formatter('id-ID', when.zone, 'numeric').formatToParts(when.atMs)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? when.zone
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(locale: string, timeZone: string, month: 'long' | 'numeric'): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${month}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(locale, {
    timeZone,
    day: 'numeric',
    month,
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  formatters.set(key, made)
  return made
}
