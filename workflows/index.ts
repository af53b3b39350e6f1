/** What the worker registers, nothing else. */
export { participant } from './participant.ts'
export { reconcile, reconciliation } from './reconcile.ts'
export { recovery } from './recovery.ts'
