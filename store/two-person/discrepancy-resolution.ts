import Type from 'typebox'
import { MONEY_RESOLUTIONS } from '../../domain/reconciliation.ts'
import { checkResolution, findDiscrepancy, noDiscrepancy, resolveDiscrepancy } from '../discrepancies.ts'
import { twoPersonAct, UUID } from '../two-person-act.ts'

/** Where the money of a difference between a statement and our books is, decided; bound to what the difference is. */
export const discrepancyResolution = twoPersonAct({
  name: 'discrepancy-resolution',
  title: { id: 'Penyelesaian selisih rekening koran', en: 'Difference in a statement resolved' },
  proposers: ['operator'],
  content: Type.Object(
    {
      discrepancy: UUID,
      difference: Type.String({
        pattern: '^-?[1-9][0-9]{0,17}$',
        description: 'Minor units; negative: the gateway has less',
      }),
      resolution: Type.Enum([...MONEY_RESOLUTIONS]),
    },
    { additionalProperties: false },
  ),
  async place(sql, { discrepancy }) {
    const { programme } = await findDiscrepancy(sql, discrepancy)
    return { programme, subject: `discrepancy:${discrepancy}`, missing: noDiscrepancy(discrepancy) }
  },
  check: async (sql, _context, { discrepancy: id, difference, resolution }) =>
    void (await checkResolution(sql, { id, difference: BigInt(difference), resolution })),
  async execute(
    sql,
    context,
    { discrepancy: id, difference, resolution },
    { id: proposal, proposer, reason },
    actor,
    atMs,
  ) {
    const decision = { id, difference: BigInt(difference), resolution, reason, proposedBy: proposer, proposal }
    await resolveDiscrepancy(sql, context, decision, actor, atMs)
  },
})
