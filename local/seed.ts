/** What a development stack needs before anybody can register: a published programme, its budget, money at the gateway, a wave. */
import { localDate } from '../domain/zone.ts'
import type { Programme } from '../domain/programme.ts'
import { agree } from './agreement.ts'
import type { Calls } from './demo/calls.ts'
import type { Identities } from './identities.ts'

/** The wave that is open in a seeded programme. */
export const SEEDED_WAVE = '1'

export interface Seed {
  readonly programme: Programme
  /** Minor units. */
  readonly appropriation: bigint
  readonly quota: number
}

/** Makes what is not there yet, also what an interrupted start left out; what is there stays. Throws when the API refuses for another reason. */
export async function seedProgramme(calls: Calls, identities: Identities, seed: Seed, nowMs: number): Promise<void> {
  const { programme } = seed
  const base = `/v1/programmes/${programme.code}`
  const fiscalYear = Number(localDate(programme.zone, nowMs).slice(0, 4))
  const reason = 'seeded for development'
  const definition = { ...programme }
  await agree(calls, identities, { act: 'programme-publication', content: definition, reason })
  if (!(await hasAppropriation(calls, base, fiscalYear))) {
    const amount = { minor: seed.appropriation.toString(), currency: programme.currency }
    const content = { programme: programme.code, fiscalYear, number: `DIPA-${fiscalYear}`, amount }
    await agree(calls, identities, { act: 'appropriation', content, reason })
  }
  await calls.post('operator', `${base}/waves`, { code: SEEDED_WAVE, quota: seed.quota, fiscalYear })
}

/** Setting one again would replace the amount, which somebody may have changed. */
async function hasAppropriation(calls: Calls, base: string, fiscalYear: number): Promise<boolean> {
  const { body } = await calls.get('administrator', `${base}/appropriations`)
  return (body['data'] as { fiscalYear: number }[]).some((one) => one.fiscalYear === fiscalYear)
}

export interface SandboxAccess {
  readonly url: string
  readonly apiKey: string
}

/** Puts money at the sandbox and records the transfer, as the treasury would. `number` is the transfer's: once is enough. */
export async function fundSandbox(
  calls: Calls,
  identities: Identities,
  sandbox: SandboxAccess,
  of: { readonly programme: Programme; readonly amount: bigint; readonly number: string },
): Promise<void> {
  const answer = await fetch(`${sandbox.url}/admin/top-up`, {
    method: 'POST',
    body: JSON.stringify({ amount: of.amount.toString(), number: of.number }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sandbox.apiKey}` },
    signal: AbortSignal.timeout(5000),
  })
  if (!answer.ok) throw new Error(`the sandbox answers a top-up with ${answer.status}`)
  const amount = { minor: of.amount.toString(), currency: of.programme.currency }
  const content = { programme: of.programme.code, gateway: 'sandbox', number: of.number, amount }
  await agree(calls, identities, { act: 'funding', content, reason: 'seeded for development' })
}
