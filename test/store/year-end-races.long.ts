/** The end of a fiscal year when several want it at once, when it is refused, and when whoever does it dies in the middle. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entitlementTotal } from '../../domain/programme.ts'
import { swiftProgramme } from '../support/builders.ts'
import { setAppropriation } from '../../store/budgets.ts'
import type { Pass } from '../../failpoints.ts'
import { gate } from '../support/gate.ts'
import { asked, sendFirst, submitted } from '../support/sent.ts'
import { WAITING } from '../support/waiting.ts'
import {
  AMOUNT,
  disbursementOf,
  HOUR,
  NOON,
  openStore,
  OPERATOR,
  openWorld,
  refusal,
  seen,
  WAVE,
  YEAR,
  type World,
} from '../support/world.ts'
import { agreeToYearEnd, endYear, finishYears, proposeYearEnd, yearOf, YEARS_END } from '../support/years.ts'

const each = entitlementTotal(swiftProgramme())
const NEXT = YEAR + 1
let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const sum = async (text: string): Promise<bigint> =>
  (
    await world.one<{ sum: bigint }>(
      `SELECT coalesce(sum(${text.split(' FROM ')[0]}), 0)::bigint AS sum FROM ${text.split(' FROM ')[1]}`,
    )
  ).sum

describe('the end of a fiscal year is refused', () => {
  it('before its last month, for a year without money, and while an earlier one is open', async () => {
    expect(await refusal(proposeYearEnd(world, NOON))).toBe('year-not-over')
    expect(await refusal(proposeYearEnd(world, YEARS_END, YEAR - 3))).toBe('not-found')
    await world.appropriate(each, YEAR - 1)
    expect(await refusal(proposeYearEnd(world))).toBe('conflict')
  })

  it('while the next year cannot take over what is open', async () => {
    await world.admit()
    expect(await refusal(proposeYearEnd(world))).toBe('next-year-missing')
    await world.appropriate(each - 1n, NEXT)
    expect(await refusal(proposeYearEnd(world))).toBe('budget-exceeded')
    await world.appropriate(each, NEXT)
    expect((await endYear(world)).state).toBe('executed')
  })

  it('twice: of two proposals that others agree to at once, one is carried out', async () => {
    const [one, other] = [await proposeYearEnd(world), await proposeYearEnd(world, YEARS_END, YEAR, 'ND-B')]
    const ended = await Promise.all([agreeToYearEnd(world, one), agreeToYearEnd(world, other)])
    expect(ended.map(({ state }) => state).toSorted()).toEqual(['executed', 'void'])
    expect(await world.count('SELECT FROM year_close')).toBe(1)
    await finishYears(world.store)
    expect(await refusal(proposeYearEnd(world))).toBe('year-ending')
  })

  it('with a document that is no number', async () => {
    for (const document of ['', ' ND', 'ND\n12', 'N'.repeat(101)]) {
      expect(await refusal(proposeYearEnd(world, YEARS_END, YEAR, document))).toBe('invalid-request')
    }
  })

  it('by the database where a step is left out, or something is open still', async () => {
    await world.admit()
    await world.appropriate(each, NEXT)
    await endYear(world)
    const to = (state: string) =>
      world.root.pool.query(`UPDATE year_close SET state = $1, closed_at = CASE WHEN $1 = 'closed' THEN now() END`, [
        state,
      ])
    await expect(to('carried')).rejects.toThrow('by no step')
    await expect(to('closed')).rejects.toThrow('by no step')
    for (const state of ['lapsed', 'returned', 'carried']) await to(state)
    await expect(to('closed')).rejects.toThrow('is open still')
    await expect(to('frozen')).rejects.toThrow('by no step')
  })
})

describe('a year that ends', () => {
  it('waits where the next year has no more room, says why, and goes on once it has', async () => {
    const people = [await world.admit(), await world.admit(), await world.admit()]
    await world.appropriate(each * 3n, NEXT)
    await endYear(world)
    await world.act((acts) => acts.openWave({ programme: world.programme, code: 'next', quota: 10, fiscalYear: NEXT }))
    const other = await world.register()
    await world.store.lives.screen('swift', other, NOON)
    await world.act((acts) => acts.admit({ programme: 'swift', wave: 'next', decree: 'SK-9', refs: [other] }))
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({
      state: 'returned',
      refusal: expect.stringContaining('budget-exceeded'),
    })
    expect(await world.count('SELECT FROM carry_over')).toBe(0)
    await world.appropriate(each * 4n, NEXT)
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({
      state: 'closed',
      refusal: null,
      carried: each * 3n,
      carriedCount: people.length,
    })
  })

  it('is worked at by two processes at once, and each part is done once', async () => {
    await world.appropriate(each * 100n, NEXT)
    for (let person = 0; person < 4; person += 1) await world.ready()
    await world.admit()
    await endYear(world)
    const second = openStore(world.database)
    await Promise.all([finishYears(world.store), finishYears(second), finishYears(world.store), finishYears(second)])
    await finishYears(world.store)
    await second.close()
    expect(await yearOf(world)).toMatchObject({ state: 'closed', lapsedCount: 4, lapsed: AMOUNT * 4n, carriedCount: 5 })
    expect(await sum(`amount FROM posting WHERE event = 'lapsed' AND debit = 'budget:obligated'`)).toBe(AMOUNT * 4n)
    expect(await sum(`moved FROM carry_over`)).toBe(each * 5n - AMOUNT * 4n)
  })

  it('goes on where it was when every connection dies between and within its steps', async () => {
    await world.appropriate(each * 100n, NEXT)
    await world.ready()
    await world.claim(disbursementOf(await world.ready()))
    await world.admit()
    await endYear(world)
    const states: string[] = []
    for (let parts = 0; parts < 40; parts += 1) {
      const work = world.store.years.goOn(YEARS_END).then(
        (more) => (more ? 'more' : 'done'),
        () => 'killed',
      )
      if (parts % 3 !== 2) await kill()
      const came = await work
      // What is still in the pool and dead fails at its next use: used up here, where nothing is asked.
      await Promise.allSettled(Array.from({ length: 10 }, () => world.store.reads.ping()))
      states.push(`${(await yearOf(world)).state} ${came}`)
      if (came === 'done' && (await yearOf(world)).state === 'closed') break
    }
    expect(states.at(-1)).toBe('closed done')
    expect(states.some((state) => state.endsWith('killed'))).toBe(true)
    expect(await yearOf(world)).toMatchObject({
      lapsedCount: 1,
      lapsed: AMOUNT,
      carriedCount: 3,
      carried: each * 3n - AMOUNT,
    })
    expect(await world.count('SELECT FROM treasury_return')).toBe(1)
    expect(await world.count('SELECT FROM closed_period')).toBe(12)
  })

  it('lets nobody through who was on the way: an obligation, a claim and a decree wait for its commit, and see it', async () => {
    await world.appropriate(each * 100n, NEXT)
    const sent = await world.ready()
    const due = await world.admit()
    const waiting = await world.register()
    await world.store.lives.screen('swift', waiting, NOON)
    const draft = await world.draft(disbursementOf(sent), YEARS_END)
    const proposal = await proposeYearEnd(world)
    const frozen = gate()
    const ending = gate()
    const taken = world.inSql(async (sql) => {
      await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('freeze:years:swift', 0))`)
      frozen.open()
      await ending.opened
    })
    await frozen.opened
    const late = Promise.allSettled([
      world.store.claims.claim(draft, Buffer.from('{}'), YEARS_END),
      world.train(due, YEARS_END),
      world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-2', refs: [waiting] })),
    ])
    const ended = agreeToYearEnd(world, proposal)
    await expect.poll(() => world.count(`${WAITING} AND wait_event = 'advisory'`)).toBeGreaterThanOrEqual(2)
    ending.open()
    await taken
    const [claim, training, admission] = await late
    expect((await ended).state).toBe('executed')
    // Whoever got the lock first was in time, and the year's end has seen it; nobody was half through.
    await finishYears(world.store, YEARS_END + HOUR)
    expect(claim?.status).toBe('fulfilled')
    expect(training?.status).toBe('fulfilled')
    if (admission?.status === 'rejected') expect(admission.reason).toMatchObject({ code: 'year-ending' })
    expect((await yearOf(world)).state).toBe('closed')
    expect(
      await world.count(
        `SELECT FROM disbursement WHERE fiscal_year = $1 AND state NOT IN ('paid', 'lapsed', 'cancelled')`,
        [YEAR],
      ),
    ).toBe(0)
  })
})

describe('of two years that end, one that cannot go on keeps nothing from the other', () => {
  let other: World
  beforeEach(async () => {
    other = { ...world, programme: { ...swiftProgramme(), code: 'other' } }
    await world.publish(other.programme)
    await world.inSql((sql) =>
      setAppropriation(
        sql,
        { programme: other.programme, fiscalYear: YEAR, number: 'D', amount: each },
        OPERATOR,
        NOON,
      ),
    )
  })

  it('sees what comes back while it closes, and carries it over', async () => {
    await world.appropriate(each * 5n, NEXT)
    const sent = await sendFirst(world)
    await world.observe(submitted(sent.payout, seen('paid')))
    await endYear(world)
    while ((await yearOf(world)).state !== 'carried') await world.store.years.goOn(YEARS_END)
    const [written, committed] = [gate(), gate()]
    const pass: Pass = async (point, work) => {
      const done = await work
      if (point === 'outcome:watched') {
        written.open()
        await committed.opened
      }
      return done
    }
    const store = openStore(world.database, { pass })
    const coming = store.payouts.observe([asked(sent.payout, seen('returned'), YEARS_END, 1)])
    await written.opened
    const closing = finishYears(world.store)
    await expect.poll(() => world.count(WAITING), { timeout: 5000 }).toBeGreaterThan(0)
    committed.open()
    await Promise.all([coming, closing])
    await store.close()
    await finishYears(world.store)
    expect((await yearOf(world)).state).toBe('closed')
    expect(
      await world.count('SELECT FROM disbursement WHERE fiscal_year = $1 AND is_open_obligation(disbursement)', [YEAR]),
    ).toBe(0)
  })

  it('where the database refuses a step: it says so, the error is told, and it goes on by itself once it can', async () => {
    await endYear(world)
    await endYear(other, YEARS_END + HOUR)
    await world.root.pool.query(
      `ALTER TABLE year_close ADD CONSTRAINT in_the_way CHECK (programme <> 'swift' OR state = 'frozen')`,
    )
    await expect(finishYears(world.store)).rejects.toThrow('in_the_way')
    expect(await yearOf(other)).toMatchObject({ state: 'closed', refusal: null })
    expect(await yearOf(world)).toMatchObject({ state: 'frozen', refusal: expect.stringMatching(/^internal: /) })
    await expect(world.store.years.goOn(YEARS_END)).rejects.toThrow('in_the_way')
    await world.root.pool.query('ALTER TABLE year_close DROP CONSTRAINT in_the_way')
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({ state: 'closed', refusal: null })
  })

  it('where both were refused, and only the one that ended later has been mended', async () => {
    await world.admit()
    await world.appropriate(each, NEXT)
    await endYear(world)
    await endYear(other, YEARS_END + HOUR)
    // Whoever may set it takes the room away again before anybody goes over.
    await world.root.pool.query(`UPDATE appropriation SET amount = 0 WHERE fiscal_year = $1`, [NEXT])
    await world.root.pool.query(`UPDATE year_close SET refusal = 'budget-exceeded: raise it' WHERE programme = 'other'`)
    await finishYears(world.store)
    expect(await yearOf(world)).toMatchObject({
      state: 'returned',
      refusal: expect.stringContaining('budget-exceeded'),
    })
    expect(await yearOf(other)).toMatchObject({ state: 'closed', refusal: null })
    await world.root.pool.query(`UPDATE appropriation SET amount = $2 WHERE fiscal_year = $1`, [NEXT, each])
    await finishYears(world.store)
    expect((await yearOf(world)).state).toBe('closed')
  })
})

async function kill(): Promise<void> {
  await world.root.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'lunas_app'`,
  )
}
