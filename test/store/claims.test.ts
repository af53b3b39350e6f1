/** Claiming a payout: at one commit this attempt and no other goes to the gateway. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Claim } from '../../store/claims.ts'
import { bankAccount, registration } from '../support/builders.ts'
import {
  bytesOf,
  DAY,
  disbursementOf,
  failed,
  HOUR,
  NOON,
  OPERATOR,
  openWorld,
  refOf,
  seenFailed,
  TIMING,
  WAVE,
  type World,
} from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

const parked = async (disbursement: string, atMs = NOON): Promise<string> => {
  const draft = await world.store.claims.draft(disbursement, atMs)
  return draft.kind === 'parked' ? draft.reason : draft.kind
}
const hold = (ref: string) => world.act((acts) => acts.hold({ programme: 'swift', ref, reason: 'a complaint' }))
const release = (ref: string) => world.act((acts) => acts.release({ programme: 'swift', ref, reason: 'settled' }))
const withdraw = (ref: string) => world.act((acts) => acts.withdraw({ programme: 'swift', ref, reason: 'asked' }))
const payouts = (disbursement: string) => world.count('SELECT FROM payout WHERE disbursement = $1', [disbursement])

describe('a claim', () => {
  it('commits the frozen bytes, the payout, its send and its posting together', async () => {
    const disbursement = disbursementOf(await world.ready())
    const draft = await world.draft(disbursement)
    const claim = await world.store.claims.claim(draft, bytesOf(draft), NOON)
    expect(claim).toEqual({ kind: 'claimed', send: 1, sendByMs: NOON + TIMING.submitTimeoutMs })
    const row = await world.one<{
      state: string
      money: string
      amount: bigint
      sha: string
      open: boolean
      n: number
    }>(
      `SELECT y.state, y.money, y.amount, y.n, encode(y.request_sha256, 'hex') AS sha, s.ended_at IS NULL AS open
         FROM payout y JOIN send s ON s.payout = y.key WHERE y.key = $1`,
      [draft.payout],
    )
    expect(row).toMatchObject({ state: 'submitting', money: 'clearing', amount: 60_000_000n, n: 1, open: true })
    expect(row.sha).toMatch(/^[0-9a-f]{64}$/)
    expect(await world.count('SELECT FROM posting WHERE key = $1', [`${draft.payout}/claimed`])).toBe(1)
    expect(
      await world.count(`SELECT FROM audit_event WHERE subject = $1 AND act = 'payout-sent'`, [draft.payout]),
    ).toBe(1)
  })

  it('has one winner of many at once', async () => {
    const disbursement = disbursementOf(await world.ready())
    const drafts = await Promise.all(Array.from({ length: 8 }, () => world.draft(disbursement)))
    const claims = await Promise.all(drafts.map((draft) => world.store.claims.claim(draft, bytesOf(draft), NOON)))
    expect(claims.filter((claim) => claim.kind === 'claimed')).toHaveLength(1)
    expect(claims.filter((claim) => claim.kind === 'parked')).toHaveLength(7)
    expect(await payouts(disbursement)).toBe(1)
  })

  it('is not repeated: an old draft is turned away after the claim and after its end', async () => {
    const disbursement = disbursementOf(await world.ready())
    const draft = await world.draft(disbursement)
    await world.store.claims.claim(draft, bytesOf(draft), NOON)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toEqual({
      kind: 'parked',
      reason: 'not-released',
    })
    await world.observe({ payout: draft.payout, source: 'submit', fact: seenFailed('retry-new'), atMs: NOON, send: 1 })
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON + HOUR)).toMatchObject({ kind: 'parked' })
    expect(await payouts(disbursement)).toBe(1)
  })

  it('with the reference of somebody else is drafted again with the next salt', async () => {
    const drafted = await world.draft(disbursementOf(await world.ready()))
    const other = { ...(await world.draft(disbursementOf(await world.ready()))), reference: drafted.reference }
    expect(await world.store.claims.claim(other, bytesOf(other), NOON)).toMatchObject({ kind: 'claimed' })
    expect(await world.store.claims.claim(drafted, bytesOf(drafted), NOON)).toEqual({ kind: 'collision' })
    const salted = await world.draft(drafted.disbursement)
    expect(salted.reference).not.toBe(drafted.reference)
    expect((await world.store.claims.claim(salted, bytesOf(salted), NOON)).kind).toBe('claimed')
    const { salt } = await world.one<{ salt: number }>('SELECT salt FROM payout WHERE key = $1', [salted.payout])
    expect(salt).toBe(1)
  })

  it('drafts the same payout however often it is asked', async () => {
    const disbursement = disbursementOf(await world.ready())
    const drafts = [await world.draft(disbursement), await world.draft(disbursement, NOON + DAY)]
    expect(drafts[0]?.reference).toBe(drafts[1]?.reference)
    expect(drafts[0]?.payout).toBe(`${disbursement}#1`)
  })
})

describe('what parks a claim', () => {
  it('a hold, until it is released', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await hold(ref)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toEqual({ kind: 'parked', reason: 'held' })
    const held = await world.advance(ref)
    expect(held).toMatchObject({ held: true, attention: 'on-hold' })
    expect(held.disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: null })
    await release(ref)
    expect((await world.advance(ref)).disbursements[0]?.next).toMatchObject({ kind: 'send' })
    expect((await world.store.claims.claim(draft, bytesOf(draft), NOON)).kind).toBe('claimed')
  })

  it('no account, and one that no gateway reaches', async () => {
    const { account, ...without } = registration()
    expect(account).toBeDefined()
    const [result] = await world.store.desk.registerAll([
      { actor: OPERATOR, atMs: NOON, idempotency: null, programme: world.programme, registration: without },
    ])
    const ref = refOf(result)
    await world.store.lives.screen('swift', ref, NOON)
    await world.act((acts) => acts.admit({ programme: 'swift', wave: WAVE, decree: 'SK-1', refs: [ref] }))
    expect((await world.train(ref)).disbursements[0]).toMatchObject({ state: 'needs-account', reason: 'no-account' })
    expect(await parked(disbursementOf(ref))).toBe('not-released')
    const nobody = await world.ready({ account: { ...bankAccount(), institution: 'ID.NOBODY' } })
    expect((await world.advance(nobody)).disbursements[0]).toMatchObject({
      state: 'needs-account',
      reason: 'no-gateway',
    })
    expect(await parked(disbursementOf(nobody))).toBe('not-released')
    await world.link(nobody, bankAccount(), NOON)
    expect((await world.advance(nobody, NOON + DAY)).disbursements[0]).toMatchObject({ next: { kind: 'send' } })
  })

  it('an account that still rests after a change; and nobody asks again before it may be used', async () => {
    const ref = await world.ready()
    await world.link(ref, bankAccount(), NOON + HOUR)
    expect(await parked(disbursementOf(ref), NOON + 2 * HOUR)).toBe('account-cooling')
    const { disbursements } = await world.advance(ref, NOON + 2 * HOUR)
    expect(disbursements[0]?.next).toEqual({ kind: 'wait', untilMs: NOON + HOUR + DAY })
    expect(await parked(disbursementOf(ref), NOON + HOUR + DAY)).toBe('draft')
  })

  it('another account than the one that was drafted', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await world.link(ref, bankAccount(), NOON - 2 * DAY)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toMatchObject({ kind: 'parked' })
  })

  it('a person who leaves: what was released is cancelled, not sent', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await withdraw(ref)
    expect(await world.store.claims.claim(draft, bytesOf(draft), NOON)).toMatchObject({ kind: 'parked' })
    expect(await world.advance(ref)).toMatchObject({ stage: 'closed', outcome: 'withdrawn' })
  })
})

describe('a claim and a hold at the same moment', () => {
  it('parks also whoever was erased since the draft; that nothing can be sealed for them stops only what would be sent', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await world.root.pool.query(`DELETE FROM data_key WHERE owner LIKE '%' || $1`, [ref])
    const claim = () => world.store.claims.claim(draft, bytesOf(draft), NOON)
    await expect(claim()).rejects.toThrow('has no data key')
    await hold(ref)
    expect(await claim()).toEqual({ kind: 'parked', reason: 'held' })
    expect(await payouts(disbursementOf(ref))).toBe(0)
  })

  it('have one order: sent before the hold, or held and never sent', async () => {
    for (let round = 0; round < 12; round += 1) {
      const ref = await world.ready()
      const draft = await world.draft(disbursementOf(ref))
      const claiming = (): Promise<Claim> => world.store.claims.claim(draft, bytesOf(draft), NOON)
      const holding = (): Promise<unknown> => hold(ref)
      const starts = round % 2 === 0 ? [claiming, holding] : [holding, claiming]
      const ended = await Promise.all(starts.map((start) => start()))
      const { kind } = ended[round % 2] as Claim
      expect(await payouts(disbursementOf(ref))).toBe(kind === 'claimed' ? 1 : 0)
      expect(await parked(disbursementOf(ref))).not.toBe('draft')
    }
  })
})

describe('the second wall', () => {
  /** Another attempt beside one, as no store would write it. */
  const copyOf = (payout: string, set: string) =>
    world.root.pool.query(
      `INSERT INTO payout SELECT (jsonb_populate_record(y, jsonb_build_object('key', key || 'x', 'n', 2, 'reference',
         '0000000000000000', 'superseded', true, 'state', 'failed', 'money', 'back') || ${set})).* FROM payout y WHERE key = $1`,
      [payout],
    )

  it('a second live payout is refused by the database, even where a bug would have released the disbursement again', async () => {
    for (const state of ['submitting', 'unknown', 'accepted', 'processing', 'paid', 'review']) {
      const ref = await world.ready()
      const disbursement = disbursementOf(ref)
      const first = await world.claim(disbursement)
      const money = state === 'paid' ? 'credited' : 'clearing'
      await world.root.pool.query('UPDATE payout SET state = $2, money = $3 WHERE key = $1', [first, state, money])
      await world.root.pool.query('UPDATE send SET ended_at = now() WHERE payout = $1', [first])
      await world.root.pool.query(`UPDATE disbursement SET state = 'released' WHERE key = $1`, [disbursement])
      expect(await parked(disbursement)).toBe('not-released')
      await expect(copyOf(first, `'{"superseded": false, "state": "review"}'`)).rejects.toThrow('payout_live')
      const underWay = `'{"superseded": false, "state": "submitting", "money": "clearing"}'`
      await expect(copyOf(first, underWay)).rejects.toThrow('is more than what is owed')
      const isMovable = `UPDATE payout SET state = 'submitting', money = 'clearing' WHERE key = $1 AND state <> 'review'`
      await world.root.pool.query(isMovable, [first])
      await world.root.pool.query(`UPDATE disbursement SET state = 'in-flight' WHERE key = $1`, [disbursement])
    }
  })

  it('money stands where the state says, and no attempt gives way to another while anything of it is out', async () => {
    const payout = await world.claim(disbursementOf(await world.ready()))
    const set = (what: string) => world.root.pool.query(`UPDATE payout SET ${what} WHERE key = $1`, [payout])
    for (const what of [
      `money = 'back'`,
      `state = 'unknown', money = 'credited'`,
      `state = 'paid'`,
      `state = 'paid', money = 'back'`,
      `state = 'failed'`,
      `state = 'returned', money = 'credited'`,
      `state = 'review', money = 'elsewhere'`,
    ]) {
      await expect(set(what), what).rejects.toThrow('payout_money')
    }
    await expect(set(`superseded = true`)).rejects.toThrow('payout_superseded')
    await expect(set(`superseded = true, state = 'review'`)).rejects.toThrow('payout_superseded')
  })

  it('an attempt is for its disbursement’s person and amount, and goes to that person’s own account', async () => {
    const [one, two] = [await world.ready(), await world.ready()]
    const payout = await world.claim(disbursementOf(one))
    const copy = (set: string) => copyOf(payout, set)
    const { id } = await world.one<{ id: string }>('SELECT id FROM account WHERE ref = $1', [two])
    await expect(copy(`jsonb_build_object('account', '${id}')`)).rejects.toThrow('payout_account_exists')
    for (const set of [`'{"ref": "${two}"}'`, `'{"currency": "USD"}'`, `'{"programme": "other"}'`]) {
      await expect(copy(set), set).rejects.toThrow(/payout_(disbursement|account)_exists/)
    }
  })

  it('an account is usable from when it was said to be, and money is reserved from an appropriation that is there', async () => {
    const ref = await world.ready()
    const soon = 'UPDATE account SET usable_from = usable_from - interval $$1 day$$ WHERE ref = $1'
    await expect(world.root.pool.query(soon, [ref])).rejects.toThrow('account.usable_from is frozen')
    const move = 'UPDATE commitment SET appropriation = gen_random_uuid() WHERE ref = $1'
    await expect(world.root.pool.query(move, [ref])).rejects.toThrow('commitment_appropriation_exists')
  })

  it('what was approved is what is sent: amount, account and bytes are frozen', async () => {
    const disbursement = disbursementOf(await world.ready())
    const payout = await world.claim(disbursement)
    for (const column of ['amount', 'n']) {
      await expect(
        world.root.pool.query(`UPDATE payout SET ${column} = ${column} + 1 WHERE key = $1`, [payout]),
      ).rejects.toThrow('frozen')
    }
    await expect(
      world.root.pool.query('UPDATE payout SET request = gen_random_uuid() WHERE key = $1', [payout]),
    ).rejects.toThrow('frozen')
    await expect(
      world.root.pool.query('UPDATE disbursement SET amount = amount + 1 WHERE key = $1', [disbursement]),
    ).rejects.toThrow('frozen')
  })
})

describe('an order the gateway’s format refuses', () => {
  it('is nobody’s payout: it goes to whoever can mend it, and nothing is posted', async () => {
    for (const [of, state] of [
      ['needs-account', 'needs-account'],
      ['permanent', 'failed'],
    ] as const) {
      const ref = await world.ready()
      const disbursement = disbursementOf(ref)
      const draft = await world.draft(disbursement)
      await world.store.claims.refuse(draft, failed(of), NOON)
      await world.store.claims.refuse(draft, failed(of), NOON)
      expect(await world.one('SELECT state, attempts FROM disbursement WHERE key = $1', [disbursement])).toEqual({
        state,
        attempts: 0,
      })
      expect(await payouts(disbursement)).toBe(0)
      expect(
        await world.count('SELECT FROM audit_event WHERE subject = $1 AND at >= $2', [disbursement, new Date(NOON)]),
      ).toBe(3)
    }
  })

  it('is nobody’s to mend but ours where our set-up is wrong: tried again later, no account lost', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await world.store.claims.refuse(draft, failed('config'), NOON)
    const after = await world.advance(ref)
    expect(after.attention).toBe('gateway-refuses')
    expect(after.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'wait' } })
    expect(await parked(disbursementOf(ref), NOON + HOUR)).toBe('draft')
  })

  it('says nothing about an account that was linked meanwhile', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    await world.link(ref, bankAccount(), NOON - 2 * DAY)
    await world.store.claims.refuse(draft, failed('needs-account'), NOON)
    expect((await world.advance(ref)).disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'send' } })
    const { state } = await world.one<{ state: string }>(
      'SELECT state FROM account WHERE ref = $1 AND ended_at IS NULL',
      [ref],
    )
    expect(state).toBe('verified')
  })

  it('is not refused any more once somebody claimed it', async () => {
    const disbursement = disbursementOf(await world.ready())
    const draft = await world.draft(disbursement)
    await world.claim(disbursement)
    await world.store.claims.refuse(draft, failed('permanent'), NOON)
    expect(await world.one('SELECT state FROM disbursement WHERE key = $1', [disbursement])).toEqual({
      state: 'in-flight',
    })
  })
})
