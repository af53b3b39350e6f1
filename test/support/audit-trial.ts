/** A country to corrupt: each corruption in a transaction of its own, sealed anew by a corrupt sealer, audited, and rolled back. */
import { createHash, randomUUID } from 'node:crypto'
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
  found(checks: readonly string[] | null, tamper: (sql: Sql) => Promise<Tampered>, seed?: string): Promise<Found>
  /** Fails unless the corruption is found with its entity, kind and key, and the chain says nothing. The same seed tries the same place. */
  mutate(mutation: Mutation, checks: readonly string[] | null, seed?: number): Promise<void>
  retell(telling: Telling, checks: readonly string[] | null, seed?: number): Promise<void>
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
  const found: Trial['found'] = async (checks, tamper, seed = '') => {
    const client = await world.root.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('SET LOCAL session_replication_role = replica')
      await client.query('SELECT setseed($1)', [placeOf(seed)])
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
    async mutate({ name, finds, tamper }, checks, seed = 0) {
      held(await found(checks, async (sql) => [await tamper(sql), told], `${seed} ${name}`), finds)
    },
    async retell({ name, finds, retell }, checks, seed = 0) {
      const tamper = async (sql: Sql): Promise<Tampered> => {
        const [seen, key] = await retell(told, sql)
        return [key, seen]
      }
      held(await found(checks, tamper, `${seed} ${name}`), finds)
    },
    async close() {
      rmSync(corrupt.folder, { recursive: true, force: true })
      await world.close()
    },
  }
}

/** Where `random()` begins: between -1 and 1. */
function placeOf(seed: string): number {
  return createHash('sha256').update(seed).digest().readInt32BE() / 2 ** 31
}

function held({ key, findings }: Found, [kind, entity]: Mutation['finds']): void {
  expect(findings.filter((finding) => ['seal', 'anchor'].includes(finding.entity))).toEqual([])
  expect(findings).toContainEqual(expect.objectContaining({ kind, entity, key }))
}
