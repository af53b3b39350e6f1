/**
 * A code of a gateway is classed otherwise: by one person where it is given to people, or doubted, and was not before, else by two.
 * Whoever folds a fact after the commit reads it so; what was folded before stays as it is.
 */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../domain/act.ts'
import { isFixed, isSameMeaning, mayAlone, type Meaning, type ReleasedMeaning } from '../domain/failure-rule.ts'
import { Problem } from '../domain/problem.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { ruleInForce, rulesInForce, type RuleRow } from './failure-rules.ts'
import type { StoreContext } from './options.ts'
import { invalid } from './two-person-act.ts'

export interface Coded {
  readonly gateway: string
  /** As failures show it; of a refusal after its HTTP status. */
  readonly vendorCode: string
}

export interface Reclassification extends Coded {
  /** Null: the table that was released with the adapter counts again. */
  readonly meaning: Meaning | null
  readonly reason: string
}

/** What two people have agreed to. */
export interface ReclassifiedUnder {
  readonly id: string
  /** What they have seen it mean. */
  readonly from: Meaning
}

/** What a code means now, and by whose word. */
export interface CodedFailure extends Coded, Meaning {
  readonly released: ReleasedMeaning
  /** Null where nobody ever classed it. */
  readonly rule: RuleRow | null
}

export interface Reclassified {
  readonly failure: CodedFailure
  /** False when it meant that already. */
  readonly isNew: boolean
}

/**
 * What a code means in the released table. Throws `unknown-gateway`; `invalid-request` for what can be no code there, with a pointer
 * below `pointer`; `conflict` for a code that the gateway's own documents leave open.
 */
export function releasedMeaning(context: StoreContext, { gateway, vendorCode }: Coded, pointer = ''): ReleasedMeaning {
  const table = context.failuresOf(gateway)
  if (!table) throw new Problem('unknown-gateway', `${gateway}: no such gateway is in use`)
  const released = table.meaningOf(vendorCode)
  if (!released) {
    const detail = `is no code of ${gateway}: a code as failures show it, of a refusal after its HTTP status`
    throw invalid([{ pointer: `${pointer}/vendorCode`, detail }])
  }
  if (!isFixed(released)) return released
  throw new Problem('conflict', `the documents of ${gateway} say that after ${vendorCode} it may have been executed`)
}

function meantBy(of: Coded, released: ReleasedMeaning, rule: RuleRow | undefined): CodedFailure {
  const { class: now, code } = rule && !rule.isDefault ? rule : released
  return { gateway: of.gateway, vendorCode: of.vendorCode, class: now, code, released, rule: rule ?? null }
}

/** What a code means now. Throws what `releasedMeaning` throws. */
export async function meaningNow(sql: Sql, context: StoreContext, of: Coded, pointer = ''): Promise<CodedFailure> {
  const released = releasedMeaning(context, of, pointer)
  return meantBy(of, released, await ruleInForce(sql, of.gateway, of.vendorCode))
}

/** What the documented codes of gateways mean now, and every other code that people have classed; or the one that is asked for. */
export async function listMeanings(
  sql: Sql,
  context: StoreContext,
  gateways: readonly string[],
  vendorCode?: string,
): Promise<CodedFailure[]> {
  const rules = await rulesInForce(sql, gateways)
  return gateways.flatMap((gateway) => {
    const table = context.failuresOf(gateway)
    const own = rules.filter((rule) => rule.gateway === gateway)
    const known = [...(table?.codes ?? []), ...own.map((rule) => rule.vendorCode)]
    const codes = new Set(vendorCode === undefined ? known : [vendorCode])
    return [...codes].flatMap((code) => {
      const released = table?.meaningOf(code)
      const rule = own.find((one) => one.vendorCode === code)
      return released ? [meantBy({ gateway, vendorCode: code }, released, rule)] : []
    })
  })
}

/**
 * Classes a code at the commit of this transaction; without a proposal only as `mayAlone` allows. Throws what `releasedMeaning` throws,
 * `two-people-needed`, and `conflict` when it does not mean any more what the two have seen.
 */
export async function reclassify(
  sql: Sql,
  context: StoreContext,
  asked: Reclassification,
  under: ReclassifiedUnder | null,
  actor: Actor,
  atMs: number,
): Promise<Reclassified> {
  const { pass } = context
  const released = releasedMeaning(context, asked)
  const subject = `failure:${asked.gateway}:${asked.vendorCode}`
  // In a statement of its own: the next one sees what whoever held it has committed.
  const locking = sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [subject])
  await pass('reclassified:locked', locking)
  const standing = await pass('reclassified:read', ruleInForce(sql, asked.gateway, asked.vendorCode))
  const from = meantBy(asked, released, standing)
  const to = asked.meaning ?? released
  if (isSo(asked, from, standing)) return { failure: from, isNew: false }
  if (under === null && !mayAlone(from, to)) throw tooMuchForOne(from, to)
  if (under !== null && !isSameMeaning(under.from, from)) throw meantOtherwise(from)
  if (standing) await pass('reclassified:ended', endRule(sql, standing.id, atMs))
  const rule = ruleOf(asked, to, standing, { actor, atMs, proposal: under?.id ?? null })
  await pass('reclassified:written', insertRule(sql, rule, from))
  const { reason } = asked
  const before = { class: from.class, code: from.code, rule: standing?.id ?? null }
  const { gateway, vendorCode, isDefault, proposal } = rule
  const after = { rule: rule.id, gateway, vendorCode, class: to.class, code: to.code, isDefault, proposal }
  const told = insertAudit(sql, [{ act: 'failure-reclassified', actor, atMs, subject, before, after, reason }])
  await pass('reclassified:audited', told)
  return { failure: meantBy(asked, released, rule), isNew: true }
}

/** It means that already, and by the word it is asked for. */
function isSo({ meaning }: Reclassification, from: CodedFailure, standing: RuleRow | undefined): boolean {
  if (meaning === null) return standing === undefined || standing.isDefault
  return isSameMeaning(meaning, from)
}

interface By {
  readonly actor: Actor
  readonly atMs: number
  readonly proposal: string | null
}

function ruleOf(asked: Reclassification, to: Meaning, standing: RuleRow | undefined, by: By): RuleRow {
  return {
    id: randomUUID(),
    gateway: asked.gateway,
    vendorCode: asked.vendorCode,
    n: (standing?.n ?? 0) + 1,
    class: to.class,
    code: to.code,
    isDefault: asked.meaning === null,
    reason: asked.reason,
    setAt: new Date(by.atMs),
    setBy: by.actor.person,
    proposal: by.proposal,
  }
}

async function endRule(sql: Sql, id: string, atMs: number): Promise<void> {
  await sql.query('UPDATE failure_rule SET ended_at = $2 WHERE id = $1', [id, new Date(atMs)])
}

async function insertRule(sql: Sql, rule: RuleRow, from: Meaning): Promise<void> {
  await sql.query(
    `INSERT INTO failure_rule (id, gateway, vendor_code, n, class, code, from_class, from_code, is_default, reason, set_at, set_by,
                               decided_under)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      rule.id,
      rule.gateway,
      rule.vendorCode,
      rule.n,
      rule.class,
      rule.code,
      from.class,
      from.code,
      rule.isDefault,
      rule.reason,
      rule.setAt,
      rule.setBy,
      rule.proposal,
    ],
  )
}

function tooMuchForOne(from: Meaning, to: Meaning): Problem {
  const detail = `from ${told(from)} to ${told(to)} neither gives to people what was not, nor doubts it: propose it as the act reclassification`
  return new Problem('two-people-needed', detail)
}

function meantOtherwise(from: Meaning): Problem {
  return new Problem('conflict', `it means ${told(from)} by now, and that is not what the proposal has seen`)
}

function told({ class: of, code }: Meaning): string {
  return `${of} (${code})`
}
