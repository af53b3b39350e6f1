/** What becomes of a proposal when those who spoke for it no longer may, or its row is not what they signed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endRole } from '../../store/grants.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { endSigningKey } from '../../store/signing-keys.ts'
import { gate } from '../support/gate.ts'
import { decide, propose, signer, type Put, type Signer } from '../support/two-people.ts'
import { NOON, OPERATOR, openWorld, SECOND, type World } from '../support/world.ts'

let world: World
let agus: Signer
let budi: Signer
let citra: Signer
beforeAll(async () => {
  world = await openWorld()
  agus = await signer(world.store, 'agus', ['administrator'])
  budi = await signer(world.store, 'budi', ['approver'])
  citra = await signer(world.store, 'citra', ['approver'])
})
afterAll(() => world.close())

let years = 2040
/** Every proposal is about a year of its own. */
const put = (): Put => ({
  act: 'appropriation',
  content: { programme: 'swift', fiscalYear: (years += 1), number: 'DIPA-9', amount: { minor: '1', currency: 'IDR' } },
})
const proposed = (of = put(), by = agus) => propose(world.store, by, of, NOON)
const approve = (proposal: ProposalRow, by = budi) => decide(world.store, by, proposal, 'approve', NOON + SECOND)

const pastGuards = async (text: string, id: string) => {
  const client = await world.root.pool.connect()
  await client.query('SET session_replication_role = replica')
  expect((await client.query(text, [id])).rowCount).toBe(1)
  client.release(true)
}

describe('a proposal', () => {
  it('is void when the key or the role of whoever spoke for it has ended meanwhile', async () => {
    const wati = await signer(world.store, 'wulan', ['approver', 'administrator'])
    const [byKey, byRole] = [await proposed(put(), wati), await proposed(put(), wati)]
    await world.inSql((sql) =>
      endRole(sql, { person: 'wulan', role: 'administrator', programme: null }, OPERATOR, NOON),
    )
    // Approvers propose it too.
    expect((await approve(byRole)).state).toBe('executed')
    const [live] = (await world.store.proposals.signingKeys()).filter(({ person }) => person === 'wulan')
    await world.inSql((sql) => endSigningKey(sql, live?.id ?? '', OPERATOR, NOON))
    expect(await approve(byKey)).toMatchObject({ state: 'void', outcomeCode: 'proposal-stale' })
    const { programme, fiscalYear } = byKey.content as { programme: string; fiscalYear: number }
    const set = await world.store.reads.appropriations(programme)
    expect(set.map((one) => one.fiscalYear)).not.toContain(fiscalYear)
  })

  it('about an amount is put forward behind one that is being set, and never beside it', async () => {
    const older = await proposed()
    await approve(older)
    const [isLocked, isSet] = [gate(), gate()]
    const setting = world.inSql(async (sql) => {
      await sql.query('SELECT FROM appropriation WHERE fiscal_year = $1 FOR UPDATE', [
        (older.content as { fiscalYear: number }).fiscalYear,
      ])
      isLocked.open()
      await isSet.opened
    })
    await isLocked.opened
    const later = proposed({ ...put(), content: { ...(older.content as object), number: 'DIPA-10' } })
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await expect.poll(() => world.count(waits)).toBe(1)
    isSet.open()
    await setting
    expect(await later).toMatchObject({ state: 'open' })
  })

  it('is void when somebody wrote past the guards what or whom it is about', async () => {
    const content = { person: 'citra', role: 'auditor', programme: null, publicKey: null }
    const about = await proposed({ act: 'role-grant', content })
    await pastGuards('UPDATE proposal SET about = NULL WHERE id = $1', about.id)
    expect(await approve(about, citra)).toMatchObject({ state: 'void', outcomeCode: 'proposal-stale' })
    const subject = await proposed()
    await pastGuards(`UPDATE proposal SET subject = 'appropriation:swift:1999' WHERE id = $1`, subject.id)
    expect(await approve(subject)).toMatchObject({ state: 'void', outcomeCode: 'proposal-stale' })
  })
})
