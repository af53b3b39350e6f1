/** The database restored into its past while the gateway and Temporal go on: nothing that was paid in between is paid again. */
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, readdirSync, renameSync, writeFileSync, chownSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { agree } from '../local/agreement.ts'
import { follow } from '../local/demo/lives.ts'
import { openDatabase } from '../store/database.ts'
import { peopleOf, type Kind } from './live/people.ts'
import type { Stand } from './live/stand.ts'
import { underway, until, type Trial } from './live/trial.ts'

const KINDS: readonly Kind[] = ['00', '40', '41', '44', '50', '53'].map((scenario) => ({ scenario }))
/** A server and its clients stay down for so long: time to put the copy in its place. */
const DOWN_MS = 1500

export function restoring({ each = 3, aheadMs = 15_000 } = {}): Trial {
  return {
    stand: { waits: { firstMs: DOWN_MS, longestMs: DOWN_MS } },
    async play(stand) {
      await stand.settle(peopleOf(KINDS, 1))
      const over = new AbortController()
      const settled = stand.settle(peopleOf(KINDS, each), { signal: over.signal })
      settled.catch(() => undefined)
      await until('payouts are on their way', async () => (await underway(stand)) > 0, 120_000)
      const copy = await backUp(stand)
      await Promise.race([settled, sleep(aheadMs)])
      // Whoever drives these lives has seen them further than the database will remember them.
      over.abort()
      await settled
      const before = await accepted(stand)
      await restore(stand, copy)
      const isFound = async (): Promise<boolean> => (await stand.store.restores.open().catch(() => null)) !== null
      await until('a worker has found it', isFound, 120_000)
      // Whatever lives still wanted to send has been refused for as long as anything would take.
      await sleep(5000)
      const sent = (await accepted(stand)) - before
      if (sent > 0) throw new Error(`${sent} payouts were sent before people had looked`)
      await recover(stand)
      await beginAgain(stand)
      return 1
    },
  }
}

async function accepted({ journal }: Stand): Promise<number> {
  await journal.update()
  return journal.entries.filter(({ kind }) => kind === 'accepted').length
}

/** What a base backup is: the files while the server runs, its label, and the log up to its end. */
async function backUp({ stack, root, home }: Stand): Promise<string> {
  const from = stack.postgres?.dataPath ?? ''
  const copy = path.join(home, 'backup')
  const client = await root.pool.connect()
  try {
    await client.query(`SELECT pg_backup_start('trial', true)`)
    cpSync(from, copy, {
      recursive: true,
      preserveTimestamps: true,
      filter: (file) => !/postmaster\.pid$|\.s\.PGSQL\./.test(file),
    })
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)')
    for (const name of readdirSync(path.join(from, 'pg_wal'))) {
      const file = path.join(from, 'pg_wal', name)
      if (statSync(file).isFile()) copyFileSync(file, path.join(copy, 'pg_wal', name))
    }
    writeFileSync(path.join(copy, 'backup_label'), rows[0]?.labelfile ?? '')
  } finally {
    client.release()
  }
  const owner = statSync(from)
  for (const name of ['', ...(readdirSync(copy, { recursive: true }) as string[])]) {
    chownSync(path.join(copy, name), owner.uid, owner.gid)
  }
  return copy
}

/** Everything that knows the database dies; the copy takes its place; all come back by themselves. */
async function restore({ stack }: Stand, copy: string): Promise<void> {
  const place = stack.postgres?.dataPath ?? ''
  await Promise.all([stack.kill('worker', 'SIGKILL'), stack.kill('api', 'SIGKILL'), stack.kill('postgres', 'SIGKILL')])
  renameSync(place, `${place}.lost`)
  renameSync(copy, place)
  await Promise.all([stack.ready('postgres'), stack.ready('worker'), stack.ready('api')])
}

/** As the runbook says it, by the command itself. */
async function recover(stand: Stand): Promise<void> {
  const { stack, calls, identities } = stand
  const { freeze } = await lunas(stand, 'worker', 'recover', 'look', '--json')
  await lunas(stand, 'sealer', 'audit', 'restored', '--reason', 'a trial', '--json')
  const lift = { act: 'freeze-lift', content: { freeze }, reason: 'everything owed was looked up' }
  if (!(await agree(calls, identities, lift))) throw new Error('two people could not lift the freeze')
  await until('sends go on', async () => (await frozen(stack.postgres?.superUrl ?? '')) === 0)
}

async function frozen(url: string): Promise<number> {
  const database = openDatabase(url, { max: 1, name: 'lunas chaos' })
  try {
    return (await database.pool.query('SELECT FROM freezes WHERE lifted_at IS NULL')).rows.length
  } finally {
    await database.pool.end()
  }
}

async function lunas(
  { stack, code }: Stand,
  as: 'worker' | 'sealer',
  ...args: string[]
): Promise<Record<string, unknown>> {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [path.join(code, 'cli/main.js'), ...args], {
    env: stack.environmentOf(as),
    cwd: stack.dataDir,
  })
  return JSON.parse(stdout) as Record<string, unknown>
}

/** People and institutions tell again what the database has forgotten. */
async function beginAgain(stand: Stand): Promise<void> {
  const { rows } = await stand.root.pool.query<{ ref: string; stage: string }>('SELECT ref, stage FROM participant')
  const stages = new Map(rows.map(({ ref, stage }) => [ref, stage]))
  const again = stand.lives.flatMap(({ ref, person }) => {
    const stage = stages.get(ref)
    if (stage === undefined) return []
    const of = follow(person, ref, Date.now())
    of.admitted = stage !== 'screening' && stage !== 'admission'
    return [of]
  })
  stand.lives.splice(0, stand.lives.length, ...again)
}
