/**
 * What a year that ends leaves open goes over to the next year's appropriation of the same budget line, person by person: what is promised
 * and not owed yet, and what is owed and has not ended. Exact amounts, under that appropriation's limit.
 */
import { engineActor } from '../domain/act.ts'
import { feesOfPerson } from '../domain/fees.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import { promisedOf } from './budgets.ts'
import { one, patient, type Sql } from './database.ts'
import { insertMessages, nudge } from './nudges.ts'
import { insertPostings, type LedgerEntry } from './postings.ts'
import { readWhole } from './run-collect.ts'
import { aboveNext, nextMissing } from './year-end.ts'
import { carryFees } from './year-fees.ts'
import { lockLives } from './year-lapse.ts'
import type { YearAtWork } from './year-rows.ts'

/** People that one transaction reads: of those who are done nothing is taken, and a population of them takes as many transactions. */
const PART = 500

/** Obligation `d` of the year that ends goes over: whatever lapses has lapsed by now. */
const OPEN = `d.fiscal_year = $2 AND d.state NOT IN ('paid', 'lapsed', 'cancelled') AND is_open_obligation(d)`

/** Of commitment `c` with its appropriation `a` something goes over. Not EXISTS, which may be looked up in all that is owed, read at once. */
const IS_OPEN = `a.fiscal_year = $2 AND (c.amount > c.obligated + c.released
        OR coalesce((SELECT true FROM disbursement d WHERE (d.programme, d.ref) = (c.programme, c.ref) AND ${OPEN} LIMIT 1), false))`

/** The next in the order of the references, whether anything of them is open or not: it costs the same however few that is. */
const PICK = `
SELECT c.ref, ${IS_OPEN} AS open
  FROM (SELECT * FROM commitment WHERE programme = $1 AND ref > $3 ORDER BY ref LIMIT ${PART}) AS c JOIN appropriation a ON a.id = c.appropriation
 ORDER BY c.ref`

/** Written as the database asks it before it lets a year be closed, table by table. */
const ANYBODY = `
SELECT EXISTS (SELECT FROM commitment c JOIN appropriation a ON a.id = c.appropriation
                WHERE a.programme = $1 AND a.fiscal_year = $2 AND c.amount > c.obligated + c.released)
    OR EXISTS (SELECT FROM disbursement d WHERE d.programme = $1 AND ${OPEN}) AS open`

const PROMISED = `
SELECT c.ref, c.appropriation, n.id AS next, a.budget_line AS "budgetLine", a.currency, c.amount, c.obligated, c.released, p.wave,
       p.programme_version AS version, (SELECT count(*)::int FROM disbursement d WHERE (d.programme, d.ref) = (c.programme, c.ref)) AS tranches
  FROM commitment c JOIN participant p ON (p.programme, p.ref) = (c.programme, c.ref) JOIN appropriation a ON a.id = c.appropriation
  LEFT JOIN appropriation n ON (n.programme, n.fiscal_year, n.budget_line) = (a.programme, a.fiscal_year + 1, a.budget_line)
 WHERE c.programme = $1 AND a.fiscal_year = $2 AND c.ref = ANY ($3) ORDER BY c.ref`

interface Promised {
  readonly ref: string
  readonly appropriation: string
  readonly next: string | null
  readonly budgetLine: string
  readonly currency: string
  readonly amount: bigint
  readonly obligated: bigint
  readonly released: bigint
  readonly wave: string
  readonly version: number
  /** That were owed, in whatever year. */
  readonly tranches: number
}

interface Owed {
  readonly key: string
  readonly ref: string
  readonly tranche: string
  readonly amount: bigint
}

/** What of one person goes over. */
interface Carried extends Promised {
  readonly next: string
  readonly owed: readonly Owed[]
  /** Promised and not owed yet. */
  readonly open: bigint
  readonly underWay: bigint
  /** What their gateways may still take for it. */
  readonly fees: bigint
}

/** Looks at the next people and carries over what is open of them; false when there is nobody left. Throws `next-year-missing`, `budget-exceeded`. */
export async function carrySome(sql: Sql, work: YearAtWork): Promise<boolean> {
  const { pass, year } = work
  const { programme, fiscalYear, reached } = year
  const finding = sql.query<{ ref: string; open: boolean }>(PICK, [programme, fiscalYear, reached])
  const { rows: read } = await pass('year-carry:found', finding)
  const last = read.at(-1)?.ref
  if (last === undefined) return pass('year-carry:again', goAgain(sql, work))
  const refs = read.filter(({ open }) => open).map(({ ref }) => ref)
  await pass('year-carry:locked', lockLives(sql, programme, refs))
  const carried = await pass('year-carry:read', carriedOf(sql, work, refs))
  await pass('year-carry:reserved', reserve(sql, fiscalYear, carried))
  await pass('year-carry:moved', move(sql, work, carried))
  await pass('year-carry:fees', carryFees(sql, work, carried))
  await pass('year-carry:told', tell(sql, work, carried))
  await pass('year-carry:reached', reach(sql, work, last, carried))
  return true
}

/** Once more from the beginning where whoever was passed has got something open since; false where nobody has. */
async function goAgain(sql: Sql, work: YearAtWork): Promise<boolean> {
  const { programme, fiscalYear } = work.year
  await readWhole(sql)
  const { rows } = await sql.query<{ open: boolean }>(patient(ANYBODY, [programme, fiscalYear]))
  const { open } = one(rows, 'year')
  if (open) await reach(sql, work, '', [])
  return open
}

/** As it stands under the locks. */
async function carriedOf(sql: Sql, { year, programmes }: YearAtWork, refs: readonly string[]): Promise<Carried[]> {
  const { programme, fiscalYear } = year
  const promised = await sql.query<Promised>(PROMISED, [programme, fiscalYear, refs])
  const owed = await sql.query<Owed>(
    `SELECT d.key, d.ref, d.tranche, d.amount FROM disbursement d WHERE d.programme = $1 AND d.ref = ANY ($3) AND ${OPEN} ORDER BY d.key`,
    [programme, fiscalYear, refs],
  )
  const byRef = grouped(owed.rows, ({ ref }) => ref)
  const carried: Carried[] = []
  for (const row of promised.rows) {
    const own = byRef.get(row.ref) ?? []
    const open = row.amount - row.obligated - row.released
    const underWay = own.reduce((sum, { amount }) => sum + amount, 0n)
    if (open + underWay === 0n) continue
    if (row.next === null) throw nextMissing(fiscalYear, row.budgetLine)
    const rules = await programmes.version(programme, row.version, sql)
    const fees = feesOfPerson(rules, row.tranches - own.length)
    carried.push({ ...row, next: row.next, owed: own, open, underWay, fees })
  }
  return carried
}

/** Takes room in the next year's appropriations, under their locks until the end of the transaction. */
async function reserve(sql: Sql, fiscalYear: number, carried: readonly Carried[]): Promise<void> {
  for (const [next, people] of grouped(carried, ({ next }) => next)) {
    const wanted = people.reduce((sum, { open, underWay, fees }) => sum + open + underWay + fees, 0n)
    await sql.query('SELECT FROM appropriation WHERE id = $1 FOR UPDATE', [next])
    const { rows } = await sql.query<{ amount: bigint; committed: bigint }>(
      'SELECT amount, committed FROM appropriation WHERE id = $1',
      [next],
    )
    const { amount, committed } = one(rows, 'appropriation')
    // What is written there is never less than what is promised: it is summed up only where it says that there is no room.
    const promised = committed + wanted <= amount ? committed : await promisedOf(sql, next)
    if (promised + wanted > amount) throw aboveNext(fiscalYear, wanted, amount - promised)
    await sql.query('UPDATE appropriation SET committed = $2 WHERE id = $1', [next, promised + wanted])
  }
}

async function move(sql: Sql, { year, nowMs }: YearAtWork, carried: readonly Carried[]): Promise<void> {
  const { programme, fiscalYear } = year
  await sql.query('UPDATE disbursement SET fiscal_year = $2 WHERE key = ANY ($1)', [
    carried.flatMap(({ owed }) => owed.map(({ key }) => key)),
    fiscalYear + 1,
  ])
  const values = [
    programme,
    carried.map(({ ref }) => ref),
    carried.map(({ appropriation }) => appropriation),
    carried.map(({ next }) => next),
    carried.map(({ open, underWay }) => open + underWay),
    carried.map(({ underWay }) => underWay),
  ]
  await sql.query(
    `INSERT INTO carry_over (programme, ref, from_appropriation, to_appropriation, kept, released, moved, obligated, carried_at)
     SELECT $1, ref, was, next, kept, released, moved, owed, $9
       FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
            AS n (ref, was, next, moved, owed, kept, released)`,
    [
      ...values,
      carried.map(({ obligated, underWay }) => obligated - underWay),
      carried.map(({ released }) => released),
      new Date(nowMs),
    ],
  )
  await sql.query(
    `UPDATE commitment c SET appropriation = n.next, amount = n.moved, obligated = n.owed, released = 0
       FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[]) AS n (ref, was, next, moved, owed)
      WHERE (c.programme, c.ref, c.appropriation) = ($1, n.ref, n.was)`,
    values,
  )
}

async function tell(sql: Sql, { year, zone, nowMs }: YearAtWork, carried: readonly Carried[]): Promise<void> {
  const { programme, fiscalYear } = year
  const businessDate = localDate(zone, nowMs)
  const postings: LedgerEntry[] = []
  const audit: AuditEntry[] = []
  const told = { actor: engineActor(), atMs: nowMs, programme }
  for (const { ref, budgetLine, currency, open, underWay, owed, fees, ...person } of carried) {
    const of = { programme, ref, currency, budgetLine, businessDate }
    const out = { ...of, fiscalYear }
    const into = { ...of, fiscalYear: fiscalYear + 1 }
    const subject = `commitment:${programme}:${ref}`
    const name = `carry-over:${fiscalYear}`
    if (open > 0n) {
      postings.push({ ...out, event: 'carried-out', subject: `${name}:${subject}`, amount: open })
      postings.push({ ...into, event: 'carried-in', subject: `${name}:${subject}`, amount: open })
    }
    for (const { key, amount } of owed) {
      postings.push({ ...out, event: 'obligation-carried-out', subject: `${name}:${key}`, amount })
      postings.push({ ...into, event: 'obligation-carried-in', subject: `${name}:${key}`, amount })
    }
    const kept = (person.obligated - underWay).toString()
    const after = { from: fiscalYear, to: fiscalYear + 1, budgetLine, kept, moved: (open + underWay).toString() }
    audit.push({
      ...told,
      ref,
      act: 'commitment-carried',
      subject,
      before: { fiscalYear, appropriation: person.appropriation },
      after: { ...after, obligated: underWay.toString(), ...(fees > 0n ? { fees: fees.toString() } : {}) },
    })
    for (const { key, tranche, amount } of owed) {
      const moved = { tranche, from: fiscalYear, to: fiscalYear + 1, budgetLine, amount: amount.toString() }
      audit.push({ ...told, ref, act: 'disbursement-carried', subject: key, before: { fiscalYear }, after: moved })
    }
  }
  await insertPostings(sql, postings)
  await insertAudit(sql, audit)
  await insertMessages(
    sql,
    carried.map(({ ref }) => nudge(programme, ref, 'year-end', 4)),
  )
}

async function reach(sql: Sql, { year }: YearAtWork, ref: string, carried: readonly Carried[]): Promise<void> {
  const sum = carried.reduce((total, { open, underWay }) => total + open + underWay, 0n)
  await sql.query(
    `UPDATE year_close SET reached = $3, carried_count = carried_count + $4, carried = carried + $5, refusal = NULL, version = version + 1
      WHERE programme = $1 AND fiscal_year = $2`,
    [year.programme, year.fiscalYear, ref, carried.length, sum],
  )
}

function grouped<Row>(rows: readonly Row[], by: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(by(row))
    if (group) group.push(row)
    else groups.set(by(row), [row])
  }
  return groups
}
