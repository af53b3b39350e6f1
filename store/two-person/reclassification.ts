import Type from 'typebox'
import { codeFault, isSameMeaning, RULED_CLASSES } from '../../domain/failure-rule.ts'
import { FAILURE_CLASSES } from '../../domain/observation.ts'
import { Problem } from '../../domain/problem.ts'
import { meaningNow, reclassify } from '../reclassify.ts'
import { twoPersonAct } from '../two-person-act.ts'

const Code = Type.String({ minLength: 1, maxLength: 60 })

/** A code of a gateway, classed otherwise; alone one person only gives it to people, or doubts it. */
export const reclassification = twoPersonAct({
  name: 'reclassification',
  title: { id: 'Penggolongan ulang kode kegagalan', en: 'Failure code reclassified' },
  proposers: ['operator', 'approver', 'administrator'],
  content: Type.Object(
    {
      gateway: Type.String({ minLength: 1, maxLength: 40 }),
      vendorCode: Type.String({ minLength: 1, maxLength: 100 }),
      from: Type.Object({ class: Type.Enum([...FAILURE_CLASSES]), code: Code }, { additionalProperties: false }),
      meaning: Type.Union([
        Type.Object({ class: Type.Enum([...RULED_CLASSES]), code: Code }, { additionalProperties: false }),
        Type.Null(),
      ]),
    },
    { additionalProperties: false },
  ),
  faults({ meaning }) {
    const detail = meaning && codeFault(meaning)
    return detail ? [{ pointer: '/meaning/code', detail }] : []
  },
  place: (_sql, { gateway, vendorCode }) => ({ programme: null, subject: `failure:${gateway}:${vendorCode}` }),
  async check(sql, context, { gateway, vendorCode, from, meaning }) {
    const now = await meaningNow(sql, context, { gateway, vendorCode }, '/content')
    if (!isSameMeaning(from, now)) throw new Problem('conflict', `it means ${now.class} (${now.code}) by now`)
    const isDefault = now.rule === null || now.rule.isDefault
    if (meaning === null ? !isDefault : !isSameMeaning(meaning, now)) return
    throw new Problem('conflict', `it means ${now.class} (${now.code}) already`)
  },
  async execute(sql, context, { gateway, vendorCode, from, meaning }, by, actor, atMs) {
    const asked = { gateway, vendorCode, meaning, reason: by.reason }
    const { isNew } = await reclassify(sql, context, asked, { id: by.id, from }, actor, atMs)
    if (!isNew) throw new Problem('conflict', 'it means that already')
  },
})
