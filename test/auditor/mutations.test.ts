/**
 * What somebody with every power over the database can do, at random places: each is found, with the entity and the kind, while the
 * chain of seals says nothing, because a corrupt sealer has made it anew over what there is.
 */
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditOptions } from '../../auditor/audit.ts'
import { trustedKey } from '../../auditor/signature.ts'
import type { Sql } from '../../store/database.ts'
import { auditWithin, type ToldDays } from '../support/audited.ts'
import { END, openCountry, type Country } from '../support/audited-life.ts'
import type { Mutation } from '../support/mutation.ts'
import { corruptSealer, reseal, type CorruptSealer } from '../support/resealed.ts'
import { MONEY } from './mutations-money.ts'
import { PAYOUTS } from './mutations-payouts.ts'
import { PEOPLE } from './mutations-people.ts'
import { READ, TOLD } from './mutations-told.ts'

let country: Country
let corrupt: CorruptSealer
beforeAll(async () => {
  country = await openCountry()
  corrupt = corruptSealer()
})
afterAll(async () => {
  rmSync(corrupt.folder, { recursive: true, force: true })
  await country.world.close()
})

/** What is found after `tamper`, by one check and by the chain that was made anew; all of it is rolled back. */
async function found(check: string, tamper: (sql: Sql) => Promise<readonly [key: string, told: ToldDays]>) {
  const client = await country.world.root.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SET LOCAL session_replication_role = replica')
    const [key, told] = await tamper(client)
    const file = await reseal(client, corrupt, crypto.randomUUID())
    const anchors: AuditOptions['anchors'] = { file, trusted: [trustedKey(corrupt.key.publicKey)] }
    const { findings } = await auditWithin(client, told, END, { chain: true, anchors, only: ['trail', check] })
    return { key, findings }
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

test('a chain that was made anew over what is right is well too', async () => {
  for (const check of ['ledger', 'told', 'approvals']) {
    expect((await found(check, async () => ['', country.told])).findings).toEqual([])
  }
})

function held(
  found: Awaited<ReturnType<typeof import('../../auditor/audit.ts').audit>>['findings'],
  key: string,
  [kind, entity]: Mutation['finds'],
) {
  expect(found.filter((finding) => ['seal', 'anchor'].includes(finding.entity))).toEqual([])
  expect(found).toContainEqual(expect.objectContaining({ kind, entity, key }))
}

describe.each([
  ['money', MONEY],
  ['payouts', PAYOUTS],
  ['people', PEOPLE],
  ['statements', READ],
] as const)('of %s is found:', (_, mutations) => {
  test.for(mutations)('$name', async ({ check, finds, tamper }) => {
    const { key, findings } = await found(check, async (sql) => [await tamper(sql), country.told])
    held(findings, key, finds)
  })
})

describe('against what the gateway tells is found:', () => {
  test.for(TOLD)('$name', async ({ check, finds, retell }) => {
    const { key, findings } = await found(check, async (sql) => {
      const [told, named] = await retell(country.told, sql)
      return [named, told]
    })
    held(findings, key, finds)
  })
})
