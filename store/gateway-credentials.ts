/**
 * Which credentials of gateways are in force, by their fingerprints. What a process sends with, and what signed a callback, is held against them
 * in the statements that decide over a claim, a resend and a callback. They change under the gateway's target, which claims hold: at the commit
 * that ends one no claim is on its way that has not seen it.
 */
import { randomUUID } from 'node:crypto'
import { engineActor, type Actor } from '../domain/act.ts'
import type { Credential } from '../domain/credential.ts'
import { gatewayTarget, targetKey } from '../domain/freeze.ts'
import { Problem } from '../domain/problem.ts'
import { CREDENTIAL_NOT_IN_FORCE } from '../domain/standing.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import { inTransaction, type Sql } from './database.ts'
import { takeTarget } from './freeze-locks.ts'
import type { StoreContext } from './options.ts'
import { tellAll, waitsForCredential } from './tellings.ts'

export interface CredentialView extends Credential {
  readonly id: string
  /** The proposal that two people agreed to; null where the engine found it at its first use. */
  readonly agreedUnder: string | null
}

export interface GatewayCredentials {
  /** Those in force, in the order of their gateways. */
  list(): Promise<CredentialView[]>
  /** Takes what a development process runs with for a gateway, where that has never had any for the purpose. Repeating it changes nothing. */
  adopt(found: readonly Credential[], nowMs: number): Promise<CredentialView[]>
  /** Ends what was taken without two people: nothing of it counts in production. */
  endAdopted(nowMs: number): Promise<CredentialView[]>
  /** Has those told who wait for the credential of one of these gateways: it may have come back with a process, not by an act. */
  resume(gateways: readonly string[]): Promise<void>
}

const COLUMNS = `id, gateway, purpose, fingerprint, agreed_under AS "agreedUnder"`

/** The fingerprints of purpose `send` that are in force, in SQL: a handful, whatever the gateway. */
export const SENDS_IN_FORCE = `ARRAY(SELECT c.fingerprint FROM gateway_credential c WHERE c.purpose = 'send' AND c.ended_at IS NULL)`

/** Whether what this process would send with at a gateway is among those in force. Pure. */
export function isInForce(
  { sendsWith }: Pick<StoreContext, 'sendsWith'>,
  inForce: readonly string[],
  gateway: string,
): boolean {
  const own = sendsWith(gateway)
  return own !== null && inForce.includes(own)
}

/** Those in force now; until the transaction ends for whoever holds the gateway's target. */
export async function sendsInForce(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query<{ sends: readonly string[] }>(`SELECT ${SENDS_IN_FORCE} AS sends`)
  return rows[0]?.sends ?? []
}

/** The target of which a claim holds a share. */
export function credentialTarget(gateway: string): string {
  return targetKey(gatewayTarget(gateway))
}

/** So many of those who wait are asked which gateway it is for: behind a crowd each is told, rather than a start that reads a population. */
const ASKED_MAX = 1000

/** One telling for each gateway that somebody waits for, but where one is to begin anyway: it finds them all. */
const RESUME = `
WITH few AS MATERIALIZED (
  SELECT p.programme, p.ref, p.programme_version FROM participant p WHERE p.attention = $2 LIMIT ${ASKED_MAX}
)
INSERT INTO telling (cause)
SELECT 'credential:' || known.gateway || ':' || gen_random_uuid()
  FROM (SELECT DISTINCT gateway FROM unnest($1::text[]) AS given (gateway)) AS known
 WHERE ((SELECT count(*) FROM few) = ${ASKED_MAX} OR EXISTS (SELECT FROM few p CROSS JOIN LATERAL (${waitsForCredential('known.gateway')} LIMIT 1) AS waits))
   AND NOT EXISTS (SELECT FROM telling t WHERE t.cause LIKE 'credential:%' AND split_part(t.cause, ':', 2) = known.gateway
                                           AND t.done_at IS NULL AND t.reached_programme = '')`

export function createGatewayCredentials({ database }: StoreContext): GatewayCredentials {
  return {
    list: () => listCredentials(database.pool),
    adopt: (found, nowMs) => inTransaction(database, (sql) => adoptFirst(sql, found, nowMs)),
    endAdopted: (nowMs) => inTransaction(database, (sql) => endAdopted(sql, nowMs)),
    async resume(gateways) {
      await database.pool.query(RESUME, [gateways, CREDENTIAL_NOT_IN_FORCE])
    },
  }
}

/** Those in force, in the order of their gateways. */
export async function listCredentials(sql: Sql): Promise<CredentialView[]> {
  const { rows } = await sql.query<CredentialView>(
    `SELECT ${COLUMNS} FROM gateway_credential WHERE ended_at IS NULL ORDER BY gateway, purpose DESC, begun_at, id`,
  )
  return rows
}

/** What has never had any, of the credentials found, in SQL behind \`found\` (gateway, purpose, fingerprint). */
const FIRST = `
  FROM unnest($1::text[], $2::text[], $3::text[]) AS found (gateway, purpose, fingerprint)
 WHERE NOT EXISTS (SELECT FROM gateway_credential c WHERE (c.gateway, c.purpose) = (found.gateway, found.purpose))`

async function adoptFirst(sql: Sql, found: readonly Credential[], nowMs: number): Promise<CredentialView[]> {
  const columns = [
    found.map((one) => one.gateway),
    found.map((one) => one.purpose),
    found.map((one) => one.fingerprint),
  ]
  // At nearly every start there is nothing to take, and no claim need wait for it.
  const { rows: first } = await sql.query<{ gateway: string }>(
    `SELECT DISTINCT gateway ${FIRST} ORDER BY gateway`,
    columns,
  )
  for (const { gateway } of first) await takeTarget(sql, credentialTarget(gateway))
  if (first.length === 0) return []
  const { rows } = await sql.query<CredentialView>(
    `INSERT INTO gateway_credential (id, gateway, purpose, fingerprint, begun_at)
     SELECT gen_random_uuid(), gateway, purpose, fingerprint, $4 ${FIRST} RETURNING ${COLUMNS}`,
    [...columns, new Date(nowMs)],
  )
  await insertAudit(
    sql,
    rows.map((one) => begunEntry('credential-adopted', one, engineActor(), nowMs)),
  )
  return rows
}

async function endAdopted(sql: Sql, nowMs: number): Promise<CredentialView[]> {
  const { rows: found } = await sql.query<{ gateway: string }>(
    `SELECT DISTINCT gateway FROM gateway_credential WHERE agreed_under IS NULL AND ended_at IS NULL ORDER BY gateway`,
  )
  for (const { gateway } of found) await takeTarget(sql, credentialTarget(gateway))
  const actor = engineActor()
  const { rows } = await sql.query<CredentialView>(
    `UPDATE gateway_credential SET ended_at = $1, ended_by = $2
      WHERE agreed_under IS NULL AND ended_at IS NULL AND gateway = ANY ($3::text[]) RETURNING ${COLUMNS}`,
    [new Date(nowMs), actor.person, found.map(({ gateway }) => gateway)],
  )
  await insertAudit(
    sql,
    rows.map((one) => endedEntry(one, actor, nowMs)),
  )
  return rows
}

/** Throws `conflict` for what is in force. */
export async function refuseInForce(sql: Sql, of: Credential): Promise<void> {
  if (await standing(sql, of)) throw inForceAlready(of)
}

/** Throws `not-found` for what is not in force. */
export async function requireInForce(sql: Sql, of: Credential): Promise<void> {
  if (!(await standing(sql, of))) throw notInForce(of)
}

async function standing(sql: Sql, { gateway, purpose, fingerprint }: Credential): Promise<boolean> {
  const { rowCount } = await sql.query(
    `SELECT FROM gateway_credential WHERE (gateway, purpose, fingerprint) = ($1, $2, $3) AND ended_at IS NULL`,
    [gateway, purpose, fingerprint],
  )
  return rowCount !== 0
}

/** Brings a credential into force as two people have agreed, and has those told who wait for it. Throws `conflict`. */
export async function admitCredential(
  sql: Sql,
  of: Credential,
  proposal: string,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { gateway, purpose, fingerprint } = of
  // Who looked and found it missing has committed that they wait, or waits for us and will find it: nobody is left untold.
  await takeTarget(sql, credentialTarget(gateway))
  const { rows } = await sql.query<CredentialView>(
    `INSERT INTO gateway_credential (id, gateway, purpose, fingerprint, begun_at, agreed_under) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (gateway, purpose, fingerprint) WHERE ended_at IS NULL DO NOTHING RETURNING ${COLUMNS}`,
    [randomUUID(), gateway, purpose, fingerprint, new Date(atMs), proposal],
  )
  const [begun] = rows
  if (!begun) throw inForceAlready(of)
  if (purpose === 'send') await tellAll(sql, `credential:${gateway}:${begun.id}`)
  await insertAudit(sql, [begunEntry('credential-admitted', begun, actor, atMs, proposal)])
}

/** Ends a credential as two people have agreed: nothing is claimed, sent again or believed by it after the commit. Throws `not-found`. */
export async function endCredential(
  sql: Sql,
  of: Credential,
  proposal: string,
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { gateway, purpose, fingerprint } = of
  await takeTarget(sql, credentialTarget(gateway))
  const { rows } = await sql.query<CredentialView>(
    `UPDATE gateway_credential SET ended_at = $4, ended_by = $5, ended_under = $6
      WHERE (gateway, purpose, fingerprint) = ($1, $2, $3) AND ended_at IS NULL RETURNING ${COLUMNS}`,
    [gateway, purpose, fingerprint, new Date(atMs), actor.person, proposal],
  )
  const [ended] = rows
  if (!ended) throw notInForce(of)
  await insertAudit(sql, [endedEntry(ended, actor, atMs, proposal)])
}

function begunEntry(
  act: 'credential-adopted' | 'credential-admitted',
  { id, gateway, purpose, fingerprint }: CredentialView,
  actor: Actor,
  atMs: number,
  proposal: string | null = null,
): AuditEntry {
  return { act, actor, atMs, subject: `credential:${id}`, after: { gateway, purpose, fingerprint, proposal } }
}

function endedEntry(
  { id, gateway, purpose, fingerprint, agreedUnder }: CredentialView,
  actor: Actor,
  atMs: number,
  proposal: string | null = null,
): AuditEntry {
  const subject = `credential:${id}`
  const after = { gateway, purpose, fingerprint, proposal }
  return { act: 'credential-ended', actor, atMs, subject, before: { inForce: true, agreedUnder }, after }
}

function inForceAlready({ gateway, purpose }: Credential): Problem {
  return new Problem('conflict', `this ${purpose} credential of ${gateway} is in force already`)
}

function notInForce({ gateway, purpose }: Credential): Problem {
  return new Problem('not-found', `no ${purpose} credential of ${gateway} with this fingerprint is in force`)
}
