/** Lives at the stages that tests of the API begin with, and what gateways send about them. */
import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect } from 'vitest'
import { engineActor } from '../../domain/act.ts'
import { setAppropriation } from '../../store/budgets.ts'
import type { ClaimDraft } from '../../store/claims.ts'
import { inTransaction } from '../../store/database.ts'
import type { Registration } from '../../domain/registration.ts'
import { aRegistration, post, type Answered, type TestApi } from './api.ts'

/** A person registered through the API. */
export async function registered(api: TestApi, key: string, more: Partial<Registration> = {}): Promise<string> {
  const { status, body } = await post(api.app, '/v1/programmes/demo/participants', key, aRegistration(more))
  expect(status).toBe(201)
  return body.ref
}

/** Money for the demonstration programme, and a wave. */
export async function openWave(api: TestApi, key: string, code = 'G01', quota = 100): Promise<void> {
  const programme = await api.store.programmes.current('demo')
  const appropriation = { programme, fiscalYear: 2026, number: 'DIPA', amount: 100_000_000_000n }
  await inTransaction(api.store.context.database, (sql) =>
    setAppropriation(sql, appropriation, engineActor(), api.clock.nowMs),
  )
  const wave = await post(api.app, '/v1/programmes/demo/waves', key, { code, quota, fiscalYear: 2026 })
  expect(wave.status).toBe(201)
}

/** A person in training: registered, screened and admitted to a wave. */
export async function admitted(
  api: TestApi,
  key: string,
  wave = 'G01',
  more: Partial<Registration> = {},
): Promise<string> {
  const ref = await registered(api, key, more)
  await api.store.lives.screen('demo', ref, api.clock.nowMs)
  const list = { decree: 'SK-DEMO-1', refs: [ref] }
  const { status } = await post(api.app, `/v1/programmes/demo/waves/${wave}/admissions`, key, list)
  expect(status).toBe(200)
  return ref
}

/** Reports evidence of now. */
export function report(api: TestApi, key: string, ref: string, kind: string, subject: string): Promise<Answered> {
  const occurredAt = new Date(api.clock.nowMs).toISOString()
  return post(api.app, `/v1/programmes/demo/participants/${ref}/evidence`, key, { kind, subject, occurredAt })
}

/** A person whose first incentive is due. */
export async function trained(
  api: TestApi,
  key: string,
  wave = 'G01',
  more: Partial<Registration> = {},
): Promise<string> {
  const ref = await admitted(api, key, wave, more)
  for (const kind of ['course-started', 'course-completed', 'course-rated']) {
    expect((await report(api, key, ref, kind, 'LAS-SMAW')).status).toBe(202)
  }
  api.clock.nowMs += 2_000
  await api.store.lives.advance('demo', ref, api.clock.nowMs)
  api.clock.nowMs += 2_000
  await api.store.lives.advance('demo', ref, api.clock.nowMs)
  return ref
}

/** A person whose first incentive has been claimed for sending: the gateway may have it. */
export async function claimed(
  api: TestApi,
  key: string,
  wave = 'G01',
  more: Partial<Registration> = {},
): Promise<ClaimDraft> {
  const ref = await trained(api, key, wave, more)
  const draft = await api.store.claims.draft(`demo:${ref}:${ref}:incentive-1:1`, api.clock.nowMs)
  if (draft.kind !== 'draft') throw new Error(`parked: ${draft.reason}`)
  const claim = await api.store.claims.claim(draft, Buffer.from('{}'), api.clock.nowMs)
  expect(claim.kind).toBe('claimed')
  return draft
}

export interface EventMore {
  readonly status?: string
  readonly reference?: string
  readonly amount?: string
  readonly failureCode?: string | null
  readonly eventId?: string
  /** Milliseconds before now at which it was signed. */
  readonly ageMs?: number
  readonly secret?: string
  /** Characters of something nobody asked for, in the signed body. */
  readonly paddedBy?: number
  /** Bytes that are sent instead of those that were signed. */
  readonly sent?: (body: string) => string
}

/** A callback as the sandbox sends it, signed. */
export function callback(api: TestApi, of: Pick<ClaimDraft, 'reference' | 'amount'>, more: EventMore = {}) {
  const status = more.status ?? 'SUCCEEDED'
  const updatedAt = new Date(api.clock.nowMs).toISOString()
  const data = {
    id: `pay_${of.reference}`,
    reference: more.reference ?? of.reference,
    amount: more.amount ?? of.amount.toString(),
    currency: 'IDR',
    status,
    failureCode: more.failureCode ?? null,
    updatedAt,
  }
  const padding = more.paddedBy === undefined ? {} : { note: 'x'.repeat(more.paddedBy) }
  const body = JSON.stringify({ type: `payout.${status.toLowerCase()}`, timestamp: updatedAt, data, ...padding })
  const id = more.eventId ?? `evt_${randomUUID()}`
  const at = new Date(api.clock.nowMs - (more.ageMs ?? 0))
  const signature = new Webhook(more.secret ?? api.callbackSecret).sign(id, at, body)
  return {
    method: 'POST' as const,
    url: '/v1/gateways/sandbox/callbacks',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    },
    payload: more.sent ? more.sent(body) : body,
  }
}

/** A digest of every row that the application may read: a refusal must leave it as it was. */
export async function everything(api: TestApi): Promise<string> {
  const tables = await api.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND has_table_privilege(oid, 'SELECT') ORDER BY 1`,
  )
  const digests = []
  for (const { name } of tables) {
    const [row] = await api.rows<{ digest: string | null }>(
      `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM "${name}" AS t`,
    )
    digests.push(`${name} ${row?.digest}`)
  }
  return digests.join('\n')
}

/** Sends something that must be refused with the code, and proves that nothing was written. */
export async function refusedWith(api: TestApi, code: string, ask: () => Promise<Answered>): Promise<Answered> {
  const before = await everything(api)
  const answered = await ask()
  expect(answered.body.code).toBe(code)
  expect(answered.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(answered.body.instance).toBe(answered.headers['x-request-id'])
  expect(answered.body.type).toBe(`http://127.0.0.1:3000/problems/${code}`)
  expect(answered.status).toBe(answered.body.status)
  expect(await everything(api)).toBe(before)
  return answered
}
