/**
 * Connections to a test database that outlive the test. A new one has everything to look up and every plan to make: that took half of
 * the time of all tests of the store.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { openDatabase, type Database } from '../../store/database.ts'

export interface Kept {
  /** As the application, and as superuser. */
  readonly app: Database
  readonly root: Database
  /**
   * Does something as superuser where nobody else is connected and nothing goes on in these, which are as new then but for their plans. False where that is
   * not so, before or after it.
   */
  alone(work: (root: pg.PoolClient) => Promise<boolean>): Promise<boolean>
  /** Without waiting for what is still in use. */
  close(): void
}

/** What one test has begun, set, locked or listened to is nothing to the next; `DISCARD ALL` would forget the plans too. */
const AS_NEW = `ROLLBACK; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES`

const CONNECTED = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'`

/** Who has closed a connection is seen there for a moment. */
const LOOKS = 20
const LOOK_AGAIN_MS = 10

export function openKept(urls: { readonly app: string; readonly super: string }): Kept {
  const app = openDatabase(urls.app, { max: 10, name: 'test' })
  const root = openDatabase(urls.super, { max: 4, name: 'test root' })
  const pools = [root.pool, app.pool]
  return {
    app,
    root,
    async alone(work) {
      if (pools.some((pool) => pool.idleCount < pool.totalCount || pool.waitingCount > 0)) return false
      // All are idle: only where there is none is one made.
      const clients = await Promise.all(pools.flatMap((pool) => allOf(pool, pool === root.pool ? 1 : 0)))
      const [first] = clients
      try {
        for (const client of clients) await client.query(AS_NEW)
        if (!first || !(await areAlone(first, clients))) return false
        const isDone = await work(first)
        // Whoever came meanwhile, through these or not, may have written.
        return isDone && pools.every(({ waitingCount }) => waitingCount === 0) && (await areAlone(first, clients))
      } finally {
        for (const client of clients) client.release()
      }
    },
    close() {
      for (const pool of pools) pool.end().catch(() => undefined)
    },
  }
}

/** As a test has them: who asks for one after the database was given back is refused, and does not meet the next test there. */
export function lentKept(kept: Kept, isBack: () => boolean): Kept {
  const face = ({ pool }: Database): Database => ({
    pool: new Proxy(pool, {
      get(target, name) {
        if (isBack() && (name === 'connect' || name === 'query')) throw new Error('the database was given back')
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }),
  })
  return { ...kept, app: face(kept.app), root: face(kept.root) }
}

function allOf(pool: pg.Pool, least: number): Promise<pg.PoolClient>[] {
  return Array.from({ length: Math.max(pool.totalCount, least) }, () => pool.connect())
}

async function areAlone(root: pg.PoolClient, ours: readonly pg.PoolClient[]): Promise<boolean> {
  const known = new Set(ours.map((client) => (client as unknown as { readonly processID: number }).processID))
  for (let look = 0; look < LOOKS; look += 1) {
    const { rows } = await root.query<{ pid: number }>(CONNECTED)
    if (rows.every(({ pid }) => known.has(pid))) return true
    await sleep(LOOK_AGAIN_MS)
  }
  return false
}
