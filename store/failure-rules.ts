/**
 * What people have said that codes of gateways mean, over the table that was released with each adapter. Facts are read by it in the
 * transaction that folds them; what was folded before stays as it is.
 */
import { ruledFact, tabledFailure, type Meaning } from '../domain/failure-rule.ts'
import type { Failure, FailureClass } from '../domain/observation.ts'
import type { PayoutFact } from '../domain/payout.ts'
import type { Sql } from './database.ts'

/** A rule as the database has it. */
export interface RuleRow {
  readonly id: string
  readonly gateway: string
  readonly vendorCode: string
  readonly n: number
  readonly class: FailureClass
  readonly code: string
  /** It says that the released table counts again. */
  readonly isDefault: boolean
  readonly reason: string
  readonly setAt: Date
  readonly setBy: string
  /** The proposal that two people agreed to; null where one person made it safer. */
  readonly proposal: string | null
}

/** A payout, as far as a rule looks at it. */
interface Ruled {
  readonly gateway: string
  readonly sends: number
  readonly same_key_retries: number
  readonly before_restore: boolean
}

/** The rules of one batch, as one statement has seen them: the old one or the new one of a code for all of it. */
export interface RuleBook {
  /** The fact as its gateway's rule has it. */
  read(payout: Ruled, fact: PayoutFact): PayoutFact
}

const UNRULED: RuleBook = { read: (_payout, fact) => fact }

/** What the batch needs of the rules; nothing is asked where no fact has a code that people may class. */
export async function rulesFor(sql: Sql, items: readonly { readonly fact: PayoutFact }[]): Promise<RuleBook> {
  const codes = new Set(items.flatMap(({ fact }) => tabledFailure(fact)?.vendorCode ?? []))
  if (codes.size === 0) return UNRULED
  const { rows } = await sql.query<Meaning & { gateway: string; vendorCode: string }>({
    name: 'failure-rules',
    text: `SELECT gateway, vendor_code AS "vendorCode", class, code FROM failure_rule
            WHERE vendor_code = ANY ($1::text[]) AND ended_at IS NULL AND NOT is_default`,
    values: [[...codes]],
  })
  if (rows.length === 0) return UNRULED
  const rules = new Map(rows.map((row) => [`${row.gateway}/${row.vendorCode}`, row]))
  return {
    read({ gateway, sends, same_key_retries, before_restore: isBeforeRestore }, fact) {
      const rule = rules.get(`${gateway}/${tabledFailure(fact)?.vendorCode ?? ''}`)
      // In the time that a restore has lost it may have been sent once more.
      return ruledFact(fact, rule, sends - same_key_retries + (isBeforeRestore ? 1 : 0))
    },
  }
}

/** The rule about a failure that is no payout's: what was said about an account. Undefined where the released table counts. */
export async function ruleOf(
  sql: Sql,
  gateway: string,
  failure: Partial<Pick<Failure, 'vendorCode' | 'isTabled'>> | undefined,
): Promise<Meaning | undefined> {
  if (!failure?.isTabled || failure.vendorCode === undefined) return undefined
  const rule = await ruleInForce(sql, gateway, failure.vendorCode)
  return rule?.isDefault ? undefined : rule
}

const COLUMNS = `id, gateway, vendor_code AS "vendorCode", n, class, code, is_default AS "isDefault", reason, set_at AS "setAt",
       set_by AS "setBy", decided_under AS proposal`

/** The newest rule about a code; undefined where nobody ever classed it. */
export async function ruleInForce(sql: Sql, gateway: string, vendorCode: string): Promise<RuleRow | undefined> {
  const { rows } = await sql.query<RuleRow>(
    `SELECT ${COLUMNS} FROM failure_rule WHERE vendor_code = $2 AND gateway = $1 AND ended_at IS NULL`,
    [gateway, vendorCode],
  )
  return rows[0]
}

/** Every rule in force, those that say that the released table counts again among them. */
export async function rulesInForce(sql: Sql, gateways: readonly string[]): Promise<RuleRow[]> {
  const { rows } = await sql.query<RuleRow>(
    `SELECT ${COLUMNS} FROM failure_rule WHERE gateway = ANY ($1::text[]) AND ended_at IS NULL ORDER BY gateway, vendor_code`,
    [gateways],
  )
  return rows
}
