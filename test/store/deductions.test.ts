/** What is taken off what a person is owed: by two people, before it is paid, exactly once, and never more than there is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engineActor } from '../../domain/act.ts'
import { bankAccount } from '../support/builders.ts'
import { deducting, MONTH, type Deducting, type Owing } from '../support/deductions.ts'
import { asked, called, stateOf, submitted } from '../support/sent.ts'
import { decide as decideOn, propose } from '../support/two-people.ts'
import {
  AMOUNT,
  DAY,
  disbursementOf,
  HOUR,
  MINUTE,
  openWorld,
  refusal,
  seen,
  seenFailed,
  type World,
} from '../support/world.ts'

const PART = 20_000_000n

let world: World
let at: Deducting
let owing: Owing
beforeEach(async () => {
  world = await openWorld()
  at = await deducting(world)
  owing = await at.paidTwice()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

const balance = async (account: string): Promise<bigint> => {
  const { sum } = await world.one<{ sum: bigint }>(
    `SELECT coalesce(sum(CASE WHEN credit = $1 THEN amount ELSE -amount END), 0)::bigint AS sum FROM posting WHERE $1 IN (credit, debit)`,
    [account],
  )
  return sum
}
const receivable = () =>
  world.one<{ money: string; repaid: bigint }>('SELECT money, repaid FROM payout WHERE key = $1', [owing.payout])
const pay = async (): Promise<{ payout: string; amount: bigint }> => {
  const payout = await world.claim(owing.next, MONTH + HOUR)
  const { amount } = await world.one<{ amount: bigint }>('SELECT amount FROM payout WHERE key = $1', [payout])
  await world.observe(
    submitted(payout, seen('paid', { gatewayId: 'po_3', amount: { minor: amount, currency: 'IDR' } }), MONTH + HOUR),
  )
  return { payout, amount }
}

describe('what was paid in error is set off against what is owed next', () => {
  it('the person is sent the net, and the receivable is less by as much', async () => {
    expect(await at.deduct(owing.next, owing.payout, PART)).toMatchObject({ state: 'executed' })
    expect(await receivable()).toEqual({ money: 'receivable', repaid: PART })
    expect(await pay()).toMatchObject({ amount: AMOUNT - PART })
    expect(await stateOf(world, owing.next)).toMatchObject({ state: 'paid', reason: null })
    expect(await balance('budget:disbursed')).toBe(2n * AMOUNT)
    expect(-(await balance('funds:receivable'))).toBe(AMOUNT - PART)
    expect(await balance('funds:payable')).toBe(0n)
  })

  it('all of it: the tranche is settled without a payment, the receivable is over, and the next tranche follows', async () => {
    await at.deduct(owing.next, owing.payout, AMOUNT)
    expect(await stateOf(world, owing.next)).toMatchObject({ state: 'paid', reason: 'deducted', attempts: 0 })
    expect(await receivable()).toEqual({ money: 'repaid', repaid: AMOUNT })
    await expect(world.claim(owing.next, MONTH + HOUR)).rejects.toThrow('parked: not-released')
    expect(await refusal(at.deduct(owing.next, null, 1n))).toBe('conflict')
    expect((await world.store.reviews.receivables(null, { limit: 10, after: null })).rows).toEqual([])
    expect(await balance('funds:receivable')).toBe(0n)
    expect(await balance('budget:obligated')).toBe(0n)
  })

  it('in parts and from several sides: to the treasury, by one tranche, and what is left by two people', async () => {
    await at.repay(owing.payout, PART)
    await at.deduct(owing.next, owing.payout, PART)
    expect(await refusal(at.deduct(owing.next, owing.payout, PART + 1n))).toBe('conflict')
    expect(await refusal(at.repay(owing.payout, PART))).toBe('conflict')
    const { rows } = await world.store.reviews.receivables(null, { limit: 10, after: null })
    expect(rows).toMatchObject([{ payout: owing.payout, amount: PART.toString() }])
    await at.repay(owing.payout)
    expect(await receivable()).toEqual({ money: 'repaid', repaid: 2n * PART })
    expect(await balance('funds:receivable')).toBe(0n)
  })

  it('what comes back of the net is owed again, and no more: the deduction stays', async () => {
    await at.deduct(owing.next, owing.payout, PART)
    const { payout, amount } = await pay()
    await world.observe(
      called(payout, seen('returned', { gatewayId: 'po_3', amount: { minor: amount, currency: 'IDR' } }), MONTH + DAY),
    )
    expect(await stateOf(world, owing.next)).toMatchObject({ state: 'needs-account' })
    expect(await refusal(at.deduct(owing.next, owing.payout, PART))).toBe('conflict')
    await world.observe(
      asked(
        payout,
        seen('returned', { gatewayId: 'po_3', amount: { minor: amount, currency: 'IDR' } }),
        MONTH + DAY + HOUR,
      ),
    )
    await world.link(owing.ref, bankAccount(), MONTH + DAY)
    await world.advance(owing.ref, MONTH + 9 * DAY)
    const again = await world.draft(owing.next, MONTH + 9 * DAY)
    expect(again.amount).toBe(AMOUNT - PART)
    expect(await receivable()).toEqual({ money: 'receivable', repaid: PART })
  })

  it('only the net lapses', async () => {
    await at.deduct(owing.next, owing.payout, PART)
    const { payout, amount } = await pay()
    const back = seen('returned', { gatewayId: 'po_3', amount: { minor: amount, currency: 'IDR' } })
    await world.observe(called(payout, back, MONTH + DAY))
    await world.observe(asked(payout, back, MONTH + DAY))
    await world.advance(owing.ref, MONTH + 90 * DAY)
    expect(await stateOf(world, owing.next)).toMatchObject({ state: 'lapsed' })
    expect(await balance('budget:lapsed')).toBe(AMOUNT - PART)
  })

  it('of somebody who leaves only the net is cancelled', async () => {
    await at.deduct(owing.next, owing.payout, PART)
    await world.act(
      (acts) => acts.withdraw({ programme: 'swift', ref: owing.ref, reason: 'has found work' }),
      MONTH + HOUR,
    )
    await world.advance(owing.ref, MONTH + HOUR)
    expect(await stateOf(world, owing.next)).toMatchObject({ state: 'cancelled' })
    expect(await balance('budget:disbursed')).toBe(AMOUNT + PART)
    expect(await balance('budget:committed')).toBe(0n)
  })

  it('what comes back through the gateway after a part was set off is for people to place', async () => {
    await at.deduct(owing.next, owing.payout, PART)
    await world.observe(called(owing.payout, seen('returned'), MONTH + MINUTE))
    expect(await world.one('SELECT state FROM payout WHERE key = $1', [owing.payout])).toEqual({ state: 'review' })
    expect(await refusal(at.deduct(owing.next, owing.payout, 1n))).toBe('conflict')
    // Were it no receivable, the person would have lost what was set off for it.
    for (const finding of ['returned', 'not-paid', 'paid'] as const)
      expect(await refusal(at.decide(disbursementOf(owing.ref), owing.payout, { finding }, MONTH + HOUR))).toBe(
        'conflict',
      )
    await at.decide(disbursementOf(owing.ref), owing.payout, { finding: 'receivable' }, MONTH + HOUR)
    expect(await receivable()).toEqual({ money: 'receivable', repaid: PART })
    expect(-(await balance('funds:receivable'))).toBe(AMOUNT - PART)
  })
})

describe('what is withheld for others', () => {
  it('stays with the treasury, and the person is sent the rest', async () => {
    const before = await balance('funds:treasury')
    await at.deduct(owing.next, null, PART)
    expect(await balance('funds:treasury')).toBe(before + PART)
    expect(await pay()).toMatchObject({ amount: AMOUNT - PART })
  })
})

describe('nobody takes off', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['more than is owed', () => at.deduct(owing.next, null, AMOUNT + 1n), 'conflict'],
    [
      'more than is to be had back',
      async () => {
        await at.repay(owing.payout, PART)
        return at.deduct(owing.next, owing.payout, AMOUNT - PART + 1n)
      },
      'conflict',
    ],
    ['nothing', () => at.deduct(owing.next, null, 0n), 'conflict'],
    [
      'from what is on its way',
      async () => {
        await world.claim(owing.next, MONTH)
        return at.deduct(owing.next, owing.payout, PART)
      },
      'conflict',
    ],
    [
      'from what has failed, while its send is open or its gateway was asked about it',
      async () => {
        const payout = await world.claim(owing.next, MONTH)
        await world.observe(called(payout, seenFailed('retry-new'), MONTH + MINUTE))
        expect(await stateOf(world, owing.next)).toMatchObject({ state: 'released' })
        return at.deduct(owing.next, owing.payout, AMOUNT)
      },
      'conflict',
    ],
    [
      'from what a restored database has not asked its gateways about',
      async () => {
        await world.store.restores.begin('backup of 10:00', engineActor(), MONTH)
        return at.deduct(owing.next, owing.payout, PART)
      },
      'conflict',
    ],
    ['from what was paid', () => at.deduct(disbursementOf(owing.ref), owing.payout, PART), 'conflict'],
    ['what somebody else owes', async () => at.deduct(owing.next, (await at.paidTwice()).payout, PART), 'not-found'],
    [
      'what was never paid in error',
      async () => at.deduct(owing.next, `${disbursementOf(owing.ref)}#2`, PART),
      'conflict',
    ],
    [
      'a tax in the name of a receivable',
      async () => propose(world.store, at.sari, await at.put(owing.next, owing.payout, PART, { cause: 'tax' }), MONTH),
      'conflict',
    ],
    [
      'by a document without a number',
      async () => propose(world.store, at.sari, await at.put(owing.next, null, PART, { reference: '' }), MONTH),
      'invalid-request',
    ],
  ])('%s', async (_, work, code) => {
    expect(await refusal(work())).toBe(code)
  })

  it('alone', async () => {
    const proposal = await propose(world.store, at.sari, await at.put(owing.next, owing.payout, PART), MONTH)
    expect(await refusal(decideOn(world.store, at.sari, proposal, 'approve', MONTH))).toBe('forbidden')
    expect(await receivable()).toMatchObject({ repaid: 0n })
  })

  it('while a run is being collected, which reads what is owed in one statement: the proposal is void', async () => {
    const client = await world.root.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('runs:swift', 0))`)
      expect(await at.deduct(owing.next, owing.payout, PART)).toMatchObject({ state: 'void' })
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
    expect(await receivable()).toEqual({ money: 'receivable', repaid: 0n })
    expect(await at.deduct(owing.next, owing.payout, PART + 1n)).toMatchObject({ state: 'executed' })
  })

  it('more parts of what was repaid than can be told: the rest is told as one', async () => {
    await at.repay(owing.payout, 1n)
    const past = async (text: string): Promise<void> => {
      await world.root.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${text}; COMMIT`)
    }
    await past(
      `INSERT INTO repayment (id, programme, ref, payout, amount, currency, agreed_under, made_at)
       SELECT gen_random_uuid(), programme, ref, payout, amount, currency, gen_random_uuid(), made_at FROM repayment, generate_series(1, 47)`,
    )
    expect(await refusal(at.repay(owing.payout, 2n))).toBe('conflict')
    await past(`DELETE FROM repayment WHERE agreed_under NOT IN (SELECT id FROM proposal)`)
    await at.repay(owing.payout)
    expect(await receivable()).toEqual({ money: 'repaid', repaid: 1n })
  })

  it('what has moved since it was looked at: the proposal is void', async () => {
    const proposal = await propose(world.store, at.sari, await at.put(owing.next, owing.payout, PART), MONTH)
    await world.claim(owing.next, MONTH)
    expect(await decideOn(world.store, at.budi, proposal, 'approve', MONTH)).toMatchObject({
      state: 'void',
      outcomeCode: 'review-moved',
    })
  })

  it('twice at once from one receivable: of two proposals that come to more than it has, one is void', async () => {
    await world.act(
      (acts) =>
        acts.recordEvidence({
          programme: 'swift',
          ref: owing.ref,
          kind: 'survey-answered',
          subject: 'evaluation-1',
          document: null,
          occurredAtMs: MONTH - 24 * DAY,
        }),
      MONTH,
    )
    await at.repay(owing.payout, AMOUNT - PART)
    await world.advance(owing.ref, MONTH + HOUR)
    const survey = disbursementOf(owing.ref, 'survey-1')
    const puts = [await at.put(owing.next, owing.payout, PART), await at.put(survey, owing.payout, 5_000_000n)]
    const proposals = await Promise.all(puts.map((one) => propose(world.store, at.sari, one, MONTH + HOUR)))
    const ends = await Promise.all(proposals.map((one) => decideOn(world.store, at.budi, one, 'approve', MONTH + HOUR)))
    expect(ends.map(({ state }) => state).toSorted()).toEqual(['executed', 'void'])
    const { money, repaid } = await receivable()
    expect(repaid).toBe(ends[0]?.state === 'executed' ? AMOUNT : AMOUNT - PART + 5_000_000n)
    expect(money).toBe(repaid === AMOUNT ? 'repaid' : 'receivable')
  })
})

it('a process that dies in the middle has done nothing', async () => {
  const proposal = await propose(world.store, at.sari, await at.put(owing.next, owing.payout, PART), MONTH)
  await world.root.pool.query(
    `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
     ALTER FUNCTION die() SECURITY DEFINER;
     CREATE TRIGGER dies AFTER INSERT ON posting FOR EACH ROW WHEN (NEW.event = 'offset') EXECUTE FUNCTION die()`,
  )
  await expect(decideOn(world.store, at.budi, proposal, 'approve', MONTH)).rejects.toThrow()
  await world.root.pool.query('DROP TRIGGER dies ON posting')
  expect(await world.count('SELECT FROM deduction')).toBe(0)
  expect(await receivable()).toEqual({ money: 'receivable', repaid: 0n })
  expect(await decideOn(world.store, at.budi, proposal, 'approve', MONTH)).toMatchObject({ state: 'executed' })
  expect(await receivable()).toEqual({ money: 'receivable', repaid: PART })
})

describe('the database itself refuses', () => {
  it.each<[string, string]>([
    ['a deduction that nobody agreed to', `UPDATE disbursement SET deducted = 1 WHERE key = $1`],
    [
      'a receivable that is given back by nobody',
      `UPDATE payout SET repaid = 1 WHERE disbursement = $1 OR money = 'receivable'`,
    ],
    [
      'a deduction under the proposal of another act',
      `INSERT INTO deduction (id, programme, ref, disbursement, payout, cause, reference, amount, currency, agreed_under, made_at)
       SELECT gen_random_uuid(), programme, ref, key, NULL, 'tax', 'ND-1', 1, currency, (SELECT id FROM proposal WHERE act = 'review-decision' LIMIT 1), now() FROM disbursement WHERE key = $1`,
    ],
  ])('%s', async (_, text) => {
    await expect(world.store.context.database.pool.query(text, [owing.next])).rejects.toMatchObject({
      code: expect.stringMatching(/^23/),
    })
  })

  it.each<[string, (amount: bigint) => Promise<unknown>]>([
    ['a deduction of it', (amount) => at.deduct(owing.next, owing.payout, amount)],
    ['a part that was repaid', (amount) => at.repay(owing.payout, amount)],
  ])('an end of all of a receivable in the name of %s', async (_, take) => {
    await take(PART)
    for (const money of ['written-off', 'repaid']) {
      await expect(
        world.store.context.database.pool.query('UPDATE payout SET money = $2 WHERE key = $1', [owing.payout, money]),
      ).rejects.toMatchObject({ code: '23001' })
    }
  })

  it('a deduction that is taken from nothing, and a part that was repaid of nothing', async () => {
    await at.deduct(owing.next, owing.payout, PART)
    await at.repay(owing.payout, 1_000_000n)
    const review = `(SELECT id FROM proposal WHERE act = 'review-decision' LIMIT 1)`
    const rest = `amount, currency, agreed_under, made_at`
    for (const [table, own] of [
      ['deduction', 'disbursement, payout, cause, reference'],
      ['repayment', 'payout'],
    ]) {
      await world.root.pool.query(`ALTER TABLE ${table} DISABLE TRIGGER ${table}_agreed`)
      await expect(
        world.store.context.database.pool.query(
          `INSERT INTO ${table} (id, programme, ref, ${own}, ${rest}) SELECT gen_random_uuid(), programme, ref, ${own}, amount, currency, ${review}, now() FROM ${table}`,
        ),
      ).rejects.toMatchObject({ code: '23514', message: 'what was agreed to is not taken from what it is about' })
    }
  })

  it('an obligation that begins with a deduction, and a payout that begins repaid', async () => {
    const { pool } = world.store.context.database
    await expect(
      pool.query(
        `INSERT INTO disbursement SELECT (jsonb_populate_record(d, '{"key": "k", "tranche": "survey-1", "deducted": 1}')).* FROM disbursement d WHERE key = $1`,
        [owing.next],
      ),
    ).rejects.toMatchObject({ code: '23001', message: 'disbursement is append-only: INSERT refused' })
    await expect(
      pool.query(
        `INSERT INTO payout SELECT (jsonb_populate_record(y, '{"key": "k#9", "n": 9, "repaid": 1}')).* FROM payout y WHERE key = $1`,
        [owing.payout],
      ),
    ).rejects.toMatchObject({ code: '23001', message: 'payout is append-only: INSERT refused' })
  })
})
