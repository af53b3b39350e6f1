/** What a check works with: one snapshot of the database, what the gateways told, and where findings go. */
import type { FindingKind, Findings } from './finding.ts'
import type { TrustedKey } from './signature.ts'

/** A connection, or a pool's client: all that is asked of it. */
export interface Sql {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

export interface AuditSettings {
  /** The moment the audit judges by: what is younger than the windows below is under way and no finding. */
  readonly nowMs: number
  /** The programme files to compare published versions with, by `code@version`; null when there are none to compare with. */
  readonly programmeFiles: ReadonlyMap<string, unknown> | null
  /** What the sealer anchored; null when it is not to be compared. */
  readonly anchors: { readonly file: string; readonly trusted: readonly TrustedKey[]; readonly size?: number } | null
  /** A stack on one machine, whose first people were made by it and not by two others. */
  readonly development: boolean
  /** Whether the chain of seals is recomputed. */
  readonly chain: boolean
}

const FETCH = 2000

export class Books {
  readonly settings: AuditSettings
  readonly findings: Findings
  /** What is unfinished for longer than it should take, and known exceptions: told, and no finding. */
  readonly notices: string[] = []
  readonly #sql: Sql
  #cursors = 0

  constructor(sql: Sql, settings: AuditSettings, findings: Findings) {
    this.#sql = sql
    this.settings = settings
    this.findings = findings
  }

  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#sql.query(text, values)
    return rows as Row[]
  }

  /** The rows of a statement as they come, however many. */
  async *stream<Row extends object>(text: string): AsyncGenerator<Row> {
    this.#cursors += 1
    const name = `audited_${this.#cursors}`
    await this.#sql.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${text}`)
    for (;;) {
      const rows = await this.rows<Row>(`FETCH ${FETCH} FROM ${name}`)
      if (rows.length === 0) break
      yield* rows
    }
    await this.#sql.query(`CLOSE ${name}`)
  }

  count(what: string, many: number): void {
    const { checked } = this.findings
    checked[what] = (checked[what] ?? 0) + many
  }

  tell(invariant: string, kind: FindingKind, entity: string, key: string, says: string): void {
    this.findings.add({ invariant, kind, entity, key, says })
  }
}

/** One promise, or a small family of them. */
export interface Check {
  readonly name: string
  readonly invariants: readonly string[]
  /** What it holds against what, in a sentence. */
  readonly title: string
  run(books: Books): Promise<void>
}

/** One query of a check: each row it brings is a finding. */
export interface Question {
  readonly invariant: string
  /** Brings `kind`, `entity`, `key` and `says`. */
  readonly sql: string
}

interface Answer {
  readonly kind: FindingKind
  readonly entity: string
  readonly key: string
  readonly says: string
}

/** A check made of queries alone; `counts` says how many rows it looked at. */
export function sqlCheck(
  check: Omit<Check, 'run' | 'invariants'>,
  counts: Readonly<Record<string, string>>,
  questions: readonly Question[],
): Check {
  const invariants = [...new Set(questions.map(({ invariant }) => invariant))]
  return {
    ...check,
    invariants,
    async run(books) {
      for (const [what, from] of Object.entries(counts)) books.count(what, await countOf(books, from))
      for (const { invariant, sql } of questions) await ask(books, invariant, sql)
    },
  }
}

/** Tells a finding for each row that a query brings. */
export async function ask(books: Books, invariant: string, sql: string): Promise<void> {
  for await (const { kind, entity, key, says } of books.stream<Answer>(sql)) {
    books.tell(invariant, kind, entity, key, says)
  }
}

async function countOf(books: Books, from: string): Promise<number> {
  const [row] = await books.rows<{ count: string }>(`SELECT count(*)::text AS count FROM ${from}`)
  return Number(row?.count ?? 0)
}

/** The moment the audit judges by, in SQL. */
export const NOW = `current_setting('auditor.now')::timestamptz`

/** The local date of an instant in the zone of a programme, in SQL. */
export function localDate(at: string, programme: string): string {
  return `(${at} AT TIME ZONE (SELECT zone FROM audited_programme WHERE audited_programme.programme = ${programme}))::date`
}
