import Type from 'typebox'
import { AMOUNT_PATTERN } from '../../domain/money.ts'
import { checkAppropriation, refuseReplaced, setAppropriation, type NewAppropriation } from '../budgets.ts'
import type { Sql } from '../database.ts'
import { dayFaults, DayText, DocumentText } from '../document-numbers.ts'
import type { StoreContext } from '../options.ts'
import { invalid, twoPersonAct } from '../two-person-act.ts'

interface Content {
  readonly programme: string
  readonly fiscalYear: number
  readonly number: string
  readonly date?: string
  readonly amount: { readonly minor: string; readonly currency: string }
}

/** What a programme may spend in a fiscal year, set or changed; never below what is promised. */
export const appropriation = twoPersonAct({
  name: 'appropriation',
  title: { id: 'Penetapan atau perubahan pagu', en: 'Appropriation set or changed' },
  proposers: ['administrator', 'approver'],
  content: Type.Object(
    {
      programme: Type.String({ maxLength: 40 }),
      fiscalYear: Type.Integer({ minimum: 2000, maximum: 2100 }),
      number: DocumentText,
      date: Type.Optional(DayText),
      amount: Type.Object(
        { minor: Type.String({ pattern: AMOUNT_PATTERN }), currency: Type.String() },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  faults: ({ date }) => dayFaults('/date', date),
  place: (_sql, { programme, fiscalYear }) => ({ programme, subject: `appropriation:${programme}:${fiscalYear}` }),
  check: async (sql, context, content) => checkAppropriation(sql, await asked(sql, context, content)),
  async execute(sql, context, content, { id: proposal }, actor, atMs) {
    const { id: appropriation } = await setAppropriation(
      sql,
      await asked(sql, context, content),
      actor,
      atMs,
      context.pass,
    )
    await refuseReplaced(sql, { programme: content.programme, appropriation, proposal })
  },
})

async function asked(sql: Sql, context: StoreContext, content: Content): Promise<NewAppropriation> {
  const programme = await context.programmes.current(content.programme, sql)
  if (content.amount.currency !== programme.currency) {
    const detail = `must be ${programme.currency}, the currency of the programme`
    throw invalid([{ pointer: '/content/amount/currency', detail }])
  }
  const { fiscalYear, number, date, amount } = content
  return { programme, fiscalYear, number, date, amount: BigInt(amount.minor) }
}
