/** Lives on the real database: screening, evidence, surveys, accounts, people's decisions; each step repeatable. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EvidenceKind } from '../../domain/lifecycle.ts'
import { Problem } from '../../domain/problem.ts'
import { bankAccount } from '../support/builders.ts'
import { DAY, disbursementOf, HOUR, MINUTE, NOON, openWorld, refusal, seen, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const COURSE = 'ANALISIS-DATA'
const record = (ref: string, kind: EvidenceKind, subject = COURSE, occurredAtMs = NOON, atMs = occurredAtMs) =>
  world.act(
    (acts) => acts.recordEvidence({ programme: 'swift', ref, kind, subject, occurredAtMs, document: null }),
    atMs,
  )
const person = (ref: string, reason = 'asked') => ({ programme: 'swift', ref, reason })
const acts = async (ref: string): Promise<string[]> => {
  const { rows } = await world.root.pool.query<{ act: string }>(
    'SELECT act FROM audit_event WHERE ref = $1 ORDER BY id',
    [ref],
  )
  return rows.map((row) => row.act)
}
/** Everything stored about a life that a repeated step could change by mistake. */
const picture = async (ref: string): Promise<string> => {
  const { all } = await world.one<{ all: string }>(
    `SELECT concat((SELECT json_agg(p) FROM participant p WHERE ref = $1), (SELECT json_agg(t) FROM tranche t WHERE ref = $1),
                   (SELECT json_agg(d) FROM disbursement d WHERE ref = $1), (SELECT json_agg(c) FROM commitment c WHERE ref = $1),
                   (SELECT count(*) FROM posting WHERE ref = $1), (SELECT count(*) FROM audit_event WHERE ref = $1)) AS all`,
    [ref],
  )
  return all
}
async function paid(ref: string, tranche: string, atMs: number, minor = 60_000_000n): Promise<void> {
  const payout = await world.claim(disbursementOf(ref, tranche), atMs)
  const fact = seen('paid', { amount: { minor, currency: 'IDR' } })
  await world.observe({ payout, source: 'submit', fact, atMs, send: 1 })
}

describe('screening', () => {
  it('is done by any look, once: a run may have passed it in a time that a restored database has forgotten', async () => {
    const ref = await world.register()
    expect(await world.store.lives.advance('swift', ref, NOON)).toMatchObject({ stage: 'admission' })
    expect((await world.store.lives.screen('swift', ref, NOON)).stage).toBe('admission')
    expect(await world.count('SELECT FROM check_result WHERE ref = $1', [ref])).toBe(5)
    expect(await world.count(`SELECT FROM audit_event WHERE ref = $1 AND act = 'screened-eligible'`, [ref])).toBe(1)
  })

  it('keeps every check, and lets an eligible person wait for a wave', async () => {
    const ref = await world.register()
    expect(await world.store.lives.screen('swift', ref, NOON)).toMatchObject({ stage: 'admission', attention: null })
    expect(await world.count(`SELECT FROM check_result WHERE ref = $1 AND outcome = 'pass'`, [ref])).toBe(5)
  })

  it('refuses by the rules and closes the life, with every reason', async () => {
    const ref = await world.register({ birthDate: '2012-01-01', occupation: 'civil-servant', declared: false })
    const standing = await world.store.lives.screen('swift', ref, NOON)
    expect(standing).toMatchObject({ stage: 'closed', outcome: 'refused', wakeAtMs: null })
    const { after } = await world.one<{ after: unknown }>(
      `SELECT after FROM audit_event WHERE ref = $1 AND act = 'screened-refused'`,
      [ref],
    )
    expect(after).toEqual({ refusals: ['too-young', 'occupation-excluded', 'not-declared'] })
  })

  it('happens once, also for several workers at once', async () => {
    const ref = await world.register()
    await Promise.all(Array.from({ length: 5 }, () => world.store.lives.screen('swift', ref, NOON)))
    expect(await acts(ref)).toEqual(['registered', 'screened-eligible'])
  })

  it('of nobody is refused', async () => {
    expect(await refusal(world.store.lives.screen('swift', 'NOBODY', NOON))).toBe('unknown-participant')
  })
})

describe('advancing', () => {
  it('twice is once, at every place of a life', async () => {
    const ref = await world.register()
    const moments: (() => Promise<unknown>)[] = [
      () => world.store.lives.screen('swift', ref, NOON),
      () => world.act((all) => all.admit({ programme: 'swift', wave: 'wave-1', decree: 'SK', refs: [ref] })),
      () => record(ref, 'course-started'),
      () => record(ref, 'course-completed'),
      () => record(ref, 'course-rated'),
      () => paid(ref, 'incentive-1', NOON),
    ]
    for (const moment of moments) {
      await moment()
      const first = await world.advance(ref)
      const before = await picture(ref)
      expect(await world.advance(ref)).toEqual(first)
      expect(await picture(ref)).toBe(before)
    }
  })

  it('by many workers at once is once', async () => {
    const ref = await world.admit()
    for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) await record(ref, kind)
    const standings = await Promise.all(Array.from({ length: 6 }, () => world.advance(ref)))
    for (const standing of standings) expect(standing).toEqual(standings[0])
    expect(await world.count(`SELECT FROM posting WHERE ref = $1 AND event = 'obligated'`, [ref])).toBe(2)
  })

  it('late catches up with everything that fell due', async () => {
    const ref = await world.ready()
    await paid(ref, 'incentive-1', NOON)
    const late = await world.advance(ref, NOON + 400 * DAY)
    expect(late.disbursements.map(({ tranche, state }) => [tranche, state])).toEqual([
      ['incentive-1', 'paid'],
      ['incentive-2', 'released'],
    ])
    expect(await world.count(`SELECT FROM tranche WHERE ref = $1 AND state = 'missed'`, [ref])).toBe(1)
  })

  it('says when something may be due again, and by when it must have been heard', async () => {
    const ref = await world.admit()
    const { wakeAtMs } = await world.advance(ref)
    expect(wakeAtMs).toBe(NOON + 30 * DAY)
    const { heard } = await world.one<{ heard: Date }>('SELECT heard_by AS heard FROM participant WHERE ref = $1', [
      ref,
    ])
    expect(heard.getTime()).toBeLessThanOrEqual(NOON + DAY + HOUR)
  })
})

describe('a whole life', () => {
  it('pays each tranche once, gives nothing too much back, and closes', async () => {
    const ref = await world.ready()
    await paid(ref, 'incentive-1', NOON)
    await world.advance(ref, NOON + 7 * DAY)
    await record(ref, 'survey-answered', 'evaluation-1', NOON + 8 * DAY)
    await world.advance(ref, NOON + 8 * DAY)
    await paid(ref, 'survey-1', NOON + 8 * DAY, 5_000_000n)
    await world.advance(ref, NOON + 31 * DAY)
    await paid(ref, 'incentive-2', NOON + 31 * DAY)
    expect(await world.advance(ref, NOON + 31 * DAY)).toMatchObject({ stage: 'closed', outcome: 'completed' })
    const { obligated, released } = await world.one<{ obligated: bigint; released: bigint }>(
      'SELECT obligated, released FROM commitment WHERE ref = $1',
      [ref],
    )
    expect([obligated, released]).toEqual([125_000_000n, 0n])
  })

  it('that never buys a course expires, and its money is given back', async () => {
    const ref = await world.admit()
    expect(await world.advance(ref, NOON + 30 * DAY)).toMatchObject({ stage: 'closed', outcome: 'expired' })
    expect(await world.one('SELECT obligated, released FROM commitment WHERE ref = $1', [ref])).toEqual({
      obligated: 0n,
      released: 125_000_000n,
    })
  })

  it('on hold does not expire', async () => {
    const ref = await world.admit()
    await world.act((all) => all.hold(person(ref)))
    expect(await world.advance(ref, NOON + 30 * DAY)).toMatchObject({ stage: 'training', attention: 'on-hold' })
  })
})

describe('evidence', () => {
  it('is recorded once, in order, of courses of the programme, from admission on', async () => {
    const registered = await world.register()
    expect(await refusal(record(registered, 'course-started'))).toBe('not-admitted')
    const ref = await world.admit()
    expect(await refusal(record(ref, 'course-started', 'NO-SUCH'))).toBe('unknown-course')
    expect(await refusal(record(ref, 'course-completed'))).toBe('evidence-out-of-order')
    await record(ref, 'course-started')
    expect(await refusal(record(ref, 'course-started'))).toBe('evidence-exists')
    expect(await refusal(record(ref, 'course-rated'))).toBe('evidence-out-of-order')
    await record(ref, 'course-completed')
    await record(ref, 'course-rated')
    expect(await refusal(record('NOBODY', 'course-started'))).toBe('unknown-participant')
  })

  it('is told to the life once it moves it, or brings its next moment nearer', async () => {
    const ref = await world.admit()
    const told = () => world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'evidence'`, [ref])
    await record(ref, 'course-started')
    await record(ref, 'course-completed')
    expect(await told()).toBe(0)
    await record(ref, 'course-rated')
    expect(await told()).toBe(1)
  })

  it('that comes after its deadline is told: the life ends', async () => {
    const ref = await world.admit()
    const late = NOON + 365 * DAY
    await record(ref, 'course-started', COURSE, late, late)
    expect(await world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'evidence'`, [ref])).toBe(1)
    expect(await world.advance(ref, late)).toMatchObject({ stage: 'closed', outcome: 'expired' })
  })

  it('of a time that cannot be true is refused: deadlines count from it', async () => {
    const ref = await world.admit()
    const fault = async (kind: EvidenceKind, occurredAtMs: number) => {
      const problem: unknown = await record(ref, kind, COURSE, occurredAtMs, NOON + DAY).catch(
        (error: unknown) => error,
      )
      expect(problem).toMatchObject({ faults: [{ pointer: '/occurredAt' }] })
      return problem instanceof Problem ? problem.code : problem
    }
    expect(await fault('course-started', NOON - 365 * DAY)).toBe('not-admitted')
    expect(await fault('course-started', NOON - 6 * MINUTE)).toBe('not-admitted')
    expect(await fault('course-started', NOON + DAY + 6 * MINUTE)).toBe('invalid-request')
    await record(ref, 'course-started', COURSE, NOON - 4 * MINUTE, NOON + DAY)
    expect(await fault('course-completed', NOON - 5 * MINUTE)).toBe('evidence-out-of-order')
    await record(ref, 'course-completed', COURSE, NOON + HOUR, NOON + DAY)
    expect(await fault('course-rated', NOON + HOUR - 1)).toBe('evidence-out-of-order')
    await record(ref, 'course-rated', COURSE, NOON + HOUR, NOON + DAY)
    expect(await world.count('SELECT FROM evidence WHERE ref = $1', [ref])).toBe(3)
  })

  it('by two institutions at once is recorded once', async () => {
    const ref = await world.admit()
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => record(ref, 'course-started')))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is not taken from people who left', async () => {
    const ref = await world.admit()
    await world.act((all) => all.withdraw(person(ref)))
    expect(await refusal(record(ref, 'course-started'))).toBe('life-closed')
  })

  it('of a survey counts inside its window only', async () => {
    const ref = await world.ready()
    const answer = (at: number) => record(ref, 'survey-answered', 'evaluation-1', at)
    expect(await refusal(record(ref, 'survey-answered', 'no-such'))).toBe('unknown-survey')
    expect(await refusal(answer(NOON))).toBe('survey-not-open')
    await paid(ref, 'incentive-1', NOON)
    await world.advance(ref)
    expect(await refusal(answer(NOON + 7 * DAY - 1))).toBe('survey-not-open')
    expect(await refusal(answer(NOON + 37 * DAY))).toBe('survey-not-open')
    await answer(NOON + 37 * DAY - 1)
    expect((await world.advance(ref, NOON + 37 * DAY)).disbursements.map(({ tranche }) => tranche)).toContain(
      'survey-1',
    )
  })

  it('of a survey that was missed comes too late', async () => {
    const ref = await world.ready()
    await paid(ref, 'incentive-1', NOON)
    await world.advance(ref, NOON + 37 * DAY)
    expect(await refusal(record(ref, 'survey-answered', 'evaluation-1', NOON + 8 * DAY))).toBe('survey-not-open')
  })

  it('cannot be changed afterwards', async () => {
    await expect(world.root.pool.query('DELETE FROM evidence')).rejects.toThrow('append-only')
  })
})

describe('accounts', () => {
  it('the first is used at once, a change rests, and the old link is kept', async () => {
    const ref = await world.admit()
    const next = bankAccount()
    await world.link(ref, next, NOON)
    const history = await world.store.reads.accounts('swift', ref)
    expect(history.map(({ state }) => state).toSorted()).toEqual(['replaced', 'verified'])
    const live = history.find(({ endedAt }) => endedAt === null)
    expect(live).toMatchObject({ masked: `••${next.number.slice(-4)}`, usableFrom: new Date(NOON + DAY) })
    expect(await refusal(world.link(ref, next, NOON))).toBe('account-unchanged')
  })

  it('one is live at a time, also when two are linked at once', async () => {
    const ref = await world.admit()
    await Promise.all([world.link(ref, bankAccount()), world.link(ref, bankAccount())])
    expect(await world.count('SELECT FROM account WHERE ref = $1 AND ended_at IS NULL', [ref])).toBe(1)
    expect(await world.count('SELECT FROM account WHERE ref = $1', [ref])).toBe(3)
  })

  it('that failed may be linked again: its defect may be cleared', async () => {
    const account = bankAccount()
    const ref = await world.ready({ account })
    const payout = await world.claim(disbursementOf(ref))
    await world.observe({ payout, source: 'submit', fact: seen('failed'), atMs: NOON, send: 1 })
    await world.link(ref, account, NOON)
    expect((await world.advance(ref, NOON + DAY)).disbursements[0]).toMatchObject({ state: 'released' })
  })

  it('replaced while a payout is on its way: the payout still ends, the next goes to the new one', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.link(ref, bankAccount(), NOON - 2 * DAY)
    await world.observe({ payout, source: 'submit', fact: seen('failed'), atMs: NOON, send: 1 })
    expect((await world.advance(ref)).disbursements[0]).toMatchObject({ state: 'released' })
  })
})
