/**
 * Everybody who waited for something that has ended, a freeze say, is told to look again. They may be millions: what ends it only writes down
 * that they are to be told, and whoever is at hand tells them afterwards, part by part in the order of their keys.
 */
import type { FreezeTarget } from '../domain/freeze.ts'
import { FOLLOWED_STATES } from '../domain/payout.ts'
import { inTransaction, one, type Sql } from './database.ts'
import { telling } from './nudges.ts'
import type { StoreContext } from './options.ts'

/** People looked at in one transaction: within a second, also where all of them wait. */
export const TOLD_AT_ONCE = 1000
/** While so many wait for their turn with the relay, no more are added: a backlog is dear to whoever reads it, and nobody is told sooner. */
const WAITING_MAX = 10_000
/** Below what people and machines tell: it can be many. */
const PRIORITY = 4

/** What has ended, as audit rows name it: `freeze:<id>`, `restore:<id>`, `year:<programme>:<fiscal year>`; or the wait for a credential of a gateway. */
export type Ended =
  `freeze:${string}` | `credential:${string}:${string}` | `restore:${string}` | `year:${string}:${number}`

/** Has everybody told who waited for it, once this transaction has committed. */
export async function tellAll(sql: Sql, cause: Ended): Promise<void> {
  await sql.query('INSERT INTO telling (cause) VALUES ($1)', [cause])
}

interface TellingRow {
  readonly cause: Ended
}

const NEXT = `
SELECT cause FROM telling
 WHERE done_at IS NULL
   AND (SELECT count(*) FROM (SELECT FROM message WHERE state = 'pending' AND priority = ${PRIORITY} AND deliver_after <= now() LIMIT $1) AS ahead) < $1
 ORDER BY written_at, cause LIMIT 1 FOR UPDATE SKIP LOCKED`

/**
 * Tells the next part, so many people or fewer. False when there is nothing to tell, another process is at it, or as many as may be wait for
 * the relay still. Whoever is killed in between has told nobody of the part, and the next begins it anew.
 */
export function tellOn({ database, pass }: StoreContext, people: number): Promise<boolean> {
  return inTransaction(database, async (sql) => {
    const { rows } = await pass('telling:found', sql.query<TellingRow>(NEXT, [WAITING_MAX]))
    const [next] = rows
    if (!next) return false
    const waits = await pass('telling:read', waitsFor(sql, next.cause))
    await pass('telling:told', sql.query(partOf(waits, people), [next.cause, waits.programme, ...waits.values]))
    return true
  })
}

/** Who waited. */
interface Waits {
  /** Of one programme only; null of all. */
  readonly programme: string | null
  readonly kind: 'lift' | 'year-end'
  /** A row for person `p` when they did; with `values` from $3 on. */
  readonly rows: string
  readonly values: readonly unknown[]
}

async function waitsFor(sql: Sql, cause: Ended): Promise<Waits> {
  const [what, id = '', year] = cause.split(':')
  switch (what) {
    case 'freeze':
      return ofFreeze(sql, id)
    case 'credential':
      return { programme: null, kind: 'lift', rows: waitsForCredential('$3'), values: [id] }
    case 'restore':
      return ofRestore(sql, id)
    default:
      return { programme: id, kind: 'year-end', rows: WAITS_FOR_YEAR, values: [Number(year)] }
  }
}

/** Something is released, or a send may be repeated. */
const WAITS_FOR_FREEZE = `
SELECT FROM disbursement d LEFT JOIN payout y ON y.disbursement = d.key AND y.n = d.attempts
 WHERE (d.programme, d.ref) = (p.programme, p.ref)
   AND ($3::text IS NULL OR p.wave = $3) AND ($4::text IS NULL OR p.region LIKE $4 || '%')
   AND CASE d.state
         WHEN 'released' THEN $5::text IS NULL OR EXISTS (
           SELECT FROM programme_version v WHERE (v.programme, v.version) = (p.programme, p.programme_version)
                                             AND v.definition #> '{payment,gateways}' ? $5)
         WHEN 'in-flight' THEN y.state IN ('submitting', 'unknown') AND ($5 IS NULL OR y.gateway = $5)
         ELSE false END`

/** Something is released, or under way, or asked about, at the gateway: in SQL, for person `p`. */
export const waitsForCredential = (gateway: string): string => `
SELECT FROM disbursement d
 WHERE (d.programme, d.ref) = (p.programme, p.ref)
   AND (d.state = 'released' AND EXISTS (
          SELECT FROM programme_version v WHERE (v.programme, v.version) = (p.programme, p.programme_version)
                                            AND v.definition #> '{payment,gateways}' ? ${gateway})
        OR EXISTS (
          SELECT FROM payout y WHERE y.disbursement = d.key AND y.gateway = ${gateway}
             AND (y.state IN ('${FOLLOWED_STATES.join("', '")}') OR y.asked_at IS NOT NULL
                  OR EXISTS (SELECT FROM send s WHERE s.payout = y.key AND s.number = y.sends AND s.ended_at IS NULL))))`

async function ofFreeze(sql: Sql, id: string): Promise<Waits> {
  const { rows } = await sql.query<FreezeTarget>('SELECT scope, programme, name FROM freezes WHERE id = $1', [id])
  const { scope, programme, name } = one(rows, 'freeze')
  const named = (of: FreezeTarget['scope']): string | null => (scope === of ? name : null)
  return { programme, kind: 'lift', rows: WAITS_FOR_FREEZE, values: [named('wave'), named('region'), named('gateway')] }
}

/** Whoever registered in or after the time that was lost. */
const WAITS_FOR_RESTORE = `
SELECT FROM disbursement d
 WHERE (d.programme, d.ref) = (p.programme, p.ref) AND d.state IN ('released', 'in-flight') AND p.registered_at > $3`

async function ofRestore(sql: Sql, id: string): Promise<Waits> {
  const { rows } = await sql.query<{ at: Date }>('SELECT restored_to AS at FROM restore WHERE id = $1', [id])
  return { programme: null, kind: 'lift', rows: WAITS_FOR_RESTORE, values: [one(rows, 'restore').at] }
}

/** What came back of the year may be paid again. */
const WAITS_FOR_YEAR = `
SELECT FROM disbursement d
 WHERE (d.programme, d.ref) = (p.programme, p.ref) AND d.fiscal_year = $3
   AND d.state IN ('owed', 'released', 'needs-account', 'float-short', 'failed')`

/**
 * The next people behind the one who was reached, whether they waited or not: a part reads so many and no more. The numbers stand in the
 * text and each person is looked up by key, so that no plan reads everybody.
 */
function partOf({ kind, rows }: Waits, people: number): string {
  return `
WITH part AS MATERIALIZED (
  SELECT p.programme, p.ref, p.programme_version, p.wave, p.region, p.registered_at
    FROM telling t
   CROSS JOIN LATERAL (
     SELECT * FROM participant p
      WHERE (p.programme, p.ref) > (greatest(t.reached_programme, $2), CASE WHEN t.reached_programme = '' THEN '' ELSE t.reached END)
      ORDER BY p.programme, p.ref LIMIT ${people}) AS p
   WHERE t.cause = $1
), told AS MATERIALIZED (
  SELECT p.programme, p.ref FROM part p CROSS JOIN LATERAL (${rows} LIMIT 1) AS waits WHERE $2::text IS NULL OR p.programme = $2
), ${telling(kind, PRIORITY)}, last AS (
  SELECT programme, ref FROM part ORDER BY programme DESC, ref DESC LIMIT 1
)
UPDATE telling t
   SET reached_programme = coalesce((SELECT programme FROM last), reached_programme), reached = coalesce((SELECT ref FROM last), reached),
       told = told + (SELECT count(*) FROM told),
       done_at = CASE WHEN (SELECT count(*) FROM part) < ${people} OR (SELECT programme FROM last) > $2 THEN now() END
 WHERE cause = $1`
}
