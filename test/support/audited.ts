/** A clean state in which everything has happened that can: what the auditor is tried on, and the statements that tell it. */
import type { Sql } from '../../auditor/books.ts'
import { auditIn, type Audited, type AuditOptions } from '../../auditor/audit.ts'
import type { RawStatement, StatementSource } from '../../auditor/statements/statement.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { StatementLine, StatementPart } from '../../domain/statement.ts'
import { NOON, VAULT_KEYS } from './world.ts'

/** Statements that are at hand, as the sandbox writes them in JSON lines. */
export function statementsOf(days: ReadonlyMap<string, readonly StatementPart[]>): StatementSource {
  return {
    async *statements() {
      for (const [day, parts] of days) {
        const text = parts.map((part) => `${JSON.stringify(recordOf(part), bigints)}\n`).join('')
        async function* bytes() {
          yield Buffer.from(text)
        }
        yield { gateway: 'sandbox', day, format: 'jsonl', bytes: bytes() } satisfies RawStatement
      }
    },
  }
}

function recordOf(part: StatementPart): object {
  if (part.kind !== 'line') {
    return part.kind === 'head' ? { ...part, account: part.gateway, opening: part.opening?.toString() } : part
  }
  return {
    ...part,
    payoutId: part.gatewayId ?? '',
    reference: part.reference ?? '',
    amount: part.amount?.toString() ?? '1.5',
    institution: part.account?.institution ?? '',
    account: part.account?.number ?? '',
    bookedAt: part.rawDate,
  }
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

export const ACCOUNT_KEYS = new Map(Object.entries(VAULT_KEYS.account.keys))

export interface AuditParts {
  readonly statements: ReadonlyMap<string, readonly StatementPart[]>
  readonly nowMs?: number
}

export function optionsOf({ statements, nowMs = NOON }: AuditParts, more: Partial<AuditOptions> = {}): AuditOptions {
  return {
    statements: [statementsOf(statements)],
    accountKeys: ACCOUNT_KEYS,
    programmeFiles: null,
    anchors: null,
    chain: false,
    nowMs,
    ...more,
  }
}

export function auditOf(sql: Sql, parts: AuditParts, more: Partial<AuditOptions> = {}): Promise<Audited> {
  return auditIn(sql, optionsOf(parts, more))
}

export function paidTo(account: AccountDetails): StatementLine['account'] {
  return { institution: account.institution, number: account.number }
}
