/** Roles as dated history: granted to a person or service, in one programme or in all, until somebody ends them. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import { POWERS, type Grant, type Role } from '../domain/roles.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'

export interface RoleOfPerson extends Grant {
  readonly person: string
}

/** Grants a role; one that is in force already stays as it is. */
export async function grantRole(sql: Sql, of: RoleOfPerson, actor: Actor, atMs: number): Promise<void> {
  const { person, role, programme } = of
  const before = { roles: await grantsOf(sql, person) }
  const { rowCount } = await sql.query(
    `INSERT INTO role_grant (id, person, role, programme, granted_by) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (person, role, coalesce(programme, '')) WHERE ended_at IS NULL DO NOTHING`,
    [randomUUID(), person, role, programme, actor.person],
  )
  if (rowCount === 0) return
  const after = { role, programme }
  await insertAudit(sql, [{ act: 'role-granted', actor, atMs, subject: `person:${person}`, programme, before, after }])
}

/** Ends a role, whichever key it is used with; answers with those that are left. Throws `not-found`, `conflict`. */
export async function endRole(sql: Sql, of: RoleOfPerson, actor: Actor, atMs: number): Promise<readonly Grant[]> {
  const { person, role, programme } = of
  return keepAdministered(sql, async () => {
    const { rowCount } = await sql.query(
      `UPDATE role_grant SET ended_at = $5, ended_by = $4
        WHERE person = $1 AND role = $2 AND programme IS NOT DISTINCT FROM $3 AND ended_at IS NULL`,
      [person, role, programme, actor.person, new Date(atMs)],
    )
    if (rowCount === 0) throw new Problem('not-found', 'nobody of this name has this role there')
    const before = { role, programme }
    await insertAudit(sql, [{ act: 'role-ended', actor, atMs, subject: `person:${person}`, programme, before }])
    return grantsOf(sql, person)
  })
}

/**
 * Nobody has agreed to give back what somebody has ended, there or for all programmes. Asked behind the grant, which waits for an end that
 * is under way. Throws `proposal-stale` where the role has ended since the proposal.
 */
export async function refuseEnded(sql: Sql, { person, role, programme }: RoleOfPerson, since: Date): Promise<void> {
  const { rows } = await sql.query(
    `SELECT FROM role_grant
      WHERE person = $1 AND role = $2 AND (programme = $3 OR programme IS NULL OR $3 IS NULL) AND ended_at >= $4 LIMIT 1`,
    [person, role, programme, since],
  )
  if (rows.length === 0) return
  throw new Problem('proposal-stale', `the role ${role} of ${person} has ended since; propose it again`)
}

/** The roles of a person that are in force. */
export async function grantsOf(sql: Sql, person: string): Promise<readonly Grant[]> {
  const { rows } = await sql.query<Grant>(
    'SELECT role, programme FROM role_grant WHERE person = $1 AND ended_at IS NULL ORDER BY role, programme NULLS FIRST',
    [person],
  )
  return rows
}

/** The same, none of which ends before the transaction does: who ends one waits, or has been waited for. */
export async function holdGrantsOf(sql: Sql, person: string): Promise<readonly Grant[]> {
  await sql.query('SELECT FROM role_grant WHERE person = $1 AND ended_at IS NULL ORDER BY id FOR SHARE', [person])
  return grantsOf(sql, person)
}

/** The roles by which somebody acts with the key of the request. One that another person made alone carries no power, for that person has its secret. */
export async function grantsWith(
  sql: Sql,
  { person, keyId }: Pick<Actor, 'person' | 'keyId'>,
): Promise<readonly Grant[]> {
  const grants = await grantsOf(sql, person)
  const { rows } = await sql.query('SELECT FROM api_key WHERE id = $1 AND alone', [keyId])
  return rows.length === 0 ? grants : grants.filter(({ role }) => !POWERS.includes(role))
}

/** How many people ever had a role in every programme, also those whose role has ended. */
export async function everGranted(sql: Sql, role: Role): Promise<number> {
  const { rows } = await sql.query<{ people: number }>(
    'SELECT count(DISTINCT person)::int AS people FROM role_grant WHERE role = $1 AND programme IS NULL',
    [role],
  )
  return rows[0]?.people ?? 0
}

/** Whether somebody is left who can agree to what concerns every programme: an approver with a key and a signing key in force. */
export async function canAgree(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT FROM role_grant g JOIN api_key k USING (person) JOIN signing_key s USING (person)
      WHERE g.role = 'approver' AND g.programme IS NULL AND g.ended_at IS NULL AND s.ended_at IS NULL
        AND k.revoked_at IS NULL AND NOT k.alone AND (k.expires_at IS NULL OR k.expires_at > now()) LIMIT 1`,
  )
  return rows.length > 0
}

/** Does what takes powers away, unless nobody could give any after it: the first key is made without one only once. */
export async function keepAdministered<Result>(sql: Sql, work: () => Promise<Result>): Promise<Result> {
  // One at a time: two administrators could otherwise end each other.
  await sql.query(`SELECT pg_advisory_xact_lock(hashtext('administrators'))`)
  const before = await isAdministered(sql)
  const result = await work()
  if (before && !(await isAdministered(sql))) {
    throw new Problem('conflict', 'no administrator of every programme would be left; make another one first')
  }
  return result
}

async function isAdministered(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query(
    `SELECT FROM role_grant g JOIN api_key k USING (person)
      WHERE g.role = 'administrator' AND g.programme IS NULL AND g.ended_at IS NULL
        AND k.revoked_at IS NULL AND NOT k.alone AND (k.expires_at IS NULL OR k.expires_at > now()) LIMIT 1`,
  )
  return rows.length > 0
}
