/** A world whose gateway tells days that the engine reads and the auditor hears, each from the very same bytes. */
import { createHash } from 'node:crypto'
import type { StatementLine, StatementPart } from '../../domain/statement.ts'
import { auditWithin, textOf } from './audited.ts'
import { DAY, partsOf, RULE, settleIn, type Told } from './statements.ts'
import { agree, signer } from './two-people.ts'
import { DAY as DAY_MS, HOUR, NOON, type World } from './world.ts'

const CHECKS = ['statements', 'told', 'discrepancies']

export type Telling = Awaited<ReturnType<typeof telling>>

/** Ways to tell a day, to audit, and to let two people decide about a difference. */
export async function telling(world: World) {
  const days = new Map<string, readonly StatementPart[]>()
  const people = [
    await signer(world.store, 'sari', ['operator']),
    await signer(world.store, 'budi', ['approver']),
  ] as const

  async function load(lines: readonly StatementLine[], of: Told = {}): Promise<string> {
    const { day = DAY } = of
    const parts = partsOf(lines, of)
    days.set(day, parts)
    const text = textOf(parts)
    async function* pieces() {
      yield parts
    }
    const sha256 = () => createHash('sha256').update(text).digest()
    const statement = { gateway: 'sandbox', day, format: 'jsonl', parts: pieces(), sha256 } as const
    return (await world.store.statements.load(statement, NOON + HOUR)).id
  }

  async function match(id: string): Promise<void> {
    await world.store.statements.match(id, RULE, NOON + HOUR)
    await settleIn(world.store, id, NOON + HOUR)
  }

  async function reconcile(lines: readonly StatementLine[], of: Told = {}): Promise<void> {
    await match(await load(lines, of))
  }

  /** What is found twenty days later; after a corruption by somebody with every power, if there is one. */
  async function audited(corruption: string | null = null): Promise<string[]> {
    const client = await world.root.pool.connect()
    try {
      await client.query('BEGIN')
      if (corruption !== null) {
        await client.query('SET LOCAL session_replication_role = replica')
        const { rowCount } = await client.query(corruption)
        if (rowCount === 0) throw new Error(`nothing was changed by: ${corruption}`)
        await client.query('SET LOCAL session_replication_role = origin')
      }
      const { findings } = await auditWithin(client, days, NOON + 20 * DAY_MS, { only: CHECKS })
      return findings.map(({ invariant, kind, entity, says }) => `${invariant} ${kind} ${entity}: ${says}`)
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  }

  /** Something changed for good, by somebody with every power. */
  async function change(corruption: string): Promise<void> {
    await world.root.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${corruption}; COMMIT`)
  }

  /** Throws where the two are refused. */
  async function decide(proposal: Parameters<typeof agree>[2]): Promise<void> {
    const { state, outcomeCode } = await agree(world.store, [...people], proposal, NOON + 2 * HOUR)
    if (state !== 'executed') throw new Error(outcomeCode ?? state)
  }

  async function resolve(id: string, resolution: string): Promise<void> {
    const { difference } = await world.store.statements.discrepancy(id)
    const content = { discrepancy: id, difference: difference.toString(), resolution }
    await decide({ act: 'discrepancy-resolution', content })
  }

  return { days, load, match, reconcile, audited, change, decide, resolve }
}

/** A line of another day. */
export function on(day: string, line: StatementLine): StatementLine {
  return { ...line, rawDate: `${day}T12:00:00+07:00`, businessDate: day, valueDate: day }
}
