import Type from 'typebox'
import { checkFrozen, findFreeze, liftFreeze, noFreeze } from '../freezes.ts'
import { refuseUnlooked } from '../restores.ts'
import { twoPersonAct, UUID } from '../two-person-act.ts'

/** A freeze, lifted: claims go on from the commit. */
export const freezeLift = twoPersonAct({
  name: 'freeze-lift',
  title: { id: 'Pencabutan pembekuan', en: 'Freeze lifted' },
  proposers: ['operator', 'approver', 'administrator'],
  content: Type.Object({ freeze: UUID }, { additionalProperties: false }),
  async place(sql, { freeze }) {
    const { programme } = await findFreeze(sql, freeze)
    return { programme, subject: `freeze:${freeze}`, missing: noFreeze(freeze) }
  },
  async check(sql, _context, { freeze }) {
    await checkFrozen(sql, freeze)
    await refuseUnlooked(sql, freeze)
  },
  async execute(sql, _context, { freeze }, by, actor, atMs) {
    await refuseUnlooked(sql, freeze)
    await liftFreeze(sql, freeze, by, actor, atMs)
  },
})
