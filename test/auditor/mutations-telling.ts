import type { StatementLine } from '../../domain/statement.ts'
import type { ToldDays } from '../support/audited.ts'
import { FIRST_DAY, FOURTH_DAY, SECOND_DAY } from '../support/audited-teller.ts'
import { bankAccount } from '../support/builders.ts'
import { keyOf, retold, type Telling } from '../support/mutation.ts'

/** A payout that the first day tells, and nothing is wrong with. */
const WELL = `SELECT y.reference AS key FROM payout y JOIN statement_line l ON l.reference = y.reference JOIN statement s ON s.id = l.statement
  WHERE s.day = '${FIRST_DAY}' AND y.state = 'paid' AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payout = y.key) ORDER BY random() LIMIT 1`

const payoutOf = (reference: string): string => `SELECT key FROM payout WHERE reference = '${reference}'`

/** The gateway's own word against the database as it is: money went otherwise, and the engine never noticed. */
export const TOLD: readonly Telling[] = [
  {
    name: 'the gateway has paid somebody else',
    check: 'told',
    finds: ['changed', 'told_line'],
    retell: (told, sql) =>
      swap(told, sql, (line) => ({ ...line, account: { institution: 'ID.BNI', number: bankAccount().number } })),
  },
  {
    name: 'the gateway has paid another amount',
    check: 'told',
    finds: ['changed', 'told_line'],
    retell: (told, sql) => swap(told, sql, (line) => ({ ...line, amount: (line.amount ?? 0n) + 1n })),
  },
  {
    name: 'the gateway has paid twice',
    check: 'told',
    finds: ['over-limit', 'disbursement'],
    async retell(told, sql) {
      const reference = await keyOf(sql, WELL)
      const twice = retold(told, FIRST_DAY, (lines) =>
        lines.flatMap((line) => (line.reference === reference ? [line, line] : [line])),
      )
      return [twice, (await keyOf(sql, payoutOf(reference))).replace(/#\d+$/, '')]
    },
  },
  {
    name: 'the gateway has not paid',
    check: 'told',
    finds: ['missing', 'told_line'],
    async retell(told, sql) {
      const reference = await keyOf(sql, WELL)
      return [
        retold(told, FIRST_DAY, (lines) => lines.filter((line) => line.reference !== reference)),
        await keyOf(sql, payoutOf(reference)),
      ]
    },
  },
  {
    name: 'the gateway has paid what nobody ordered',
    check: 'told',
    finds: ['extra', 'told_line'],
    async retell(told) {
      const made = retold(told, SECOND_DAY, (lines) => [
        ...lines,
        {
          ...lines[0],
          id: 'x1',
          type: 'payout',
          direction: 'debit',
          reference: 'QQQQQQQQQQQQQQQQ',
          gatewayId: null,
          amount: 5n,
        } as StatementLine,
      ])
      return [made, `sandbox/${SECOND_DAY}/${(made.get(SECOND_DAY)?.length ?? 0) - 2}`]
    },
  },
  {
    name: 'the gateway has taken nothing back',
    check: 'told',
    finds: ['missing', 'told_line'],
    async retell(told, sql) {
      const without = retold(told, FIRST_DAY, (lines) => lines.filter((line) => line.type !== 'return'))
      return [without, await keyOf(sql, `SELECT key FROM payout WHERE state = 'returned'`)]
    },
  },
  {
    name: 'the gateway has given back twice',
    check: 'told',
    finds: ['duplicate', 'told_line'],
    async retell(told, sql) {
      const twice = retold(told, FIRST_DAY, (lines) =>
        lines.flatMap((line) => (line.type === 'return' ? [line, line] : [line])),
      )
      return [twice, await keyOf(sql, `SELECT key FROM payout WHERE state = 'returned'`)]
    },
  },
  {
    name: 'the gateway never had a transfer',
    check: 'told',
    finds: ['missing', 'funding'],
    async retell(told, sql) {
      const without = retold(told, FOURTH_DAY, () => [])
      return [without, await keyOf(sql, `SELECT id::text AS key FROM funding WHERE number = 'SP2D-2-swift'`)]
    },
  },
  {
    name: 'the gateway, or whoever stands between, has no statement of a day that the engine has read',
    check: 'statements',
    finds: ['missing', 'told_day'],
    async retell(told, sql) {
      const day = await keyOf(
        sql,
        `SELECT day::text AS key FROM statement WHERE NOT superseded ORDER BY random() LIMIT 1`,
      )
      return [without(told, (one) => one === day), `sandbox/${day}`]
    },
  },
  {
    name: 'the list of days ends early',
    check: 'statements',
    finds: ['missing', 'told_day'],
    retell: async (told) => [without(told, (one) => one >= SECOND_DAY), `sandbox/${FOURTH_DAY}`],
  },
  {
    name: 'a day on which people were paid was told to nobody, and nobody says that it was read',
    check: 'told',
    finds: ['missing', 'told_day'],
    async retell(told, sql) {
      const read = `SELECT id FROM statement WHERE day = '${FIRST_DAY}'`
      await sql.query(`DELETE FROM discrepancy WHERE statement IN (${read}) OR day = '${FIRST_DAY}'`)
      await sql.query(`DELETE FROM statement_pair WHERE statement IN (${read})`)
      await sql.query(`DELETE FROM statement_line WHERE statement IN (${read})`)
      await sql.query(`DELETE FROM statement WHERE day = '${FIRST_DAY}'`)
      await sql.query(`DELETE FROM audit_event WHERE subject = 'statement:sandbox:${FIRST_DAY}'`)
      return [without(told, (one) => one === FIRST_DAY), `sandbox/${FIRST_DAY}`]
    },
  },
  {
    name: 'the days do not follow each other',
    check: 'statements',
    finds: ['changed', 'told_day'],
    async retell(told) {
      const days = new Map(told)
      days.set(
        SECOND_DAY,
        (told.get(SECOND_DAY) ?? []).map((part) => (part.kind === 'head' ? { ...part, opening: 1n } : part)),
      )
      return [days, `sandbox/${SECOND_DAY}`]
    },
  },
]

function without(told: ToldDays, isGone: (day: string) => boolean): ToldDays {
  return new Map([...told].filter(([day]) => !isGone(day)))
}

async function swap(
  told: Parameters<Telling['retell']>[0],
  sql: Parameters<Telling['retell']>[1],
  make: (line: StatementLine) => StatementLine,
) {
  const reference = await keyOf(sql, WELL)
  const at = (told.get(FIRST_DAY) ?? []).findIndex((part) => part.kind === 'line' && part.reference === reference)
  const made = retold(told, FIRST_DAY, (lines) =>
    lines.map((line) => (line.reference === reference ? make(line) : line)),
  )
  return [made, `sandbox/${FIRST_DAY}/${at}`] as const
}
