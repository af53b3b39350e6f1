/** The programmes that come with Lunas, lived to their end: whoever fulfils everything in time is paid the manual's total. */
import { afterEach, expect, it } from 'vitest'
import { formatMoney } from '../../domain/money.ts'
import type { Programme } from '../../domain/programme.ts'
import type { Standing } from '../../domain/standing.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { DAY, disbursementOf, MINUTE, openWorld, seen, type World } from '../support/world.ts'

let world: World
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

type Answers = 'as soon as it opens' | 'at the last minute'

interface OpenSurvey {
  readonly code: string
  readonly opens: Date
  readonly closes: Date
}

/** Lives from one instant to the next until the life is closed; what falls due is paid within a minute. */
async function liveOn(programme: Programme, ref: string, startMs: number, answers: Answers): Promise<Standing> {
  let nowMs = startMs
  for (let instant = 0; instant < 200; instant += 1) {
    const standing = await world.advance(ref, nowMs)
    if (standing.stage === 'closed') return standing
    const sent = standing.disbursements.filter(({ next }) => next.kind === 'send')
    for (const { tranche } of sent) await pay(programme, ref, tranche, nowMs)
    if (sent.length > 0) continue
    const surveys = await openSurveys(programme, ref)
    const answered = surveys.filter((survey) => answerAt(survey, answers) <= nowMs)
    for (const { code } of answered) await answer(programme, ref, code, nowMs)
    if (answered.length > 0) continue
    const waits = standing.disbursements.flatMap(({ next }) => (next.kind === 'wait' ? [next.untilMs] : []))
    const instants = [standing.wakeAtMs, ...waits, ...surveys.map((survey) => answerAt(survey, answers))]
    nowMs = Math.min(...instants.filter((at): at is number => at !== null && at > nowMs))
  }
  throw new Error('the life does not end')
}

const HOLDER = 'Siti Aminah'

const answerAt = ({ opens, closes }: OpenSurvey, answers: Answers): number =>
  answers === 'as soon as it opens' ? opens.getTime() : closes.getTime() - MINUTE

async function openSurveys(programme: Programme, ref: string): Promise<OpenSurvey[]> {
  const { rows } = await world.root.pool.query<OpenSurvey>(
    `SELECT code, opens_at AS opens, closes_at AS closes FROM tranche WHERE ref = $1 AND state = 'open' AND due_at IS NULL`,
    [ref],
  )
  const { rows: known } = await world.root.pool.query<{ subject: string }>(
    'SELECT subject FROM evidence WHERE ref = $1',
    [ref],
  )
  return rows.filter(({ code }) => !known.some(({ subject }) => subject === surveyOf(programme, code)))
}

const surveyOf = (programme: Programme, tranche: string): string => {
  const trigger = programme.tranches.find(({ code }) => code === tranche)?.trigger
  return trigger?.kind === 'survey-answered' ? trigger.survey : ''
}

async function answer(programme: Programme, ref: string, tranche: string, nowMs: number): Promise<void> {
  const subject = surveyOf(programme, tranche)
  const evidence = { programme: programme.code, ref, kind: 'survey-answered' as const, subject, document: null }
  await world.act((acts) => acts.recordEvidence({ ...evidence, occurredAtMs: nowMs }), nowMs)
}

async function pay(programme: Programme, ref: string, tranche: string, nowMs: number): Promise<void> {
  const disbursement = disbursementOf(ref, tranche, programme.code)
  const { accountId: account, gateway, destination } = await world.draft(disbursement, nowMs)
  // As it is before each payment: of one that is confirmed already nothing changes.
  const { institution } = destination.open()
  const question = { programme: programme.code, ref, account, gateway, institution, destination }
  await world.store.accountChecks.record(question, { kind: 'valid', registeredName: HOLDER }, nowMs)
  const payout = await world.claim(disbursement, nowMs)
  const minor = BigInt(programme.tranches.find(({ code }) => code === tranche)?.amount ?? '0')
  const fact = seen('paid', { amount: { minor, currency: 'IDR' }, gatewayId: `po_${tranche}` })
  await world.observe({ payout, source: 'submit', fact, atMs: nowMs + MINUTE, send: 1 })
}

it.each([
  ['prakerja-2020', 'Rp 3.550.000', '2026-11-23T10:00:00+07:00', 'as soon as it opens'],
  ['prakerja-2020', 'Rp 3.550.000', '2027-07-31T23:00:00+07:00', 'at the last minute'],
  ['prakerja-2023', 'Rp 4.200.000', '2026-11-23T10:00:00+07:00', 'as soon as it opens'],
  ['prakerja-2023', 'Rp 4.200.000', '2026-12-31T23:00:00+07:00', 'at the last minute'],
] as const)('%s gives %s to who is trained on %s and answers %s', async (code, total, trained, answers) => {
  const programme = shippedProgramme(code)
  world = await openWorld({ programme })
  const trainedMs = Date.parse(trained)
  const ref = await world.admit({ name: HOLDER }, trainedMs - 7 * DAY)
  await world.train(ref, trainedMs)
  expect(await liveOn(programme, ref, trainedMs, answers)).toMatchObject({ outcome: 'completed' })
  const { paid } = await world.one<{ paid: bigint }>(
    `SELECT sum(amount)::bigint AS paid FROM disbursement WHERE ref = $1 AND state = 'paid'`,
    [ref],
  )
  expect(formatMoney({ minor: BigInt(programme.training.balance) + paid, currency: 'IDR' })).toBe(total)
})
