/** Payout runs in tests of the store: a programme that asks for approval, and the people who give it. */
import type { Programme, RunRules } from '../../domain/programme.ts'
import type { ProposalRow } from '../../store/proposals.ts'
import type { RunLook } from '../../store/run-release.ts'
import type { RunRow } from '../../store/run-rows.ts'
import { swiftProgramme } from './builders.ts'
import { pairOf } from './freezes.ts'
import { decide, propose, signer, type Signer } from './two-people.ts'
import { bytesOf, disbursementOf, NOON, openWorld, SECOND, seen, type World, type WorldOptions } from './world.ts'

export const RULES: RunRules = {
  approvedFor: 'P3D',
  canary: { lines: 1, pause: 'PT0S' },
  priority: 5,
  approvals: [
    { upTo: '1000000000', approvers: 1, releaser: false },
    { approvers: 2, releaser: true },
  ],
}

export function approvedProgramme(rules: Partial<RunRules> = {}, more: Partial<Programme> = {}): Programme {
  const swift = swiftProgramme(more)
  return { ...swift, payment: { ...swift.payment, release: 'approved', runs: { ...RULES, ...rules } } }
}

export function openRunWorld(rules: Partial<RunRules> = {}, options: WorldOptions = {}): Promise<World> {
  return openWorld({ programme: approvedProgramme(rules), ...options })
}

export const AHEAD = [{ gateway: 'sandbox', payments: 100 }]

export interface Officers {
  readonly sari: Signer
  readonly budi: Signer
  readonly rina: Signer
  readonly tono: Signer
}
const officers = new WeakMap<World, Promise<Officers>>()

/** An operator and three approvers of a world, who sign. */
export function officersOf(world: World): Promise<Officers> {
  const known = officers.get(world)
  if (known) return known
  const made = makeOfficers(world)
  officers.set(world, made)
  return made
}

async function makeOfficers(world: World): Promise<Officers> {
  const { store } = world
  return {
    ...(await pairOf(world)),
    rina: await signer(store, 'rina', ['approver']),
    tono: await signer(store, 'tono', ['approver']),
  }
}

export function collect(world: World, atMs = NOON, cutOffMs = atMs): Promise<RunRow> {
  return world.act((acts) => acts.collectRun({ programme: world.programme.code, cutOffMs }), atMs)
}

export function contentOf(run: RunRow) {
  const { key, hash, lines, amount, currency } = run
  return { run: key, hash: hash.toString('hex'), lines, amount: { minor: amount.toString(), currency } }
}

let proposals = 0

export async function proposeRun(world: World, run: RunRow, atMs = NOON, documents: object = {}): Promise<ProposalRow> {
  const { sari } = await officersOf(world)
  // No two proposals of one content end at the same time.
  const expiresAtMs = Math.max(atMs, Date.now()) + 3_600_000 + (proposals += 1)
  return propose(
    world.store,
    sari,
    { act: 'run-release', content: { ...contentOf(run), ...documents }, expiresAtMs },
    atMs,
  )
}

/** Everybody who is needed agrees; the proposal as it stands then. */
export async function agreeToRun(world: World, proposal: ProposalRow, atMs = NOON): Promise<ProposalRow> {
  const { budi, rina, tono } = await officersOf(world)
  const approvers = [budi, rina].slice(0, proposal.needs.approvers)
  let decided = proposal
  for (const one of approvers) decided = await decide(world.store, one, proposal, 'approve', atMs)
  return proposal.needs.releaser ? decide(world.store, tono, proposal, 'release', atMs) : decided
}

/** Collected, put forward and agreed to. */
export async function approved(world: World, atMs = NOON): Promise<RunRow> {
  const run = await collect(world, atMs)
  await agreeToRun(world, await proposeRun(world, run, atMs), atMs)
  return world.store.runs.find(run.key)
}

/** The same for a second programme in the database of a world, whose officers are those of all. */
export async function approvedBy(officers: World, world: World, atMs = NOON): Promise<RunRow> {
  const run = await collect(world, atMs)
  await agreeToRun(officers, await proposeRun(officers, run, atMs), atMs)
  return world.store.runs.find(run.key)
}

/** Looks until nothing more is let go: what its workflow would do. */
export async function release(world: World, run: Pick<RunRow, 'key'>, atMs = NOON): Promise<RunLook> {
  for (let now = atMs; ; now += SECOND) {
    const look = await world.store.runs.look(run.key, AHEAD, now)
    if (look.released === 0 && look.dropped === 0 && (look.untilMs === null || look.untilMs > now)) return look
  }
}

export async function abortRun(world: World, run: Pick<RunRow, 'key'>, atMs = NOON): Promise<ProposalRow> {
  const { sari, budi } = await officersOf(world)
  const expiresAtMs = Math.max(atMs, Date.now()) + 3_600_000 + (proposals += 1)
  const put = { act: 'run-abort', content: { run: run.key }, expiresAtMs }
  return decide(world.store, budi, await propose(world.store, sari, put, atMs), 'approve', atMs)
}

export async function lineOf(world: World, disbursement: string) {
  const { rows } = await world.root.pool.query<{ run: string; state: string; reason: string | null }>(
    'SELECT run, state, reason FROM payout_run_line WHERE disbursement = $1 ORDER BY run',
    [disbursement],
  )
  return rows
}

/** Drafts and claims; why it was not, when it was not. */
export async function claimOf(world: World, disbursement: string, atMs = NOON): Promise<string> {
  const drafted = await world.store.claims.draft(disbursement, atMs)
  if (drafted.kind === 'parked') return drafted.reason
  const claim = await world.store.claims.claim(drafted, bytesOf(drafted), atMs)
  return claim.kind === 'parked' ? claim.reason : claim.kind
}

/** The first incentive is claimed and paid: the payout. */
export async function payFirst(world: World, ref: string, atMs = NOON): Promise<string> {
  const payout = await world.claim(disbursementOf(ref), atMs)
  await world.observe({ payout, source: 'submit', fact: seen('paid'), atMs: atMs + SECOND, send: 1 })
  return payout
}

/** So many people with a first incentive that is due. */
export function manyReady(world: World, people: number): Promise<string[]> {
  return Promise.all(Array.from({ length: people }, () => world.ready()))
}
