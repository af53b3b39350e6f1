/** What people and strangers do beside the lives of a trial: a freeze that is lifted, words of a gateway that come too late. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { signedApproval, signedProposal } from '../../client/identity.ts'
import { agree, approve, type Proposed } from '../../local/agreement.ts'
import type { RunRow } from '../../store/run-rows.ts'
import type { Stand } from './stand.ts'

const FROZEN_MS = 4000
const HOUR_MS = 3_600_000
/** What others say to three proposals to lift one freeze. */
const WORDS = ['reject', 'approve', 'approve'] as const

/** One person stops a region where everybody lives; soon after two let it go on: one says no, one yes, and one yes comes too late. */
export async function freezeForAWhile({ calls, identities, programme }: Stand): Promise<void> {
  const target = { scope: 'region', programme: programme.code, name: '3204' }
  const { body } = await calls.post('operator', '/v1/freezes', {
    ...target,
    reason: 'accounts of one branch are looked at',
  })
  await sleep(FROZEN_MS)
  const lift = { act: 'freeze-lift', content: { freeze: body['id'] }, reason: 'they are right' }
  const proposed: Proposed[] = []
  for (const _ of WORDS) {
    const signed = signedProposal(identities.operator, { ...lift, expiresAtMs: Date.now() + HOUR_MS })
    proposed.push((await calls.post('operator', '/v1/proposals', signed)).body as unknown as Proposed)
  }
  for (const [n, put] of proposed.entries()) {
    const word = signedApproval(identities.approver, put, WORDS[n] ?? 'approve', 'as agreed')
    await calls.post('approver', `/v1/proposals/${put.id}/approvals`, word)
  }
}

/** Collects what is owed, lets people agree to every run that waits for them, and lets go on what stopped by itself. */
export async function payOwed(stand: Stand, isResumed = true): Promise<void> {
  const { calls, identities, store, programme } = stand
  // Nothing owed is an answer too.
  await calls.post('operator', '/v1/runs', { programme: programme.code }).catch(() => undefined)
  for (const run of await store.runs.list([programme.code], true)) {
    if (run.state === 'collecting') await agreeToRun(stand, run)
    if (run.state === 'proposed' && run.proposal !== null) {
      const { body } = await calls.get('approver', `/v1/proposals/${run.proposal}`)
      await approve(calls, identities, body as unknown as Proposed)
    }
    if (run.state === 'paused' && isResumed) await resumeRun(stand, run.key)
  }
}

/** Somebody lets a run go on that stopped by itself. */
export async function resumeRun({ calls }: Pick<Stand, 'calls'>, run: string): Promise<void> {
  await calls.post('operator', `/v1/runs/${run}/resume`, { reason: 'what went wrong is known' })
}

/** Two people agree to a run as it is; false when it is put forward already. */
export function agreeToRun(
  { calls, identities }: Pick<Stand, 'calls' | 'identities'>,
  { key, hash, lines, amount, currency }: RunRow,
): Promise<boolean> {
  const content = {
    run: key,
    hash: hash.toString('hex'),
    lines,
    amount: { minor: amount.toString(), currency },
  }
  return agree(calls, identities, { act: 'run-release', content, reason: 'a trial' }, 'operator')
}

/** What two people make of a failure that nobody knows: the money is there again, so another account, the same one, or nothing more. */
const NEXT = ['needs-account', 'cancel', 'pay-again'] as const
let decisions = 0

interface Reviewed {
  readonly disbursement: string
  readonly participant: string
  readonly version: number
  readonly attempts: readonly { readonly key: string; readonly version: number; readonly state: string }[]
}

/** Decides about the reviews of those people of whom it is known what happened: it failed, or it was paid and told with another amount. */
export async function decideReviews(stand: Stand): Promise<void> {
  const { calls, lives } = stand
  const refsOf = (accounts: string): Set<string> =>
    new Set(
      lives.filter(({ person }) => person.registration.account?.number.startsWith(accounts)).map(({ ref }) => ref),
    )
  const failed = refsOf('9921')
  const paid = refsOf('9933')
  for (const review of await reviewsOf(stand)) {
    const { participant } = review
    if (!failed.has(participant) && !paid.has(participant)) continue
    await decide(stand, review, failed.has(participant) ? await failedOf(calls, review) : await paidOf(stand, review))
  }
}

/** Longer than a gateway that answers again needs to take in what lay before its door. */
const TAKEN_LATE_MS = 5000

/** Decides about those whose gateway did not answer until they were given up: what it has paid is paid, and what it never took in is owed again. */
export async function decideUnanswered(stand: Stand): Promise<void> {
  const reviews = await reviewsOf(stand)
  // Nothing can be learnt of a gateway that still does not answer: they look again later.
  const isAnswering = reviews.length > 0 && (await answers(stand))
  if (!isAnswering) return
  await sleep(TAKEN_LATE_MS)
  for (const review of reviews) {
    await decide(stand, review, (await paidOf(stand, review)) ?? (await neverTaken(stand, review)))
  }
}

function answers({ journal }: Stand): Promise<boolean> {
  return journal.update().then(
    () => true,
    () => false,
  )
}

async function reviewsOf({ calls, programme }: Stand): Promise<readonly Reviewed[]> {
  const { body } = await calls.get('operator', `/v1/reviews?programme=${programme.code}&limit=100`)
  return body['data'] as Reviewed[]
}

async function decide(
  { calls, identities, programme }: Stand,
  { disbursement }: Reviewed,
  said: object | null,
): Promise<void> {
  if (!said) return
  const content = { programme: programme.code, disbursement, ...said, returned: null }
  await agree(calls, identities, { act: 'review-decision', content, reason: 'the gateway says so' }, 'operator')
}

async function failedOf(calls: Stand['calls'], { disbursement, version, attempts }: Reviewed): Promise<object> {
  const payout = attempts.find(({ state }) => state === 'review')
  const next = NEXT[decisions % NEXT.length]
  decisions += 1
  const seen = { version, payout: payout?.key ?? null, payoutVersion: payout?.version ?? null }
  const strays = payout === undefined ? await straysOf(calls, disbursement) : []
  const finding = payout === undefined ? null : 'not-paid'
  return { ...seen, finding, next, ...(strays.length === 0 ? {} : { strays }) }
}

/** Null where the gateway has not paid: what is short of money there is told with another amount as well. */
async function paidOf(stand: Stand, { version, attempts }: Reviewed): Promise<object | null> {
  const payout = attempts.find(({ state }) => state === 'review')
  if (!payout || !(await toldOf(stand, payout.key)).has('credited')) return null
  return { version, payout: payout.key, payoutVersion: payout.version, finding: 'paid', next: null }
}

/** Null where the gateway has it, and will end it. */
async function neverTaken(stand: Stand, { version, attempts }: Reviewed): Promise<object | null> {
  const payout = attempts.find(({ state }) => state === 'review')
  if (!payout || (await toldOf(stand, payout.key)).has('accepted')) return null
  const seen = { version, payout: payout.key, payoutVersion: payout.version }
  return { ...seen, finding: 'not-paid', next: 'pay-again' }
}

/** Of what kinds the gateway's entries about a payout are, as of now. */
async function toldOf({ root, journal }: Stand, payout: string): Promise<ReadonlySet<string>> {
  const { rows } = await root.pool.query<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [payout])
  await journal.update()
  const about = journal.entries.filter(({ reference }) => reference === rows[0]?.reference)
  return new Set(about.map(({ kind }) => kind))
}

/** What a restored database shows as what may be its payment: who decides names each. */
async function straysOf(calls: Stand['calls'], disbursement: string): Promise<readonly string[]> {
  // It may be under review no more: what is decided about it is then refused as well.
  const found = await calls.get('operator', `/v1/reviews/${encodeURIComponent(disbursement)}`).catch(() => null)
  return ((found?.body['strays'] ?? []) as readonly { readonly id: string }[]).map(({ id }) => id)
}

/** A code that no gateway sends, made safer by one person, and given back to the released table by two. */
export async function classForAWhile({ calls, identities }: Stand): Promise<void> {
  const coded = { gateway: 'sandbox', vendorCode: 'NEVER_SENT' }
  const doubted = { class: 'unknown', code: 'failure-doubted' }
  await calls.post('operator', '/v1/failures', { ...coded, meaning: doubted, reason: 'nobody knows this code' })
  const content = { ...coded, from: doubted, meaning: null }
  await agree(calls, identities, { act: 'reclassification', content, reason: 'it does not come' }, 'operator')
}

/** Whoever was stopped because of the name at their bank is let go: an operator has spoken with them. */
export async function releaseDoubtful({ calls, programme, lives }: Stand): Promise<void> {
  for (const { ref } of lives.filter(({ attention }) => attention === 'account-doubtful')) {
    const path = `/v1/programmes/${programme.code}/participants/${ref}/release`
    await calls.post('operator', path, { reason: 'it is the same person' })
  }
}

const LATE_MS = 3600_000
const TOLD = 6

/** True words about payouts, signed an hour ago: they prove nothing, and the gateway is asked. */
export async function tellLate({ journal, sandbox, config, stack }: Stand): Promise<void> {
  const secret = new Webhook(config.sandboxCallbackSecret?.reveal() ?? '')
  await journal.update()
  const accepted = journal.entries.filter(({ kind }) => kind === 'accepted').slice(-TOLD)
  for (const { reference = '' } of accepted) {
    const answer = await fetch(`${sandbox.url}/payouts?reference=${reference}`, {
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
    })
    const { payouts } = (await answer.json()) as { payouts: readonly { status: string; updatedAt: string }[] }
    const [data] = payouts
    if (!data) continue
    const body = JSON.stringify({ type: `payout.${data.status.toLowerCase()}`, timestamp: data.updatedAt, data })
    const at = new Date(Date.now() - LATE_MS)
    const id = `evt_late_${randomUUID()}`
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': secret.sign(id, at, body),
    }
    // The API may be killed under it: a provider sends again, and so do we with the next round.
    await fetch(`${stack.apiUrl}/v1/gateways/sandbox/callbacks`, { method: 'POST', headers, body }).catch(() => null)
  }
}
