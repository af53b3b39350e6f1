/** Why a payout fails, as its row holds it: with whether people doubt it, which the ladder of enquiries asks. */
import { DOUBTED, tabledFailure, UNDER_WAY } from '../domain/failure-rule.ts'
import type { Failure } from '../domain/observation.ts'
import type { PayoutDecision } from '../domain/payout.ts'
import type { ObservationItem } from './observation-item.ts'
import type { Work } from './payout-rows.ts'

export function setFailure(row: Work, failure: Failure | null): void {
  row.failure = failure
  row.doubted = failure?.code === DOUBTED
}

/**
 * It may be under way, and is told to have failed, which people doubt: what was unknown is not sent again from here on, and what the account is refused for
 * is told of once, whenever it is repeated.
 */
export function keepDoubt(row: Work, { fact }: ObservationItem, decision: PayoutDecision): void {
  const failure = tabledFailure(fact)
  if (decision.kind === 'keep' && UNDER_WAY.includes(row.state) && failure?.code === DOUBTED) setFailure(row, failure)
}
