/** What comes late, or never, through the simulator and on its own clock: money that comes back, and a gateway that has forgotten a key. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { received } from '../sandbox/stage.ts'
import { bankAccount } from '../support/builders.ts'
import { begin, goOn, openPlaying, play, statesOf, untilAt, type Part, type Playing } from '../support/played.ts'
import { stateOf } from '../support/sent.ts'
import { AMOUNT, DAY, HOUR, MINUTE, NOON, SECOND } from '../support/world.ts'

describe('money that comes back', () => {
  let at: Playing
  /** Business time goes on as the sandbox's does, from the first that is told. */
  let clock: { fromMs: number; first: number | null }
  beforeAll(async () => {
    // Three months pass in four seconds.
    at = await openPlaying({ timeFactor: 5e-7, timing: { outcomeWithinMs: 0 } })
    at.heardAtMs = (seen) => {
      const toldMs = Date.parse(seen.at ?? '')
      clock.first ??= toldMs
      return clock.fromMs + Math.max(0, toldMs - clock.first)
    }
  })
  beforeEach(() => {
    clock = { fromMs: NOON + SECOND, first: null }
    at.nowMs = NOON
  })
  afterAll(() => at.close())

  /** Pays it, and waits until it has come back; when that was. */
  async function comesBack({ ref, disbursement }: Part, n: number, ends: string): Promise<number> {
    await at.activities().submit({ programme: 'swift', ref, disbursement })
    await untilAt(at, disbursement, 'returned', ends)
    const payout = `${disbursement}#${n}`
    const told = await at.world.one<{ at: Date }>(
      `SELECT max(observed_at) AS at FROM observation WHERE payout = $1 AND to_state = 'returned'`,
      [payout],
    )
    at.nowMs = told.at.getTime() + HOUR
    await at.activities().enquire({ programme: 'swift', ref, payout })
    return told.at.getTime()
  }

  /** By the sandbox's own clock, from its taking the payment in to its bringing it back. */
  async function restedMs({ account }: Part): Promise<number> {
    const journal = await at.stage.journal()
    const atOf = (kind: 'accepted' | 'returned'): number => {
      const found = journal.find((entry) => entry.kind === kind && entry.account === account.number)
      return Date.parse(found?.virtualAt ?? '')
    }
    return atOf('returned') - atOf('accepted')
  }

  /** Another account of the same person, to which it may be sent at once. */
  async function relink({ ref, disbursement }: Part, scenario: string, digit: string): Promise<string> {
    const account = bankAccount(scenario, digit)
    await at.world.link(ref, account, at.nowMs)
    at.nowMs += 8 * DAY
    clock = { fromMs: at.nowMs + SECOND, first: null }
    await at.world.advance(ref, at.nowMs)
    expect(await stateOf(at.world, disbursement)).toMatchObject({ state: 'released' })
    return account.number
  }

  it.each([
    ['a second', '4', SECOND],
    ['a day', '2', DAY],
    ['ninety days', '3', 90 * DAY],
  ])('after %s is owed again with a new deadline, and paid to another account, once', async (_what, digit, afterMs) => {
    const part = await begin(at, '30', digit)
    const backMs = await comesBack(part, 1, 'needs-account')
    // A timer of this machine may be a millisecond early, which is half an hour there.
    expect(await restedMs(part)).toBeGreaterThanOrEqual(afterMs - HOUR)
    expect(await stateOf(at.world, part.disbursement)).toMatchObject({ reason: 'returned', returns: 1 })
    const { lapses } = await at.world.one<{ lapses: Date }>(
      'SELECT lapses_at AS lapses FROM disbursement WHERE key = $1',
      [part.disbursement],
    )
    expect(lapses.getTime()).toBeGreaterThanOrEqual(backMs + 60 * DAY)
    const another = await relink(part, '00', '0')
    await at.activities().submit({ programme: 'swift', ref: part.ref, disbursement: part.disbursement })
    await untilAt(at, part.disbursement, 'paid', 'paid')
    const journal = await at.stage.journal()
    expect([part.account.number, another].map((number) => received(journal, number))).toEqual([0n, AMOUNT])
    expect(await at.world.imbalances()).toEqual([])
  })

  it('told twice is one', async () => {
    const part = await begin(at, '30', '2')
    at.stage.listenerStatus = 503
    const told = () =>
      at.stage.heard.filter(({ result }) => result.kind === 'event' && result.observation.state === 'returned')
    const before = told().length
    const heard = at.stage.heard.length
    await at.activities().submit({ programme: 'swift', ref: part.ref, disbursement: part.disbursement })
    await untilAt(at, part.disbursement, 'returned', 'needs-account')
    at.stage.listenerStatus = 204
    await expect.poll(() => told().length - before, { timeout: 10_000 }).toBeGreaterThan(1)
    expect(at.stage.heard.length).toBeGreaterThan(heard + 2)
    expect(await stateOf(at.world, part.disbursement)).toMatchObject({ state: 'needs-account', returns: 1 })
    expect(await at.world.imbalances()).toEqual([])
  })

  it('twice goes to people, and nothing is sent a third time', async () => {
    const part = await begin(at, '30', '2')
    await comesBack(part, 1, 'needs-account')
    await relink(part, '30', '2')
    await comesBack(part, 2, 'review')
    expect(await stateOf(at.world, part.disbursement)).toMatchObject({ reason: 'returned-twice', returns: 2 })
    await at.activities().submit({ programme: 'swift', ref: part.ref, disbursement: part.disbursement })
    expect(await stateOf(at.world, part.disbursement)).toMatchObject({ state: 'review', attempts: 2 })
  })
})

describe('a send that nobody has answered, and that the gateway does not know', () => {
  const timing = { quietPeriodMs: MINUTE, giveUpMs: 10 * MINUTE, outcomeWithinMs: 0 }
  let young: Playing
  let forgetful: Playing
  beforeAll(async () => {
    young = await openPlaying({ timing: { ...timing, replayHorizonMs: HOUR, replayMarginMs: 30 * SECOND } })
    forgetful = await openPlaying({ timing: { ...timing, replayHorizonMs: 90 * SECOND, replayMarginMs: 30 * SECOND } })
  })
  afterAll(async () => {
    await young.close()
    await forgetful.close()
  })

  const sends = async (at: Playing, { disbursement }: Part): Promise<number> => {
    const { rows } = await at.world.root.pool.query<{ reference: string }>(
      'SELECT reference FROM payout WHERE disbursement = $1',
      [disbursement],
    )
    const references = rows.map(({ reference }) => reference)
    const journal = await at.stage.journal()
    return journal.filter((entry) => entry.kind === 'ignored' && references.includes(entry.reference)).length
  }

  it('is sent again while the gateway surely remembers its key, three times at most', async () => {
    const part = await play(young, '65')
    expect(await statesOf(young, part.disbursement)).toEqual(['review', 'review'])
    expect(await sends(young, part)).toBe(3)
  })

  it.each([
    ['asked about all the while', 0],
    ['looked at after a day in which nobody was there', DAY],
  ])('is never sent again once it may have forgotten it: %s', async (_what, awayMs) => {
    forgetful.nowMs = NOON
    const part = await begin(forgetful, '65')
    await forgetful.activities().submit({ programme: 'swift', ref: part.ref, disbursement: part.disbursement })
    forgetful.nowMs += awayMs
    await goOn(forgetful, part)
    expect(await statesOf(forgetful, part.disbursement)).toEqual(['review', 'review'])
    expect(await sends(forgetful, part)).toBe(1)
    // People who do not know it either have it asked about, and nothing else.
    const payout = `${part.disbursement}#1`
    await forgetful.people.decide(part.disbursement, payout, { finding: 'unknown' }, forgetful.nowMs)
    await goOn(forgetful, part)
    expect(await statesOf(forgetful, part.disbursement)).toEqual(['review', 'review'])
    await forgetful.activities().resend({ programme: 'swift', ref: part.ref, payout })
    expect(await sends(forgetful, part)).toBe(1)
    expect(await forgetful.world.imbalances()).toEqual([])
  })
})
