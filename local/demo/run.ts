/** The demo: a fresh stack, a hundred invented people, and books that are counted at the end. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { ConfigProblem, loadConfig, type Config } from '../../config.ts'
import type { Programme } from '../../domain/programme.ts'
import { composeEngine } from '../../main/compose.ts'
import { isShipped, shippedProgramme } from '../../programmes/index.ts'
import { inSnapshot } from '../../store/database.ts'
import { controlLines, paidSums } from '../../store/read-books.ts'
import type { Store } from '../../store/index.ts'
import { developmentAccess, type Access } from '../access.ts'
import { PROJECT_ROOT } from '../project.ts'
import { writeRunning } from '../running.ts'
import { fundSandbox, seedProgramme, SEEDED_WAVE } from '../seed.ts'
import { startStack, type Stack, type StackEvent } from '../stack.ts'
import { checkBooks, type Books } from './books.ts'
import { openCalls, type Calls } from './calls.ts'
import { drive } from './drive.ts'
import { clearingReferences, owedByRef, readFigures, type Figures } from './figures.ts'
import { openJournal, type Journal } from './journal.ts'
import { killWorker, type Kill } from './kill.ts'
import { isSettled, type Follow } from './lives.ts'
import { readPeople } from './people.ts'
import { openProgress } from './progress.ts'
import type { StoryLine } from './report.ts'

export interface DemoOptions {
  readonly participants: number
  readonly programme: string
  readonly killWorker: boolean
  /** Where progress goes; null shows none. */
  readonly progress: NodeJS.WriteStream | null
  readonly onEvent: (event: StackEvent) => void
  /** Told once everything is up. */
  readonly onReady: (stack: Stack, access: Access, startedInMs: number) => void
}

export interface DemoResult {
  readonly stack: Stack
  readonly figures: Figures
  readonly control: Awaited<ReturnType<typeof controlLines>>
  readonly books: Books
  readonly kill: Kill
  readonly currency: string
  readonly settled: boolean
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
  const beganMs = Date.now()
  const given = loadConfig()
  const config: Config = { ...given, dataDir: path.join(given.dataDir, 'demo') }
  const programme = demoProgramme(options.programme)
  const people = readPeople(PROJECT_ROOT, options.participants)
  // Every run begins with nobody: the same people could not register twice.
  rmSync(config.dataDir, { recursive: true, force: true })
  const stack = await startStack({
    config: { ...config, sandboxJournal: path.join(config.dataDir, 'sandbox.jsonl') },
    onEvent: options.onEvent,
  })
  try {
    writeRunning(config.dataDir, { ...stack, pid: process.pid })
    const environment = loadConfig(stack.environmentOf('api'))
    const { store } = composeEngine(environment, 'lunas demo', 4)
    const access = await developmentAccess(store, config.dataDir)
    options.onReady(stack, access, Date.now() - beganMs)
    const sandbox = { url: stack.sandboxUrl ?? '', apiKey: environment.sandboxApiKey?.reveal() ?? '' }
    const journal = openJournal(sandbox.url, sandbox.apiKey)
    const calls = openCalls(stack.apiUrl, access)
    const ran = await run({ options, stack, store, programme, people, calls, journal, sandbox, beganMs })
    await store.close()
    return { ...ran, stack, seconds: (Date.now() - beganMs) / 1000 }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

function demoProgramme(code: string): Programme {
  if (!isShipped(code)) throw new ConfigProblem([`no programme ${code} comes with Lunas; there is demo`])
  const programme = shippedProgramme(code)
  if (programme.calendar.kind !== 'always') {
    throw new ConfigProblem([
      `${code} waits for days and months; the demo runs programmes whose calendar is always open`,
    ])
  }
  return programme
}

interface Running {
  readonly options: DemoOptions
  readonly stack: Stack
  readonly store: Store
  readonly programme: Programme
  readonly people: ReturnType<typeof readPeople>
  readonly calls: Calls
  readonly journal: Journal
  readonly sandbox: { readonly url: string; readonly apiKey: string }
  readonly beganMs: number
}

async function run(of: Running): Promise<Omit<DemoResult, 'stack' | 'seconds'>> {
  const { programme, calls, store } = of
  const sql = store.context.database.pool
  const topUp = toppingUp(of)
  await seedProgramme(calls, { programme, appropriation: total(of) * 2n, quota: 10_000 }, Date.now())
  await topUp(total(of) / OPENING_SHARE)
  const ended = new AbortController()
  const patience = setTimeout(() => ended.abort(), PATIENCE_MS)
  const killed = of.options.killWorker
    ? killWorker(of.stack, of.journal, sql, ended.signal)
    : Promise.resolve<Kill>({ workerKills: 0, inFlightAtKill: 0, ref: null })
  const progress = openProgress(of.options.progress)
  let firstPaidMs: number | null = null
  const lives = await drive({
    calls,
    programme,
    wave: SEEDED_WAVE,
    people: of.people,
    topUp: () => topUp(total(of)),
    signal: ended.signal,
    onRound: async (round) => {
      const { paidMinor, byStage } = await readFigures(sql, programme.code)
      if (paidMinor > 0n) firstPaidMs ??= Date.now() - of.beganMs
      const settled = round.filter(isSettled).length
      progress.show({ settled, total: of.people.length, byStage, paidMinor, currency: programme.currency })
    },
  })
  progress.end()
  clearTimeout(patience)
  ended.abort()
  const kill = await killed
  const counted = await count(of, lives)
  const ref = kill.ref ?? lives.find(({ person }) => person.scenario === 'wrong-account')?.ref ?? lives[0]?.ref ?? null
  const story = ref === null ? null : { ref, ...(await storyOf(of, ref)) }
  const settled = lives.length === of.people.length && lives.every(isSettled)
  const firstPaidSeconds = firstPaidMs === null ? null : firstPaidMs / 1000
  return { ...counted, kill, settled, story, currency: programme.currency, firstPaidSeconds }
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
    await fundSandbox(of.calls, of.sandbox, { programme: of.programme, amount, number: `SP2D-${made}` })
  }
}

async function count(
  of: Running,
  lives: readonly Follow[],
): Promise<Pick<DemoResult, 'figures' | 'control' | 'books'>> {
  await of.journal.update()
  return inSnapshot(of.store.context.database, async (sql) => {
    const control = await controlLines(sql)
    const owed = await owedByRef(sql, of.programme.code)
    const books = checkBooks({
      journal: of.journal.entries,
      control,
      paid: await paidSums(sql),
      clearing: await clearingReferences(sql),
      people: lives.map(({ person, ref }) => ({
        ref,
        owed: owed.get(ref) ?? 0n,
        accounts: [person.registration.account, person.repair].flatMap((account) => (account ? [account.number] : [])),
      })),
    })
    return { figures: await readFigures(sql, of.programme.code), control, books }
  })
}

async function storyOf(of: Running, ref: string): Promise<{ lines: StoryLine[]; temporalUrl: string }> {
  const path = `/v1/programmes/${of.programme.code}/participants/${ref}`
  const timeline = await of.calls.get('operator', `${path}/timeline`)
  const view = await of.calls.get('operator', path)
  return { lines: timeline.body['data'] as StoryLine[], temporalUrl: String(view.body['temporalUrl']) }
}
