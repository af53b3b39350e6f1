/** Corruptions: what somebody with every power over the database can do, at a random place, and what an audit must call it. */
import type { FindingKind } from '../../auditor/finding.ts'
import type { StatementLine, StatementPart } from '../../domain/statement.ts'
import type { Sql } from '../../store/database.ts'
import type { ToldDays } from './audited.ts'

export interface Mutation {
  readonly name: string
  /** The check that finds it. */
  readonly check: string
  readonly finds: readonly [kind: FindingKind, entity: string]
  /** Changes the database, and answers with the key of what must be named. */
  tamper(sql: Sql): Promise<string>
}

/** What a gateway tells otherwise than it told, with the key of what must be named. */
export interface Telling {
  readonly name: string
  readonly check: string
  readonly finds: readonly [kind: FindingKind, entity: string]
  retell(told: ToldDays, sql: Sql): Promise<readonly [told: ToldDays, key: string]>
}

/** One statement that changes one random row, and returns its key as `key`. */
export function change(name: string, check: string, finds: Mutation['finds'], text: string): Mutation {
  return { name, check, finds, tamper: (sql) => keyOf(sql, text) }
}

const CHECK = '23514'
const UNIQUE = '23505'

/**
 * The `key` of the one row that a statement returns; a check of the database that refuses it is dropped, as a superuser can. Where
 * it would be the second of its kind, the indexes themselves say so: another place is tried, `places` of them. Throws when it
 * changed no row: then nothing was tried.
 */
export async function keyOf(sql: Sql, text: string, values: unknown[] = [], places = 40): Promise<string> {
  await sql.query('SAVEPOINT tried')
  try {
    const { rows } = await sql.query<{ key: string }>(text, values)
    if (!rows[0]) throw new Error(`nothing was changed by: ${text}`)
    return rows[0].key
  } catch (error) {
    const { code, table, constraint } = error as { code?: string; table?: string; constraint?: string }
    if (code !== CHECK && !(code === UNIQUE && places > 1)) throw error
    await sql.query('ROLLBACK TO SAVEPOINT tried')
    if (code === CHECK) await sql.query(`ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`)
    return keyOf(sql, text, values, code === UNIQUE ? places - 1 : places)
  }
}

/** `UPDATE table SET … ` of one random row. */
export function update(table: string, set: string, key: string, where = 'true'): string {
  return `UPDATE ${table} AS t SET ${set} WHERE t.ctid = (SELECT t.ctid FROM ${table} AS t WHERE ${where} ORDER BY random() LIMIT 1) RETURNING ${key} AS key`
}

export function remove(table: string, key: string, where = 'true'): string {
  return `DELETE FROM ${table} AS t WHERE t.ctid = (SELECT t.ctid FROM ${table} AS t WHERE ${where} ORDER BY random() LIMIT 1) RETURNING ${key} AS key`
}

/** A random row again, with some columns replaced. */
export function copy(table: string, replaced: Readonly<Record<string, string>>, key: string, where = 'true'): string {
  const made = Object.entries(replaced)
    .map(([column, value]) => `'${column}', (${value})::text`)
    .join(', ')
  return `INSERT INTO ${table} AS t SELECT (jsonb_populate_record(NULL::${table}, to_jsonb(t) || jsonb_build_object(${made}))).* FROM (SELECT * FROM ${table} AS t WHERE ${where} ORDER BY random() LIMIT 1) AS t RETURNING ${key} AS key`
}

/** Each statement again with its lines changed; balances and counts are those of the lines, as a gateway would have it. */
export function retold(
  told: ToldDays,
  day: string,
  lines: (lines: readonly StatementLine[]) => readonly StatementLine[],
): ToldDays {
  let moved = 0n
  return new Map(
    [...told].map(([each, parts]) => {
      const before = parts.filter((part) => part.kind === 'line')
      const after = each === day ? lines(before) : before
      const shift = sumOf(after) - sumOf(before)
      const shown = [head(parts, moved), ...after, end(parts, moved + shift, after.length)]
      moved += shift
      return [each, shown]
    }),
  )
}

function head(parts: readonly StatementPart[], moved: bigint): StatementPart {
  const [first] = parts
  if (first?.kind !== 'head') throw new Error('a statement begins with its head')
  return { ...first, opening: (first.opening ?? 0n) + moved }
}

function end(parts: readonly StatementPart[], moved: bigint, count: number): StatementPart {
  const last = parts.at(-1)
  if (last?.kind !== 'end') throw new Error('a statement ends with its end')
  return { ...last, closing: (last.closing ?? 0n) + moved, count }
}

function sumOf(lines: readonly StatementLine[]): bigint {
  return lines.reduce((sum, { amount, direction }) => sum + (direction === 'credit' ? 1n : -1n) * (amount ?? 0n), 0n)
}

/** The first of each check stands for it, where not all are tried. */
export function ofEachCheck<T extends { readonly check: string }>(all: readonly T[]): T[] {
  return all.filter(({ check }, at) => all.findIndex((other) => other.check === check) === at)
}
