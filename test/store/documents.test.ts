/** A sealed box opens only at its own place: whoever can write rows cannot make one person's account another's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { disbursementOf, MINUTE, NOON, OPERATOR, openWorld, SILENCE, TIMING, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** Copies the whole row of one person's newest document over another's: the box with everything that lies beside it. */
async function copyOver(kind: string, from: string, to: string): Promise<void> {
  const newest = `(SELECT id FROM sealed_document WHERE owner = $1 AND kind = $2 ORDER BY number DESC LIMIT 1)`
  const { id: source } = await world.one<{ id: string }>(`SELECT ${newest} AS id`, [`participant:swift:${from}`, kind])
  const { id: target } = await world.one<{ id: string }>(`SELECT ${newest} AS id`, [`participant:swift:${to}`, kind])
  await world.root.pool.query(
    `UPDATE sealed_document AS d SET owner = s.owner, key_id = s.key_id, box = s.box, aad = s.aad
       FROM sealed_document AS s WHERE s.id = $1 AND d.id = $2`,
    [source, target],
  )
}

describe('a box copied over that of another person', () => {
  it('pays nobody: the account of the one is never sent the money of the other', async () => {
    const [victim, thief] = [await world.ready(), await world.ready()]
    await copyOver('account', thief, victim)
    await expect(world.draft(disbursementOf(victim))).rejects.toThrow('is not what was sealed there')
    expect((await world.draft(disbursementOf(thief))).ref).toBe(thief)
  })

  it('is not sent again as the frozen request of the other', async () => {
    const [victim, thief] = [await world.ready(), await world.ready()]
    const payout = await world.claim(disbursementOf(victim))
    await world.claim(disbursementOf(thief))
    await copyOver('request', thief, victim)
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON, send: 1 })
    const atMs = NOON + 2 * TIMING.quietPeriodMs
    for (const enquiry of [1, 2]) {
      await world.observe({
        payout,
        source: 'enquiry',
        fact: { kind: 'not-found' },
        atMs: atMs + enquiry - (2 - enquiry) * MINUTE,
        enquiry,
      })
    }
    await expect(world.store.payouts.reopen(payout, atMs + 3)).rejects.toThrow('is not what was sealed there')
  })

  it('shows nobody who the other is', async () => {
    const [victim, thief] = [await world.register(), await world.register()]
    await copyOver('identity', victim, thief)
    // The owner was copied with the box: put back, so that it is found where it lies.
    await world.root.pool.query(`UPDATE sealed_document SET owner = $1 WHERE owner = $2 AND kind = 'identity'`, [
      `participant:swift:${thief}`,
      `participant:swift:${victim}`,
    ])
    await expect(world.store.reads.identity('swift', thief, OPERATOR, NOON)).rejects.toThrow('is not what was sealed')
  })
})

describe('a document', () => {
  it('that is pointed at from another person’s account does not open either', async () => {
    const [victim, thief] = [await world.ready(), await world.ready()]
    await world.root.pool.query('ALTER TABLE account DISABLE TRIGGER account_frozen')
    await world.root.pool.query(
      'UPDATE account SET document = (SELECT document FROM account WHERE ref = $1) WHERE ref = $2',
      [thief, victim],
    )
    await world.root.pool.query('ALTER TABLE account ENABLE TRIGGER account_frozen')
    await expect(world.draft(disbursementOf(victim))).rejects.toThrow('is not what was sealed there')
  })
})
