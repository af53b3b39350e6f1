/** What the worker registers, nothing else. */
export { participant } from './participant.ts'
export { collection, payoutRun } from './payout-run.ts'
export { reconcile, reconciliation } from './reconcile.ts'
export { recovery } from './recovery.ts'
