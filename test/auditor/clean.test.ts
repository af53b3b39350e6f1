/** Where nothing is wrong nothing is found: in books in which everything has happened that can, with each of their proofs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit, type Audited, type AuditOptions } from '../../auditor/audit.ts'
import { CHECKED_ELSEWHERE, CHECKS } from '../../auditor/checks.ts'
import type { StatementSource } from '../../auditor/statements/statement.ts'
import { openDatabase } from '../../store/database.ts'
import { auditOptions } from '../support/audited.ts'
import { openCountry, type Country } from '../support/audited-country.ts'
import { END, FIRST_DAY } from '../support/audited-teller.ts'

let country: Country
beforeAll(async () => {
  country = await openCountry()
})
afterAll(() => country.world.close())

/** As the role that only reads, which holds nothing in any table. */
async function audited(more: Partial<AuditOptions> = {}): Promise<Audited> {
  const own = openDatabase(country.world.database.audit, { max: 1, name: 'auditor' })
  const client = await own.pool.connect()
  try {
    return await audit(client, auditOptions(country.told, END, more))
  } finally {
    client.release()
    await own.pool.end()
  }
}

test('nothing is found in a country in which all has gone rightly, as the role that only reads', async () => {
  const { findings, count, checked, notices } = await audited()
  expect(findings).toEqual([])
  expect(count).toBe(0)
  for (const what of [
    'postings',
    'payouts',
    'lives',
    'signatures',
    'statement lines',
    'discrepancies',
    'observations',
  ]) {
    expect(checked, what).toHaveProperty(
      [what],
      expect.toSatisfy((many: number) => many > 5),
    )
  }
  expect(notices).toContainEqual(expect.stringMatching(/^I16: \d+ payouts wait for people$/))
})

test('every invariant is held, or named as one that the fault harness holds, or as one for which something was not given', async () => {
  const { invariants, elsewhere, notChecked } = await audited()
  const all = Array.from({ length: 23 }, (_, at) => `I${at + 1}`)
  const unheld = [...new Set(notChecked.map(({ invariant }) => invariant))]
  expect([...invariants, ...elsewhere, ...unheld]).toEqual(expect.arrayContaining(all))
  expect(invariants.filter((one) => unheld.includes(one))).toEqual([])
  expect(notChecked.map(({ invariant, evidence }) => [invariant, evidence])).toEqual([
    ['I21', 'programmes'],
    ['I22', 'chain'],
  ])
  expect(elsewhere).toEqual([...CHECKED_ELSEWHERE])
  for (const { name, title } of CHECKS)
    expect({ name, title }).toEqual({
      name: expect.stringMatching(/^[a-z]+$/),
      title: expect.stringMatching(/^[a-z].*[^.]$/),
    })
})

test('the same books at the same moment have the same hash, and other books another', async () => {
  const one = await audited()
  expect((await audited()).hash).toBe(one.hash)
  const without = new Map([...country.told].filter(([day]) => day === FIRST_DAY))
  expect((await audited({ statements: auditOptions(without, END).statements })).hash).not.toBe(one.hash)
})

test('an audit takes no number of a transaction while it looks, for the sealer would wait for it', async () => {
  const { pool } = country.world.root
  const asked: Promise<{ rows: { number: string | null }[] }>[] = []
  const ask = (): void =>
    void asked.push(
      pool.query(
        `SELECT backend_xid::text AS number FROM pg_stat_activity WHERE application_name = 'auditor' AND state <> 'idle'`,
      ),
    )
  await audited({ onProgress: ask })
  const seen = (await Promise.all(asked)).flatMap(({ rows }) => rows)
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.filter(({ number }) => number !== null)).toEqual([])
})

test('accounts are compared by their last digits where the keys of fingerprints are not given', async () => {
  const { findings, notChecked } = await audited({ accountKeys: new Map() })
  expect(findings).toEqual([])
  expect(notChecked).toContainEqual({
    invariant: 'I13',
    evidence: 'account-keys',
    reason: 'accounts were compared by institution and last digits only',
    give: 'LUNAS_ACCOUNT_KEYS',
  })
})

describe('what nobody was asked for is not told as held:', () => {
  const unheld = async (more: Partial<AuditOptions>): Promise<readonly string[]> => {
    const { count, invariants, notChecked } = await audited(more)
    expect(count).toBe(0)
    expect(invariants.filter((one) => notChecked.some(({ invariant }) => invariant === one))).toEqual([])
    return notChecked.map(({ invariant, reason }) => `${invariant}: ${reason}`)
  }

  test('statements, of every gateway or of one', async () => {
    const lost = ['I1', 'I2', 'I8', 'I13', 'I26']
    expect(await unheld({ statements: [] })).toEqual(
      expect.arrayContaining(lost.map((one) => `${one}: no statements were given`)),
    )
    const elsewhere: StatementSource = { gateway: 'other', async *statements() {} }
    expect(await unheld({ statements: [elsewhere] })).toEqual(
      expect.arrayContaining(lost.map((one) => `${one}: no statements of sandbox were given`)),
    )
  })

  test('programme files, of every version or of one', async () => {
    expect(await unheld({ programmeFiles: null })).toContain('I21: no programme files were given')
    expect(await unheld({ programmeFiles: new Map() })).toContain('I21: no programme file of swift@1 was given')
  })

  test('what was anchored, or the chain itself', async () => {
    expect(await unheld({ chain: true })).toContain('I22: the chain was compared with nothing outside the database')
    expect(await unheld({})).toContain('I22: the chain of seals was not recomputed')
  })
})
