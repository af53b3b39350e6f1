/** The end of a fiscal year on the real stack: with clocks that have come to its last month, where it is not that month yet. */
import { signedApproval, signedProposal } from '../../client/identity.ts'
import type { Proposed } from '../../local/agreement.ts'
import { agree } from '../../local/agreement.ts'
import { localDate } from '../../domain/zone.ts'
import type { Stand } from './stand.ts'
import { until } from './trial.ts'

const HOUR_MS = 3_600_000
const PATIENCE_MS = 15 * 60_000
const NEXT = 10n ** 15n

export function yearOf({ programme }: Pick<Stand, 'programme'>): number {
  return Number(localDate(programme.zone, Date.now()).slice(0, 4))
}

/** What the next year may spend: what goes over must find room there. */
export async function appropriateNext({ calls, identities, programme }: Stand): Promise<void> {
  const fiscalYear = yearOf({ programme }) + 1
  const amount = { minor: NEXT.toString(), currency: programme.currency }
  const content = { programme: programme.code, fiscalYear, number: `DIPA-${fiscalYear}`, amount }
  await agree(calls, identities, { act: 'appropriation', content, reason: 'the next year' })
}

/** Two people end this year, and workers close it. `aheadMs`: how far the clocks of API and workers are ahead by now. */
export async function endYear({ calls, identities, programme, root }: Stand, aheadMs: number): Promise<void> {
  const fiscalYear = yearOf({ programme })
  const content = { programme: programme.code, fiscalYear, document: `ND-12/${fiscalYear}` }
  const act = { act: 'year-end', content, reason: 'the year is over', expiresAtMs: Date.now() + aheadMs + HOUR_MS }
  const proposed = await calls.post('administrator', '/v1/proposals', signedProposal(identities.administrator, act))
  const seen = proposed.body as unknown as Proposed
  await calls.post(
    'approver',
    `/v1/proposals/${seen.id}/approvals`,
    signedApproval(identities.approver, seen, 'approve'),
  )
  const isClosed = async (): Promise<boolean> => {
    const { rows } = await root.pool.query<{ state: string; refusal: string | null }>(
      'SELECT state, refusal FROM year_close WHERE programme = $1 AND fiscal_year = $2',
      [programme.code, fiscalYear],
    )
    const [year] = rows
    if (year?.refusal) throw new Error(`the year does not end: ${year.refusal}`)
    return year?.state === 'closed'
  }
  await until('the year is closed', isClosed, PATIENCE_MS, 500)
}
