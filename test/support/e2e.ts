/** A whole stack of real processes in a folder of its own, with a programme whose people wait for nothing but each other. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { loadConfig, type EnvironmentName } from '../../config.ts'
import type { Programme } from '../../domain/programme.ts'
import { developmentAccess, type Access } from '../../local/access.ts'
import type { Books } from '../../local/demo/books.ts'
import { openCalls, type Calls } from '../../local/demo/calls.ts'
import { countBooks } from '../../local/demo/count.ts'
import { drive } from '../../local/demo/drive.ts'
import { openJournal, type Journal } from '../../local/demo/journal.ts'
import { isSettled, type Follow } from '../../local/demo/lives.ts'
import type { Person } from '../../local/demo/people.ts'
import { developmentIdentities, type Identities } from '../../local/identities.ts'
import { fundSandbox, SEEDED_WAVE, seedProgramme } from '../../local/seed.ts'
import { startStack, type Stack } from '../../local/stack.ts'
import { composeEngine } from '../../main/compose.ts'
import { openDatabase, type Database } from '../../store/database.ts'
import type { Store } from '../../store/index.ts'
import { connectTemporal, type Temporal } from '../../temporal/connect.ts'
import { patientProgramme } from './e2e-people.ts'
import { portsOfItsOwn } from './ports.ts'

export interface LiveStack {
  readonly home: string
  readonly stack: Stack
  readonly access: Access
  readonly identities: Identities
  readonly calls: Calls
  readonly journal: Journal
  /** As the engine's own processes see the database. */
  readonly store: Store
  /** As superuser: for looking, and for what the application may not do. */
  readonly root: Database
  readonly temporal: Temporal
  readonly programme: Programme
  readonly sandbox: { readonly url: string; readonly apiKey: string }
  /** Path of the programme's people. */
  readonly participants: string
  /** Takes people from registration to their end; those of earlier calls are left alone. */
  settle(people: readonly Person[], more?: SettleOptions): Promise<readonly Follow[]>
  /** Says that money may go to these accounts of a person, beside those of people who were settled. */
  remember(ref: string, ...accounts: readonly string[]): void
  /** The two lines the demo ends with, over everybody who was ever settled or remembered here. */
  books(): Promise<Books>
  /** Rows of a statement run as superuser. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export interface SettleOptions {
  readonly onRound?: (lives: readonly Follow[]) => Promise<void> | void
  /** Fails after this long, with who has not settled. Default 90 s. */
  readonly withinMs?: number
}

export interface LiveStackOptions {
  readonly environment?: Partial<Record<EnvironmentName, string>>
  readonly programme?: Programme
}

const APPROPRIATION = 1_000_000_000_000n
const FLOAT = 500_000_000_000n

/** Starts everything and seeds a programme, its budget and an open wave. */
export async function openLiveStack(options: LiveStackOptions = {}): Promise<LiveStack> {
  const home = temporaryHome()
  const environment = await environmentIn(home, options.environment)
  const stack = await startStack({ config: loadConfig(environment), code: inject('built'), writeAhead: true })
  try {
    const config = loadConfig(stack.environmentOf('api'))
    const { store } = composeEngine(config, 'test', 4)
    const access = await developmentAccess(store, stack.dataDir)
    const identities = await developmentIdentities(store, stack.dataDir)
    const calls = openCalls(stack.apiUrl, access)
    const sandbox = { url: stack.sandboxUrl ?? '', apiKey: config.sandboxApiKey?.reveal() ?? '' }
    const programme = options.programme ?? patientProgramme()
    await seedProgramme(calls, identities, { programme, appropriation: APPROPRIATION, quota: 100_000 }, Date.now())
    await fundSandbox(calls, identities, sandbox, { programme, amount: FLOAT, number: 'SP2D-0' })
    const root = openDatabase(stack.postgres?.superUrl ?? '', { max: 4, name: 'test root' })
    const temporal = connectTemporal({ address: stack.temporalAddress, namespace: config.temporalNamespace })
    const journal = openJournal(sandbox.url, sandbox.apiKey)
    const parts = { home, stack, access, identities, calls, journal, store, root, temporal, programme, sandbox }
    return { ...parts, ...actions(parts), participants: `/v1/programmes/${programme.code}/participants` }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

/** A folder that PostgreSQL, which runs as another user when we are root, may pass through. */
export function temporaryHome(): string {
  const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-e2e-'))
  chmodSync(home, 0o755)
  return home
}

/** Settings of a stack that meets no other: a data folder and ports of its own. */
export async function environmentIn(
  home: string,
  more: Partial<Record<EnvironmentName, string>> = {},
): Promise<Partial<Record<EnvironmentName, string>>> {
  return { LUNAS_DATA_DIR: path.join(home, 'data'), ...(await portsOfItsOwn()), ...more }
}

type Parts = Omit<LiveStack, 'remember' | 'settle' | 'books' | 'rows' | 'close' | 'participants'>

function actions(parts: Parts): Pick<LiveStack, 'remember' | 'settle' | 'books' | 'rows' | 'close'> {
  const known = new Map<string, readonly string[]>()
  const remember = (ref: string, ...accounts: readonly string[]): void =>
    void known.set(ref, [...(known.get(ref) ?? []), ...accounts])
  return {
    remember,
    async settle(people: readonly Person[], { onRound, withinMs = 90_000 }: SettleOptions = {}) {
      const lives = await drive({
        calls: parts.calls,
        programme: parts.programme,
        wave: SEEDED_WAVE,
        people,
        topUp: () => Promise.resolve(),
        // Tests look at whatever moment they like.
        isAtRest: () => Promise.resolve(true),
        onRound: (round) => onRound?.(round),
        signal: AbortSignal.timeout(withinMs),
      })
      for (const { ref, person } of lives) remember(ref, ...accountsOf(person))
      const waiting = lives.filter((of) => !isSettled(of))
      if (waiting.length > 0) throw new Error(`not settled after ${withinMs} ms: ${waiting.map(placeOf).join('; ')}`)
      return lives
    },
    books: () => booksOf(parts, known),
    async rows<Row extends object>(text: string, values: readonly unknown[] = []) {
      return (await parts.root.pool.query<Row>(text, [...values])).rows
    },
    async close() {
      await parts.temporal.close()
      await parts.store.close()
      await parts.root.pool.end()
      await parts.stack.stop()
      rmSync(parts.home, { recursive: true, force: true })
    },
  }
}

function placeOf({ ref, stage, attention, person }: Follow): string {
  return `${ref} (${person.registration.account?.number}) ${stage} ${attention ?? ''}`
}

async function booksOf(
  { root, journal, programme }: Parts,
  known: ReadonlyMap<string, readonly string[]>,
): Promise<Books> {
  const people = [...known].map(([ref, accounts]) => ({ ref, accounts }))
  return (await countBooks(root, journal, programme, people)).books
}

function accountsOf({ registration, repair }: Person): string[] {
  return [registration.account, repair].flatMap((account) => (account ? [account.number] : []))
}

/** Waits until something is so, and answers with it. Throws with `what` after `withinMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  { withinMs = 20_000, pauseMs = 50 } = {},
): Promise<T> {
  const end = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`after ${withinMs} ms still not so: ${what}`)
    await sleep(pauseMs)
  }
}
