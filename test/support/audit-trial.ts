/** A country to corrupt: each corruption in a transaction of its own, sealed anew by a corrupt sealer, audited, and rolled back. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { expect } from 'vitest'
import type { AuditOptions } from '../../auditor/audit.ts'
import type { Finding } from '../../auditor/finding.ts'
import { trustedKey } from '../../auditor/signature.ts'
import type { Sql } from '../../store/database.ts'
import { auditWithin, type ToldDays } from './audited.ts'
import { openCountry, type Country } from './audited-country.ts'
import { END } from './audited-teller.ts'
import type { Mutation, Telling } from './mutation.ts'
import { corruptSealer, reseal } from './resealed.ts'

export interface Trial {
  readonly told: ToldDays
  /** What is found after `tamper`, by these checks and by the chain that was made anew; by all of them when none is named. */
  found(checks: readonly string[] | null, tamper: (sql: Sql) => Promise<Tampered>): Promise<Found>
  /** Fails unless the corruption is found with its entity, kind and key, and the chain says nothing. */
  mutate(mutation: Mutation, checks: readonly string[] | null): Promise<void>
  retell(telling: Telling, checks: readonly string[] | null): Promise<void>
  close(): Promise<void>
}

type Tampered = readonly [key: string, told: ToldDays]

interface Found {
  readonly key: string
  readonly findings: readonly Finding[]
}

export async function openTrial(open: () => Promise<Pick<Country, 'world' | 'told'>> = openCountry): Promise<Trial> {
  const { world, told } = await open()
  const corrupt = corruptSealer()
  const found: Trial['found'] = async (checks, tamper) => {
    const client = await world.root.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('SET LOCAL session_replication_role = replica')
      const [key, seen] = await tamper(client)
      const file = await reseal(client, corrupt, randomUUID())
      const anchors: AuditOptions['anchors'] = { file, trusted: [trustedKey(corrupt.key.publicKey)] }
      const only = checks === null ? {} : { only: ['trail', ...checks] }
      const { findings } = await auditWithin(client, seen, END, { chain: true, anchors, ...only })
      return { key, findings }
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  }
  return {
    told,
    found,
    async mutate({ finds, tamper }, checks) {
      held(await found(checks, async (sql) => [await tamper(sql), told]), finds)
    },
    async retell({ finds, retell }, checks) {
      const tamper = async (sql: Sql): Promise<Tampered> => {
        const [seen, key] = await retell(told, sql)
        return [key, seen]
      }
      held(await found(checks, tamper), finds)
    },
    async close() {
      rmSync(corrupt.folder, { recursive: true, force: true })
      await world.close()
    },
  }
}

function held({ key, findings }: Found, [kind, entity]: Mutation['finds']): void {
  expect(findings.filter((finding) => ['seal', 'anchor'].includes(finding.entity))).toEqual([])
  expect(findings).toContainEqual(expect.objectContaining({ kind, entity, key }))
}
