/** Why a payout fails, as its row holds it: with whether people doubt it, which the ladder of enquiries asks. */
import { DOUBTED, tabledFailure } from '../domain/failure-rule.ts'
import type { Failure } from '../domain/observation.ts'
import type { PayoutDecision } from '../domain/payout.ts'
import type { ObservationItem } from './observation-item.ts'
import type { Work } from './payout-rows.ts'

export function setFailure(row: Work, failure: Failure | null): void {
  row.failure = failure
  row.doubted = failure?.code === DOUBTED
}

/** Nothing was known of it, and now it is told to have failed, which people doubt: nothing of it is sent again from here on. */
export function keepDoubt(row: Work, { fact }: ObservationItem, decision: PayoutDecision): void {
  const failure = tabledFailure(fact)
  if (decision.kind === 'keep' && row.state === 'unknown' && failure?.code === DOUBTED) setFailure(row, failure)
}
