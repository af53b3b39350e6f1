/** What the demo counts while it runs and when it ends, read from the store. */
import type { Programme } from '../../domain/programme.ts'
import type { Sql } from '../../store/database.ts'

export interface Figures {
  readonly byStage: Readonly<Record<string, number>>
  readonly disbursements: Readonly<Record<string, number>>
  /** Minor units that are with their payees. */
  readonly paidMinor: bigint
}

interface Count {
  readonly name: string
  readonly count: number
}

/** Participants by stage (closed ones by outcome) and disbursements by state. */
export async function readFigures(sql: Sql, programme: string): Promise<Figures> {
  const stages = await sql.query<Count>(
    `SELECT coalesce('closed: ' || outcome, stage) AS name, count(*)::int AS count
       FROM participant WHERE programme = $1 GROUP BY 1 ORDER BY 1`,
    [programme],
  )
  const states = await sql.query<Count>(
    'SELECT state AS name, count(*)::int AS count FROM disbursement WHERE programme = $1 GROUP BY 1 ORDER BY 1',
    [programme],
  )
  const paid = await sql.query<{ minor: bigint }>(
    `SELECT coalesce(sum(amount), 0)::bigint AS minor FROM payout WHERE programme = $1 AND money = 'credited'`,
    [programme],
  )
  const table = (rows: readonly Count[]): Record<string, number> =>
    Object.fromEntries(rows.map((row) => [row.name, row.count]))
  return { byStage: table(stages.rows), disbursements: table(states.rows), paidMinor: paid.rows[0]?.minor ?? 0n }
}

/** References of payouts whose money is on its way, by our books. */
export async function clearingReferences(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ reference: string }>(`SELECT reference FROM payout WHERE money = 'clearing'`)
  return rows.map((row) => row.reference)
}

/**
 * What is owed to each person, in minor units: the amounts are the programme's own, once for each tranche that became due and
 * was neither lapsed nor cancelled, whatever amounts the engine wrote down.
 */
export async function owedByRef(sql: Sql, programme: Programme): Promise<Map<string, bigint>> {
  const { rows } = await sql.query<{ ref: string; tranches: string[] }>(
    `SELECT t.ref, array_agg(DISTINCT t.code) AS tranches
       FROM tranche t JOIN disbursement d ON (d.programme, d.ref, d.tranche) = (t.programme, t.ref, t.code)
      WHERE t.programme = $1 AND t.state = 'due' AND d.state NOT IN ('lapsed', 'cancelled') GROUP BY t.ref`,
    [programme.code],
  )
  const amountOf = new Map(programme.tranches.map(({ code, amount }) => [code, BigInt(amount)]))
  const sumOf = (codes: readonly string[]) => codes.reduce((sum, code) => sum + (amountOf.get(code) ?? 0n), 0n)
  return new Map(rows.map(({ ref, tranches }) => [ref, sumOf(tranches)]))
}

/** Disbursements on their way: due and not yet with their payee, and not waiting for people. */
export async function movingCount(sql: Sql, programme: string): Promise<number> {
  return countOf(
    sql,
    `SELECT count(*)::int FROM disbursement WHERE programme = $1 AND state IN ('owed', 'released', 'in-flight')`,
    [programme],
  )
}

/** Payouts that came back, by our books. */
export async function returnedCount(sql: Sql): Promise<number> {
  return countOf(sql, `SELECT count(*)::int FROM payout WHERE state = 'returned'`, [])
}

async function countOf(sql: Sql, text: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(text, [...values])
  return rows[0]?.count ?? 0
}

/** References of payouts that the gateway has accepted while our database does not know it yet. */
export async function unrecorded(sql: Sql, accepted: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ reference: string }>(
    `SELECT reference FROM payout WHERE reference = ANY ($1) AND state = 'submitting' AND gateway_id IS NULL`,
    [accepted],
  )
  return rows.map(({ reference }) => reference)
}

/** Of these payouts the one whose story is best told: unknown at first, then asked about, and paid by its only send. */
export async function bestStory(sql: Sql, references: readonly string[]): Promise<string | null> {
  const { rows } = await sql.query<{ ref: string }>(
    `SELECT p.ref FROM payout p
      WHERE p.reference = ANY ($1::text[])
      ORDER BY (p.state = 'paid' AND p.enquiries > 0 AND p.sends = 1) DESC, array_position($1::text[], p.reference)
      LIMIT 1`,
    [references],
  )
  return rows[0]?.ref ?? null
}
