/** What people decide in the world of the books: about persons, runs, what is owed, differences and what two of them find of a payout. */
import { agree } from '../../local/agreement.ts'
import type { Follow } from '../../local/demo/lives.ts'
import type { Killing } from './killing.ts'
import type { Stand } from './stand.ts'

type Row = Readonly<Record<string, string | null>>

async function look({ root }: Pick<Stand, 'root'>, text: string, values: readonly unknown[]): Promise<Row[]> {
  return (await root.pool.query<Row>(text, [...values])).rows
}

/** Everything of the persons that decides whether, and where, they are paid: one is held and let go on, corrected while held, one leaves. */
export async function decideOnPeople({ calls, programme }: Stand, held: Follow, leaving: Follow): Promise<void> {
  const of = ({ ref }: Follow): string => `/v1/programmes/${programme.code}/participants/${ref}`
  const reason = 'a trial'
  await calls.post('operator', `${of(held)}/hold`, { reason })
  const { registration } = held.person
  const changes = {
    name: registration.name,
    phone: registration.phone,
    region: registration.region,
    familyCardNumber: '3204101708900001',
  }
  await calls.post('operator', `${of(held)}/corrections`, { reason, changes })
  await calls.post('operator', `${of(held)}/release`, { reason })
  await calls.post('operator', `${of(leaving)}/withdraw`, { reason })
}

const AT_REST = `SELECT d.key, d.version::text FROM disbursement d WHERE d.programme = $1 AND d.ref = ANY ($2) AND d.state IN ('owed', 'released')
                    AND NOT EXISTS (SELECT FROM payout_run_line l WHERE l.disbursement = d.key AND l.state IN ('collected', 'released')) ORDER BY d.key LIMIT 2`

/** Of what some are owed a part is withheld for others. */
export async function withhold(stand: Stand, refs: readonly string[]): Promise<void> {
  const { calls, identities, programme } = stand
  const nobody = { payout: null, payoutVersion: null }
  for (const { key, version } of await look(stand, AT_REST, [programme.code, refs])) {
    const of = { programme: programme.code, disbursement: key, version: Number(version), ...nobody }
    const content = { ...of, amount: '1000000', cause: 'tax', reference: 'ND-7' }
    await agree(calls, identities, { act: 'deduction', content, reason: 'as the tax office orders' }, 'operator')
  }
}

/** A run that nobody has put forward is dropped: what is on it joins the next. */
export async function dropRun({ calls, programme }: Stand): Promise<void> {
  // Nothing owed is an answer too.
  const made = await calls.post('operator', '/v1/runs', { programme: programme.code }).catch(() => null)
  if (made?.status !== 201) return
  await calls.post('operator', `/v1/runs/${String(made.body['run'])}/discard`, { reason: 'too early' })
}

interface RunSeen {
  readonly key: string
  readonly state: string
}

/** Does to a run that lets its lines go what people may: each way as long as its failpoints have kills to come. */
export async function stopRun({ calls, identities }: Stand, { wants }: Killing, run: RunSeen): Promise<void> {
  const reason = 'looked at again'
  if (run.state !== 'approved' && run.state !== 'releasing') return
  if (wants('pause:', 'resume:')) {
    await calls.post('operator', `/v1/runs/${run.key}/pause`, { reason })
    await calls.post('operator', `/v1/runs/${run.key}/resume`, { reason })
  } else if (wants('abort:')) {
    await agree(calls, identities, { act: 'run-abort', content: { run: run.key }, reason }, 'operator')
  } else if (wants('release:waited')) {
    // It stays stopped until its approval ends.
    await calls.post('operator', `/v1/runs/${run.key}/pause`, { reason })
  }
}

const REVIEWED = `SELECT d.key AS disbursement, d.version::text, y.key AS payout, y.version::text AS payout_version, c.class
                    FROM payout y JOIN disbursement d ON d.key = y.disbursement
                    JOIN discrepancy c ON c.payout = y.key AND c.state = 'open'
                   WHERE d.programme = $1 AND y.state = 'review' ORDER BY y.key`

/**
 * Says of payouts that a statement tells otherwise what the gateway's own books say: they were paid. One that a statement has with another account is to be had back.
 */
export async function decideDiffering(stand: Stand): Promise<void> {
  const { calls, identities, programme } = stand
  for (const row of await look(stand, REVIEWED, [programme.code])) {
    const isElsewhere = row['class'] === 'account'
    const seen = {
      version: Number(row['version']),
      payout: row['payout'],
      payoutVersion: Number(row['payout_version']),
    }
    const found = { finding: isElsewhere ? 'receivable' : 'paid', returned: null, next: isElsewhere ? 'hold' : null }
    const content = { programme: programme.code, disbursement: row['disbursement'], ...seen, ...found }
    await agree(calls, identities, { act: 'review-decision', content, reason: 'the bank was asked' }, 'operator')
  }
}

const TO_BE_HAD_BACK = `SELECT key, version::text FROM payout WHERE programme = $1 AND money = 'receivable' AND state = 'paid' ORDER BY key`
const PART = '5000000'

/** A part of what is to be had back is. */
export async function takeBackPart(stand: Stand): Promise<void> {
  const { calls, identities, programme } = stand
  for (const { key, version } of await look(stand, TO_BE_HAD_BACK, [programme.code])) {
    const content = { programme: programme.code, payout: key, version: Number(version), end: 'repaid', amount: PART }
    await agree(calls, identities, { act: 'receivable-end', content, reason: 'paid back to the treasury' }, 'operator')
  }
}

const OPEN = `SELECT c.id, c.difference::text, c.class, coalesce(y.money, '') AS money FROM discrepancy c LEFT JOIN payout y ON y.key = c.payout
               WHERE c.programme = $1 AND c.state = 'open' ORDER BY c.number`

/** Those without money in them are explained; of the others two people say where it is. */
export async function resolveOpen(stand: Stand): Promise<void> {
  const { calls, identities, programme } = stand
  for (const { id, difference: text, class: found, money } of await look(stand, OPEN, [programme.code])) {
    const difference = BigInt(text ?? '0')
    if (difference === 0n) {
      // What is under way or cannot be read is refused, and stays open.
      await calls.post('operator', `/v1/discrepancies/${id}/explain`, { reason: 'told a day later' })
      continue
    }
    if (found !== 'duplicate' && found !== 'unreferenced-credit') continue
    if (money === 'receivable') continue
    const resolution = difference > 0n ? 'to-treasury' : 'receivable'
    const content = { discrepancy: id, difference: difference.toString(), resolution }
    await agree(calls, identities, { act: 'discrepancy-resolution', content, reason: 'the bank was asked' }, 'operator')
  }
}
