import Type from 'typebox'
import { AMOUNT_PATTERN } from '../../domain/money.ts'
import { Problem } from '../../domain/problem.ts'
import { checkReceivable, endReceivable, RECEIVABLE_ENDS, type EndedReceivable } from '../receivables.ts'
import { twoPersonAct } from '../two-person-act.ts'

/** What was to be had back: paid back to the treasury, or given up. */
export const receivableEnd = twoPersonAct({
  name: 'receivable-end',
  title: { id: 'Penyelesaian penagihan kembali', en: 'Receivable ended' },
  proposers: ['operator'],
  content: Type.Object(
    {
      programme: Type.String({ maxLength: 40 }),
      payout: Type.String({ minLength: 1, maxLength: 200 }),
      version: Type.Integer({ minimum: 0 }),
      end: Type.Enum([...RECEIVABLE_ENDS]),
      amount: Type.Optional(
        Type.String({ pattern: AMOUNT_PATTERN, description: 'A part that was repaid; minor units' }),
      ),
    },
    { additionalProperties: false },
  ),
  place: (_sql, { programme, payout }) => ({ programme, subject: payout }),
  check: async (sql, _context, content) => void (await checkReceivable(sql, content as EndedReceivable)),
  async execute(sql, context, content, by, actor, atMs) {
    if (by.proposer === actor.person) throw new Problem('two-people-needed', 'two different people end a receivable')
    await endReceivable(sql, context, content as EndedReceivable, by, actor, atMs)
  },
})
