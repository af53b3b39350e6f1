/** After a restore of the database: what was sent in the time that is missing is looked up at the gateways before anything is sent. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import type { LookedUp } from '../activities/restores.ts'
import { settlesAtMs } from '../domain/enquiry.ts'
import type { Engine } from '../main/compose.ts'
import type { GatewayDays } from '../store/lost-time.ts'
import type { Restore } from '../store/restores.ts'
import { EXIT_FAILED, Failure, print, printJson } from './output.ts'

interface Options {
  readonly json?: boolean
}

export function recoverCommand(): Command {
  const command = new Command('recover').description(
    'after a restore of the database: run where its settings are, as docs/runbooks/restore.md says',
  )
  const status = command
    .command('status')
    .description('whether a restore is open, and what it waits for')
    .action((options: Options) => withEngine(options, showStatus))
  const begin = command
    .command('begin')
    .description('freeze everything and open a restore; a worker does it by itself when it finds the database older')
    .requiredOption('--reason <text>', 'which backup was restored, and why')
    .option(
      '--restored-to <time>',
      'the moment it was put back to, where that is known; lowers that of the restore that is open',
      instant,
    )
    .action((options: Begin) => withEngine(options, begun(options)))
  const look = command
    .command('look')
    .description(
      'ask the gateways for everything owed, record what they know, and let lives whose runs have ended begin again',
    )
    .action((options: Options) => withEngine(options, lookAtAll))
  const close = command
    .command('close')
    .description('end the restore, once the statements of the days it concerns are matched')
    .action((options: Options) => withEngine(options, closed))
  for (const each of [status, begin, look, close]) {
    each.option('--json', 'one JSON object on standard output').exitOverride()
  }
  return command
}

type Told = Readonly<Record<string, unknown>>

async function withEngine(options: Options, work: (engine: Engine) => Promise<Told>): Promise<void> {
  const { loadConfig } = await import('../config.ts')
  const { composeEngine } = await import('../main/compose.ts')
  const engine = composeEngine(loadConfig(), 'lunas recover', 4)
  try {
    const told = await work(engine)
    if (options.json) printJson(told)
    else for (const [name, value] of Object.entries(told)) print(`${name.padEnd(14)} ${String(value)}`)
  } finally {
    await engine.store.close()
  }
}

async function openIn({ store }: Engine): Promise<Restore> {
  const open = await store.restores.open()
  if (open === null) throw new Failure('no restore is open', EXIT_FAILED)
  return open
}

async function showStatus(engine: Engine): Promise<Told> {
  const open = await engine.store.restores.open()
  if (open === null) return { open: false }
  const { restores } = engine.store
  const [days, strays] = await Promise.all([
    restores.unmatchedDays(open.id, daysOf(engine)),
    restores.strays(open.id, daysOf(engine)),
  ])
  const unresolved = strays.map(({ discrepancy, owed }) => {
    return owed.length === 0 ? discrepancy : `${discrepancy} (maybe ${owed.join(', ')})`
  })
  const left = { unmatched: days.join(', ') || 'none', unresolved: unresolved.join(', ') || 'none' }
  return { open: true, ...toldOf(open), ...left }
}

function daysOf({ gateways }: Engine): readonly GatewayDays[] {
  return [...gateways.values()].map(({ code, capabilities: { statement } }) => {
    const { zone, windowDays } = statement
    return { code, zone, windowDays }
  })
}

function toldOf({ id, freeze, restoredTo, foundAt, reason, lookedUpAt }: Restore): Told {
  const lookedUp = lookedUpAt?.toISOString() ?? 'not yet'
  return { restore: id, freeze, restoredTo: restoredTo.toISOString(), foundAt: foundAt.toISOString(), reason, lookedUp }
}

interface Begin extends Options {
  readonly reason: string
  /** Milliseconds since the epoch. */
  readonly restoredTo?: number
}

function begun({ reason, restoredTo }: Begin) {
  return async ({ store }: Engine): Promise<Told> =>
    toldOf(await store.restores.begin(reason, OPERATOR, Date.now(), restoredTo))
}

function instant(text: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new InvalidArgumentError('a time such as 2026-11-22T10:00:00+07:00')
  return ms
}

/** Whoever runs it holds the settings of the whole engine; the act of lifting is that of two signed persons. */
const OPERATOR = { person: 'restore', keyId: null, role: null, requestId: null } as const

const PAGE = 500
const LANES = 16

async function lookAtAll(engine: Engine): Promise<Told> {
  const { lookUp } = await import('../activities/restores.ts')
  const { store } = engine
  const open = await openIn(engine)
  await untilSettled(engine, open)
  const counts: Record<LookedUp, number> = { 'not-there': 0, recovered: 0, unanswered: 0, left: 0 }
  const [silent, heldUp] = [new Set<string>(), new Set<string>()]
  const onSilent = (gateway: string): unknown => silent.add(gateway)
  const onHeldUp = (gateway: string): unknown => heldUp.add(gateway)
  const left: string[] = []
  let after = ''
  for (;;) {
    const keys = await store.restores.owed(after, PAGE)
    if (keys.length === 0) break
    await inLanes(keys, async (key) => {
      const found = await lookUp({ ...engine, now: () => Date.now(), onSilent, onHeldUp }, key)
      counts[found] += 1
      if (found === 'left' && left.length < NAMED) left.push(key)
    })
    after = keys.at(-1) ?? after
  }
  const reopened = await reopenLives(engine, open)
  if (counts.unanswered > 0) {
    await store.restores.silent(open.id, { unanswered: [...silent], heldUp: [...heldUp] }, Date.now(), open)
    const names = [...silent].toSorted().join(', ')
    const why = `${counts.unanswered} could not be asked about; look again once ${names} answers`
    throw new Failure(
      `${why}, or, where it is used no more, lift with --unasked: docs/runbooks/restore.md`,
      EXIT_FAILED,
    )
  }
  if (!(await store.restores.lookedUp(open.id, counts, Date.now(), open))) {
    throw new Failure('it was begun once more meanwhile, or said to be older: look again', EXIT_FAILED)
  }
  return { ...counts, reopened, freeze: open.freeze, ...(left.length > 0 ? { people: left.join(', ') } : {}) }
}

/** So many of those that people must look at are named. */
const NAMED = 20

/** What left in the last moment before the restore may not be found yet, and would be taken for unpaid. */
async function untilSettled({ gateways }: Engine, { foundAt }: Restore): Promise<void> {
  const settles = [...gateways.values()].map(({ capabilities }) => settlesAtMs(foundAt.getTime(), capabilities.timing))
  const ms = Math.max(0, ...settles) - Date.now()
  if (ms <= 0) return
  process.stderr.write(`asks in ${Math.ceil(ms / 1000)} s: what left last may not be found before\n`)
  await sleep(ms)
}

async function inLanes(keys: readonly string[], work: (key: string) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) await work(key)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

/** A life may have ended in the time that is missing: the store has it open, its run is over. */
async function reopenLives({ store }: Engine, { restoredTo }: Restore): Promise<number> {
  const { loadConfig, requireSettings } = await import('../config.ts')
  const { temporalOptions } = await import('../main/temporal.ts')
  const { connectTemporal } = await import('../temporal/connect.ts')
  const { reopenEnded } = await import('../temporal/reopen.ts')
  const config = requireSettings(loadConfig(), 'temporalAddress')
  const temporal = connectTemporal(temporalOptions(config, config.temporalAddress))
  try {
    const { isOpen } = store.restores
    return await reopenEnded(temporal, { sinceMs: restoredTo.getTime(), isOpen })
  } finally {
    await temporal.close()
  }
}

async function closed(engine: Engine): Promise<Told> {
  const open = await openIn(engine)
  await engine.store.restores.close(open.id, daysOf(engine), OPERATOR, Date.now())
  return { closed: open.id }
}
