/** Credentials of gateways: what is sent and believed by them, how they come into force and end, and who waits meanwhile. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Credential } from '../../domain/credential.ts'
import type { Pass } from '../../failpoints.ts'
import type { Store } from '../../store/index.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { pairOf, tellAll } from '../support/freezes.ts'
import { gate } from '../support/gate.ts'
import { agree, decide, propose } from '../support/two-people.ts'
import { WAITING } from '../support/waiting.ts'
import {
  bytesOf,
  disbursementOf,
  HOUR,
  MINUTE,
  NOON,
  openStore,
  openWorld,
  refusal,
  SECOND,
  seen,
  SIGNED,
  SILENCE,
  testCredential,
  TIMING,
  type World,
} from '../support/world.ts'

const OWN = testCredential('sandbox', 'send')
const OTHER = testCredential('sandbox', 'send', 'another')
const SECRET = testCredential('sandbox', 'callback')
const OTHER_SECRET = testCredential('sandbox', 'callback', 'another')

let world: World
let proposals = 0
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
  await world.close()
})

type Change = 'admit' | 'end'

/** No two proposals of one content end at the same time. */
const put = (change: Change, credential: Credential) => ({
  act: 'gateway-credential',
  content: { ...credential, change },
  expiresAtMs: NOON + HOUR + (proposals += 1),
})

async function agreeTo(change: Change, credential: Credential, store: Store = world.store): Promise<ProposalRow> {
  const { sari, budi } = await pairOf(world)
  return agree(store, [sari, budi], put(change, credential), NOON)
}

const inForce = async (): Promise<string[]> =>
  (await world.store.gatewayCredentials.list()).map(({ fingerprint }) => fingerprint)

async function claimed(store: Store, ref: string): Promise<string> {
  const draft = await store.claims.draft(disbursementOf(ref), NOON)
  if (draft.kind === 'parked') return draft.reason
  const claim = await store.claims.claim(draft, bytesOf(draft), NOON)
  return claim.kind === 'parked' ? claim.reason : claim.kind
}

const nudges = (ref: string) => world.count(`SELECT FROM message WHERE ref = $1 AND kind = 'lift'`, [ref])
/** Business time is NOON, whatever the act; the trail's numbers are the order. */
const order = (act: string) => world.one<{ id: bigint }>('SELECT max(id) AS id FROM audit_event WHERE act = $1', [act])

/** Another process on the same database, stopped at a failpoint until it is told to go on. */
function stoppedAt(point: string, sendsWith?: (gateway: string) => string | null) {
  const [reached, goesOn] = [gate(), gate()]
  const pass: Pass = async (name, work) => {
    const value = await work
    if (name !== point) return value
    reached.open()
    await goesOn.opened
    return value
  }
  return { store: openStore(world.database, { pass, ...(sendsWith ? { sendsWith } : {}) }), reached, goesOn }
}

describe('a credential to send with that has ended', () => {
  it('between the draft and the claim stops the claim, and nothing is lost by it', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    expect((await agreeTo('end', OWN)).state).toBe('executed')
    const claim = await world.store.claims.claim(draft, bytesOf(draft), NOON)
    expect(claim).toEqual({ kind: 'parked', reason: 'credential-not-in-force' })
    expect(await world.count('SELECT FROM payout')).toBe(0)
    expect(await claimed(world.store, ref)).toBe('credential-not-in-force')
    const standing = await world.advance(ref)
    expect(standing).toMatchObject({ attention: 'credential-not-in-force', gateway: 'sandbox' })
    expect(standing.disbursements[0]).toMatchObject({ state: 'released', next: { kind: 'wait', untilMs: null } })
  })

  it('lets who waits go on by itself once two people have agreed to it again', async () => {
    const [ref, elsewhere] = [await world.ready(), await world.admit()]
    await agreeTo('end', OWN)
    await world.advance(ref)
    expect((await agreeTo('admit', OWN)).state).toBe('executed')
    await tellAll(world.store)
    expect([await nudges(ref), await nudges(elsewhere)]).toEqual([1, 0])
    expect(await world.advance(ref)).toMatchObject({ attention: null, disbursements: [{ next: { kind: 'send' } }] })
    expect(await claimed(world.store, ref)).toBe('claimed')
  })

  it('stops a resend, while asking goes on', async () => {
    const ref = await world.ready()
    const payout = await world.claim(disbursementOf(ref))
    await world.observe({ payout, source: 'submit', fact: SILENCE, atMs: NOON + SECOND, send: 1 })
    const atMs = NOON + 2 * TIMING.quietPeriodMs
    for (const enquiry of [1, 2])
      await world.observe({
        payout,
        source: 'enquiry',
        fact: { kind: 'not-found' },
        atMs: atMs + enquiry - (2 - enquiry) * MINUTE,
        enquiry,
      })
    await agreeTo('end', OWN)
    expect((await world.store.payouts.reopen(payout, atMs + 3)).kind).toBe('refused')
    const next = (await world.advance(ref, atMs + 3)).disbursements[0]?.next
    expect(next?.kind === 'wait' && next.untilMs !== null).toBe(true)
    await agreeTo('admit', OWN)
    await tellAll(world.store)
    expect(await nudges(ref)).toBe(1)
    expect((await world.advance(ref, atMs + 5)).disbursements[0]?.next).toMatchObject({ kind: 'resend' })
    expect((await world.store.payouts.reopen(payout, atMs + 5)).kind).toBe('reopened')
  })

  it('waits for a claim that has seen it in force', async () => {
    const ref = await world.ready()
    const { store, reached, goesOn } = stoppedAt('claim:read')
    const claiming = claimed(store, ref)
    await reached.opened
    let isOver = false
    const ending = agreeTo('end', OWN).finally(() => (isOver = true))
    await expect.poll(() => world.count(WAITING)).toBeGreaterThan(0)
    expect(isOver).toBe(false)
    goesOn.open()
    expect(await claiming).toBe('claimed')
    expect((await ending).state).toBe('executed')
    expect((await order('payout-sent')).id).toBeLessThan((await order('credential-ended')).id)
    await store.close()
  })

  it('is waited for by a claim that comes while it ends, and stops it', async () => {
    const ref = await world.ready()
    const draft = await world.draft(disbursementOf(ref))
    const { store, reached, goesOn } = stoppedAt('agreed:executed')
    const ending = agreeTo('end', OWN, store)
    await reached.opened
    const claiming = world.store.claims.claim(draft, bytesOf(draft), NOON)
    await expect.poll(() => world.count(WAITING)).toBeGreaterThan(0)
    goesOn.open()
    expect(await claiming).toEqual({ kind: 'parked', reason: 'credential-not-in-force' })
    expect((await ending).state).toBe('executed')
    await store.close()
  })

  it('among many claims at once is followed by none of them', async () => {
    const refs = await Promise.all(Array.from({ length: 12 }, () => world.ready()))
    const [, ...came] = await Promise.all([agreeTo('end', OWN), ...refs.map((ref) => claimed(world.store, ref))])
    const late = await world.count(
      `SELECT FROM audit_event WHERE act = 'payout-sent' AND id > (SELECT id FROM audit_event WHERE act = 'credential-ended')`,
    )
    expect(late).toBe(0)
    expect(new Set(came)).not.toContain('collision')
    expect(await world.count('SELECT FROM payout')).toBe(came.filter((one) => one === 'claimed').length)
  })

  it('leaves nobody untold who looks while another is being admitted', async () => {
    const ref = await world.admit()
    await agreeTo('end', OWN)
    const { store, reached, goesOn } = stoppedAt('life:held')
    for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
      const subject = world.programme.training.courses[0]?.code ?? ''
      const evidence = { programme: 'swift', ref, kind, subject, occurredAtMs: NOON, document: null }
      await world.act((acts) => acts.recordEvidence(evidence))
    }
    const looking = store.lives.advance('swift', ref, NOON)
    await reached.opened
    const admitting = agreeTo('admit', OWN)
    await expect.poll(() => world.count(WAITING)).toBeGreaterThan(0)
    goesOn.open()
    await Promise.all([looking, admitting])
    await tellAll(world.store)
    expect(await nudges(ref)).toBe(1)
    await store.close()
  })
})

describe('a process with a credential that nobody has agreed to', () => {
  let foreign: Store
  beforeEach(() => {
    foreign = openStore(world.database, { sendsWith: () => OTHER.fingerprint })
  })
  afterEach(() => foreign.close())

  it('sends nothing, while one beside it with an agreed one does', async () => {
    const [one, other] = [await world.ready(), await world.ready()]
    expect(await claimed(foreign, one)).toBe('credential-not-in-force')
    expect(await claimed(world.store, other)).toBe('claimed')
  })

  it('cannot claim what another one has drafted', async () => {
    const draft = await world.draft(disbursementOf(await world.ready()))
    const claim = await foreign.claims.claim(draft, bytesOf(draft), NOON)
    expect(claim).toEqual({ kind: 'parked', reason: 'credential-not-in-force' })
  })

  it('cannot take its own over, for the gateway has one', async () => {
    expect(await foreign.gatewayCredentials.adopt([OTHER], NOON)).toEqual([])
    expect(await inForce()).not.toContain(OTHER.fingerprint)
  })

  it('keeps nobody waiting once it has its former one back: its start has them told', async () => {
    const ref = await world.ready()
    expect((await foreign.lives.advance('swift', ref, NOON)).attention).toBe('credential-not-in-force')
    await world.store.gatewayCredentials.resume(['sandbox'])
    await tellAll(world.store)
    expect(await nudges(ref)).toBe(1)
    expect((await world.advance(ref)).attention).toBeNull()
    await world.store.gatewayCredentials.resume(['sandbox'])
    expect(await tellAll(world.store)).toBe(0)
  })
})

describe('a rotation', () => {
  it('has both in force meanwhile, and stops nobody', async () => {
    const next = openStore(world.database, { sendsWith: () => OTHER.fingerprint })
    expect((await agreeTo('admit', OTHER)).state).toBe('executed')
    expect(await claimed(world.store, await world.ready())).toBe('claimed')
    expect(await claimed(next, await world.ready())).toBe('claimed')
    expect((await agreeTo('end', OWN)).state).toBe('executed')
    expect(await claimed(next, await world.ready())).toBe('claimed')
    expect(await claimed(world.store, await world.ready())).toBe('credential-not-in-force')
    await next.close()
    const trail = await world.root.pool.query<{ act: string; person: string; after: object }>(
      `SELECT act, person, after FROM audit_event WHERE act LIKE 'credential-%' AND after ->> 'purpose' = 'send' ORDER BY id`,
    )
    expect(trail.rows.map(({ act, person }) => [act, person])).toEqual([
      ['credential-adopted', 'engine'],
      ['credential-admitted', 'budi'],
      ['credential-ended', 'budi'],
    ])
    expect(trail.rows.at(-1)?.after).toMatchObject({ ...OWN, proposal: expect.any(String) })
  })
})

describe('a callback', () => {
  let events = 0
  async function called(payout: string, credentials: readonly string[]): Promise<string | undefined> {
    const { reference } = await world.one<{ reference: string }>('SELECT reference FROM payout WHERE key = $1', [
      payout,
    ])
    const fact = seen('paid')
    if (fact.kind !== 'observed') throw new Error('it is observed')
    const { observation } = fact
    const eventId = `evt_${(events += 1)}`
    const told = { gateway: 'sandbox', eventId, reference, observation, trusted: true, body: Buffer.from(eventId) }
    const [verdict] = await world.store.desk.receiveCallbacks([{ ...told, credentials, receivedAtMs: NOON + SECOND }])
    return verdict
  }
  const sent = async (): Promise<{ ref: string; payout: string }> => {
    const ref = await world.ready()
    return { ref, payout: await world.claim(disbursementOf(ref)) }
  }

  it('signed with a secret that has ended only makes the life ask', async () => {
    const { ref, payout } = await sent()
    await agreeTo('admit', OTHER_SECRET)
    await agreeTo('end', SECRET)
    expect(await called(payout, SIGNED)).toBe('stale')
    const standing = await world.advance(ref, NOON + 2 * SECOND)
    expect(standing.disbursements[0]).toMatchObject({ state: 'in-flight', next: { kind: 'enquire', payout } })
    expect(await called(payout, [OTHER_SECRET.fingerprint])).toBe('applied')
    expect((await world.advance(ref, NOON + 3 * SECOND)).disbursements[0]?.state).toBe('paid')
  })

  it('signed with both secrets of an exchange is believed, whichever is in force', async () => {
    const { payout } = await sent()
    await agreeTo('admit', OTHER_SECRET)
    await agreeTo('end', SECRET)
    expect(await called(payout, [SECRET.fingerprint, OTHER_SECRET.fingerprint])).toBe('applied')
  })

  it.each([
    ['a secret that nobody has agreed to', [OTHER_SECRET.fingerprint]],
    ['what is sent with', [OWN.fingerprint]],
    ['nothing', []],
  ])('signed with %s only makes the life ask', async (_, credentials) => {
    expect(await called((await sent()).payout, credentials)).toBe('stale')
  })
})

describe('what is proposed', () => {
  it.each<[string, Change, Partial<Credential>, string]>([
    ['is not a fingerprint', 'admit', { fingerprint: 'A'.repeat(64) }, 'invalid-request'],
    ['is too short', 'admit', { fingerprint: 'ab' }, 'invalid-request'],
    ['is of another purpose', 'admit', { purpose: 'ask' as 'send' }, 'invalid-request'],
    ['is in force', 'admit', {}, 'conflict'],
    ['ends what is not in force', 'end', { fingerprint: OTHER.fingerprint }, 'not-found'],
    ['ends what is in force at another gateway', 'end', { gateway: 'another' }, 'not-found'],
    ['ends what is in force for another purpose', 'end', { purpose: 'callback' }, 'not-found'],
  ])('and %s is refused', async (_, change, differs, code) => {
    const { sari } = await pairOf(world)
    expect(await refusal(propose(world.store, sari, put(change, { ...OWN, ...differs }), NOON))).toBe(code)
  })

  it('and is of a gateway that nobody runs is refused', async () => {
    const { sari } = await pairOf(world)
    const store = openStore(world.database, { sendsWith: (code) => (code === 'sandbox' ? OWN.fingerprint : null) })
    const nowhere = testCredential('nowhere', 'send')
    expect(await refusal(propose(store, sari, put('admit', nowhere), NOON))).toBe('unknown-gateway')
    await store.close()
  })

  it.each<Change>(['admit', 'end'])('twice, to %s the same, is done once, and the other is void', async (change) => {
    const { sari, budi } = await pairOf(world)
    const credential = change === 'admit' ? OTHER : OWN
    const both = [
      await propose(world.store, sari, put(change, credential), NOON),
      await propose(world.store, sari, put(change, credential), NOON),
    ]
    const came = await Promise.all(both.map((one) => decide(world.store, budi, one, 'approve', NOON)))
    expect(came.map(({ state }) => state).toSorted()).toEqual(['executed', 'void'])
    expect((await inForce()).filter((one) => one === credential.fingerprint)).toHaveLength(change === 'admit' ? 1 : 0)
  })
})

describe('what an engine is first run with', () => {
  it('by two processes at once is taken over once, with one event for each', async () => {
    const other = openStore(world.database)
    const first = [
      testCredential('new', 'send'),
      testCredential('new', 'callback'),
      testCredential('new', 'callback', '2'),
    ]
    const adopted = await Promise.all([world.store, other].map((one) => one.gatewayCredentials.adopt(first, NOON)))
    expect(adopted.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([0, 3])
    const events = `SELECT FROM audit_event WHERE act = 'credential-adopted' AND after ->> 'gateway' = 'new' AND person = 'engine'`
    expect(await world.count(events)).toBe(3)
    await other.close()
  })

  it('ends in production, and may be agreed to there', async () => {
    const ref = await world.ready()
    const ended = await world.store.gatewayCredentials.endAdopted(NOON)
    expect(ended.map(({ fingerprint }) => fingerprint).toSorted()).toEqual(
      [OWN, SECRET].map((one) => one.fingerprint).toSorted(),
    )
    expect(await claimed(world.store, ref)).toBe('credential-not-in-force')
    await agreeTo('admit', OWN)
    expect(await world.store.gatewayCredentials.endAdopted(NOON)).toEqual([])
    expect(await claimed(world.store, ref)).toBe('claimed')
  })
})

describe('the database itself', () => {
  const app = (text: string, values: unknown[] = []) => world.store.context.database.pool.query(text, values)
  const insert = (more: string, as: string, of: Credential = OTHER) =>
    app(
      `INSERT INTO gateway_credential (id, gateway, purpose, fingerprint, begun_at${more})
       VALUES (gen_random_uuid(), $1, $2, $3, now()${as})`,
      [of.gateway, of.purpose, of.fingerprint],
    )

  it('lets none come into force alone, nor under a proposal that is about another, or open', async () => {
    await expect(insert('', '')).rejects.toThrow('others have agreed')
    const { id } = await agreeTo('admit', testCredential('sandbox', 'send', 'a third'))
    await expect(insert(', agreed_under', `, '${id}'`)).rejects.toThrow('others have agreed')
    const { sari } = await pairOf(world)
    const open = await propose(world.store, sari, put('admit', OTHER), NOON)
    await expect(insert(', agreed_under', `, '${open.id}'`)).rejects.toThrow('others have agreed')
  })

  it('brings one that has ended back under no former proposal', async () => {
    const { id } = await agreeTo('admit', OTHER)
    await agreeTo('end', OTHER)
    await expect(insert(', agreed_under', `, '${id}'`)).rejects.toThrow('gateway_credential_agreed_under_key')
  })

  it('ends none that two people agreed to without two people, and changes and deletes none', async () => {
    await agreeTo('admit', OTHER)
    const change = (set: string) =>
      app(`UPDATE gateway_credential SET ${set} WHERE fingerprint = $1`, [OTHER.fingerprint])
    await expect(change(`ended_at = now(), ended_by = 'engine'`)).rejects.toThrow('others have agreed')
    await expect(change(`fingerprint = repeat('0', 64)`)).rejects.toThrow('permission denied')
    await expect(app('DELETE FROM gateway_credential')).rejects.toThrow('permission denied')
    await agreeTo('end', OTHER)
    await expect(change('ended_at = NULL, ended_by = NULL')).rejects.toThrow()
    await expect(
      world.root.pool.query(`UPDATE gateway_credential SET gateway = 'x' WHERE fingerprint = $1`, [OWN.fingerprint]),
    ).rejects.toThrow('gateway_credential.gateway is frozen')
  })
})
