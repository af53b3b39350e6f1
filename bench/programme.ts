/** The life every bench lives: four facts, three tranches, two due dates, two surveys, three callbacks; waits of a second. */
import type { Programme } from '../domain/programme.ts'
import { shippedProgramme } from '../programmes/index.ts'

export const DUE_MS = 1000
export const DEADLINE_MS = 600_000

/** The demo programme with one-second due dates and deadlines that nobody reaches. */
export function benchProgramme(): Programme {
  const demo = shippedProgramme('demo')
  return {
    ...demo,
    code: 'bench',
    training: { ...demo.training, firstPurchaseWithin: 'PT10M', completeWithin: 'PT10M' },
    payment: { ...demo.payment, releaseAfter: 'PT0S' },
    tranches: demo.tranches.map((rule, index) => {
      const { trigger } = rule
      if (trigger.kind !== 'survey-answered') return { ...rule, trigger: { ...trigger, after: 'PT1S' } }
      return {
        ...rule,
        trigger: { ...trigger, opensAfter: 'PT0S', window: 'PT10M', after: index === 1 ? 'PT1S' : 'PT0S' },
      }
    }),
  }
}
