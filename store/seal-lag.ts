/** How far the sealer is behind: what nobody has sealed yet could still be changed without a trace. */
import { one, type Sql } from './database.ts'

export interface SealLag {
  /** Audit events and postings that no seal covers, each counted up to a hundred thousand. */
  readonly auditEvents: number
  readonly postings: number
  /** How long the oldest of them has waited; 0 when all are sealed. */
  readonly oldestSeconds: number
  /** Whether anything was ever sealed. */
  readonly hasSeals: boolean
}

const COUNTED_MAX = 100_000

/** The rows behind the last seal, by the index that seals are made with: a sealer that keeps up leaves few of them. */
const LAG = `
WITH head AS (SELECT sequence, to_xid FROM seal ORDER BY sequence DESC LIMIT 1),
from_here AS (SELECT coalesce((SELECT to_xid FROM head), '0'::xid8) AS xid)
SELECT (SELECT count(*)::int FROM (SELECT FROM audit_event WHERE xid >= (SELECT xid FROM from_here) LIMIT ${COUNTED_MAX}) AS a) AS "auditEvents",
       (SELECT count(*)::int FROM (SELECT FROM posting WHERE xid >= (SELECT xid FROM from_here) LIMIT ${COUNTED_MAX}) AS p) AS postings,
       greatest(0, coalesce(extract(epoch FROM now() - least(
         (SELECT recorded_at FROM audit_event WHERE xid >= (SELECT xid FROM from_here) ORDER BY xid, id LIMIT 1),
         (SELECT recorded_at FROM posting WHERE xid >= (SELECT xid FROM from_here) ORDER BY xid, id LIMIT 1))), 0))::float8 AS "oldestSeconds",
       EXISTS (SELECT FROM head) AS "hasSeals"`

export async function sealLag(sql: Sql): Promise<SealLag> {
  const { rows } = await sql.query<SealLag>(LAG)
  return one(rows, 'lag')
}
