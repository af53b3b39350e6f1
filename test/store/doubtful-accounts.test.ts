/** A doubtful name stands with its account: another hold may hide it, and only a decision about it ends it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccountCheckRow } from '../../store/account-checks.ts'
import { createClaims } from '../../store/claims.ts'
import { linkAccount } from '../../store/accounts.ts'
import type { Store } from '../../store/index.ts'
import { bankAccount, swiftProgramme } from '../support/builders.ts'
import { readDocument } from '../support/markdown.ts'
import { sendFirst } from '../support/sent.ts'
import {
  DAY,
  disbursementOf,
  HOUR,
  NOON,
  openStore,
  openWorld,
  OPERATOR,
  seen,
  SILENCE,
  type World,
} from '../support/world.ts'
import { submitted } from '../support/sent.ts'

const swift = swiftProgramme()
const programme = swiftProgramme({
  payment: {
    ...swift.payment,
    accounts: { maxParticipants: 1, names: { accept: 80, review: 50 } },
    actions: { relink: { within: 'P10D', otherwise: 'hold' } },
  },
})
const { code } = programme
const DOUBT: AccountCheckRow = {
  gateway: 'sandbox',
  verdict: 'review',
  code: null,
  score: 67,
  reasons: ['missing-words'],
}

let world: World
let other: Store
beforeAll(async () => {
  world = await openWorld({ programme })
  other = openStore(world.database)
})
afterAll(async () => {
  await other.close()
  await world.close()
})

const stopped = (ref: string) =>
  world.one<{ hold_cause: string | null; held: boolean }>(
    'SELECT hold_cause, held_at IS NOT NULL AS held FROM participant WHERE ref = $1',
    [ref],
  )
const isDoubtful = async (ref: string): Promise<boolean> =>
  (await world.one<{ doubtful: boolean }>('SELECT doubtful FROM account WHERE ref = $1 AND ended_at IS NULL', [ref]))
    .doubtful
const person = (ref: string) => ({ programme: code, ref, reason: 'spoken with' })
const linkDoubtful = (ref: string, atMs: number, account = bankAccount(), agreed = false): Promise<unknown> => {
  const link = { programme: code, ref, account, state: 'verified', check: DOUBT, agreed } as const
  return world.inSql((sql) => linkAccount(sql, world.store.context, link, OPERATOR, atMs))
}
const release = (ref: string, atMs: number) => world.act((acts) => acts.release(person(ref)), atMs)
const drafted = (ref: string, atMs: number) => world.store.claims.draft(disbursementOf(ref), atMs)

/** Held because what they were asked for was not done in time, and then they link another account. */
async function overdue(): Promise<string> {
  const { ref, payout } = await sendFirst(world)
  const failure = { class: 'needs-account', code: 'account-closed', vendorCode: 'X' } as const
  await world.observe(submitted(payout, seen('failed', { failure }), NOON))
  await world.advance(ref)
  expect(await world.advance(ref, NOON + 10 * DAY)).toMatchObject({ held: true, attention: 'action-overdue' })
  return ref
}

describe('a doubtful name behind another hold', () => {
  it('stops the person once that one has ended, and is decided about by itself', async () => {
    const ref = await overdue()
    await linkDoubtful(ref, NOON + 11 * DAY)
    expect(await stopped(ref)).toEqual({ hold_cause: 'action-overdue', held: true })
    await release(ref, NOON + 12 * DAY)
    expect(await stopped(ref)).toEqual({ hold_cause: 'account-doubtful', held: true })
    const later = NOON + 13 * DAY
    expect(await world.advance(ref, later)).toMatchObject({ held: true, attention: 'account-doubtful' })
    expect(await drafted(ref, later)).toEqual({ kind: 'parked', reason: 'held' })
    await release(ref, later)
    expect(await stopped(ref)).toEqual({ hold_cause: null, held: false })
    await world.advance(ref, later)
    expect(await world.claim(disbursementOf(ref), later)).toContain('#2')
  })

  it('is as much one behind a hold of an operator’s', async () => {
    const ref = await world.ready()
    await world.act((acts) => acts.hold(person(ref)))
    await linkDoubtful(ref, NOON + HOUR)
    await release(ref, NOON + 2 * HOUR)
    expect(await stopped(ref)).toEqual({ hold_cause: 'account-doubtful', held: true })
  })

  it('is found as well when the gateway is asked only later', async () => {
    const ref = await world.ready()
    const { id } = await world.one<{ id: string }>('SELECT id FROM account WHERE ref = $1', [ref])
    await world.act((acts) => acts.hold(person(ref)))
    const destination = (await world.draft(disbursementOf(await world.ready()))).destination
    const question = { programme: code, ref, account: id, gateway: 'sandbox', institution: 'ID.BNI', destination }
    const name = (await world.store.reads.identityForCheck(code, ref)).open().name
    const answer = { kind: 'valid', registeredName: `${name} BINTI HASAN` } as const
    expect(await world.store.accountChecks.record(question, answer, NOON)).toMatchObject({ verdict: 'review' })
    await release(ref, NOON + HOUR)
    expect(await stopped(ref)).toEqual({ hold_cause: 'account-doubtful', held: true })
  })

  it('of an account that pays too many is decided about beside that', async () => {
    const account = bankAccount()
    await world.ready({ account })
    const ref = await world.ready()
    await linkDoubtful(ref, NOON + HOUR, account)
    expect(await stopped(ref)).toEqual({ hold_cause: 'account-shared', held: true })
    await release(ref, NOON + 2 * HOUR)
    expect(await stopped(ref)).toEqual({ hold_cause: 'account-doubtful', held: true })
    await release(ref, NOON + 3 * HOUR)
    expect(await stopped(ref)).toEqual({ hold_cause: null, held: false })
  })

  it('goes with the account that it was about', async () => {
    const ref = await world.ready()
    await world.act((acts) => acts.hold(person(ref)))
    await linkDoubtful(ref, NOON + HOUR)
    await world.link(ref, bankAccount(), NOON + 2 * HOUR)
    await release(ref, NOON + 3 * HOUR)
    expect(await stopped(ref)).toEqual({ hold_cause: null, held: false })
  })

  it('to which two people have agreed stops nobody', async () => {
    const ref = await world.ready()
    await world.act((acts) => acts.hold(person(ref)))
    await linkDoubtful(ref, NOON + HOUR, bankAccount(), true)
    await release(ref, NOON + 2 * HOUR)
    expect(await stopped(ref)).toEqual({ hold_cause: null, held: false })
  })

  it('is never passed, whichever of the link and the end of the hold comes first', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ref = await world.ready()
      await world.act((acts) => acts.hold(person(ref)))
      await Promise.all([
        linkDoubtful(ref, NOON + HOUR),
        other.desk.perform({ actor: OPERATOR, atMs: NOON + HOUR, idempotency: null }, async (acts) => {
          await acts.release(person(ref))
          return { status: 200, body: {} }
        }),
      ])
      expect(await stopped(ref)).toEqual({ hold_cause: 'account-doubtful', held: true })
    }
  })
})

it('is refused by the claim itself when the hold is gone, also by one that was drafted before', async () => {
  const ref = await world.ready()
  const draft = await world.draft(disbursementOf(ref))
  await world.root.pool.query('UPDATE account SET doubtful = true WHERE ref = $1', [ref])
  const claims = createClaims(world.store.context)
  expect(await claims.claim(draft, Buffer.from('x'), NOON)).toEqual({ kind: 'parked', reason: 'account-doubtful' })
  expect(await drafted(ref, NOON)).toEqual({ kind: 'parked', reason: 'account-doubtful' })
})

describe('a doubt that a process of an older version has let go, as while one version takes the place of another', () => {
  const letGo = async (): Promise<string> => {
    const ref = await world.ready()
    await world.root.pool.query('UPDATE account SET doubtful = true WHERE ref = $1', [ref])
    return ref
  }

  it('stops the person when their life is looked at, once, and shows people why', async () => {
    const ref = await letGo()
    expect(await drafted(ref, NOON)).toEqual({ kind: 'parked', reason: 'account-doubtful' })
    const looks = [world.advance(ref), world.advance(ref), other.lives.advance(code, ref, NOON)]
    for (const standing of await Promise.all(looks)) {
      expect(standing).toMatchObject({ held: true, attention: 'account-doubtful' })
      expect(standing.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'wait', untilMs: null } })
    }
    expect(await stopped(ref)).toEqual({ hold_cause: 'account-doubtful', held: true })
    expect(await world.count(`SELECT FROM audit_event WHERE ref = $1 AND act = 'hold-placed'`, [ref])).toBe(1)
    await release(ref, NOON + HOUR)
    await world.advance(ref, NOON + HOUR)
    expect(await world.claim(disbursementOf(ref), NOON + HOUR)).toContain('#1')
  })

  it('stops nobody about whose account people decide at that moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ref = await letGo()
      await world.advance(ref)
      const deciding = other.desk.perform({ actor: OPERATOR, atMs: NOON + HOUR, idempotency: null }, async (acts) => {
        await acts.release(person(ref))
        return { status: 200, body: {} }
      })
      await Promise.all([world.advance(ref, NOON + HOUR), deciding])
      expect(await stopped(ref)).toEqual({ hold_cause: null, held: false })
    }
  })
})

it('is refused by whoever would send the same again, and the person is stopped by the look that follows', async () => {
  for (const [mark, how] of [
    ['doubtful', ''],
    ['shared', ', place = NULL, places = NULL'],
  ] as const) {
    const { ref, payout } = await sendFirst(world)
    await world.observe(submitted(payout, SILENCE, NOON))
    const atMs = NOON + HOUR
    for (const enquiry of [1, 2]) {
      const fact = { kind: 'not-found' } as const
      await world.observe({ payout, source: 'enquiry', fact, atMs: atMs + enquiry * HOUR, enquiry })
    }
    const later = atMs + 2 * HOUR
    await world.root.pool.query(`UPDATE account SET ${mark} = true${how} WHERE ref = $1`, [ref])
    const refused = await world.store.payouts.reopen(payout, later)
    expect(refused).toMatchObject({ kind: 'refused', disbursement: { next: { kind: 'wait' } } })
    const looked = await world.advance(ref, later)
    expect(looked).toMatchObject({ held: true, attention: `account-${mark}` })
    expect(looked.disbursements[0]?.next).toEqual(refused.kind === 'refused' && refused.disbursement.next)
    const enquired = await world.advance(ref, later + HOUR)
    expect(enquired.disbursements[0]?.next).toMatchObject({ kind: 'enquire', payout })
    expect((await world.advance(ref, later + 20 * HOUR)).disbursements[0]?.next).toEqual({ kind: 'give-up', payout })
    await release(ref, later)
    expect((await world.store.payouts.reopen(payout, later)).kind).toBe('reopened')
  }
})

describe('doubts of before they stood with the account', () => {
  const MIGRATION = 'prisma/migrations/20261127000039_doubtful_accounts_found/migration.sql'
  const statements = (): string[] =>
    readDocument(MIGRATION)
      .split(';')
      .filter((one) => /UPDATE \w+ \w SET/.test(one))

  it('are looked for once more by a migration that changes no table, so that no payment waits for one', () => {
    const bare = (sql: string): string => sql.replaceAll(/^--.*$/gm, '').trim()
    const first = readDocument('prisma/migrations/20261127000035_doubtful_accounts/migration.sql').split(';')
    expect(statements().map(bare)).toEqual(first.filter((one) => /UPDATE \w+ \w SET/.test(one)).map(bare))
    expect(readDocument(MIGRATION)).not.toContain('ALTER TABLE')
  })

  it('are looked for beside payments that lock the same people, and neither is ended for the other', async () => {
    const refs = [await world.ready(), await world.ready()]
    for (const ref of refs) {
      await world.act((acts) => acts.hold(person(ref)))
      await linkDoubtful(ref, NOON + HOUR)
    }
    await world.root.pool.query(
      `UPDATE participant SET held_at = NULL, hold_reason = NULL, hold_cause = NULL WHERE ref = ANY ($1)`,
      [refs],
    )
    const [client, another] = [await world.root.pool.connect(), await world.root.pool.connect()]
    await client.query('BEGIN')
    await client.query('SELECT FROM participant WHERE ref = $1 FOR UPDATE', [refs[0]])
    const migrating = another.query(readDocument(MIGRATION))
    await sleep(200)
    const pay = async () => {
      try {
        await client.query('UPDATE account SET doubtful = doubtful WHERE ref = $1 AND ended_at IS NULL', [refs[0]])
      } finally {
        await client.query('COMMIT')
      }
    }
    const ended = await Promise.allSettled([migrating, pay()])
    for (const one of [client, another]) one.release()
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    for (const ref of refs) expect(await stopped(ref)).toEqual({ hold_cause: 'account-doubtful', held: true })
  })

  it('are found in the trail, and stop whom another hold had let go', async () => {
    const [swallowed, decidedAbout, waiting] = [await world.ready(), await world.ready(), await world.ready()]
    for (const ref of [swallowed, waiting]) await world.act((acts) => acts.hold(person(ref)))
    for (const ref of [swallowed, decidedAbout, waiting]) await linkDoubtful(ref, NOON + HOUR)
    await release(decidedAbout, NOON + 2 * HOUR)
    await release(swallowed, NOON + 2 * HOUR)
    // As it was: the doubt was nowhere, and nobody was stopped again.
    const { pool } = world.root
    await pool.query('UPDATE account SET doubtful = false WHERE ended_at IS NULL')
    await pool.query(
      `UPDATE participant SET held_at = NULL, hold_reason = NULL, hold_cause = NULL WHERE hold_cause = 'account-doubtful'`,
    )
    const events = `SELECT FROM audit_event WHERE ref = $1 AND act = 'hold-placed'`
    const before = await world.count(events, [swallowed])
    for (const statement of statements()) await pool.query(statement)
    expect(await stopped(swallowed)).toEqual({ hold_cause: 'account-doubtful', held: true })
    expect(await world.count(events, [swallowed])).toBe(before + 1)
    expect(await stopped(decidedAbout)).toEqual({ hold_cause: null, held: false })
    expect(await isDoubtful(decidedAbout)).toBe(false)
    // Whoever is still held for something else is stopped when that ends.
    expect(await stopped(waiting)).toEqual({ hold_cause: null, held: true })
    expect(await isDoubtful(waiting)).toBe(true)
    // Whoever was let go since stays so, and nobody is stopped twice.
    await release(swallowed, NOON + 3 * HOUR)
    for (const statement of statements()) await pool.query(statement)
    expect(await stopped(swallowed)).toEqual({ hold_cause: null, held: false })
    expect(await isDoubtful(swallowed)).toBe(false)
    expect(await world.count(events, [swallowed])).toBe(before + 1)
  })
})
