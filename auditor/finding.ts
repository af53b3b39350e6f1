/** What an audit finds: one sentence about one row, and which promise it breaks. */

/** What is wrong with a row, in one word. */
export type FindingKind =
  /** It must be there and is not. */
  | 'missing'
  /** It is there and nothing accounts for it. */
  | 'extra'
  /** It is not what everything else says it must be. */
  | 'changed'
  /** The same thing is there twice. */
  | 'duplicate'
  /** A limit is exceeded. */
  | 'over-limit'
  /** It happened before it was allowed to. */
  | 'early'
  /** It happened although something in force forbade it, or without what it needs. */
  | 'forbidden'
  /** A signature is missing or is not that of the person it names. */
  | 'forged'
  /** It stands in another place than it was written to. */
  | 'reordered'
  /** The chain ends before what was anchored. */
  | 'truncated'

export interface Finding {
  /** `I1` to `I26`, as docs/auditor.md lists them. */
  readonly invariant: string
  readonly kind: FindingKind
  /** The table, or what of the auditor's own inputs it is about: `anchor`, `told_line`, `told_day`, `programme_file`. */
  readonly entity: string
  readonly key: string
  readonly says: string
}

/** So many of one kind and entity are told of each check, so that many of one hide nothing else; the rest is counted. */
const TOLD_MAX = 200

/** Gathers findings, and how much was looked at; memory does not grow with what is wrong. */
export class Findings {
  readonly told: Finding[] = []
  /** How much was looked at, by what. */
  readonly checked: Record<string, number> = {}
  count = 0
  readonly #ofCheck = new Map<string, number>()

  begin(): void {
    this.#ofCheck.clear()
  }

  add(finding: Finding): void {
    this.count += 1
    const alike = `${finding.kind} ${finding.entity}`
    const nth = (this.#ofCheck.get(alike) ?? 0) + 1
    this.#ofCheck.set(alike, nth)
    if (nth <= TOLD_MAX) this.told.push(finding)
  }
}
