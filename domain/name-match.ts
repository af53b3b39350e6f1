/**
 * Whether two spellings can be one person's name: a score from 0 to 100 and what it is made of. Banks cut, abbreviate, reorder and leave
 * out titles, so each of these costs little; a word that stands against another one costs much. Reasons are codes: no name leaves here.
 */

/** What differs between two spellings, in the order in which it is told. */
export const NAME_REASONS = [
  'titles',
  'abbreviations',
  'old-spelling',
  'joined-words',
  'order',
  'initials',
  'cut-off',
  'spelling',
  'missing-words',
  'other-words',
  'nothing-in-common',
] as const
export type NameReason = (typeof NAME_REASONS)[number]

export interface NameScore {
  /** 100: the same but for case and marks. 0: not one whole word in common. */
  readonly score: number
  readonly reasons: readonly NameReason[]
}

/** From which score a name is taken, and from which one people look; what is below is refused. */
export interface NameThresholds {
  readonly accept: number
  readonly review: number
}

/** Only a clear difference counts where a programme says nothing. */
export const TOLERANT: NameThresholds = { accept: 1, review: 1 }

export type NameVerdict = 'accept' | 'review' | 'refuse'

export function nameVerdict(score: number, { accept, review }: NameThresholds = TOLERANT): NameVerdict {
  if (score >= accept) return 'accept'
  return score >= review ? 'review' : 'refuse'
}

/** Academic, religious and courtesy titles as they stand around Indonesian names; compared without dots. */
const TITLES: ReadonlySet<string> = new Set(
  (
    'dr drs dra ir prof h hj hajah haji kh ust ustadz ustadzah bapak ibu bpk sdr sdri tn ny nn ' +
    'sh se ssi skom spd sag sip sked sthi shi skm sfarm sos ssos spsi amd amk mh mm mkom msi mpd mt mba msc phd'
  ).split(' '),
)

/** Short ways of writing one name; cards, banks and wallets each choose their own. A word that is a title too counts as the name here. */
const SHORT_FOR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    muhammad: 'md moh moch mohd muh much mohammad muhamad mohamad mochamad mochammad',
    abdul: 'abd abdl',
    siti: 'st sitti',
    nur: 'nr noor nor',
    ahmad: 'ach achmad akhmad ahmd',
    abdullah: 'abdulah abdllh',
  }).flatMap(([name, ways]) => ways.split(' ').map((way): [string, string] => [way, name])),
)

/** Cuts at fewer letters than this are nobody's rule of length. */
const CUT_FROM = 15

interface Name {
  readonly words: readonly string[]
  /** Letters of the whole name as it was given. */
  readonly length: number
  readonly seen: ReadonlySet<NameReason>
}

/** Compares two spellings; the order of the arguments does not matter. */
export function scoreNames(one: string, other: string): NameScore {
  const [left, right] = [read(one), read(other)]
  if (left.words.length === 0 || right.words.length === 0) return { score: 0, reasons: ['nothing-in-common'] }
  const differing = [...left.seen, ...right.seen].filter((reason) => left.seen.has(reason) !== right.seen.has(reason))
  const reasons = new Set<NameReason>(differing)
  if (left.words.join(' ') === right.words.join(' ')) return told(100 - 2 * reasons.size, reasons)
  if (left.words.join('') === right.words.join('')) return told(97 - 2 * reasons.size, reasons.add('joined-words'))
  return compared(left, right, reasons)
}

function compared(left: Name, right: Name, reasons: Set<NameReason>): NameScore {
  const pairs = paired(left, right)
  // Initials, and words that only look alike, fit far too many people.
  if (!pairs.some(({ kind }) => kind === 'same')) return { score: 0, reasons: ['nothing-in-common'] }
  for (const { kind } of pairs) if (kind !== 'same') reasons.add(kind)
  const places = pairs.map(({ right: at }) => at)
  const isReordered = places.some((at, index) => index > 0 && at < (places[index - 1] ?? 0))
  if (isReordered) reasons.add('order')
  const [unpairedLeft, unpairedRight] = [left.words.length - pairs.length, right.words.length - pairs.length]
  if (unpairedLeft > 0 && unpairedRight > 0) reasons.add('other-words')
  else if (unpairedLeft + unpairedRight > 0) reasons.add('missing-words')
  const common = pairs.reduce((sum, { kind }) => sum + WORTH[kind], 0)
  const share = (200 * common) / (left.words.length + right.words.length)
  const cost = (isReordered ? 5 : 0) + 15 * Math.min(unpairedLeft, unpairedRight)
  return told(Math.min(99, Math.max(1, Math.round(share - cost))), reasons)
}

function told(score: number, reasons: ReadonlySet<NameReason>): NameScore {
  return { score, reasons: NAME_REASONS.filter((reason) => reasons.has(reason)) }
}

type PairKind = 'same' | 'initials' | 'cut-off' | 'spelling'
const WORTH: Readonly<Record<PairKind, number>> = { same: 1, initials: 0.9, 'cut-off': 0.95, spelling: 0.6 }

interface Pair {
  readonly left: number
  readonly right: number
  readonly kind: PairKind
}

/** Words that stand for each other, the surest kinds first; in the order of the left ones. */
function paired(left: Name, right: Name): Pair[] {
  const pairs: Pair[] = []
  const kinds: readonly PairKind[] = ['same', 'cut-off', 'initials', 'spelling']
  for (const kind of kinds) {
    for (const [at, word] of left.words.entries()) {
      if (pairs.some((pair) => pair.left === at)) continue
      const match = right.words.findIndex(
        (candidate, index) =>
          !pairs.some((pair) => pair.right === index) && isPair(kind, { left, right, at, index, word, candidate }),
      )
      if (match >= 0) pairs.push({ left: at, right: match, kind })
    }
  }
  return pairs.toSorted((one, other) => one.left - other.left)
}

interface Candidates {
  readonly left: Name
  readonly right: Name
  readonly at: number
  readonly index: number
  readonly word: string
  readonly candidate: string
}

function isPair(kind: PairKind, { left, right, at, index, word, candidate }: Candidates): boolean {
  switch (kind) {
    case 'same':
      return word === candidate && word.length > 1
    case 'cut-off':
      return isCut(left, at, word, candidate) || isCut(right, index, candidate, word)
    case 'initials': {
      const [short, long] = word.length < candidate.length ? [word, candidate] : [candidate, word]
      return short.length === 1 && long.startsWith(short)
    }
    case 'spelling':
      return word.length >= 5 && candidate.length >= 5 && isOneLetterOff(word, candidate)
  }
}

/** The last word of a name that is as long as a field of it may be. */
function isCut(name: Name, at: number, word: string, whole: string): boolean {
  return at === name.words.length - 1 && name.length >= CUT_FROM && word.length < whole.length && whole.startsWith(word)
}

/** One letter more, less or other. */
function isOneLetterOff(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (long.length - short.length > 1) return false
  let at = 0
  while (at < short.length && short[at] === long[at]) at += 1
  const rest = long.slice(at + 1)
  return rest === short.slice(short.length === long.length ? at + 1 : at)
}

function read(name: string): Name {
  const seen = new Set<NameReason>()
  const plain = name
    .normalize('NFKD')
    .replace(/[\p{M}'’`.]/gu, '')
    .toLowerCase()
  const words = plain.split(/[^\p{L}]+/u).filter((word) => word.length > 0)
  const bare = words.filter((word) => !TITLES.has(word))
  if (bare.length < words.length && bare.length > 0) seen.add('titles')
  // A person may be called like a title; then it is all there is to compare.
  const kept = bare.length === 0 ? words : bare
  return { words: kept.map((word) => spelt(word, seen)), length: plain.length, seen }
}

/** A word as it is compared: whole, and in today's spelling. */
function spelt(word: string, seen: Set<NameReason>): string {
  const whole = SHORT_FOR.get(word)
  if (whole !== undefined) seen.add('abbreviations')
  const today = (whole ?? word).replace(/oe/g, 'u').replace(/dj/g, 'j').replace(/tj/g, 'c')
  if (today !== (whole ?? word)) seen.add('old-spelling')
  return today
}
