import Type from 'typebox'
import { AMOUNT_PATTERN } from '../../domain/money.ts'
import { dayFaults, DocumentShape } from '../document-numbers.ts'
import { findRun, noRun } from '../run-rows.ts'
import { approveRun, checkRelease, markProposed, runNeeds } from '../run-steps.ts'
import { twoPersonAct } from '../two-person-act.ts'

const closed = { additionalProperties: false }

/** A payout run, released: its lines are paid from the commit on, as far as its approval covers them. */
export const runRelease = twoPersonAct({
  name: 'run-release',
  title: { id: 'Pencairan daftar penyaluran', en: 'Payout run released' },
  proposers: ['operator', 'approver'],
  content: Type.Object(
    {
      run: Type.String({ pattern: '^[a-z0-9-]{1,40}:[0-9]{8}-[0-9]{1,6}$' }),
      hash: Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'Of the run and its lines: see docs/payout-runs.md',
      }),
      lines: Type.Integer({ minimum: 1 }),
      amount: Type.Object({ minor: Type.String({ pattern: AMOUNT_PATTERN }), currency: Type.String() }, closed),
      paymentOrder: Type.Optional(DocumentShape),
      warrant: Type.Optional(DocumentShape),
    },
    closed,
  ),
  faults: ({ paymentOrder, warrant }) => [
    ...dayFaults('/paymentOrder/date', paymentOrder?.date),
    ...dayFaults('/warrant/date', warrant?.date),
  ],
  async place(sql, { run }) {
    const { programme } = await findRun(sql, run)
    return { programme, subject: `run:${run}`, missing: noRun(run) }
  },
  needs: (sql, context, { run }, atMs) => runNeeds(sql, context, run, atMs),
  check: (sql, context, content) => checkRelease(sql, context, content),
  put: markProposed,
  async execute(sql, context, content, by, actor, atMs) {
    await approveRun(sql, context, content, by, actor, atMs)
  },
})
