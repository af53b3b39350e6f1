/** Mistakes that are put into a simulated world on purpose: a simulation that does not find them proves nothing. */
export const PLANTS = [
  /** What was not answered is sent again under another key. */
  'new-key-on-timeout',
  /** Postings are written in a transaction of their own after the one that moves the state. */
  'posting-outside-the-transaction',
  /** A success that comes after a failure is not taken in. */
  'late-success-ignored',
  /** Another attempt is claimed while a send of the earlier one may still leave. */
  'next-attempt-while-send-open',
  /** "Not found" counts as evidence at once. */
  'not-found-in-quiet-period',
  /** The same key is sent again however long ago it was sent first. */
  'resend-after-horizon',
  /** A refusal of a resend is believed, though it may be the duplicate talking about the first send. */
  'refusal-of-resend-believed',
  /** Another amount than was approved counts as paid. */
  'amount-mismatch-accepted',
  /** A return that is told twice is posted twice. */
  'return-posted-twice',
  /** A claim trusts what it read before its lock, and no index forbids a second live payout. */
  'live-index-ignored',
  /** A decree reserves money that is not there. */
  'budget-not-checked',
  /** Silence is taken for failure. */
  'silence-is-failure',
  /** The adapter throws, now and then, where it should say what it saw: asking again hides it. */
  'adapter-throws',
  /** A claim turns away what came back to somebody who has left, and says no time: it is asked for ever. */
  'asked-for-ever',
  /** A claim does not ask whether people have agreed. */
  'approval-ignored',
  /** People are asked to agree to more than they saw: a line is added after the approval. */
  'line-added-after-approval',
  /** A gateway that says "failed" is believed at once, though it says so before its statement. */
  'failure-believed-before-statement',
] as const
export type Plant = (typeof PLANTS)[number]

export function isPlant(text: string): text is Plant {
  return (PLANTS as readonly string[]).includes(text)
}
