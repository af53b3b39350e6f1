/** The store on a database of its own, and short ways to where a test begins. Business time is an argument everywhere. */
import { createHash } from 'node:crypto'
import type { Actor } from '../../domain/act.ts'
import { credentialOf, type Credential, type CredentialPurpose } from '../../domain/credential.ts'
import type { Failure, Observation, ObservedState } from '../../domain/observation.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { Problem, type ProblemCode } from '../../domain/problem.ts'
import type { Programme } from '../../domain/programme.ts'
import type { AccountDetails, Registration } from '../../domain/registration.ts'
import type { Standing } from '../../domain/standing.ts'
import { canonicalJson } from '../../domain/signing.ts'
import type { Pass } from '../../failpoints.ts'
import { sandboxFailures } from '../../gateways/sandbox/failures.ts'
import type { Acts } from '../../store/acts.ts'
import type { ClaimDraft } from '../../store/claims.ts'
import { setAppropriation, type NewAppropriation } from '../../store/budgets.ts'
import { inTransaction, type Database, type Sql } from '../../store/database.ts'
import { createStore, type Store } from '../../store/index.ts'
import type { ObservationItem } from '../../store/observation-item.ts'
import type { ObservationResult } from '../../store/observe.ts'
import type { PaymentTiming } from '../../store/options.ts'
import type { Idempotency } from '../../store/perform.ts'
import { publishProgramme } from '../../store/programmes.ts'
import { controlLines } from '../../store/read-books.ts'
import type { Registered } from '../../store/registrations.ts'
import type { VaultKeys } from '../../store/vault.ts'
import { registration, swiftProgramme } from './builders.ts'
import { createDatabase, type TestDatabase } from './cluster.ts'

/** Sunday 22 November 2026, noon in Jakarta. */
export const NOON = Date.parse('2026-11-22T05:00:00Z')
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Waits of the one gateway, each of another size so that a test sees which was taken. */
export const TIMING: PaymentTiming = {
  failureFinal: 'at-once',
  duplicate: 'returns-live-object',
  submitTimeoutMs: 10 * SECOND,
  enquiryLadderMs: [30 * SECOND, 60 * SECOND, 120 * SECOND],
  quietPeriodMs: 5 * MINUTE,
  replayHorizonMs: 12 * HOUR,
  replayMarginMs: HOUR,
  giveUpMs: 6 * HOUR,
  windowDays: 1,
  retryDelaysMs: [HOUR, 3 * HOUR],
  floatCheckMs: 20 * MINUTE,
}

export const OPERATOR: Actor = { person: 'sari', keyId: null, role: 'operator', requestId: 'r1' }

export const VAULT_KEYS: VaultKeys = {
  vault: { current: 'v1', keys: { v1: new Uint8Array(32).fill(1) } },
  identity: { current: 'i1', keys: { i1: new Uint8Array(32).fill(2) } },
  account: { current: 'a1', keys: { a1: new Uint8Array(32).fill(3) } },
}

/** What the gateways of these tests are known by: `which` tells one from another. */
export function testCredential(gateway: string, purpose: CredentialPurpose, which = 'first'): Credential {
  return credentialOf(gateway, purpose, [which], (text) => createHash('sha256').update(text).digest())
}

/** Fingerprints of what signs the sandbox's callbacks. */
export const SIGNED = [testCredential('sandbox', 'callback').fingerprint] as const

export interface World {
  readonly database: TestDatabase
  readonly store: Store
  /** The same database as superuser: for looking, and for what the application may not do. */
  readonly root: Database
  readonly programme: Programme
  act<T>(work: (acts: Acts) => Promise<T>, atMs?: number): Promise<T>
  /** What two people have agreed to, without asking them: the store's own part in one transaction. */
  inSql<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  publish(programme: Programme): Promise<void>
  appropriate(amount: bigint, fiscalYear?: number): Promise<void>
  /** Registers one person and answers with the reference. */
  register(more?: Partial<Registration>, atMs?: number): Promise<string>
  /** Registered, screened and admitted at `atMs`. */
  admit(more?: Partial<Registration>, atMs?: number): Promise<string>
  /** Admitted, trained, and the first incentive released: the next step is to send it. */
  ready(more?: Partial<Registration>, atMs?: number): Promise<string>
  train(ref: string, atMs?: number): Promise<Standing>
  advance(ref: string, atMs?: number): Promise<Standing>
  link(ref: string, account: AccountDetails, atMs?: number): Promise<void>
  draft(disbursement: string, atMs?: number): Promise<ClaimDraft>
  /** Drafts and claims; the payout's key. Throws when it is parked. */
  claim(disbursement: string, atMs?: number): Promise<string>
  observe(item: ObservationItem): Promise<ObservationResult>
  one<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row>
  count(sql: string, values?: readonly unknown[]): Promise<number>
  /** Every control account whose ledger and rows differ; empty in books that balance. */
  imbalances(): Promise<string[]>
  close(): Promise<void>
}

export interface WorldOptions {
  /** One of its own from the run's cluster when absent. */
  readonly database?: TestDatabase
  readonly programme?: Programme
  readonly timing?: PaymentTiming
  readonly keys?: VaultKeys
  /** Those a gateway reaches; every one but `ID.NOBODY` when absent. */
  readonly institutions?: readonly string[]
  readonly budget?: bigint
  readonly quota?: number
  /** Where a test asks what its connections have been asked; else they are kept from test to test. */
  readonly ownConnections?: boolean
  /** In force at its gateways from the beginning, beside what is usual; null where nothing is, for people agree to it. */
  readonly credentials?: readonly Credential[] | null
  /** Publishes the programme, sets its appropriation and funds its gateway, where that is to be done as people do it. */
  readonly begin?: (store: Store, programme: Programme, amount: bigint) => Promise<void>
}

export const YEAR = 2026
export const WAVE = 'wave-1'

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const database = options.database ?? (await createDatabase())
  const programme = options.programme ?? swiftProgramme()
  const store = openStore(database, { ...options, isKept: !options.ownConnections })
  const { root } = database.kept
  const world = worldOf({ database, store, root, programme })
  if (options.credentials !== null) {
    const codes = [...new Set(['sandbox', ...programme.payment.gateways])]
    const usual = codes.flatMap((code) => [testCredential(code, 'send'), testCredential(code, 'callback')])
    await store.gatewayCredentials.adopt([...usual, ...(options.credentials ?? [])], NOON)
  }
  const amount = options.budget ?? 1_000_000_000_000n
  if (options.begin) await options.begin(store, programme, amount)
  else {
    await world.publish(programme)
    await world.appropriate(amount)
    const funding = { programme, gateway: 'sandbox', number: `SP2D-1-${programme.code}`, amount }
    await world.act((acts) => acts.recordFunding(funding))
  }
  await world.act((acts) => acts.openWave({ programme, code: WAVE, quota: options.quota ?? 10_000, fiscalYear: YEAR }))
  return world
}

/** Another store on the same database, with connections of its own unless it `isKept`: a second process. */
export function openStore(
  database: TestDatabase,
  options: Pick<WorldOptions, 'timing' | 'keys' | 'institutions'> & {
    readonly pass?: Pass
    readonly sendsWith?: (gateway: string) => string | null
    readonly isKept?: boolean
  } = {},
) {
  const timing = options.timing ?? TIMING
  const reaches = (institution: string): boolean =>
    options.institutions ? options.institutions.includes(institution) : institution !== 'ID.NOBODY'
  return createStore({
    url: database.app,
    name: 'test',
    poolMax: 10,
    ...(options.isKept ? { database: database.kept.app } : {}),
    ...(options.pass ? { pass: options.pass } : {}),
    keys: options.keys ?? VAULT_KEYS,
    timingOf: () => timing,
    route: (gateways, institution) => (reaches(institution) ? (gateways[0] ?? null) : null),
    sendsWith: options.sendsWith ?? ((code) => testCredential(code, 'send').fingerprint),
    failuresOf: (gateway) => (gateway === 'sandbox' ? sandboxFailures : null),
  })
}

export function hashOf(programme: Programme): Uint8Array {
  return createHash('sha256').update(canonicalJson(programme)).digest()
}

type Parts = Pick<World, 'database' | 'store' | 'root' | 'programme'>

function worldOf(parts: Parts): World {
  const { store, programme, root } = parts
  const code = programme.code
  const actions = lifeActions(parts)
  const inSql: World['inSql'] = (work) => inTransaction(store.context.database, work)
  return {
    ...parts,
    ...actions,
    inSql,
    publish: (of) => inSql((sql) => publishProgramme(sql, of, hashOf(of), OPERATOR, NOON)),
    async appropriate(amount, fiscalYear = YEAR) {
      const appropriation: NewAppropriation = { programme, fiscalYear, number: 'DIPA-1', amount }
      await inSql((sql) => setAppropriation(sql, appropriation, OPERATOR, NOON))
    },
    async draft(disbursement, atMs = NOON) {
      const draft = await store.claims.draft(disbursement, atMs)
      if (draft.kind !== 'draft') throw new Error(`parked: ${draft.reason}`)
      return draft
    },
    async claim(disbursement, atMs = NOON) {
      const draft = await this.draft(disbursement, atMs)
      const claim = await store.claims.claim(draft, bytesOf(draft), atMs)
      if (claim.kind !== 'claimed') throw new Error(claim.kind === 'parked' ? `parked: ${claim.reason}` : claim.kind)
      return draft.payout
    },
    async observe(item) {
      const [result] = await store.payouts.observe([item])
      if (!result) throw new Error('no result')
      return result
    },
    async one<Row extends object>(sql: string, values: readonly unknown[] = []) {
      const { rows } = await root.pool.query<Row>(sql, [...values])
      if (!rows[0]) throw new Error(`no row: ${sql}`)
      return rows[0]
    },
    async count(sql, values = []) {
      const { rows } = await root.pool.query(sql, [...values])
      return rows.length
    },
    async imbalances() {
      const lines = await controlLines(root.pool)
      return lines.filter((line) => line.ledger !== line.rows).map((line) => JSON.stringify(line, bigints))
    },
    async close() {
      await store.close()
      await parts.database.drop()
    },
    async advance(ref, atMs = NOON) {
      return store.lives.advance(code, ref, atMs)
    },
  }
}

function lifeActions({ store, programme }: Parts) {
  const code = programme.code
  const act: World['act'] = async (work, atMs = NOON) => {
    const kept: { value?: Awaited<ReturnType<typeof work>> } = {}
    await store.desk.perform({ actor: OPERATOR, atMs, idempotency: null }, async (acts) => {
      kept.value = await work(acts)
      return { status: 200, body: {} }
    })
    return kept.value as never
  }
  const register: World['register'] = async (more = {}, atMs = NOON) => {
    const request = { actor: OPERATOR, atMs, idempotency: null, programme, registration: registration(more) }
    const [result] = await store.desk.registerAll([request])
    return refOf(result)
  }
  const admit: World['admit'] = async (more = {}, atMs = NOON) => {
    const ref = await register(more, atMs)
    await store.lives.screen(code, ref, atMs)
    await act((acts) => acts.admit({ programme: code, wave: WAVE, decree: 'SK-1', refs: [ref] }), atMs)
    return ref
  }
  const train: World['train'] = async (ref, atMs = NOON) => {
    const subject = programme.training.courses[0]?.code ?? ''
    for (const kind of ['course-started', 'course-completed', 'course-rated'] as const) {
      const evidence = { programme: code, ref, kind, subject, occurredAtMs: atMs, document: null }
      await act((acts) => acts.recordEvidence(evidence), atMs)
    }
    return store.lives.advance(code, ref, atMs)
  }
  const ready: World['ready'] = async (more = {}, atMs = NOON) => {
    const ref = await admit(more, atMs)
    await train(ref, atMs)
    return ref
  }
  const link: World['link'] = async (ref, account, atMs = NOON) => {
    await act((acts) => acts.linkAccount({ programme: code, ref, account, state: 'verified' }), atMs)
  }
  return { act, register, admit, train, ready, link }
}

/** The reference of a registration; throws when it was refused. */
export function refOf(result: Registered | undefined): string {
  if (!result || result instanceof Problem) throw result ?? new Error('no result')
  return String(result.body['ref'])
}

/** The code of the refusal; throws what was no refusal. */
export async function refusal(work: Promise<unknown>): Promise<ProblemCode> {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
  throw new Error('it was not refused')
}

export function keyed(key: string, body: string, route = 'POST /x'): Idempotency {
  return { route, key, request: Buffer.from(body) }
}

export function bytesOf(draft: ClaimDraft): Uint8Array {
  return Buffer.from(JSON.stringify({ reference: draft.reference, amount: draft.amount.toString() }))
}

/** The key of a person's tranche in the books. */
export function disbursementOf(ref: string, tranche = 'incentive-1', programme = 'swift'): string {
  return `${programme}:${ref}:${ref}:${tranche}:1`
}

export const AMOUNT = 60_000_000n

export function seen(state: ObservedState, more: Partial<Observation> = {}): PayoutFact {
  const amount = { minor: AMOUNT, currency: 'IDR' }
  const failure = state === 'failed' ? failed('needs-account') : null
  return {
    kind: 'observed',
    observation: {
      state,
      gatewayId: 'po_1',
      amount,
      account: null,
      failure,
      vendorStatus: state.toUpperCase(),
      at: null,
      ...more,
    },
  }
}

export function seenFailed(of: Failure['class'], more: Partial<Observation> = {}): PayoutFact {
  return seen('failed', { failure: failed(of), ...more })
}

export function failed(of: Failure['class']): Failure {
  return { class: of, code: of === 'needs-account' ? 'account-closed' : `code-of-${of}`, vendorCode: 'X' }
}

export const UNREACHABLE: PayoutFact = {
  kind: 'not-sent',
  failure: { class: 'retry-new', code: 'unreachable', vendorCode: 'ECONNREFUSED' },
}
export const SILENCE: PayoutFact = {
  kind: 'unanswered',
  failure: { class: 'unknown', code: 'no-answer', vendorCode: '' },
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
