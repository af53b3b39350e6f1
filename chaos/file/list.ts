/** What a ministry hands in: a text with a line for each person whose training is over. It comes cut off, whole, shuffled, overlapping. */
import { Random } from '../sim/random.ts'

export interface Line {
  readonly ref: string
  readonly course: string
  readonly ratedAtMs: number
}

/** The whole file; every line ends with a full stop, so that one that was cut off is seen to be no line. */
export function composed(refs: readonly string[], course: string, ratedAtMs: number): string {
  return refs.map((ref) => `${ref};${course};${new Date(ratedAtMs).toISOString()}.\n`).join('')
}

/** The file as it arrives when the transfer breaks in the middle of the line after these. */
export function cutOff(text: string, lines: number): string {
  const all = text.split('\n')
  const broken = all[lines] ?? ''
  return `${all.slice(0, lines).join('\n')}\n${broken.slice(0, Math.floor(broken.length / 2))}`
}

/** The file in two parts that share a third of it, each in an order of its own: two offices hand in what each of them has. */
export function overlapping(text: string, seed: number): readonly [string, string] {
  const lines = text.split('\n').filter((line) => line !== '')
  const third = Math.ceil(lines.length / 3)
  const random = new Random(seed)
  return [shuffled(lines.slice(0, 2 * third), random), shuffled(lines.slice(third), random)]
}

function shuffled(lines: readonly string[], random: Random): string {
  const mixed = [...lines]
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = random.between(0, last)
    const [a, b] = [mixed[last] ?? '', mixed[other] ?? '']
    mixed[last] = b
    mixed[other] = a
  }
  return `${mixed.join('\n')}\n`
}

/** The lines that can be read, and how many cannot. */
export function readLines(text: string): { readonly lines: readonly Line[]; readonly unreadable: number } {
  const all = text.split('\n').filter((line) => line !== '')
  const lines = all.flatMap((line) => {
    const [, ref, course, at] = /^([^;]+);([^;]+);([^;]+Z)\.$/.exec(line) ?? []
    return ref === undefined || course === undefined || at === undefined
      ? []
      : [{ ref, course, ratedAtMs: Date.parse(at) }]
  })
  return { lines, unreadable: all.length - lines.length }
}
