/** The same wishes as against the pure machine, against the real store: hundreds of proposals, each with another order of people. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signedText } from '../../domain/signing.ts'
import { Problem } from '../../domain/problem.ts'
import type { Needs } from '../../domain/approval.ts'
import { createKey } from '../../store/keys.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import { cases, isWhole } from '../support/cases.ts'
import {
  ABOUT,
  CAST,
  COMMANDS,
  NEEDS,
  Oracle,
  OUTSIDER,
  PROPOSER,
  type Player,
  type Try,
  type World,
} from '../support/approval-model.ts'
import { decide, propose, seenAs, signer, type Signer } from '../support/two-people.ts'
import { DAY, NOON, OPERATOR, openWorld, type World as StoreWorld } from '../support/world.ts'

let world: StoreWorld
let people: Readonly<Record<Player, Signer>>
beforeAll(async () => {
  world = await openWorld()
  const made: [Player, Signer][] = []
  for (const name of CAST) {
    const roles = name === OUTSIDER ? (['operator'] as const) : (['administrator', 'approver'] as const)
    made.push([name, await signer(world.store, name, roles)])
  }
  people = Object.fromEntries(made) as Record<Player, Signer>
})
afterAll(() => world.close())

it('one person releases nothing, a stale hash releases nothing, and what is agreed is done once', async () => {
  await fc.assert(
    fc.asyncProperty(NEEDS, COMMANDS, async (needs, commands) => {
      const real = await proposal(needs)
      await fc.asyncModelRun(() => ({ model: new Oracle(needs), real }), commands)
    }),
    { numRuns: cases(300) },
  )
  const executed = `SELECT FROM proposal WHERE state = 'executed'`
  expect(await world.count(executed)).toBeGreaterThan(isWhole ? 20 : 0)
  expect(await world.count(`SELECT FROM audit_event WHERE act = 'proposal-executed'`)).toBe(await world.count(executed))
}, 120_000)

/** An act about somebody, and with needs of its own: no act has them yet, so its row is given them past its guards. */
async function proposal(needs: Needs): Promise<World> {
  const label = randomUUID()
  await world.inSql((sql) =>
    createKey(sql, { person: ABOUT, kind: 'person', label, grants: [], expiresAtMs: null }, OPERATOR, NOON),
  )
  const content = { person: ABOUT, role: 'auditor', programme: label.slice(0, 8), publicKey: null }
  const made = await propose(world.store, people[PROPOSER], { act: 'role-grant', content }, NOON)
  const client = await world.root.pool.connect()
  await client.query('SET session_replication_role = replica')
  await client.query('UPDATE proposal SET approvers = $2, releaser = $3 WHERE id = $1', [
    made.id,
    needs.approvers,
    needs.releaser,
  ])
  await client.query('RESET session_replication_role')
  client.release()
  let atMs = NOON
  return {
    decide: (wish) => tried(made, wish, atMs),
    async expire() {
      atMs = NOON + DAY
      await world.store.proposals.expire(atMs)
    },
    carriedOut: () =>
      world.count(`SELECT FROM role_grant WHERE person = $1 AND programme = $2`, [ABOUT, label.slice(0, 8)]),
  }
}

async function tried(made: ProposalRow, { person, decision, sees, signed }: Try, atMs: number) {
  const by = people[person]
  const hash = sees === 'content' ? made.contentHash.toString('hex') : 'c'.repeat(64)
  const said = signed === 'another-decision' ? (decision === 'approve' ? 'reject' : 'approve') : decision
  const expiresAtMs = Date.parse(seenAs(made).expiresAt)
  const text = signedText({ act: made.act, hash, decision: said, expiresAtMs })
  const signature = people[signed === 'forged' ? other(person) : person].identity.sign(text)
  try {
    const { state } = await decide(world.store, by, made, decision, atMs, { hash, signature })
    return state as 'open' | 'executed' | 'rejected'
  } catch (error) {
    if (error instanceof Problem) return 'refused'
    throw error
  }
}

function other(person: Player): Player {
  return person === 'budi' ? 'citra' : 'budi'
}
