/** The auditor over a test's own database: with the statements, the keys and the moment that the test says. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { auditIn, type Audited, type AuditOptions } from '../../auditor/audit.ts'
import type { Sql } from '../../auditor/books.ts'
import type { Finding } from '../../auditor/finding.ts'
import type { RawStatement, StatementSource } from '../../auditor/statements/statement.ts'
import type { StatementPart } from '../../domain/statement.ts'
import { VAULT_KEYS, type World } from './world.ts'

/** Days as the gateway tells them, by local date. */
export type ToldDays = ReadonlyMap<string, readonly StatementPart[]>

/** Statements that are at hand, as the sandbox writes them in JSON lines. */
export function statementsOf(days: ToldDays): StatementSource {
  return {
    gateway: 'sandbox',
    async *statements() {
      for (const [day, parts] of days) {
        async function* bytes() {
          yield Buffer.from(textOf(parts))
        }
        yield { gateway: 'sandbox', day, format: 'jsonl', bytes: bytes() } satisfies RawStatement
      }
    },
  }
}

/** The same as files of a folder. */
export function writeStatements(folder: string, days: ToldDays): void {
  for (const [day, parts] of days) writeFileSync(path.join(folder, `sandbox.${day}.jsonl`), textOf(parts))
}

/** The very bytes of a statement. */
export function textOf(parts: readonly StatementPart[]): string {
  return parts.map((part) => `${JSON.stringify(recordOf(part), bigints)}\n`).join('')
}

function recordOf(part: StatementPart): object {
  if (part.kind === 'head') return { ...part, account: part.gateway }
  if (part.kind === 'end') return part
  return {
    ...part,
    payoutId: part.gatewayId ?? '',
    reference: part.reference ?? '',
    amount: part.amount ?? 'no whole number',
    institution: part.account?.institution ?? '',
    account: part.account?.number ?? '',
    bookedAt: part.rawDate,
  }
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

export function auditOptions(told: ToldDays, nowMs: number, more: Partial<AuditOptions> = {}): AuditOptions {
  return {
    statements: [statementsOf(told)],
    accountKeys: new Map(Object.entries(VAULT_KEYS.account.keys)),
    programmeFiles: null,
    anchors: null,
    chain: false,
    development: false,
    nowMs,
    ...more,
  }
}

/** Audits in a transaction that a test has open and will roll back. */
export function auditWithin(
  sql: Sql,
  told: ToldDays,
  nowMs: number,
  more: Partial<AuditOptions> = {},
): Promise<Audited> {
  return auditIn(sql, auditOptions(told, nowMs, more))
}

/** What the auditor finds of a test's world at a moment, by these checks; no statement is told. */
export async function foundIn(world: World, nowMs: number, only: readonly string[]): Promise<readonly Finding[]> {
  const client = await world.root.pool.connect()
  try {
    await client.query('BEGIN')
    return (await auditWithin(client, new Map(), nowMs, { only })).findings
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}
