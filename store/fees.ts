/**
 * What gateways take for themselves: reserved from the appropriation before it can be taken (a run when it is collected, a wave when it admits people
 * who are paid without one), taken by lines of the statement, and freed at the end. Nothing of it stands on the path of a payment.
 */
import { engineActor } from '../domain/act.ts'
import { Problem } from '../domain/problem.ts'
import type { LedgerEvent } from '../domain/ledger.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { promisedOf } from './budgets.ts'
import { codeOf, one, patient, type Sql } from './database.ts'
import { holdYears } from './freeze-locks.ts'
import { insertPostings, type LedgerEntry } from './postings.ts'
import { isEnding, yearEnding, type YearAtWork } from './year-rows.ts'

/** `run:{key}`, `wave:{programme}:{code}`, or `carried:{fiscal year}:{programme}:{code}` for who of a wave went over to that year. */
export type FeeSource = `run:${string}` | `wave:${string}` | `carried:${string}`

interface ReserveRow {
  readonly source: string
  readonly programme: string
  readonly reserved: bigint
  readonly spent: bigint
  readonly freed: bigint
  readonly changes: number
  readonly fiscalYear: number
  readonly budgetLine: string
  readonly currency: string
}

const RESERVE = `
SELECT r.source, r.programme, r.reserved, r.spent, r.freed, r.changes, a.fiscal_year AS "fiscalYear", a.budget_line AS "budgetLine", a.currency
  FROM fee_reserve r JOIN appropriation a ON a.id = r.appropriation`

/** The newest year that lines of a run are owed from, or the one after the last that ends: what is left of that one has gone over there. */
const YEAR_OF_RUN = `
SELECT greatest(d.fiscal_year, (SELECT max(z.fiscal_year) + 1 FROM year_close z WHERE z.programme = $2)) AS "fiscalYear", d.budget_line AS "budgetLine"
  FROM payout_run_line l JOIN disbursement d ON d.key = l.disbursement
 WHERE l.run = $1 ORDER BY d.fiscal_year DESC, d.budget_line LIMIT 1`

/**
 * Reserves the fees of a run from the appropriation of what is paid. Throws `budget-exceeded` when it has not as much left, or there is none,
 * and `year-ending`.
 */
export async function reserveRunFees(
  sql: Sql,
  programme: Programme,
  run: string,
  amount: bigint,
  atMs: number,
): Promise<void> {
  const { code } = programme
  const years = await sql.query<Pick<ReserveRow, 'fiscalYear' | 'budgetLine'>>(patient(YEAR_OF_RUN, [run, code]))
  const { fiscalYear, budgetLine } = one(years.rows, 'line')
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM appropriation WHERE programme = $1 AND fiscal_year = $2 AND budget_line = $3 FOR UPDATE',
    [code, fiscalYear, budgetLine],
  )
  // The last that is locked: who ends the year waits for this commit, or has committed and is seen.
  await holdYears(sql, code)
  if (await isEnding(sql, code, fiscalYear)) throw yearEnding(fiscalYear)
  const [appropriation] = rows
  if (!appropriation)
    throw new Problem(
      'budget-exceeded',
      `${fiscalYear} has no appropriation for ${budgetLine} that could cover the fees`,
    )
  await takeRoom(sql, appropriation.id, amount)
  await addReserve(sql, programme, `run:${run}`, { appropriation: appropriation.id, amount, atMs })
}

/** Throws `budget-exceeded`. The caller holds the appropriation. */
async function takeRoom(sql: Sql, appropriation: string, amount: bigint): Promise<void> {
  const promised = await promisedOf(sql, appropriation)
  try {
    await sql.query('UPDATE appropriation SET committed = $2 WHERE id = $1', [appropriation, promised + amount])
  } catch (error) {
    if (codeOf(error) !== '23514') throw error
    throw new Problem('budget-exceeded', `${amount} minor units of fees are more than the appropriation has left`)
  }
}

export interface Reserving {
  readonly appropriation: string
  readonly amount: bigint
  readonly atMs: number
}

/** Adds to a reserve, for which the caller has taken room in its appropriation. */
export async function addReserve(
  sql: Sql,
  { code, zone }: Pick<Programme, 'code' | 'zone'>,
  source: FeeSource,
  { appropriation, amount, atMs }: Reserving,
): Promise<void> {
  await sql.query(
    `INSERT INTO fee_reserve AS r (source, programme, appropriation, reserved) VALUES ($1, $2, $3, $4)
     ON CONFLICT (source) DO UPDATE SET reserved = r.reserved + $4, changes = r.changes + 1`,
    [source, code, appropriation, amount],
  )
  const { rows } = await sql.query<ReserveRow>(`${RESERVE} WHERE r.source = $1`, [source])
  await insertPostings(sql, [entryOf(one(rows, source), 'fee-reserved', amount, localDate(zone, atMs))])
}

function entryOf(row: ReserveRow, event: LedgerEvent, amount: bigint, businessDate: string): LedgerEntry {
  const { source, programme, currency, fiscalYear, budgetLine, changes } = row
  return {
    event,
    subject: `fees:${source}`,
    occurrence: changes,
    amount,
    currency,
    programme,
    ref: null,
    fiscalYear,
    budgetLine,
    businessDate,
  }
}

/** What of a run's lines was sent, and may be charged still: less what was taken for the line itself. The rest can never be. */
const SENT = `
SELECT coalesce(sum(greatest(0, l.fee - coalesce(t.taken, 0))), 0)::bigint AS sent
  FROM payout_run_line l
  LEFT JOIN (SELECT y.disbursement, -sum(c.difference) AS taken FROM discrepancy c JOIN payout y ON y.key = c.payout
              WHERE c.fee_reserve = $2 AND c.resolution IS DISTINCT FROM 'corrected' GROUP BY y.disbursement) AS t ON t.disbursement = l.disbursement
 WHERE l.run = $1 AND l.fee > 0 AND l.released_at IS NOT NULL
   AND EXISTS (SELECT FROM payout y WHERE y.disbursement = l.disbursement AND y.claimed_at >= l.released_at
                AND (y.gateway, y.account) = (l.gateway, l.account)
                AND (l.state <> 'dropped' OR y.claimed_at <= l.ended_at))`

/** Frees what an ended run did not send; what it sent stays reserved until its fees stand on a statement, or the year ends. */
export async function freeRunFees(
  sql: Sql,
  run: { readonly key: string; readonly fees: bigint },
  zone: string,
  atMs: number,
): Promise<void> {
  if (run.fees === 0n) return
  const row = await lockReserve(sql, `run:${run.key}`)
  const { rows } = await sql.query<{ sent: bigint }>(patient(SENT, [run.key, row.source]))
  await free(sql, row, row.reserved - row.freed - row.spent - one(rows, 'lines').sent, {
    cause: 'run-ended',
    zone,
    atMs,
  })
}

async function lockReserve(sql: Sql, source: string): Promise<ReserveRow> {
  const { rows } = await sql.query<ReserveRow>(`${RESERVE} WHERE r.source = $1 FOR UPDATE OF r`, [source])
  return one(rows, source)
}

interface Freeing {
  readonly cause: 'run-ended' | 'year-end'
  readonly zone: string
  readonly atMs: number
}

async function free(sql: Sql, row: ReserveRow, amount: bigint, { cause, zone, atMs }: Freeing): Promise<void> {
  if (amount <= 0n) return
  const changes = row.changes + 1
  await sql.query('UPDATE fee_reserve SET freed = freed + $2, changes = $3 WHERE source = $1', [
    row.source,
    amount,
    changes,
  ])
  await insertPostings(sql, [entryOf({ ...row, changes }, 'fee-freed', amount, localDate(zone, atMs))])
  const { source, programme, fiscalYear, currency } = row
  const before = { reserved: row.reserved.toString(), freed: row.freed.toString(), spent: row.spent.toString() }
  const after = { cause, amount: amount.toString(), currency, fiscalYear }
  await insertAudit(sql, [
    { act: 'fees-freed', actor: engineActor(), atMs, subject: `fees:${source}`, programme, before, after },
  ])
}

/** At the end of a fiscal year nothing of its fees stays reserved: what a gateway takes later is a difference for people. False when nothing was. */
export async function freeYearFees(sql: Sql, { year, zone, nowMs }: YearAtWork): Promise<boolean> {
  // All of them are locked: who gives back in the meantime is waited for, or has seen how far the year is.
  const { rows } = await sql.query<ReserveRow>(
    `${RESERVE} WHERE a.programme = $1 AND a.fiscal_year = $2 ORDER BY r.source FOR UPDATE OF r`,
    [year.programme, year.fiscalYear],
  )
  return freeRest(sql, rows, zone, nowMs)
}

/** What is given back to a reserve whose year has freed what it had, or is about to, is freed at once. The caller holds the reserves. */
export async function freeGivenBack(
  sql: Sql,
  sources: readonly string[],
  zoneOf: (programme: string) => Promise<string>,
  atMs: number,
): Promise<void> {
  const { rows } = await sql.query<ReserveRow>(
    `${RESERVE} JOIN year_close z ON (z.programme, z.fiscal_year) = (a.programme, a.fiscal_year) AND z.state IN ('carried', 'closed')
      WHERE r.source = ANY ($1) ORDER BY r.source`,
    [sources],
  )
  for (const row of rows) await freeRest(sql, [row], await zoneOf(row.programme), atMs)
}

async function freeRest(sql: Sql, rows: readonly ReserveRow[], zone: string, atMs: number): Promise<boolean> {
  const left = rows.filter(({ reserved, spent, freed }) => reserved > spent + freed)
  for (const row of left) await free(sql, row, row.reserved - row.spent - row.freed, { cause: 'year-end', zone, atMs })
  return left.length > 0
}

/** A fee on a statement, and the payout it was taken for. */
export interface FeeLine {
  readonly id: string
  readonly programme: string
  readonly payout: string | null
  /** Negative where the gateway took it. */
  readonly difference: bigint
}

export interface Charged {
  /** Taken from this reserve. */
  readonly source: string | null
  /** Nothing covers it: it is a difference for people. */
  readonly isOver: boolean
}

/** Which reserve a payout's fees are taken from: the run it was sent under, else that of its person's wave in the year that it is owed from. */
const SOURCES = `
SELECT y.key AS payout, p.programme_version AS version,
       (SELECT f.source FROM fee_reserve f JOIN appropriation a ON a.id = f.appropriation
         WHERE f.source IN ('wave:' || p.programme || ':' || p.wave, 'carried:' || d.fiscal_year || ':' || p.programme || ':' || p.wave)
           AND a.fiscal_year = d.fiscal_year) AS wave,
       (SELECT 'run:' || r.key FROM payout_run r JOIN payout_run_line l ON l.run = r.key AND l.disbursement = y.disbursement
         WHERE r.programme = y.programme AND r.fees > 0 AND l.released_at <= y.claimed_at AND y.claimed_at < r.approved_until
         ORDER BY l.released_at DESC LIMIT 1) AS run
  FROM payout y JOIN disbursement d ON d.key = y.disbursement JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref) WHERE y.key = ANY ($1)`

interface SourceRow {
  readonly payout: string
  readonly wave: string | null
  readonly version: number
  readonly run: string | null
}

interface Programmes {
  current(code: string, sql: Sql): Promise<Programme>
  version(code: string, version: number, sql: Sql): Promise<Programme>
}

/** The lines that the budget must cover, each with the reserve that it is taken from. */
async function budgeted(
  sql: Sql,
  programmes: Programmes,
  lines: readonly FeeLine[],
): Promise<(FeeLine & { readonly source: string })[]> {
  const taken = lines.filter(({ difference }) => difference < 0n)
  if (taken.length === 0) return []
  const { rows } = await sql.query<SourceRow>(SOURCES, [taken.flatMap(({ payout }) => payout ?? [])])
  const sources = new Map(rows.map((row) => [row.payout, row]))
  const found: (FeeLine & { readonly source: string })[] = []
  for (const line of taken) {
    const { programme: code } = line
    const of = sources.get(line.payout ?? '')
    const { payment } = of ? await programmes.version(code, of.version, sql) : await programmes.current(code, sql)
    if (payment.fees !== undefined || of?.run) found.push({ ...line, source: of?.run ?? of?.wave ?? '' })
  }
  return found
}

/**
 * Takes fees from their reserves, as far as these go, in the order of the lines; what no reserve covers is told so. Lives stay on their version:
 * whose version knows nothing of fees has none in the budget, but what a run has reserved. What a gateway gives back is not spent again.
 */
export async function chargeFees(
  sql: Sql,
  programmes: Programmes,
  lines: readonly FeeLine[],
): Promise<ReadonlyMap<string, Charged>> {
  const charged = new Map<string, Charged>()
  const taken = await budgeted(sql, programmes, lines)
  if (taken.length === 0) return charged
  const reserves = await sql.query<ReserveRow>(
    `${RESERVE} WHERE r.source = ANY ($1) ORDER BY r.source FOR UPDATE OF r`,
    [[...new Set(taken.map(({ source }) => source))]],
  )
  const left = new Map(reserves.rows.map((row) => [row.source, row.reserved - row.spent - row.freed]))
  const spent = new Map<string, bigint>()
  for (const { id, source, difference } of taken) {
    const room = left.get(source) ?? 0n
    const isCovered = room >= -difference
    charged.set(id, { source: isCovered ? source : null, isOver: !isCovered })
    if (!isCovered) continue
    left.set(source, room + difference)
    spent.set(source, (spent.get(source) ?? 0n) - difference)
  }
  await spend(sql, spent)
  return charged
}

/** Adds to what was spent of reserves; a negative amount is given back. */
export async function spend(sql: Sql, amounts: ReadonlyMap<string, bigint>): Promise<void> {
  if (amounts.size === 0) return
  // In one order, whoever takes and whoever gives back.
  await sql.query('SELECT FROM fee_reserve WHERE source = ANY ($1) ORDER BY source FOR UPDATE', [[...amounts.keys()]])
  await sql.query(
    `UPDATE fee_reserve r SET spent = r.spent + n.amount FROM unnest($1::text[], $2::bigint[]) AS n (source, amount) WHERE r.source = n.source`,
    [[...amounts.keys()], [...amounts.values()]],
  )
}

/** What a fee does to its reserve's appropriation, beside what it does to our money at the gateway. */
export async function reservePostings(
  sql: Sql,
  event: 'fee-spent' | 'fee-unspent',
  fees: readonly {
    readonly id: string
    readonly ref: string | null
    readonly difference: bigint
    readonly source: string
  }[],
  businessDateOf: (programme: string) => Promise<string>,
): Promise<LedgerEntry[]> {
  if (fees.length === 0) return []
  const { rows } = await sql.query<ReserveRow>(`${RESERVE} WHERE r.source = ANY ($1)`, [
    [...new Set(fees.map(({ source }) => source))],
  ])
  const reserves = new Map(rows.map((row) => [row.source, row]))
  return Promise.all(
    fees.map(async ({ id, ref, difference, source }) => {
      const row = reserves.get(source)
      if (!row) throw new Error(`no reserve ${source}`)
      const { programme, currency, fiscalYear, budgetLine } = row
      const of = { programme, currency, fiscalYear, budgetLine, ref, businessDate: await businessDateOf(programme) }
      return { ...of, event, subject: `discrepancy:${id}`, amount: difference < 0n ? -difference : difference }
    }),
  )
}
