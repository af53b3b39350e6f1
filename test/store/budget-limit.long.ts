/** A thousand decrees at once on an appropriation with money for five hundred: exactly five hundred people are promised theirs. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { migrate } from '../../local/migrate.ts'
import { makeHome, startPostgres, type RunningPostgres } from '../../local/postgres.ts'
import { Problem } from '../../domain/problem.ts'
import { entitlementTotal } from '../../domain/programme.ts'
import { registration, swiftProgramme } from '../support/builders.ts'
import type { TestDatabase } from '../support/cluster.ts'
import { openKept } from '../support/kept.ts'
import { NOON, OPERATOR, openWorld, refOf, WAVE, YEAR, type World } from '../support/world.ts'

const each = entitlementTotal(swiftProgramme())
const PEOPLE = 1000
const FUNDED = 500

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

/** People who wait for admission. */
async function waiting({ store, programme, root }: World): Promise<string[]> {
  const requests = Array.from({ length: PEOPLE }, () => ({
    actor: OPERATOR,
    atMs: NOON,
    idempotency: null,
    programme,
    registration: registration(),
  }))
  const refs = (await store.desk.registerAll(requests)).map(refOf)
  await root.pool.query(`UPDATE participant SET stage = 'admission'`)
  return refs
}

const admit = ({ act }: World, ref: string): Promise<unknown> =>
  act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-1', refs: [ref] }))

/**
 * Until there is an answer. Whether it was done before a server died, or before the pool had a connection, is asked by asking again: whoever is
 * admitted waits for nothing any more.
 */
async function ask(of: World, ref: string): Promise<string> {
  for (;;) {
    try {
      await admit(of, ref)
      return 'admitted'
    } catch (error) {
      if (error instanceof Problem) return error.code
      await sleep(100)
    }
  }
}

/** The limit holds at every sequence number, and the rows say what the ledger says. */
async function proved(of: World): Promise<void> {
  const { promised, people } = await of.one<{ promised: bigint; people: bigint }>(
    'SELECT sum(amount)::bigint AS promised, count(*) AS people FROM commitment',
  )
  expect({ promised, people }).toEqual({ promised: each * BigInt(FUNDED), people: BigInt(FUNDED) })
  const { least } = await of.one<{ least: bigint }>(
    `SELECT min(left_over)::bigint AS least FROM (
       SELECT sum(CASE 'budget:available' WHEN credit THEN amount ELSE -amount END) OVER (ORDER BY id) AS left_over
         FROM posting WHERE 'budget:available' IN (credit, debit) AND fiscal_year = ${YEAR}) AS running`,
  )
  expect(least).toBe(0n)
  expect(await of.imbalances()).toEqual([])
}

describe('a thousand commitments at once, with money for five hundred,', () => {
  it('are exactly five hundred', async () => {
    const of = (world = await openWorld({ budget: each * BigInt(FUNDED) }))
    const refs = await waiting(of)
    const answers = await Promise.all(refs.map((ref) => ask(of, ref)))
    expect(answers.filter((answer) => answer === 'admitted')).toHaveLength(FUNDED)
    expect(answers.filter((answer) => answer === 'budget-exceeded')).toHaveLength(PEOPLE - FUNDED)
    await proved(of)
  })

  it('are exactly five hundred when PostgreSQL is killed three times in the middle, and everybody asks again', async () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'lunas-limit-'))
    makeHome(home)
    let postgres = await startPostgres({ home, database: 'limit' })
    const database = databaseOf(postgres)
    try {
      await migrate(postgres.urls.migrate)
      const of = await openWorld({ budget: each * BigInt(FUNDED), database })
      const refs = await waiting(of)
      const { port } = postgres
      let isOver = false
      const asked = Promise.all(refs.map((ref) => ask(of, ref))).finally(() => (isOver = true))
      let kills = 0
      for (; kills < 3 && !isOver; kills += 1) {
        await sleep(1000)
        process.kill(postgres.pid, 'SIGKILL')
        await postgres.ended
        postgres = await startPostgres({ home, database: 'limit', port })
      }
      const answers = await asked
      expect(kills).toBe(3)
      expect(answers.filter((answer) => answer === 'budget-exceeded')).toHaveLength(PEOPLE - FUNDED)
      await proved(of)
    } finally {
      database.kept.close()
      await postgres.stop()
      rmSync(home, { recursive: true, force: true })
    }
  })
})

function databaseOf({ superUrl, urls }: RunningPostgres): TestDatabase {
  const nothing = async (): Promise<void> => undefined
  const kept = openKept({ ...urls, super: superUrl })
  return { name: 'limit', super: superUrl, ...urls, kept, connections: nothing, drop: nothing }
}
