/** The demo: a fresh stack, a hundred invented people, and books that are counted at the end. */
import path from 'node:path'
import { ConfigProblem, loadConfig, type Config } from '../../config.ts'
import type { Programme } from '../../domain/programme.ts'
import type { Database } from '../../store/database.ts'
import { developmentAccess, type Access } from '../access.ts'
import { developmentIdentities, type Identities } from '../identities.ts'
import { PROJECT_ROOT } from '../project.ts'
import { fundSandbox, seedProgramme, SEEDED_WAVE, type SandboxAccess } from '../seed.ts'
import { startStack, type Stack, type StackEvent } from '../stack.ts'
import { openCalls, type Calls } from './calls.ts'
import { countBooks, isAtRest, type Counted } from './count.ts'
import { drive } from './drive.ts'
import { bestStory, readFigures } from './figures.ts'
import { openJournal, type Journal } from './journal.ts'
import { killWorker, NO_KILL, type Kill } from './kill.ts'
import { isSettled, type Follow } from './lives.ts'
import { missedScenarios } from './outcomes.ts'
import { asTheyCome, readPeople, type Person } from './people.ts'
import { demoProgramme } from './programme.ts'
import { openProgress } from './progress.ts'
import type { StoryLine } from './report.ts'

export interface DemoOptions {
  readonly participants: number
  /** Code of a programme that comes with Lunas, or the path of a definition. */
  readonly programme: string
  readonly killWorker: boolean
  /** Where progress goes; null shows none. */
  readonly progress: NodeJS.WriteStream | null
  /** Aborted at any time: the stack is stopped in order, and the promise rejects with the signal's reason. */
  readonly signal: AbortSignal
  readonly onEvent: (event: StackEvent) => void
  /** Told once everything is up. */
  readonly onReady: (stack: Stack, access: Access, startedInMs: number) => void
}

export interface DemoResult extends Counted {
  readonly stack: Stack
  readonly kill: Kill
  readonly currency: string
  /** Everybody is in a final or named waiting state, and no money is on its way. */
  readonly settled: boolean
  /** Scenarios that did not happen, one sentence each. */
  readonly missed: readonly string[]
  readonly story: { readonly ref: string; readonly lines: readonly StoryLine[]; readonly temporalUrl: string } | null
  /** From the start of the command. */
  readonly seconds: number
  readonly firstPaidSeconds: number | null
}

/** Longer than any run on two cores; a demo that takes longer has met a fault, and says so by its exit code. */
const PATIENCE_MS = 240_000
/** Less than everybody together is owed, so that the float really runs short and is topped up. */
const OPENING_SHARE = 2n
const TOP_UP_PAUSE_MS = 15_000

/** Runs the demo and leaves its stack up. Throws an Error fit for a person when it cannot be started, a ConfigProblem when asked wrongly. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const config = demoConfig(loadConfig())
  const programme = demoProgramme(options.programme)
  const people = asTheyCome(readPeople(PROJECT_ROOT, options.participants))
  // Every run begins with nobody: the same people could not register twice.
  const starting = startStack({
    config,
    fresh: true,
    writeAhead: true,
    onEvent: options.onEvent,
    signal: options.signal,
  })
  // Loaded while the servers start, which wait for nothing else.
  const loading = import('../../main/compose.ts')
  loading.catch(() => undefined)
  const stack = await starting
  try {
    const { composeEngine } = await loading
    const environment = loadConfig(stack.environmentOf('api'))
    const { store } = composeEngine(environment, 'lunas demo', 4)
    const access = await developmentAccess(store, config.dataDir)
    const identities = await developmentIdentities(store, config.dataDir)
    options.onReady(stack, access, sinceStartMs())
    const sandbox = { url: stack.sandboxUrl ?? '', apiKey: environment.sandboxApiKey?.reveal() ?? '' }
    const journal = openJournal(sandbox.url, sandbox.apiKey)
    const calls = openCalls(stack.apiUrl, access)
    const { database } = store.context
    const ran = await run({ options, stack, database, programme, people, calls, identities, journal, sandbox })
    await store.close()
    return { ...ran, stack, seconds: sinceStartMs() / 1000 }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

function sinceStartMs(): number {
  return Date.now() - performance.timeOrigin
}

/** A folder, servers and a gateway of its own: invented people and their money belong nowhere else. */
function demoConfig(given: Config): Config {
  const lines: string[] = []
  if (given.mode === 'production') lines.push('LUNAS_MODE is production, and the demo registers invented people')
  if (given.databaseUrl !== null) lines.push('DATABASE_URL is set, and the demo runs on a server of its own; unset it')
  if (given.temporalAddress !== null)
    lines.push('TEMPORAL_ADDRESS is set, and the demo runs on a server of its own; unset it')
  if (given.sandboxUrl !== null) lines.push('SANDBOX_URL is set, and the demo runs a sandbox of its own; unset it')
  if (lines.length > 0) throw new ConfigProblem(lines)
  const dataDir = path.join(given.dataDir, 'demo')
  const sandboxJournal = path.join(dataDir, 'sandbox.jsonl')
  return { ...given, dataDir, sandboxJournal, gateways: ['sandbox'], sandboxOpeningBalanceMinor: 0n }
}

interface Running {
  readonly options: DemoOptions
  readonly stack: Stack
  readonly database: Database
  readonly programme: Programme
  readonly people: readonly Person[]
  readonly calls: Calls
  readonly identities: Identities
  readonly journal: Journal
  readonly sandbox: SandboxAccess
}

async function run(of: Running): Promise<Omit<DemoResult, 'stack' | 'seconds'>> {
  const { options, programme, calls, identities, journal, database } = of
  const topUp = toppingUp(of)
  await seedProgramme(calls, identities, { programme, appropriation: total(of) * 2n, quota: 10_000 }, Date.now())
  await topUp(total(of) / OPENING_SHARE)
  const over = new AbortController()
  const patience = setTimeout(() => over.abort(), PATIENCE_MS)
  const ended = AbortSignal.any([over.signal, options.signal])
  const killed = options.killWorker
    ? killWorker(of.stack, journal, database.pool, ended, of.people.flatMap(accountsOf))
    : Promise.resolve(NO_KILL)
  const { lives, firstPaidMs } = await driveAll(of, topUp, ended)
  clearTimeout(patience)
  over.abort()
  const kill = await killed
  options.signal.throwIfAborted()
  const known = lives.map(({ person, ref }) => ({ ref, accounts: accountsOf(person) }))
  const counted = await countBooks(database, journal, programme, known)
  const isOver = lives.length === of.people.length && lives.every(isSettled)
  return {
    ...counted,
    kill,
    currency: programme.currency,
    settled: isOver && (await isAtRest(database.pool, journal, programme.code)),
    missed: await missedScenarios(database.pool, programme, lives, Date.now()),
    story: await storyOf(of, lives, kill),
    firstPaidSeconds: firstPaidMs === null ? null : firstPaidMs / 1000,
  }
}

async function driveAll(of: Running, topUp: (amount: bigint) => Promise<void>, signal: AbortSignal) {
  const { options, programme, calls, journal, people } = of
  const sql = of.database.pool
  const progress = openProgress(options.progress)
  let firstPaidMs: number | null = null
  try {
    const lives = await drive({
      calls,
      programme,
      wave: SEEDED_WAVE,
      people,
      topUp: () => topUp(total(of)),
      isAtRest: () => isAtRest(sql, journal, programme.code),
      signal,
      onRound: async (round) => {
        const { paidMinor, byStage } = await readFigures(sql, programme.code)
        if (paidMinor > 0n) firstPaidMs ??= sinceStartMs()
        const settled = round.filter(isSettled).length
        progress.show({ settled, total: people.length, byStage, paidMinor, currency: programme.currency })
      },
    })
    return { lives, firstPaidMs }
  } finally {
    progress.end()
  }
}

function accountsOf({ registration, repair }: Person): string[] {
  return [registration.account, repair].flatMap((account) => (account ? [account.number] : []))
}

/** Everybody's whole entitlement, in minor units. */
function total({ programme, people }: Running): bigint {
  return programme.tranches.reduce((sum, { amount }) => sum + BigInt(amount), 0n) * BigInt(people.length)
}

/** One top-up helps everybody: whoever sees the float short soon after only has to wait for the gateway to be asked again. */
function toppingUp(of: Running): (amount: bigint) => Promise<void> {
  let made = 0
  let lastMs = -Infinity
  return async (amount) => {
    if (Date.now() - lastMs < TOP_UP_PAUSE_MS) return
    lastMs = Date.now()
    made += 1
    await fundSandbox(of.calls, of.identities, of.sandbox, { programme: of.programme, amount, number: `SP2D-${made}` })
  }
}

/** Of the worker that was killed the payout it left; otherwise somebody who was paid, and paid again. */
async function storyOf(of: Running, lives: readonly Follow[], kill: Kill): Promise<DemoResult['story']> {
  const told = lives.find(({ person }) => person.scenario === 'wrong-account') ?? lives[0]
  const ref = (await bestStory(of.database.pool, kill.references)) ?? told?.ref ?? null
  if (ref === null) return null
  const participant = `/v1/programmes/${of.programme.code}/participants/${ref}`
  const timeline = await of.calls.get('operator', `${participant}/timeline`)
  const view = await of.calls.get('operator', participant)
  return { ref, lines: timeline.body['data'] as StoryLine[], temporalUrl: String(view.body['temporalUrl']) }
}
