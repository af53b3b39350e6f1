/** What of a programme's definition says who is owed what and when. */
import type { Hours } from './time.ts'

export interface Rules {
  readonly zone: string
  readonly calendar: Hours
  readonly training: {
    readonly firstPurchaseWithin: string
    readonly completeWithin: string
    readonly courses: readonly { readonly code: string }[]
  }
  readonly tranches: readonly TrancheRule[]
  readonly payment: {
    readonly releaseAfter: string
    readonly gateways: readonly string[]
    readonly actions?: Readonly<Record<string, { readonly otherwise: string }>>
  }
}

export interface TrancheRule {
  readonly code: string
  readonly amount: string
  readonly lapsesAfter: string
  readonly trigger: {
    readonly kind: 'first-course-rated' | 'tranche-paid' | 'survey-answered'
    readonly after: string
    readonly tranche?: string
    readonly survey?: string
    readonly opensAfter?: string
    readonly window?: string
  }
}
