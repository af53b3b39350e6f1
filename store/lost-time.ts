/**
 * The time that a restored database has lost. Whoever registers after the moment it was put back to may have registered, and been paid,
 * before: under a reference that nobody here can derive any more. Only the gateways' statements show such a payment.
 */
import { createHash } from 'node:crypto'
import { referenceStems } from '../domain/identity.ts'
import type { Sql } from './database.ts'
import { holdTargets } from './freeze-locks.ts'

/** A gateway's days, and how many of them after a payment its line may still come. */
export interface GatewayDays {
  readonly code: string
  /** Whose midnight ends its day. IANA. */
  readonly zone: string
  readonly windowDays: number
}

/** What is held by whoever waits for the end of a restore, or claims, and taken by who ends or lowers one: see `freeze-locks.ts`. */
export const RESTORE_TARGET = 'restore'

/** Whether a person waits for the end of a restore, as it stays until the transaction ends. The caller holds their life. */
export async function heldInLostTime(sql: Sql, programme: string, ref: string): Promise<boolean> {
  await holdTargets(sql, [RESTORE_TARGET])
  const { rows } = await sql.query(
    `SELECT FROM participant p WHERE (p.programme, p.ref) = ($1, $2) AND ${REGISTERED_IN_LOST_TIME}`,
    [programme, ref],
  )
  return rows.length > 0
}

/**
 * When it was last found that the database had been put back, where `r` is a restore: it may be put back a second time before the first is closed, and
 * begins no other one, but everything is frozen anew.
 */
export const FOUND_LAST = `greatest(r.found_at, r.again_at, (SELECT max(f.placed_at) FROM freezes f WHERE f.cause = 'restored'))`

/** Restore `r` is open, and what is owed was not looked up since it was last found. */
export const UNLOOKED = `r.closed_at IS NULL AND (r.looked_up_at IS NULL OR r.looked_up_at < ${FOUND_LAST})`

/** Person `p` registered in or after the time that an open restore has lost: nothing is sent to them until it is closed. */
export const REGISTERED_IN_LOST_TIME = `EXISTS (SELECT FROM restore r WHERE r.closed_at IS NULL AND p.registered_at > r.restored_to)`

/** Difference `x` is money that left a gateway for nothing that was known when its statement was matched; `discrepancy_reference` has these. */
export const DEBIT = `x.payout IS NULL AND x.line IS NOT NULL AND x.direction = 'debit' AND x.class IN ('unknown-reference', 'amount')`

/** It left for nothing that we know of by now; the partial index `discrepancy_stray` has these. */
export const STRAY = `${DEBIT} AND x.resolution IS DISTINCT FROM 'corrected'`

/** No payment is under way for longer without people looking at it: after so many days its line tells of another time. */
const LINE_WITHIN_DAYS = 31

/** An account and a line of a statement are of the same; under two keys only the last digits can be compared. */
export const SAME_ACCOUNT = `CASE WHEN l.account_index_key = o.account_index_key THEN l.account_index = o.account_index
                            ELSE l.institution = o.institution AND right(o.masked, length(l.masked)) = l.masked END`

/**
 * Stray `x` went to account `o` of person `p`, in the days of a restore `r` after whose moment they registered: it may be what they
 * are owed. What is found after a restore was closed is another one. To be read from `restore r`, `discrepancy x`, its line `l`, `account o` and `participant p`.
 */
export const MAY_BE_THEIRS = `p.registered_at > r.restored_to AND ${STRAY}
            AND x.day BETWEEN r.restored_to::date - 1 AND least(${FOUND_LAST}, r.closed_at)::date + ${LINE_WITHIN_DAYS}
            AND (l.statement, l.line) = (x.statement, x.line) AND (o.programme, o.ref) = (p.programme, p.ref) AND ${SAME_ACCOUNT}`

/** Debit `x` stands in its statement still, or was counted as a payment by two people. */
export const STANDS = `(x.resolution IS DISTINCT FROM 'corrected' OR x.decided_under IS NOT NULL)`

/** Two people have seen stray `x`, and said that the disbursement is to be paid all the same: it was another payment. Nothing else that they say does. */
export const decidedFor = (disbursement: string): string =>
  `EXISTS (SELECT FROM proposal q WHERE q.subject = ${disbursement} AND q.act = 'review-decision' AND q.state = 'executed'
             AND q.content ->> 'next' = 'pay-again' AND q.content -> 'strays' ? x.id::text)`

/**
 * Stray `x` is under a reference that only disbursement `d` is given, and no attempt at it that we know of: whoever was paid, and at whichever
 * gateway, also where two people have counted it as somebody else's.
 */
const underReferenceOf = (stems: string): string => `${DEBIT} AND left(x.reference, 13) = ANY (${stems}::text[])
   AND ${STANDS}
   AND coalesce((SELECT y.disbursement FROM payout y WHERE y.gateway = x.gateway AND y.reference = x.reference), '') <> d.key`

/** What a reference of a disbursement begins with. */
export function stemsOf(disbursement: string): readonly string[] {
  return referenceStems(disbursement, (text) => createHash('sha256').update(text).digest())
}

/**
 * Strays that may be the payment of disbursement `d` of person `p`, and that nobody has decided about: who does names them in what they sign.
 * Whatever else is decided about it says nothing of them.
 */
export const straysOfOwed = (stems: string): string => `
SELECT x.id FROM restore r, discrepancy x, statement_line l, account o
 WHERE (SELECT bool_or(p.registered_at > w.restored_to) FROM restore w) AND ${MAY_BE_THEIRS} AND NOT ${decidedFor('d.key')}
 UNION
SELECT x.id FROM discrepancy x WHERE ${underReferenceOf(stems)} AND NOT ${decidedFor('d.key')}`

/** Those of one disbursement, oldest first. */
export async function findStraysOfOwed(sql: Sql, disbursement: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT s.id FROM disbursement d JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref),
            LATERAL (SELECT s.id, s.number FROM discrepancy s WHERE s.id IN (${straysOfOwed('$2')})) AS s
      WHERE d.key = $1 ORDER BY s.number`,
    [disbursement, stemsOf(disbursement)],
  )
  return rows.map(({ id }) => id)
}

/** Each of a gateway's days on which the line of a payment of the lost time can stand. */
const DAYS = `
  FROM restore r, unnest($2::text[], $3::text[], $4::int[]) AS g (code, zone, days),
       generate_series((r.restored_to AT TIME ZONE g.zone)::date, (${FOUND_LAST} AT TIME ZONE g.zone)::date + g.days, interval '1 day') AS told
 WHERE r.id = $1
   -- What no programme names was never paid through.
   AND EXISTS (SELECT FROM programme_version v WHERE v.definition #> '{payment,gateways}' ? g.code)`

function valuesOf(id: string, gateways: readonly GatewayDays[]): unknown[] {
  return [
    id,
    gateways.map(({ code }) => code),
    gateways.map(({ zone }) => zone),
    gateways.map(({ windowDays }) => windowDays),
  ]
}

/** Those days whose statement is not matched yet. */
export async function unmatchedDays(sql: Sql, id: string, gateways: readonly GatewayDays[]): Promise<string[]> {
  const { rows } = await sql.query<{ day: string }>(
    `SELECT g.code || ' ' || told::date AS day ${DAYS}
        AND NOT EXISTS (SELECT FROM statement s WHERE s.gateway = g.code AND s.day = told::date AND NOT s.superseded AND s.state <> 'loaded')
      ORDER BY 1`,
    valuesOf(id, gateways),
  )
  return rows.map((row) => row.day)
}

/** Strays on those days that nobody has resolved. */
const UNRESOLVED = `
SELECT x.id FROM discrepancy x WHERE ${STRAY} AND x.state <> 'resolved' AND (x.gateway, x.day) IN (SELECT g.code, told::date ${DAYS})`

/** Their discrepancies, oldest first. */
export async function unresolvedStrays(sql: Sql, id: string, gateways: readonly GatewayDays[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM discrepancy WHERE id IN (${UNRESOLVED}) ORDER BY number`,
    valuesOf(id, gateways),
  )
  return rows.map((row) => row.id)
}

/** A payment that nobody here knows of. */
export interface Stray {
  readonly discrepancy: string
  /** What is owed to people who registered since, and who are paid to the same account. */
  readonly owed: readonly string[]
}

/** The same with whose they may be: everybody who registered since is read, so this is for people to look at. */
export async function straysOf(sql: Sql, id: string, gateways: readonly GatewayDays[]): Promise<Stray[]> {
  const { rows } = await sql.query<Stray>(
    `WITH stray AS MATERIALIZED (${UNRESOLVED}), theirs AS (
       SELECT x.id, array_agg(DISTINCT d.key) AS owed
         FROM restore r, discrepancy x, statement_line l, account o, participant p, disbursement d
        WHERE x.id IN (SELECT id FROM stray) AND ${MAY_BE_THEIRS}
          AND (d.programme, d.ref) = (p.programme, p.ref) AND d.state NOT IN ('paid', 'lapsed', 'cancelled')
        GROUP BY x.id)
     SELECT x.id AS discrepancy, coalesce(t.owed, '{}') AS owed
       FROM stray JOIN discrepancy x USING (id) LEFT JOIN theirs t USING (id) ORDER BY x.number`,
    valuesOf(id, gateways),
  )
  return rows
}
