import Type from 'typebox'
import { DEDUCTION_CAUSES } from '../../domain/deduction.ts'
import { AMOUNT_PATTERN } from '../../domain/money.ts'
import { Problem } from '../../domain/problem.ts'
import { checkDeduction, makeDeduction, type AskedDeduction } from '../deductions.ts'
import { twoPersonAct } from '../two-person-act.ts'

const KEY = Type.String({ minLength: 1, maxLength: 200 })

/** What is taken off what a person is owed, before it is paid. */
export const deduction = twoPersonAct({
  name: 'deduction',
  title: { id: 'Potongan insentif', en: 'Deduction' },
  proposers: ['operator'],
  content: Type.Object(
    {
      programme: Type.String({ maxLength: 40 }),
      disbursement: KEY,
      version: Type.Integer({ minimum: 0 }),
      payout: Type.Union([KEY, Type.Null()], { description: 'The receivable that is set off' }),
      payoutVersion: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
      amount: Type.String({ pattern: AMOUNT_PATTERN, description: 'Minor units' }),
      cause: Type.Enum([...DEDUCTION_CAUSES]),
      reference: Type.String({ minLength: 1, maxLength: 100, description: 'Number of the document that orders it' }),
    },
    { additionalProperties: false },
  ),
  place: (_sql, { programme, disbursement }) => ({ programme, subject: disbursement }),
  check: async (sql, _context, content) => void (await checkDeduction(sql, content as AskedDeduction)),
  async execute(sql, context, content, by, actor, atMs) {
    if (by.proposer === actor.person) throw new Problem('two-people-needed', 'two different people make a deduction')
    await makeDeduction(sql, context, content as AskedDeduction, by, actor, atMs)
  },
})
