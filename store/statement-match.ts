/** Holds a statement against our books: every line that does not agree becomes a discrepancy, and so does every payment it lacks. */
import { engineActor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import type { Bulk, BulkSql } from './bulk.ts'
import { inTransaction, one } from './database.ts'
import { takeBack } from './discrepancy-undo.ts'
import { takeTarget } from './freeze-locks.ts'
import { RESTORE_TARGET, STRAY, UNLOOKED } from './lost-time.ts'
import type { StoreContext } from './options.ts'
import { Finding } from './statement-finding.ts'
import { missingRow } from './statement-row.ts'
import { asTheyStand, judgeGone, shownBefore } from './statement-gone.ts'
import { besideLines, jumpsAt } from './statement-jumps.ts'
import { missingThere, provedAround } from './statement-missing.ts'
import { differingPairs, type Looked } from './statement-pairs.ts'

export interface MatchRule {
  readonly zone: string
  readonly windowDays: number
}

export interface Matched {
  /** Differences that this statement shows, those included that an earlier version showed already. */
  readonly differences: number
}

/** Matches a statement once; again it says what was found. A statement that a newer version has superseded is left alone. */
export async function matchStatement(
  context: StoreContext,
  bulk: Bulk,
  id: string,
  rule: MatchRule,
  atMs: number,
): Promise<Matched> {
  const match = (isAgain: boolean): Promise<Matched> =>
    bulk.transaction((sql) => matchLocked(sql, context, id, rule, atMs, isAgain))
  const matched = await match(false)
  return (await wasClaimedMeanwhile(bulk, context, id)) ? match(true) : matched
}

const STRAYS = `FROM discrepancy x JOIN statement s ON s.id = x.statement AND NOT s.superseded AND s.day = x.day
 WHERE s.id = $1 AND x.type = 'payout' AND x.state <> 'resolved' AND ${STRAY}`

/** What is claimed and what is matched do not see each other while both are on their way: a debit may be of nobody, and its payout there by now. */
async function wasClaimedMeanwhile(bulk: Bulk, context: StoreContext, id: string): Promise<boolean> {
  const isAny = (where: string): Promise<boolean> =>
    bulk.transaction(async (sql) => (await sql.query(`SELECT ${STRAYS} AND ${where} LIMIT 1`, [id])).rows.length > 0)
  if (!(await isAny('length(x.reference) = 16'))) return false
  // Claims that have not seen the debit end; those that begin see it, and wait for nothing longer than this.
  await inTransaction(context.database, (sql) => takeTarget(sql, RESTORE_TARGET))
  return isAny('EXISTS (SELECT FROM payout y WHERE y.gateway = x.gateway AND y.reference = x.reference)')
}

interface StatementRow {
  readonly gateway: string
  readonly day: string
  readonly version: number
  readonly state: string
  readonly superseded: boolean
  readonly differences: number | null
  readonly lines: number
}

/** From so many lines on, reading our payouts once is quicker than looking one up for each line. */
const LARGE = 10_000

async function lockStatement(sql: BulkSql, id: string): Promise<StatementRow> {
  const { rows } = await sql.query<StatementRow>(
    'SELECT gateway, day::text AS day, version, state, superseded, differences, lines FROM statement WHERE id = $1 FOR UPDATE',
    [id],
  )
  return one(rows, `statement ${id}`)
}

/** `isAgain`: with the payouts that have come meanwhile; what was found and is no difference any more is taken back. */
async function matchLocked(
  sql: BulkSql,
  context: StoreContext,
  id: string,
  rule: MatchRule,
  atMs: number,
  isAgain: boolean,
): Promise<Matched> {
  const statement = await lockStatement(sql, id)
  const isDone = statement.state !== 'loaded' && !isAgain
  if (isDone || statement.superseded) return { differences: statement.differences ?? 0 }
  const { gateway } = statement
  // Days of one gateway are matched one at a time: each looks at the others' lines.
  await holdMatching(sql, gateway)
  await refuseUnlooked(sql, gateway)
  await planFor(sql, statement)
  const count = await hold(sql, context, { ...statement, id }, rule, atMs)
  const matched = `UPDATE statement SET state = 'matched', matched_at = $2 WHERE id = $1 AND state = 'loaded'`
  await sql.query(matched, [id, new Date(atMs)])
  for (const other of await leaningOn(sql, { ...statement, id })) await hold(sql, context, other, rule, atMs)
  return { differences: count }
}

async function planFor(sql: BulkSql, { lines }: StatementRow): Promise<void> {
  // A day has up to a million lines, and this is one connection.
  await sql.query(`SET LOCAL work_mem = '96MB'; SET LOCAL enable_seqscan = on`)
  // Lines that have just come are not in the planner's statistics: it would look each of them up.
  if (lines >= LARGE) await sql.query('SET LOCAL enable_nestloop = off')
}

/** Keeps the statements of a gateway from being matched until the transaction ends. Lives are locked after it. */
export async function holdMatching(sql: Pick<BulkSql, 'query'>, gateway: string): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`reconcile:${gateway}`])
}

/** Before a gateway was asked, each payment of its that a restored database has forgotten would be one that nobody knows of. */
async function refuseUnlooked(sql: BulkSql, gateway: string): Promise<void> {
  const { rows } = await sql.query(
    `SELECT FROM restore r WHERE ${UNLOOKED} AND (r.silent IS NULL OR $1 = ANY (r.silent))`,
    [gateway],
  )
  if (rows.length > 0)
    throw new Problem('conflict', `the database was restored: what is owed is looked up first at ${gateway}`)
}

type Held = Pick<StatementRow, 'gateway' | 'day' | 'version' | 'state' | 'differences'> & { readonly id: string }

/** Holds one statement against our books, again where it was before; how many differences it shows. The caller has the gateway's lock. Throws `conflict`. */
async function hold(
  sql: BulkSql,
  context: StoreContext,
  statement: Held,
  rule: MatchRule,
  atMs: number,
): Promise<number> {
  const { id, gateway, day, version } = statement
  const looked: Looked = { id, gateway, day, zone: rule.zone }
  const found = new Finding(sql, looked, await ownerOfStrays(sql, gateway), await shownBefore(sql, looked))
  for await (const pairs of differingPairs(sql, looked)) await found.add(pairs, atMs)
  await found.insert([...(await jumpsAt(sql, looked)), ...(await besideLines(sql, looked))], atMs)
  const gone = await judgeGone(sql, looked, await asTheyStand(sql, [...found.gone.values()], found.here))
  await found.insert(gone.missing, atMs)
  const proved = await provedAround(sql, looked)
  if (proved) await found.insert((await missingThere(sql, looked, proved, rule.windowDays)).map(missingRow), atMs)
  await takeBack(sql, context, [...found.here, ...gone.over], atMs)
  const differences = found.count
  await sql.query('UPDATE statement SET differences = $2 WHERE id = $1', [id, differences])
  const subject = `statement:${gateway}:${day}`
  const before = { state: statement.state, differences: statement.differences }
  const after = { gateway, day, version, differences }
  await insertAudit(sql, [{ act: 'statement-matched', actor: engineActor(), atMs, subject, before, after }])
  return differences
}

/** A line that goes the other way is none that a second one could lean on. */
const IS_OF = '(o.type, o.direction) = (d.type, d.direction)'

const LEANING = `
SELECT DISTINCT s.id, s.gateway, s.day::text AS day, s.version, s.state, s.differences FROM discrepancy d
  JOIN statement s ON s.gateway = d.gateway AND s.day = d.day AND NOT s.superseded AND s.state <> 'loaded'
 WHERE d.gateway = $2 AND d.class = 'duplicate' AND d.resolution IS DISTINCT FROM 'corrected' AND d.day <> $3
   AND EXISTS (SELECT FROM statement v JOIN statement_line o ON o.statement = v.id
                WHERE v.gateway = $2 AND v.day = $3 AND v.superseded AND ${IS_OF} AND ${sameAs('o', 'd')})
   AND NOT EXISTS (SELECT FROM statement_line o WHERE o.statement = $1 AND ${IS_OF} AND ${sameAs('o', 'd')})
 ORDER BY s.day::text`

function sameAs(line: string, other: string): string {
  return `(${line}.reference = ${other}.reference OR ${line}.gateway_id = ${other}.gateway_id)`
}

/** Statements of other days whose second of two was one because of a line that the corrected statement has no more. */
async function leaningOn(sql: BulkSql, { id, gateway, day, version }: Held): Promise<readonly Held[]> {
  if (version === 1) return []
  const { rows } = await sql.query<Held>(LEANING, [id, gateway, day])
  return rows
}

/**
 * Whose books carry what belongs to no payout: those of the programme that has put money at the gateway for the longest. Its transfer may be told of
 * before people have recorded it, as where a restored database has lost that: then those of the first that names the gateway. Null where none does.
 */
async function ownerOfStrays(sql: BulkSql, gateway: string): Promise<string | null> {
  const { rows } = await sql.query<{ programme: string }>(
    `SELECT programme FROM (
       (SELECT 1 AS rank, programme FROM funding WHERE gateway = $1 ORDER BY recorded_at, id LIMIT 1)
       UNION ALL (SELECT 2, programme FROM payout WHERE gateway = $1 ORDER BY claimed_at, key LIMIT 1)
       UNION ALL (SELECT 3, programme FROM programme_version WHERE definition #> '{payment,gateways}' ? $1
                   ORDER BY published_at, programme, version LIMIT 1)
     ) AS owner ORDER BY rank LIMIT 1`,
    [gateway],
  )
  return rows[0]?.programme ?? null
}
