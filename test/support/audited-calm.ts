/** The second programme of the auditor's country: it pays by payout runs, looks at accounts, and asks people for what is missing. */
import { hasAccounts, mended } from './audited-accounts.ts'
import { hasRuns } from './audited-runs.ts'
import { beginProgramme, type Signers } from './audited-signers.ts'
import { END } from './audited-teller.ts'
import { approvedProgramme } from './runs.ts'
import { DAY, HOUR, NOON, openWorld, type World } from './world.ts'

const rules = {
  approvedFor: 'P3D',
  approvals: [
    { upTo: '60000000', approvers: 1, releaser: false },
    { approvers: 2, releaser: true },
  ],
}
const { payment } = approvedProgramme(rules)

export const CALM = approvedProgramme(rules, {
  code: 'calm',
  budgetLine: 'CALM',
  payment: {
    ...payment,
    accounts: { maxParticipants: 2, checkAgainAfter: 'P2D', names: { accept: 80, review: 50 } },
    actions: {
      relink: { within: 'P10D', otherwise: 'hold' },
      'upgrade-wallet': { within: 'P15D', otherwise: 'lapse' },
      'correct-name': { within: 'P10D', otherwise: 'lapse' },
    },
  },
})

/** Begun beside the first, in the same database. It is closed with `end`. */
export async function openCalm(country: World, signers: Signers): Promise<World> {
  return openWorld({
    database: country.database,
    programme: CALM,
    credentials: null,
    begin: (store, programme, amount) => beginProgramme(store, signers, programme, amount),
  })
}

/** What happens in it, after the first days of the other. */
export async function liveCalmly(calm: World, signers: Signers): Promise<void> {
  const begin = NOON + 5 * DAY
  await hasAccounts(calm, signers, begin)
  const failed = await hasRuns(calm, signers, begin + DAY)
  await mended(calm, failed, begin + 2 * DAY)
  const { rows } = await calm.root.pool.query<{ ref: string }>(
    `SELECT ref FROM participant WHERE programme = 'calm' AND stage <> 'closed' AND admitted_at IS NOT NULL ORDER BY ref`,
  )
  for (const { ref } of rows) await calm.advance(ref, END - HOUR)
}
