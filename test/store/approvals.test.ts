/** Two-person acts in the database: what is refused, what is carried out and when, and what is left of either. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeIdentity, openIdentity, signedApproval } from '../../client/identity.ts'
import type { ProblemCode } from '../../domain/problem.ts'
import { signedText } from '../../domain/signing.ts'
import { decide as decideIn } from '../../store/approvals.ts'
import { openDatabase } from '../../store/database.ts'
import { endRole } from '../../store/grants.ts'
import { createKey } from '../../store/keys.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { endSigningKey } from '../../store/signing-keys.ts'
import { entitlementTotal } from '../../domain/programme.ts'
import { swiftProgramme } from '../support/builders.ts'
import { gate } from '../support/gate.ts'
import { decide, propose, seenAs, signer, type Put, type Signer } from '../support/two-people.ts'
import { DAY, HOUR, NOON, OPERATOR, openWorld, refusal, SECOND, YEAR, type World } from '../support/world.ts'

let world: World
let agus: Signer
let budi: Signer
let citra: Signer
beforeAll(async () => {
  world = await openWorld()
  agus = await signer(world.store, 'agus', ['administrator', 'approver'])
  budi = await signer(world.store, 'budi', ['approver'])
  citra = await signer(world.store, 'citra', ['approver'])
})
afterAll(() => world.close())
afterEach(async () => {
  expect(await world.imbalances()).toEqual([])
})

let years = 2040
/** Every proposal is about a year of its own. */
const put = (minor = '5000', more: Partial<Put> = {}): Put => ({
  act: 'appropriation',
  content: { programme: 'swift', fiscalYear: (years += 1), number: 'DIPA-9', amount: { minor, currency: 'IDR' } },
  ...more,
})
const proposed = (of = put(), by = agus, atMs = NOON) => propose(world.store, by, of, atMs)
const approve = (proposal: ProposalRow, by = budi, atMs = NOON + SECOND) =>
  decide(world.store, by, proposal, 'approve', atMs)
const yearOf = ({ content }: ProposalRow) => (content as { fiscalYear: number }).fiscalYear
const amountOf = async (proposal: ProposalRow) =>
  (await world.store.reads.appropriations('swift')).find((one) => one.fiscalYear === yearOf(proposal))?.amount ?? null
const stateOf = async ({ id }: ProposalRow) => (await world.store.proposals.find(id, NOON)).state
const told = async ({ id }: ProposalRow) => {
  const { rows } = await world.root.pool.query<{ act: string; person: string }>(
    'SELECT act, person FROM audit_event WHERE subject = $1 ORDER BY id',
    [`proposal:${id}`],
  )
  return rows.map(({ act, person }) => `${act} ${person}`)
}

describe('a proposal', () => {
  it('changes nothing until another person agrees, and then does it in that commit, on record with both', async () => {
    const proposal = await proposed()
    expect(proposal).toMatchObject({ state: 'open', proposer: 'agus', approvals: [], subject: expect.any(String) })
    expect(await amountOf(proposal)).toBeNull()
    const after = await approve(proposal)
    expect(after).toMatchObject({
      state: 'executed',
      outcome: null,
      approvals: [{ person: 'budi', decision: 'approve' }],
    })
    expect(await amountOf(proposal)).toBe('5000')
    expect(await told(proposal)).toEqual(['proposal-made agus', 'proposal-approved budi', 'proposal-executed budi'])
  })

  it('is rejected by one person, with a reason, and is over', async () => {
    const proposal = await proposed()
    expect((await decide(world.store, budi, proposal, 'reject', NOON)).state).toBe('rejected')
    expect(await refusal(approve(proposal, citra))).toBe('proposal-not-open')
    expect(await amountOf(proposal)).toBeNull()
  })

  it('carries signatures that anybody verifies later with what is stored, also when the key has ended', async () => {
    const wati = await signer(world.store, 'wati', ['approver'])
    const proposal = await proposed()
    await approve(proposal, wati)
    const [live] = (await world.store.proposals.signingKeys()).filter(({ person }) => person === 'wati')
    await world.inSql((sql) => endSigningKey(sql, live?.id ?? '', OPERATOR, NOON))
    const { approvals, expiresAt, contentHash } = await world.store.proposals.find(proposal.id, NOON)
    const hash = contentHash.toString('hex')
    const text = signedText({ act: 'appropriation', hash, decision: 'approve', expiresAtMs: expiresAt.getTime() })
    const [given] = approvals
    expect(given?.publicKey).toBe(wati.identity.publicKey)
    // Ed25519 makes one signature for one text.
    expect(given?.signature).toBe(wati.identity.sign(text))
    const another = await proposed()
    expect(await refusal(approve(another, wati))).toBe('signing-key-missing')
  })

  it.each<readonly [string, Partial<Put>, ProblemCode]>([
    ['of no act', { act: 'gift' }, 'invalid-request'],
    ['with a content of another act', { content: { freeze: 'x' } }, 'invalid-request'],
    ['that ends at once', { expiresAtMs: NOON + SECOND }, 'invalid-request'],
    ['that never ends', { expiresAtMs: NOON + 31 * DAY }, 'invalid-request'],
    ['with a personal part too many', { personal: { account: 'x' } }, 'invalid-request'],
    [
      'in another currency',
      { content: { programme: 'swift', fiscalYear: YEAR, number: 'D', amount: { minor: '1', currency: 'USD' } } },
      'invalid-request',
    ],
    [
      'for nobody’s programme',
      { content: { programme: 'none', fiscalYear: YEAR, number: 'D', amount: { minor: '1', currency: 'IDR' } } },
      'unknown-programme',
    ],
    [
      'with a float',
      { content: { programme: 'swift', fiscalYear: YEAR, number: 'D', amount: { minor: '1.5', currency: 'IDR' } } },
      'invalid-request',
    ],
  ])('%s is refused', async (_, more, code) => {
    expect<ProblemCode>(await refusal(proposed(put('1', more)))).toBe(code)
  })

  it('is not made by a service, by who has no role for it, by who has no key, or with another’s signature', async () => {
    const service = await world.inSql((sql) =>
      createKey(
        sql,
        {
          person: 'robot',
          kind: 'service',
          label: 'x',
          grants: [{ role: 'administrator', programme: null }],
          expiresAtMs: null,
        },
        OPERATOR,
        NOON,
      ),
    )
    const robot: Signer = { ...agus, actor: { ...agus.actor, person: 'robot', keyId: service.id } }
    expect(await refusal(proposed(put(), robot))).toBe('forbidden')
    const helper = await signer(world.store, 'helper', ['helpdesk'])
    expect(await refusal(proposed(put(), helper))).toBe('forbidden')
    const elsewhere = await signer(world.store, 'elsewhere', [{ role: 'administrator', programme: 'other' }])
    expect(await refusal(proposed(put(), elsewhere))).toBe('unknown-programme')
    expect(await refusal(proposed(put(), { ...agus, identity: budi.identity }))).toBe('signature-invalid')
    await world.inSql((sql) =>
      createKey(
        sql,
        {
          person: 'keyless',
          kind: 'person',
          label: 'x',
          grants: [{ role: 'administrator', programme: null }],
          expiresAtMs: null,
        },
        OPERATOR,
        NOON,
      ),
    )
    const keyless: Signer = { ...agus, actor: { ...agus.actor, person: 'keyless' } }
    expect(await refusal(proposed(put(), keyless))).toBe('signing-key-missing')
  })

  it('of the same content with the same end is one: no signature counts twice', async () => {
    const of = put()
    await proposed(of)
    expect(await refusal(proposed(of))).toBe('conflict')
    expect((await proposed({ ...of, expiresAtMs: NOON + HOUR + 1 })).state).toBe('open')
  })

  it('ends by itself', async () => {
    const proposal = await proposed()
    expect((await world.store.proposals.find(proposal.id, NOON + HOUR)).state).toBe('expired')
    expect(await world.store.proposals.expire(NOON + HOUR)).toBeGreaterThan(0)
    expect(await told(proposal)).toEqual(['proposal-made agus', 'proposal-expired engine'])
  })
})

describe('a decision', () => {
  it('on one’s own proposal is refused, also with a second key; so is one of a service', async () => {
    const proposal = await proposed()
    expect(await refusal(approve(proposal, agus))).toBe('own-proposal')
    const second = await world.inSql((sql) =>
      createKey(
        sql,
        { person: 'agus', kind: 'person', label: 'second', grants: [], expiresAtMs: null },
        OPERATOR,
        NOON,
      ),
    )
    expect(await refusal(approve(proposal, { ...agus, actor: { ...agus.actor, keyId: second.id } }))).toBe(
      'own-proposal',
    )
    const borrowed = { ...budi, actor: { ...budi.actor, person: 'robot' } }
    expect(await refusal(approve(proposal, borrowed))).toBe('forbidden')
    expect(await stateOf(proposal)).toBe('open')
  })

  it('with a forged signature, one for another decision, or of another proposal is refused', async () => {
    const [proposal, other] = [await proposed(), await proposed()]
    const stranger = openIdentity(makeIdentity('budi'))
    const forged = signedApproval(stranger, seenAs(proposal), 'approve').signature
    const rejecting = signedApproval(budi.identity, seenAs(proposal), 'reject').signature
    const elsewhere = signedApproval(budi.identity, seenAs(other), 'approve').signature
    for (const signature of [forged, rejecting, elsewhere, 'A'.repeat(86)]) {
      const wish = decide(world.store, budi, proposal, 'approve', NOON, { signature })
      expect(await refusal(wish)).toBe('signature-invalid')
    }
    expect(await stateOf(proposal)).toBe('open')
  })

  it('on another content than is there is stale', async () => {
    const proposal = await proposed()
    const another = { ...proposal, contentHash: Buffer.alloc(32, 7) }
    const { signature } = signedApproval(budi.identity, seenAs(proposal), 'approve')
    const hash = another.contentHash.toString('hex')
    expect(await refusal(decide(world.store, budi, proposal, 'approve', NOON, { hash, signature }))).toBe(
      'proposal-stale',
    )
    expect(await amountOf(proposal)).toBeNull()
  })

  it('twice is refused, by whichever word', async () => {
    const proposal = await proposed()
    await approve(proposal)
    expect(await refusal(approve(proposal))).toBe('already-decided')
    expect(await refusal(decide(world.store, budi, proposal, 'reject', NOON))).toBe('already-decided')
    expect(await refusal(approve(proposal, citra))).toBe('proposal-not-open')
  })

  it('after the end is refused, also before anybody has written that it ended', async () => {
    const proposal = await proposed()
    expect(await refusal(approve(proposal, budi, NOON + HOUR))).toBe('proposal-expired')
    expect(await amountOf(proposal)).toBeNull()
  })

  it('counts by the roles of that moment', async () => {
    const yani = await signer(world.store, 'yani', ['approver'])
    const proposal = await proposed()
    await world.inSql((sql) => endRole(sql, { person: 'yani', role: 'approver', programme: null }, OPERATOR, NOON))
    expect(await refusal(approve(proposal, yani))).toBe('not-found')
    const here = await signer(world.store, 'here', [{ role: 'approver', programme: 'swift' }])
    expect((await approve(proposal, here)).state).toBe('executed')
  })

  it('on an amount in the place of another than stands there by now leaves it void', async () => {
    const older = await proposed()
    const newer = await proposed(
      put('7000', { content: { ...(older.content as object), amount: { minor: '7000', currency: 'IDR' } } }),
    )
    const again = await proposed(
      put('9000', { content: { ...(older.content as object), amount: { minor: '9000', currency: 'IDR' } } }),
    )
    const decided = await Promise.all([approve(newer), approve(again, citra)])
    expect(decided.map(({ state }) => state).toSorted()).toEqual(['executed', 'void'])
    const amount = await amountOf(older)
    expect(await approve(older, citra)).toMatchObject({ state: 'void', outcomeCode: 'proposal-stale' })
    expect(await amountOf(older)).toBe(amount)
  })

  it('that carries out what no longer can be leaves it void, with the reason, and nothing of it done', async () => {
    await world.appropriate(1_000_000_000_000n)
    const each = entitlementTotal(swiftProgramme())
    const content = {
      programme: 'swift',
      fiscalYear: YEAR,
      number: 'DIPA-1',
      amount: { minor: String(each), currency: 'IDR' },
    }
    const proposal = await proposed({ act: 'appropriation', content })
    await world.admit()
    await world.admit()
    const after = await approve(proposal)
    expect(after).toMatchObject({ state: 'void', outcomeCode: 'appropriation-too-small' })
    expect(await told(proposal)).toEqual(['proposal-made agus', 'proposal-approved budi', 'proposal-void budi'])
    expect(await world.count('SELECT FROM appropriation WHERE fiscal_year = $1 AND amount = $2', [YEAR, each])).toBe(0)
    expect(await refusal(proposed({ act: 'appropriation', content, expiresAtMs: NOON + HOUR + 7 }))).toBe(
      'appropriation-too-small',
    )
  })
})

describe('two people at once', () => {
  it('carry it out once, and the second is told', async () => {
    for (let round = 0; round < 10; round += 1) {
      const proposal = await proposed()
      const came = await Promise.allSettled([approve(proposal, budi), approve(proposal, citra)])
      expect(came.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const refused = came.find((one) => one.status === 'rejected')
      expect(refused?.reason).toMatchObject({ code: 'proposal-not-open' })
      expect((await told(proposal)).filter((line) => line.startsWith('proposal-executed'))).toHaveLength(1)
    }
  })

  it('who are one person by two requests are one word', async () => {
    const proposal = await proposed()
    const came = await Promise.allSettled([approve(proposal), approve(proposal)])
    expect(came.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await world.count('SELECT FROM approval WHERE proposal = $1', [proposal.id])).toBe(1)
  })

  it('of whom one approves and one rejects: the first word stands', async () => {
    const proposal = await proposed()
    await Promise.allSettled([approve(proposal, budi), decide(world.store, citra, proposal, 'reject', NOON)])
    const state = await stateOf(proposal)
    expect(['executed', 'rejected']).toContain(state)
    expect(await amountOf(proposal)).toBe(state === 'executed' ? '5000' : null)
  })

  it.each(['signing key', 'role'])('do not pass each other where a %s ends meanwhile', async (ended) => {
    const person = ended === 'role' ? 'tono' : 'tini'
    const tini = await signer(world.store, person, ['approver'])
    const [key] = (await world.store.proposals.signingKeys()).filter((one) => one.person === person)
    const proposal = await proposed()
    const [isDecided, ending] = [gate(), gate()]
    const { hash, signature } = signedApproval(tini.identity, seenAs(proposal), 'approve')
    const asked = { proposal: proposal.id, decision: 'approve' as const, hash, signature, reason: null }
    const deciding = world.inSql(async (sql) => {
      await decideIn(sql, world.store.context, asked, tini.actor, NOON)
      isDecided.open()
      await ending.opened
    })
    await isDecided.opened
    const over = world.inSql<unknown>((sql) =>
      ended === 'role'
        ? endRole(sql, { person, role: 'approver', programme: null }, OPERATOR, NOON)
        : endSigningKey(sql, key?.id ?? '', OPERATOR, NOON),
    )
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await expect.poll(() => world.count(waits)).toBe(1)
    ending.open()
    await Promise.all([deciding, over])
    expect(await stateOf(proposal)).toBe('executed')
  })
})

describe('a process killed between the last word and what it carries out', () => {
  it('leaves nothing of either, and the same word does it all', async () => {
    const proposal = await proposed()
    const { hash, signature } = signedApproval(budi.identity, seenAs(proposal), 'approve')
    const asked = { proposal: proposal.id, decision: 'approve' as const, hash, signature, reason: null }
    const killer = openDatabase(world.database.super, { max: 1, name: 'killer' })
    const dying = world.inSql(async (sql) => {
      expect((await decideIn(sql, world.store.context, asked, budi.actor, NOON)).state).toBe('executed')
      const { rows } = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await killer.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
    })
    await expect(dying).rejects.toThrow()
    await killer.pool.end()
    expect(await stateOf(proposal)).toBe('open')
    expect(await amountOf(proposal)).toBeNull()
    expect(await told(proposal)).toEqual(['proposal-made agus'])
    expect((await approve(proposal)).state).toBe('executed')
    expect(await amountOf(proposal)).toBe('5000')
  })
})

describe('the database itself', () => {
  const refuses = (text: string, values: unknown[], why: string) =>
    expect(world.store.context.database.pool.query(text, values)).rejects.toThrow(why)
  const insert = `INSERT INTO approval (proposal, person, decision, role, signing_key, signature, decided_at)
                  SELECT $1, $2, $3, 'approver', id, $4, $5 FROM signing_key WHERE person = $2`
  const row = (proposal: ProposalRow, person: string, at = NOON) =>
    [proposal.id, person, 'approve', Buffer.alloc(64), new Date(at)] as unknown[]

  it('takes no word of the proposer, none after the end, and no second of one person', async () => {
    const proposal = await proposed()
    await refuses(insert, row(proposal, 'agus'), 'another person')
    await refuses(insert, row(proposal, 'budi', NOON + HOUR), 'another person')
    await approve(proposal)
    await refuses(insert, row(proposal, 'citra'), 'another person')
    const open = await proposed()
    await world.root.pool.query(insert, row(open, 'budi'))
    await refuses(insert, row(open, 'budi'), 'approval_pkey')
  })

  it('executes nothing that others have not agreed to, and lets nothing of it be rewritten', async () => {
    const proposal = await proposed()
    const change = (set: string) => [`UPDATE proposal SET ${set} WHERE id = $1`, [proposal.id]] as [string, unknown[]]
    await refuses(...change(`state = 'executed', decided_at = now()`), 'others have agreed')
    await refuses(...change(`content = '{}'`), 'permission denied')
    await expect(world.root.pool.query(...change(`content = '{}'`))).rejects.toThrow('is frozen')
    await approve(proposal)
    await refuses(...change(`state = 'open', decided_at = NULL`), 'append-only')
    await refuses('DELETE FROM approval WHERE proposal = $1', [proposal.id], 'permission denied')
    await expect(world.root.pool.query('UPDATE approval SET decision = $1', ['reject'])).rejects.toThrow('append-only')
  })

  it('written to by its owner past every guard is found out: what was signed is what is done, or nothing', async () => {
    const proposal = await proposed()
    const client = await world.root.pool.connect()
    await client.query('SET session_replication_role = replica')
    await client.query(`UPDATE proposal SET content = jsonb_set(content, '{amount,minor}', '"999999"') WHERE id = $1`, [
      proposal.id,
    ])
    await client.query('RESET session_replication_role')
    client.release()
    expect(await refusal(approve(proposal))).toBe('proposal-stale')
    expect(await amountOf(proposal)).toBeNull()
  })
})
