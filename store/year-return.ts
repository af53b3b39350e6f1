/** What a fiscal year leaves at the gateways goes back to the treasury. */
import { randomUUID } from 'node:crypto'
import { engineActor } from '../domain/act.ts'
import { returnsOf, type FundsLeft } from '../domain/year-end.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit } from './audit.ts'
import { one, patient, type Sql } from './database.ts'
import { insertPostings } from './postings.ts'
import { readWhole } from './run-collect.ts'
import type { YearAtWork } from './year-rows.ts'

const BALANCES = `
SELECT account, sum(amount)::bigint AS balance, coalesce(sum(amount) FILTER (WHERE fiscal_year <= $2), 0)::bigint AS until
  FROM (SELECT credit AS account, amount, fiscal_year FROM posting WHERE programme = $1 AND credit LIKE 'funds:%'
        UNION ALL SELECT debit, -amount, fiscal_year FROM posting WHERE programme = $1 AND debit LIKE 'funds:%') AS moved
 GROUP BY account`

/** A programme's money as its postings have it. */
async function fundsLeft(sql: Sql, programme: string, fiscalYear: number): Promise<FundsLeft> {
  await readWhole(sql)
  const { rows } = await sql.query<{ account: string; balance: bigint; until: bigint }>(
    patient(BALANCES, [programme, fiscalYear]),
  )
  const balances = new Map(rows.map(({ account, balance }) => [account, balance]))
  const of = (account: string): bigint => balances.get(account) ?? 0n
  const gateways = [...balances.keys()]
    .filter((account) => account.startsWith('funds:float:'))
    .map((account) => account.slice('funds:float:'.length))
    .toSorted()
    .map((gateway) => ({ gateway, float: -of(`funds:float:${gateway}`), clearing: of(`funds:clearing:${gateway}`) }))
  return {
    gateways,
    payable: of('funds:payable'),
    suspenseIn: of('funds:suspense-in'),
    treasury: rows.find(({ account }) => account === 'funds:treasury')?.until ?? 0n,
  }
}

/**
 * Books what goes back, under a number that the transfer carries too: by it the gateway's statement is read. One document may end the years
 * of several programmes, or several years of one: each has a number of its own.
 */
export async function returnFunds(sql: Sql, { pass, year, zone, nowMs }: YearAtWork): Promise<void> {
  const { programme, fiscalYear, document } = year
  const back = returnsOf(await pass('year-return:read', fundsLeft(sql, programme, fiscalYear)))
  if (back.length === 0) return
  const reading = sql.query<{ currency: string; budgetLine: string }>(
    `SELECT currency, budget_line AS "budgetLine" FROM appropriation WHERE programme = $1 AND fiscal_year = $2 ORDER BY budget_line LIMIT 1`,
    [programme, fiscalYear],
  )
  const { rows } = await pass('year-return:ruled', reading)
  const { currency, budgetLine } = one(rows, 'appropriation')
  const returns = back.map((one) => ({
    ...one,
    id: randomUUID(),
    number: `${document}/${programme}/${fiscalYear}/${one.gateway}`,
  }))
  const writing = sql.query(
    `INSERT INTO treasury_return (id, programme, fiscal_year, gateway, number, amount, currency, recorded_at)
     SELECT id, $1, $2, gateway, number, amount, $3, $4 FROM unnest($5::uuid[], $6::text[], $7::text[], $8::bigint[]) AS back (id, gateway, number, amount)`,
    [
      programme,
      fiscalYear,
      currency,
      new Date(nowMs),
      returns.map(({ id }) => id),
      returns.map(({ gateway }) => gateway),
      returns.map(({ number }) => number),
      returns.map(({ amount }) => amount),
    ],
  )
  await pass('year-return:written', writing)
  const businessDate = localDate(zone, nowMs)
  const posting = insertPostings(
    sql,
    returns.map(({ id, gateway, amount }) => {
      const of = { programme, ref: null, fiscalYear, budgetLine, businessDate, currency }
      return { ...of, event: 'returned-to-treasury' as const, subject: `treasury-return:${id}`, gateway, amount }
    }),
  )
  await pass('year-return:posted', posting)
  const auditing = insertAudit(
    sql,
    returns.map(({ id, gateway, number, amount }) => {
      const after = { fiscalYear, gateway, number, amount: amount.toString(), currency }
      const told = { actor: engineActor(), atMs: nowMs, programme, after }
      return { ...told, act: 'funds-returned' as const, subject: `treasury-return:${id}` }
    }),
  )
  await pass('year-return:audited', auditing)
  const counting = sql.query(
    `UPDATE year_close SET returned = returned + $3, version = version + 1 WHERE programme = $1 AND fiscal_year = $2`,
    [programme, fiscalYear, returns.reduce((sum, { amount }) => sum + amount, 0n)],
  )
  await pass('year-return:counted', counting)
}
