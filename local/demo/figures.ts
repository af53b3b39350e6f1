/** What the demo counts while it runs and when it ends, read from the store. */
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

/** What is owed to each person, in minor units, cancelled and lapsed obligations left out. */
export async function owedByRef(sql: Sql, programme: string): Promise<Map<string, bigint>> {
  const { rows } = await sql.query<{ ref: string; owed: bigint }>(
    `SELECT ref, sum(amount)::bigint AS owed FROM disbursement
      WHERE programme = $1 AND state NOT IN ('lapsed', 'cancelled') GROUP BY ref`,
    [programme],
  )
  return new Map(rows.map((row) => [row.ref, row.owed]))
}

/** Payouts that the gateway has accepted while our database does not know it yet. */
export async function unrecorded(sql: Sql, accepted: readonly string[]): Promise<{ ref: string; reference: string }[]> {
  const { rows } = await sql.query<{ ref: string; reference: string }>(
    `SELECT ref, reference FROM payout WHERE reference = ANY ($1) AND state = 'submitting' AND gateway_id IS NULL`,
    [accepted],
  )
  return rows
}
