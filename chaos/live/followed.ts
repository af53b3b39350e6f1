/**
 * Whether everything that is not over is followed: every life and obligation has a workflow that runs, or a record that it has ended; every
 * workflow has its row, and what it last saw is what the row shows; and nobody waits with nothing set to wake them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { FINAL_STATES } from '../../domain/disbursement.ts'
import { participantWorkflowId, payoutRunWorkflowId, recoveryWorkflowId } from '../../domain/identity.ts'
import { RUN_ENDS } from '../../domain/payout-run.ts'
import type { Standing } from '../../domain/standing.ts'
import type { Database } from '../../store/database.ts'
import type { Temporal } from '../../temporal/connect.ts'
import {
  COLLECTION_WORKFLOW,
  PARTICIPANT_WORKFLOW,
  PAYOUT_RUN_WORKFLOW,
  RECONCILIATION_WORKFLOW,
  RECOVERY_WORKFLOW,
} from '../../workflows/messages.ts'
import { pictureOf, runningWorkflows, wakesOf, type Wakes } from './workflows.ts'

export interface Watched {
  readonly temporal: Temporal
  /** As superuser, for looking. */
  readonly root: Pick<Database, 'pool'>
}

/** A list of the server lags behind by moments, and what was told last is heard a moment later: only what stays so is found. */
const STAYS_MS = 15_000
const LOOK_PAUSE_MS = 1000
const LANES = 8
/** A timer is set by the clock of a task, which begins a little after the instant was worked out. */
const SLACK_MS = 5000
/** A life that is past its moment is swept within seconds, and told within seconds more. */
const HEARD_SLACK_MS = 120_000

/** One sentence for each that nobody follows, that follows nothing, or that has seen something else; of a stand at rest. */
export async function unfollowed(of: Watched, staysMs = STAYS_MS): Promise<string[]> {
  for (const end = Date.now() + staysMs; ; await sleep(LOOK_PAUSE_MS)) {
    const found = await look(of)
    if (found.length === 0 || Date.now() > end) return found
  }
}

interface LifeRow {
  readonly programme: string
  readonly ref: string
  readonly stage: string
  readonly outcome: string | null
  readonly attention: string | null
  readonly held: boolean
  /** Something is owed still, or a gateway is to be asked. */
  readonly isOwed: boolean
  /** By when somebody has promised to look at it. */
  readonly heardBy: Date | null
  /** When the first of its waits for an account ends. */
  readonly lapsesAt: Date | null
  readonly states: Readonly<Record<string, string>>
}

const LIVES = `
SELECT p.programme, p.ref, p.stage, p.outcome, p.attention, p.held_at IS NOT NULL AS held, p.heard_by AS "heardBy",
       coalesce(bool_or(d.state <> ALL ($1) OR EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND y.asked_at IS NOT NULL)), false) AS "isOwed",
       min(d.lapses_at) FILTER (WHERE d.state IN ('needs-account', 'failed') AND p.held_at IS NULL) AS "lapsesAt",
       coalesce(jsonb_object_agg(d.key, d.state) FILTER (WHERE d.key IS NOT NULL), '{}') AS states
  FROM participant p LEFT JOIN disbursement d ON (d.programme, d.ref) = (p.programme, p.ref)
 GROUP BY p.programme, p.ref ORDER BY p.programme, p.ref`

async function look({ temporal, root }: Watched): Promise<string[]> {
  const { rows: lives } = await root.pool.query<LifeRow>(LIVES, [FINAL_STATES])
  const { rows: runs } = await root.pool.query<{ key: string; state: string }>('SELECT key, state FROM payout_run')
  const running = await runningWorkflows(temporal)
  const found = [
    ...lives.flatMap((life) => lifeFollowed(life, running)),
    ...runs.flatMap((run) => runFollowed(run, running)),
  ]
  const known = new Set([...lives.flatMap(idsOf), ...runs.map(({ key }) => payoutRunWorkflowId(key))])
  found.push(...[...running].flatMap(([id, type]) => strange(id, type, known)))
  found.push(...(await untold({ root })))
  await inLanes(lives, async (life) => {
    found.push(...(await seen(temporal, life, running)))
  })
  return found
}

function idsOf({ programme, ref }: Pick<LifeRow, 'programme' | 'ref'>): readonly string[] {
  return [participantWorkflowId(programme, ref), recoveryWorkflowId(programme, ref)]
}

function isOver({ stage, isOwed }: LifeRow): boolean {
  return stage === 'closed' && !isOwed
}

function lifeFollowed(life: LifeRow, running: ReadonlyMap<string, string>): string[] {
  const { ref, stage, attention, heardBy } = life
  const [own = ''] = idsOf(life)
  const following = idsOf(life).filter((id) => running.has(id))
  if (isOver(life)) return following.map((id) => `${id} runs, and everything about it has ended`)
  const stands = `${ref} is in ${stage}${attention === null ? '' : `, ${attention}`}`
  // Who is owed something after the end of their life may be followed by either; a life that is open only by its own.
  const isFollowed = stage === 'closed' ? following.length > 0 : running.has(own)
  if (!isFollowed) return [`${stands}, and no workflow follows it`]
  if (heardBy === null) return [`${stands}, and nobody has promised to look at it again`]
  return heardBy.getTime() + HEARD_SLACK_MS < Date.now()
    ? [`${stands}, and nobody has looked since ${heardBy.toISOString()}`]
    : []
}

function runFollowed({ key, state }: { key: string; state: string }, running: ReadonlyMap<string, string>): string[] {
  const isRunning = running.has(payoutRunWorkflowId(key))
  const hasEnded = RUN_ENDS.some((end) => end === state)
  if (isRunning === !hasEnded) return []
  return [
    isRunning
      ? `the workflow of run ${key} goes on, and it is ${state}`
      : `run ${key} is ${state}, and no workflow follows it`,
  ]
}

/** They follow days of gateways and of programmes, which are no obligations. */
const OF_DAYS: readonly string[] = [RECONCILIATION_WORKFLOW, COLLECTION_WORKFLOW, 'reconcile']
const OF_ROWS: readonly string[] = [PARTICIPANT_WORKFLOW, RECOVERY_WORKFLOW, PAYOUT_RUN_WORKFLOW]

function strange(id: string, type: string, known: ReadonlySet<string>): string[] {
  if (known.has(id) || OF_DAYS.includes(type)) return []
  return [OF_ROWS.includes(type) ? `${id} runs, and there is no row of it` : `${id} is a ${type}, which nobody knows`]
}

/** What workers do beside the workflows, and what relays were to tell them. */
async function untold({ root }: Pick<Watched, 'root'>): Promise<string[]> {
  const { rows } = await root.pool.query<{ says: string }>(`
    SELECT format('who waited for %s is not told that it has ended', cause) AS says FROM telling WHERE done_at IS NULL
    UNION ALL
    SELECT format('the year %s of %s stands at %s: %s', fiscal_year, programme, state, coalesce(refusal, 'nobody goes on')) FROM year_close WHERE state <> 'closed'
    UNION ALL
    SELECT format('%s messages to %s are %s', count(*), ref, state) FROM message
     WHERE state = 'dead' OR state = 'pending' AND deliver_after < now() GROUP BY ref, state`)
  return rows.map(({ says }) => says)
}

/** What a life saw last against its rows, and whether anything is set to wake it for what comes next. */
async function seen(temporal: Temporal, life: LifeRow, running: ReadonlyMap<string, string>): Promise<string[]> {
  const ids = idsOf(life)
  const following = ids.filter((id) => running.has(id))
  const differences: string[] = []
  for (const id of following.length > 0 ? following : ids) {
    try {
      const picture = await pictureOf(temporal, id)
      if (picture === undefined) continue
      const differs = differenceOf(life, picture)
      if (differs !== null) differences.push(`${id} ${differs}`)
      else if (!running.has(id) || isOver(life)) return []
      else return asleep(id, life, picture, await wakesOf(temporal, id))
    } catch (error) {
      differences.push(`${id} cannot be asked where it stands: ${error instanceof Error ? error.message : 'fault'}`)
    }
  }
  return differences.slice(0, 1)
}

/** Null where the run saw last what the rows show. */
function differenceOf({ stage, outcome, held, states }: LifeRow, picture: Standing | null): string | null {
  if (picture === null) return `has not looked, and its row is in ${stage}`
  const saw = new Map(picture.disbursements.map(({ key, state }) => [key, state as string]))
  const differing = Object.entries(states).find(([key, state]) => saw.get(key) !== state)
  if (differing) return `saw ${differing[0]} ${saw.get(differing[0]) ?? 'nowhere'}, and its row is ${differing[1]}`
  const isSame = picture.stage === stage && picture.outcome === outcome && picture.held === held
  const told = (of: { stage: string; outcome: string | null; held: boolean }): string =>
    [of.stage, of.outcome, of.held ? 'on hold' : null].filter(Boolean).join(' ')
  return isSame ? null : `saw its life ${told(picture)}, and its row is ${told({ stage, outcome, held })}`
}

/** The instants that a life waits for need a timer, and a call that is next must be under way or be tried again. */
function asleep(id: string, { lapsesAt }: LifeRow, picture: Standing | null, { timerAtMs, calls }: Wakes): string[] {
  const instants = (picture?.disbursements ?? []).flatMap(({ next }) =>
    next.kind === 'wait' ? (next.untilMs ?? []) : [],
  )
  if (picture?.wakeAtMs != null) instants.push(picture.wakeAtMs)
  if (lapsesAt !== null) instants.push(lapsesAt.getTime())
  const first = Math.min(...instants)
  if (instants.length > 0 && (timerAtMs === null || timerAtMs > first + SLACK_MS)) {
    const ends = timerAtMs === null ? 'never' : `at ${new Date(timerAtMs).toISOString()}`
    return [`${id} waits until ${new Date(first).toISOString()}, and its next timer ends ${ends}`]
  }
  const isDue = picture?.disbursements.some(({ next }) => next.kind !== 'wait' && next.kind !== 'end') ?? false
  return isDue && calls === 0 && timerAtMs === null ? [`${id} has something to do, and nothing of it is under way`] : []
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const lane = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}
