/** The database restored into its past while the gateway and Temporal go on: nothing that was paid in between is paid again. */
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, readdirSync, renameSync, writeFileSync, chownSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createReconciliationActivities } from '../activities/reconciliation.ts'
import { follow } from '../local/demo/lives.ts'
import type { Person } from '../local/demo/people.ts'
import { composeEngine } from '../main/compose.ts'
import { openDatabase } from '../store/database.ts'
import { commandsIn, readDocument } from '../test/support/markdown.ts'
import { closeDay } from './live/judge.ts'
import { peopleOf, type Kind } from './live/people.ts'
import { register, type Stand } from './live/stand.ts'
import { underway, until, type Trial } from './live/trial.ts'

const KINDS: readonly Kind[] = ['00', '40', '41', '44', '50', '53'].map((scenario) => ({ scenario }))
/** A server and its clients stay down for so long: time to put the copy in its place. */
const DOWN_MS = 1500

/** New people become due this often while the backup grows old. */
const PACE_MS = 20_000

/** `aheadMs`: how far the database is put back. Whoever is paid meanwhile was registered before. */
export function restoring({ each = 1, aheadMs = 600_000, tell = (_line: string): void => undefined } = {}): Trial {
  return {
    stand: { waits: { firstMs: DOWN_MS, longestMs: DOWN_MS } },
    async play(stand) {
      await stand.settle(peopleOf(KINDS, 1))
      const rounds = Math.max(1, Math.ceil(aheadMs / PACE_MS))
      const waiting = await register(stand, peopleOf(KINDS, each * rounds))
      const over = new AbortController()
      const going: Promise<void>[] = []
      const next = (): void => {
        const some = waiting.splice(0, KINDS.length * each)
        const gone = stand.goOn(some, { signal: over.signal, withinMs: 2 * aheadMs + SETTLED_MS })
        gone.catch(() => undefined)
        going.push(gone)
      }
      next()
      await until('payouts are on their way', async () => (await underway(stand)) > 0, 120_000)
      const copy = await backUp(stand)
      const end = Date.now() + aheadMs
      for (let left = aheadMs; left > 0; left = end - Date.now()) {
        tell(
          `the backup is ${Math.round((aheadMs - left) / 1000)} s old; ${await accepted(stand)} payouts at the gateway`,
        )
        await sleep(Math.min(PACE_MS, left))
        if (waiting.length > 0) next()
      }
      const lost = await paidMeanwhile(stand, each)
      // Whoever drives these lives has seen them further than the database will remember them.
      over.abort()
      await Promise.all(going)
      const before = await accepted(stand)
      await restore(stand, copy)
      tell('the database is the backup')
      const isFound = async (): Promise<boolean> => (await stand.store.restores.open().catch(() => null)) !== null
      await until('a worker has found it', isFound, 120_000)
      // Whatever lives still wanted to send has been refused for as long as anything would take.
      await sleep(5000)
      const sent = (await accepted(stand)) - before
      if (sent > 0) throw new Error(`${sent} payouts were sent before people had looked`)
      await recover(stand)
      tell('what was owed is looked up, and two people have let sends go on')
      await beginAgain(stand)
      await stand.rest()
      await close(stand, lost)
      tell('who was paid and forgotten has registered again, and is paid once')
      return { kills: 1 }
    },
  }
}

/** Time to come to rest, beside that in which people come. */
const SETTLED_MS = 300_000

/** Some who register, and are paid all that they are owed, after the backup was made: the database will know nothing of them. */
async function paidMeanwhile(stand: Stand, each: number): Promise<readonly Person[]> {
  const people = peopleOf([{ scenario: '00' }], each)
  await stand.settle(people)
  stand.lives.splice(-people.length)
  return people
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

/** What the runbook says, command by command as it stands there; its last one ends the restore, once all has come to rest. */
async function recover(stand: Stand): Promise<void> {
  const { stack } = stand
  const said: Record<string, string> = {}
  for (const command of commandsIn(readDocument(RUNBOOK)).filter((one) => one !== CLOSE && !one.includes(STRAY))) {
    const told = await carryOut(stand, command, said)
    said['FREEZE'] ??= /^freeze +([0-9a-f-]{36})$/m.exec(told)?.[1] ?? ''
  }
  await until('sends go on', async () => (await frozen(stack.postgres?.superUrl ?? '')) === 0)
}

const RUNBOOK = 'docs/runbooks/restore.md'
const CLOSE = 'lunas recover close'

const STRAY = '--stray'

/** One command of the runbook with what its words stand for; what it proposes, another person approves. */
async function carryOut(stand: Stand, command: string, named: Readonly<Record<string, string>>): Promise<string> {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
  const [, ...asked] = words.map((word) => named[word] ?? word)
  const told = await lunas(stand, asked[0] === 'audit' ? 'sealer' : 'worker', ...asked)
  const proposal = /approvals approve ([0-9a-f-]{36})/.exec(told)?.[1]
  if (proposal !== undefined) await lunas(stand, 'worker', 'approvals', 'approve', proposal)
  return told
}

/**
 * The days are over and matched: what the gateways paid in the time that is missing is known for sure. Whom nobody knows any more registers
 * again meanwhile; two people find which debits were their payments, and nothing is paid to them twice.
 */
async function close(stand: Stand, lost: readonly Person[]): Promise<void> {
  const { store, gateways } = composeEngine(stand.config, 'lunas chaos', 2)
  try {
    const before = await accepted(stand)
    const again = await register(stand, lost)
    const going = stand.goOn(again)
    going.catch(() => undefined)
    const { id = '' } = (await store.restores.open()) ?? {}
    const days = [...gateways.values()].map(({ code, capabilities: { statement } }) => ({ code, ...statement }))
    const steps = createReconciliationActivities({ store, gateways, now: () => Date.now(), beat: () => undefined })
    for (const named of await store.restores.unmatchedDays(id, days)) {
      const [gateway = '', day = ''] = named.split(' ')
      await closeDay(stand.sandbox, day)
      const fetched = await steps.fetchStatement({ gateway, day })
      if (fetched.kind !== 'loaded') throw new Error(`the statement is not loaded: ${fetched.kind}`)
      await steps.matchStatement({ gateway, statement: fetched.statement })
      await steps.settleStatement({ statement: fetched.statement })
    }
    const strays = () => store.restores.strays(id, days)
    if ((await strays()).length < lost.length) throw new Error('the statements do not show what nobody knows of')
    const areCounted = async (): Promise<boolean> => {
      for (const { discrepancy, owed } of await strays()) await count(stand, discrepancy, owed)
      return (await strays()).length === 0
    }
    await until('every debit has its payment', areCounted, 120_000, 1000)
    await going
    if ((await accepted(stand)) > before) throw new Error('somebody was paid again who registered again')
    await lunas(stand, 'worker', ...CLOSE.split(' ').slice(1))
  } finally {
    await store.close()
  }
}

/** Of what is owed to who registered again, what the debit has paid: the first of that amount. */
async function count(stand: Stand, discrepancy: string, owed: readonly string[]): Promise<void> {
  const { rows } = await stand.root.pool.query<{ key: string }>(
    `SELECT d.key FROM disbursement d JOIN discrepancy x ON x.id = $1 WHERE d.key = ANY ($2) AND d.amount = x.amount_there AND d.state = 'released'
      ORDER BY d.key LIMIT 1`,
    [discrepancy, owed],
  )
  const command = commandsIn(readDocument(RUNBOOK)).find((one) => one.includes(STRAY))
  if (rows[0] && command) await carryOut(stand, command, { DISBURSEMENT: rows[0].key, DISCREPANCY: discrepancy })
}

async function frozen(url: string): Promise<number> {
  const database = openDatabase(url, { max: 1, name: 'lunas chaos' })
  try {
    return (await database.pool.query('SELECT FROM freezes WHERE lifted_at IS NULL')).rows.length
  } finally {
    await database.pool.end()
  }
}

async function lunas({ stack, code }: Stand, as: 'worker' | 'sealer', ...args: string[]): Promise<string> {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [path.join(code, 'cli/main.js'), ...args], {
    env: stack.environmentOf(as),
    cwd: stack.dataDir,
  })
  return stdout
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
