/** What the worker registers, nothing else. */
export { participant } from './participant.ts'
export { recovery } from './recovery.ts'
