/** A whole stack of real processes for a trial, in a folder and on ports of its own, with a programme, its money and an open wave. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { loadConfig, type Config, type EnvironmentName } from '../../config.ts'
import type { Programme } from '../../domain/programme.ts'
import { developmentAccess } from '../../local/access.ts'
import { compiled } from '../../local/compiled.ts'
import { openCalls, type Calls } from '../../local/demo/calls.ts'
import { isAtRest } from '../../local/demo/count.ts'
import { drive, goOn } from '../../local/demo/drive.ts'
import { openJournal, type Journal } from '../../local/demo/journal.ts'
import { follow, isSettled, type Follow } from '../../local/demo/lives.ts'
import type { Person } from '../../local/demo/people.ts'
import { developmentIdentities, type Identities } from '../../local/identities.ts'
import { freePort } from '../../local/ports.ts'
import { writeRunning } from '../../local/running.ts'
import { fundSandbox, SEEDED_WAVE, seedProgramme, type SandboxAccess } from '../../local/seed.ts'
import { startStack, type Stack, type StackOptions } from '../../local/stack.ts'
import { composeEngine } from '../../main/compose.ts'
import { openDatabase, type Database } from '../../store/database.ts'
import type { Store } from '../../store/index.ts'
import { trialProgramme } from './people.ts'

export interface Stand {
  readonly home: string
  readonly stack: Stack
  readonly config: Config
  readonly code: string
  readonly calls: Calls
  readonly identities: Identities
  readonly journal: Journal
  readonly sandbox: SandboxAccess
  readonly store: Store
  /** As superuser, for looking. */
  readonly root: Database
  readonly programme: Programme
  /** What a process is told beside its settings. */
  readonly beside: NonNullable<StackOptions['beside']>
  /** Everybody who was ever taken through a life here. */
  readonly lives: Follow[]
  /** Takes people from registration to where nothing more happens by itself; those who have not come there in time are left. */
  settle(people: readonly Person[], more?: SettleOptions): Promise<void>
  /** Goes on with some of those who are registered until nothing more happens by itself. */
  goOn(lives: readonly Follow[], more?: SettleOptions): Promise<void>
  /** Goes on with everybody until nothing more happens by itself. */
  rest(withinMs?: number): Promise<void>
  close(): Promise<void>
}

export interface SettleOptions {
  readonly onRound?: (lives: readonly Follow[]) => Promise<void> | void
  readonly withinMs?: number
  /** Aborted: people are left where they stand. */
  readonly signal?: AbortSignal
}

export interface StandOptions extends Pick<StackOptions, 'beside' | 'waits' | 'children'> {
  readonly environment?: Partial<Record<EnvironmentName, string>>
  readonly programme?: Programme
  /** Answers as the API does, from this process: for a stack that runs without one. */
  readonly serve?: (config: Config) => Promise<{ close(): Promise<void> }>
  /** What lies at the gateway at first, in minor units. */
  readonly float?: bigint
  /** How long one look into the database may take, where it reads very many. */
  readonly queryTimeoutMs?: number
}

const APPROPRIATION = 10n ** 15n
/** Enough for a few payments: it really runs short, and is topped up. */
const FLOAT = 3n * 10n ** 8n
/** Enough for a few of those who wait then. */
const TOP_UP = 6n * 10n ** 8n
const TOP_UP_PAUSE_MS = 5000
const PATIENCE_MS = 1_200_000

export async function openStand(options: StandOptions = {}): Promise<Stand> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-chaos-'))
  // PostgreSQL, which runs as another user when we are root, passes through it.
  chmodSync(home, 0o755)
  const code = await compiled()
  const { environment = {}, programme = trialProgramme(), serve, float = FLOAT } = options
  const { beside = () => ({}), waits, children, queryTimeoutMs } = options
  const parts = { beside, ...(waits && { waits }), ...(children && { children }) }
  const looks = queryTimeoutMs === undefined ? {} : { queryTimeoutMs }
  const own = loadConfig({
    LUNAS_DATA_DIR: path.join(home, 'data'),
    LUNAS_LOG_LEVEL: 'warn',
    ...(await ports()),
    ...environment,
  })
  const stack = await startStack({ config: own, code, writeAhead: true, ...parts })
  try {
    const config = loadConfig(stack.environmentOf('api'))
    const served = (await serve?.(config)) ?? null
    if (served) writeRunning(stack.dataDir, { ...stack, pid: process.pid })
    const { store } = composeEngine(config, 'lunas chaos', 4)
    const calls = openCalls(stack.apiUrl, await developmentAccess(store, stack.dataDir), PATIENCE_MS)
    const identities = await developmentIdentities(store, stack.dataDir)
    const sandbox = { url: stack.sandboxUrl ?? '', apiKey: config.sandboxApiKey?.reveal() ?? '' }
    await seedProgramme(calls, identities, { programme, appropriation: APPROPRIATION, quota: 1_000_000 }, Date.now())
    await fundSandbox(calls, identities, sandbox, { programme, amount: float, number: 'SP2D-0' })
    const root = openDatabase(stack.postgres?.superUrl ?? '', { max: 4, name: 'lunas chaos root', ...looks })
    const journal = openJournal(sandbox.url, sandbox.apiKey)
    const lives: Follow[] = []
    const made = {
      home,
      stack,
      config,
      code,
      calls,
      identities,
      journal,
      sandbox,
      store,
      root,
      programme,
      beside,
      lives,
    }
    return { ...made, ...driving(made), close: closing(made, served) }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

async function ports(): Promise<Partial<Record<EnvironmentName, string>>> {
  const names = ['LUNAS_PORT', 'SANDBOX_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'] as const
  const chosen: Partial<Record<EnvironmentName, string>> = {}
  for (const name of names) chosen[name] = String(await freePort())
  return chosen
}

type Made = Omit<Stand, 'settle' | 'goOn' | 'rest' | 'close'>

function driving(made: Made): Pick<Stand, 'settle' | 'goOn' | 'rest'> {
  const { calls, identities, sandbox, programme, journal, root, lives } = made
  let transfers = 0
  let lastMs = -Infinity
  const topUp = async (): Promise<void> => {
    if (Date.now() - lastMs < TOP_UP_PAUSE_MS) return
    lastMs = Date.now()
    const of = { programme, amount: TOP_UP, number: `SP2D-${transfers + 1}` }
    try {
      await fundSandbox(calls, identities, sandbox, of)
      transfers += 1
    } catch (error) {
      // The gateway has just been killed: the same transfer is told again, and counts once.
      if (!(error instanceof TypeError)) throw error
    }
  }
  const optionsOf = ({ onRound, withinMs = PATIENCE_MS, signal }: SettleOptions) => ({
    calls,
    programme,
    wave: SEEDED_WAVE,
    topUp,
    // A server that has just been killed does not answer: whether money rests is then asked again.
    isAtRest: () => isAtRest(root.pool, journal, programme.code).catch(() => false),
    onRound: (round: readonly Follow[]) => onRound?.(round),
    signal: AbortSignal.any([AbortSignal.timeout(withinMs), ...(signal ? [signal] : [])]),
  })
  return {
    async settle(people, more = {}) {
      const known = new Set<Follow>()
      // At once: money need not rest for what others do about them, nor does it while more people come all the time.
      const onRound = (round: readonly Follow[]): Promise<void> | void => {
        for (const of of round) if (!known.has(of)) lives.push(of)
        for (const of of round) known.add(of)
        return more.onRound?.(round)
      }
      await drive({ ...optionsOf({ ...more, onRound }), people })
    },
    async goOn(some, more = {}) {
      await goOn(optionsOf(more), some)
    },
    async rest(withinMs = PATIENCE_MS) {
      await goOn(optionsOf({ withinMs }), lives)
    },
  }
}

function closing({ store, root, stack, home }: Made, served: { close(): Promise<void> } | null): () => Promise<void> {
  return async () => {
    await served?.close()
    await store.close()
    await root.pool.end()
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** Registers people and leaves them there. */
export async function register({ calls, programme, lives }: Stand, people: readonly Person[]): Promise<Follow[]> {
  const made: Follow[] = []
  for (const person of people) {
    const { body } = await calls.post('registrar', `/v1/programmes/${programme.code}/participants`, person.registration)
    made.push(follow(person, String(body['ref']), Date.now()))
  }
  lives.push(...made)
  return made
}

/** Those who are neither final nor in a wait that has a name. */
export function unsettled({ lives }: Pick<Stand, 'lives'>): readonly Follow[] {
  return lives.filter((of) => !isSettled(of))
}
