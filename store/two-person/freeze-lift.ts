import Type from 'typebox'
import { takeTarget } from '../freeze-locks.ts'
import { checkFrozen, findFreeze, liftFreeze, noFreeze } from '../freezes.ts'
import { keepUnasked, refuseUnlooked } from '../restore-asked.ts'
import { twoPersonAct, UUID } from '../two-person-act.ts'

/** A freeze, lifted: claims go on from the commit. */
export const freezeLift = twoPersonAct({
  name: 'freeze-lift',
  title: { id: 'Pencabutan pembekuan', en: 'Freeze lifted' },
  proposers: ['operator', 'approver', 'administrator'],
  content: Type.Object(
    {
      freeze: UUID,
      /** Gateways that nobody can ask, and that paid nothing in the time that a restore has lost. */
      unasked: Type.Optional(
        Type.Array(Type.String({ pattern: '^[a-z0-9-]{1,40}$' }), { minItems: 1, maxItems: 50, uniqueItems: true }),
      ),
    },
    { additionalProperties: false },
  ),
  async place(sql, { freeze }) {
    const { programme } = await findFreeze(sql, freeze)
    return { programme, subject: `freeze:${freeze}`, missing: noFreeze(freeze) }
  },
  async check(sql, _context, { freeze, unasked = [] }) {
    await checkFrozen(sql, freeze)
    await refuseUnlooked(sql, freeze, unasked)
  },
  async execute(sql, _context, { freeze, unasked = [] }, by, actor, atMs) {
    const { target } = await findFreeze(sql, freeze)
    // Whoever finds the database put back once more meanwhile has committed that, or freezes everything anew behind us.
    await takeTarget(sql, target)
    await refuseUnlooked(sql, freeze, unasked)
    await liftFreeze(sql, freeze, by, actor, atMs)
    await keepUnasked(sql, freeze, unasked, atMs)
  },
})
