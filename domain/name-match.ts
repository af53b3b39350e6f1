/** Whether two spellings can be one person's name: banks cut, abbreviate and leave out titles, so only a clear difference counts. */

export type NameMatch = 'same' | 'similar' | 'none'

/** Academic, religious and courtesy titles as they stand around Indonesian names; compared without dots. */
const TITLES: ReadonlySet<string> = new Set(
  (
    'dr drs dra ir prof h hj hajah haji kh ust ustadz ustadzah bapak ibu bpk sdr sdri tn ny nn ' +
    'sh se ssi skom spd sag sip sked st sthi shi skm sfarm sos ssos spsi amd amk md mh mm mkom msi mpd mt mba msc phd'
  ).split(' '),
)

/** Muhammad is written in a dozen ways, and cards, banks and wallets each choose their own. */
const MUHAMMAD: ReadonlySet<string> = new Set(
  'md moh moch mohd muh much muhammad mohammad muhamad mohamad mochamad'.split(' '),
)

/** `same`: equal but for case, marks, titles and abbreviations; `similar`: a whole word in common; `none`: not even that. */
export function matchNames(one: string, other: string): NameMatch {
  const left = wordsOf(one)
  const right = wordsOf(other)
  if (left.length === 0 || right.length === 0) return 'none'
  // Initials alone fit far too many people.
  if (!left.some((word) => word.length > 1 && right.includes(word))) return 'none'
  const isSame = left.length === right.length && left.every((word, at) => isSameWord(word, right[at] ?? ''))
  return isSame ? 'same' : 'similar'
}

function wordsOf(name: string): string[] {
  const plain = name
    .normalize('NFKD')
    .replace(/[\p{M}'’`.]/gu, '')
    .toLowerCase()
  const words = plain.split(/[^\p{L}]+/u).filter((word) => word.length > 0)
  const bare = words.filter((word) => !TITLES.has(word))
  // A person may be called like a title; then it is all there is to compare.
  return (bare.length === 0 ? words : bare).map((word) => (MUHAMMAD.has(word) ? 'muhammad' : word))
}

function isSameWord(one: string, other: string): boolean {
  if (one === other) return true
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return short.length === 1 && long.startsWith(short)
}
