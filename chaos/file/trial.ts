/**
 * The file that is handed in again: cut off, then whole, then shuffled in two overlapping parts at once, each time while what was
 * owed by the file before is being paid. Whoever it names is paid once. Judged by the gateway's journal and the auditor.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRunActivities } from '../../activities/runs.ts'
import { follow } from '../../local/demo/lives.ts'
import { composeEngine, type Engine } from '../../main/compose.ts'
import { askedAgain } from './again.ts'
import { serveDesk } from './desk.ts'
import { driveLives, type BulkLives } from './lives.ts'
import { composed, cutOff, overlapping } from './list.ts'
import { admit, COURSE, fileProgramme, handIn, register, train, type HandedIn } from './ministry.ts'
import { agreeToRun, decideUnanswered, resumeRun } from '../live/deeds.ts'
import { judge, type Judged } from '../live/judge.ts'
import { peopleOf, type Kind } from '../live/people.ts'
import { openStand, type Stand } from '../live/stand.ts'

export interface FileResult extends Judged {
  readonly lines: number
  /** What each hand-in came to: cut off, whole, and the two parts. */
  readonly handedIn: readonly HandedIn[]
  /** Runs that people agreed to. */
  readonly runs: number
  /** People whose incentive is paid. */
  readonly paid: number
  /** Payouts that the gateway took in, and requests to pay that it got. */
  readonly accepted: number
  readonly asked: number
  /** Payouts that people had to look at: nobody answered for them in time. */
  readonly givenUp: number
  readonly seconds: number
}

export interface FileOptions {
  readonly lines: number
  /** How long the gateway stands still while the first run is out, before it dies; absent, it does neither. Milliseconds. */
  readonly stillMs?: number
  readonly tell: (line: string) => void
}

/** Where the first transfer breaks, of every 172 lines. */
const CUT_AT = 112
const OF = 172
/** One in so many accounts makes the gateway behave badly. */
const ODD_EVERY = 50
const ODD = ['40', '41', '42', '43', '44', '45', '50', '51', '53', '55', '59']
const OPEN_MS = 2000
/** Whoever lets a machine sleep for minutes in the middle finds the trial going on. */
const QUERY_TIMEOUT_MS = 3_600_000

export async function resubmit({ lines, stillMs = 0, tell }: FileOptions): Promise<FileResult> {
  const began = Date.now()
  const say = (line: string): void => tell(`${Math.round((Date.now() - began) / 1000)} s: ${line}`)
  const programme = fileProgramme()
  const stand = await openStand({
    programme,
    children: ['sandbox', 'sealer'],
    serve: serveDesk,
    float: FLOAT,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
  })
  const engine = composeEngine(stand.config, 'lunas chaos file', 32, QUERY_TIMEOUT_MS)
  // Offices have connections of their own, as an API has: lives that wait for theirs turn nobody away who hands in.
  const office = composeEngine(stand.config, 'lunas chaos office', 24, QUERY_TIMEOUT_MS)
  const lives = driveLives(engine, programme.code)
  try {
    const trial = { stand, office, lives, say }
    const refs = await openTrial(trial, lines)
    const whole = composed(refs, COURSE, Date.now())
    const handed = await handInAll(trial, whole, stillMs)
    say('judging')
    const counted = await told(stand)
    const judged = await judge(stand)
    const accepted = stand.journal.entries.filter(({ kind }) => kind === 'accepted').length
    const { paid } = counted
    const short = paid === lines ? [] : [`${lines - paid} of the file are not paid`]
    const beyond = accepted > lines ? [`the gateway took in ${accepted} payouts for ${lines} people`] : []
    const findings = [...judged.findings, ...short, ...beyond]
    return { lines, ...handed, ...counted, accepted, ...judged, findings, seconds: (Date.now() - began) / 1000 }
  } finally {
    await lives.stop()
    await Promise.all([engine.store.close(), office.store.close()])
    await stand.close()
  }
}

const FLOAT = 10n ** 14n

interface Trial {
  readonly stand: Stand
  readonly office: Engine
  readonly lives: BulkLives
  readonly say: (line: string) => void
}

/** People up to where only their line is missing. */
async function openTrial({ stand, office: { store }, lives, say }: Trial, lines: number): Promise<string[]> {
  const { programme, lives: follows } = stand
  const kinds = Array.from({ length: lines }, (_, n): Kind => ({
    scenario: n % ODD_EVERY === 0 ? (ODD[(n / ODD_EVERY) % ODD.length] ?? '00') : '00',
  }))
  const people = peopleOf(kinds, 1)
  const refs = await register(store, programme, people)
  say(`${refs.length} are registered`)
  await lives.rest()
  await admit(store, programme, refs)
  say('all are screened and admitted')
  await train(store, programme, refs, Date.now())
  await lives.rest()
  say('all have completed their course')
  for (const [n, person] of people.entries()) follows.push(follow(person, refs[n] ?? '', Date.now()))
  return refs
}

/** The three hand-ins and the runs between them; the next file comes while the last one's run is paid. */
async function handInAll(
  trial: Trial,
  whole: string,
  stillMs: number,
): Promise<{ handedIn: HandedIn[]; runs: number }> {
  const { stand, office, lives, say } = trial
  const { programme, lives: follows } = stand
  const handedIn: HandedIn[] = []
  const take = async (name: string, text: string): Promise<void> => {
    const came = await handIn(office.store, programme, text)
    handedIn.push(came)
    say(`${name}: ${JSON.stringify(came)}`)
  }
  await take('the file, cut off', cutOff(whole, Math.floor((follows.length * CUT_AT) / OF)))
  await lives.rest()
  const [first] = await Promise.all([payRun(trial, stillMs), take('the whole file', whole)])
  await lives.rest()
  const parts = overlapping(whole, follows.length).map((text) => take('a part of it, shuffled', text))
  const [second] = await Promise.all([payRun(trial), ...parts])
  await lives.rest()
  const third = await payRun(trial)
  return { handedIn, runs: [first, second, third].filter(Boolean).length }
}

/** Collects what is owed, lets people agree, and releases until all are at their end; false when nothing is owed. */
async function payRun({ stand, office, lives, say }: Trial, stillMs = 0): Promise<boolean> {
  const { calls, identities, programme } = stand
  const { store, gateways } = office
  const runs = createRunActivities({ store, gateways, beat: () => undefined })
  const collected = await askedAgain(() => runs.collectRun({ programme: programme.code, nowMs: Date.now() }))
  if (collected.run === undefined) {
    if (collected.code === 'nothing-owed') return false
    throw new Error(`a run is not collected: ${collected.code ?? collected.outcome}`)
  }
  const collectedRun = await store.runs.find(collected.run)
  const { key, lines } = collectedRun
  if (!(await agreeToRun({ calls, identities }, collectedRun))) throw new Error(`${key} was not agreed to`)
  say(`${key}: ${lines} lines are agreed to`)
  const stood = stillMs > 0 ? standStill(stand, stillMs) : null
  for (;;) {
    const { state, isOver, out, waiting } = await askedAgain(() => runs.lookAtRun({ run: key, nowMs: Date.now() }))
    if (isOver) break
    lives.check()
    say(`${key}: ${waiting} wait, ${out} are out`)
    await sleep(OPEN_MS + out / 10)
    await decideUnanswered(stand)
    if (state === 'paused') await resumeRun(stand, key)
  }
  await stood
  await lives.rest()
  return true
}

/** The gateway neither answers nor tells for a while, and then dies with what lay before its door. */
async function standStill({ stack }: Stand, ms: number): Promise<void> {
  process.kill(stack.pidOf('sandbox'), 'SIGSTOP')
  try {
    await sleep(ms)
  } finally {
    await stack.kill('sandbox', 'SIGKILL')
  }
}

type Counted = Pick<FileResult, 'paid' | 'asked' | 'givenUp'>

/** How many are paid and were given up, and how often the gateway was asked to pay; each life as it stands at the end, for the judge. */
async function told({ root, programme, lives, sandbox }: Stand): Promise<Counted> {
  const { rows } = await root.pool.query<{
    ref: string
    stage: string
    outcome: string | null
    attention: string | null
  }>('SELECT ref, stage, outcome, attention FROM participant WHERE programme = $1', [programme.code])
  const standings = new Map(rows.map((row) => [row.ref, row]))
  for (const of of lives) Object.assign(of, standings.get(of.ref))
  const paid = await root.pool.query(`SELECT FROM disbursement WHERE programme = $1 AND state = 'paid'`, [
    programme.code,
  ])
  const givenUp = await root.pool.query(
    `SELECT FROM audit_event WHERE programme = $1 AND act = 'review-needed' AND after ->> 'reason' = 'no-answer'`,
    [programme.code],
  )
  const answer = await fetch(`${sandbox.url}/admin/requests`, {
    headers: { authorization: `Bearer ${sandbox.apiKey}` },
  })
  const requests = (await answer.json()) as Record<string, number>
  const asked = Object.entries(requests).reduce(
    (sum, [of, count]) => sum + (of.startsWith('POST /payouts ') ? count : 0),
    0,
  )
  return { paid: paid.rows.length, asked, givenUp: givenUp.rows.length }
}
