import { NOW, type Check } from '../books.ts'

/** What should have happened by now. An audit cannot know whether others were away meanwhile, so it tells and finds nothing. */
const WAITING: readonly (readonly [invariant: string, what: string, sql: string])[] = [
  [
    'I15',
    'messages are older than a minute and not delivered',
    `FROM message WHERE state = 'pending' AND deliver_after < ${NOW} - interval '1 minute'`,
  ],
  ['I15', 'messages are dead', `FROM message WHERE state = 'dead'`],
  [
    'I16',
    'payouts have been unknown for half an hour',
    `FROM payout WHERE state IN ('submitting', 'unknown') AND claimed_at < ${NOW} - interval '30 minutes'`,
  ],
  ['I16', 'payouts wait for people', `FROM payout WHERE state = 'review'`],
  ['I13', 'discrepancies are open', `FROM discrepancy WHERE state <> 'resolved'`],
  ['I14', 'callbacks belong to nothing of ours', `FROM callback WHERE verdict = 'unmatched'`],
]

export const waiting: Check = {
  name: 'waiting',
  invariants: ['I15', 'I16'],
  title: 'what waits for longer than it should is told, and is no finding',
  async run(books) {
    for (const [invariant, what, sql] of WAITING) {
      const [row] = await books.rows<{ many: string }>(`SELECT count(*)::text AS many ${sql}`)
      if (row && row.many !== '0') books.notices.push(`${invariant}: ${row.many} ${what}`)
    }
  },
}
