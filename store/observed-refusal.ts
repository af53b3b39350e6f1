/** What a fact says against the account that it was sent to: nothing more is paid to it, until its month is over or for good. */
import { refusedAccount } from '../domain/failure-rule.ts'
import { graver, restsUntil } from '../domain/next-action.ts'
import type { PayoutDecision } from '../domain/payout.ts'
import type { Programme } from '../domain/programme.ts'
import type { ObservationItem } from './observation-item.ts'
import type { Harvest } from './observe-write.ts'
import type { Work } from './payout-rows.ts'

interface Refused {
  /** Why by what became of the payout; null where that says nothing. */
  readonly said: string | null
  /** Before this fact. */
  readonly isDoubted: boolean
  readonly decision: PayoutDecision
}

/** The account is of no use by what became of its payout, or by the released table, whatever people say of the code. */
export function refuseAccount(
  harvest: Harvest,
  row: Work,
  programme: Programme,
  { fact, atMs }: ObservationItem,
  { said, isDoubted, decision }: Refused,
): void {
  const reason = graver(refusedAccount({ state: row.state, isDoubted, fact, decision }), said)
  if (reason === null) return
  dropAccount(harvest, row, programme, reason, atMs)
  // What else the person is owed waits for another account from now on, though nothing became of this.
  if (decision.kind === 'keep') harvest.nudge(row)
}

function dropAccount(harvest: Harvest, row: Work, { zone }: Programme, reason: string, atMs: number): void {
  const until = restsUntil(reason, atMs, zone, row.disbursement.lapses_ms)
  const live = row.live_account?.id === row.account ? row.live_account : null
  if (until !== null) {
    harvest.restAccount(row, until, atMs)
    if (live) row.live_account = { ...live, usable_ms: Math.max(live.usable_ms, until) }
    return
  }
  harvest.failAccount(row, reason, atMs)
  if (live) row.live_account = null
}
