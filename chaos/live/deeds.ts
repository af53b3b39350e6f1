/** What people and strangers do beside the lives of a trial: a freeze that is lifted, words of a gateway that come too late. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { agree } from '../../local/agreement.ts'
import type { Stand } from './stand.ts'

const FROZEN_MS = 4000

/** One person stops a region where everybody lives; soon after two let it go on. */
export async function freezeForAWhile({ calls, identities, programme }: Stand): Promise<void> {
  const target = { scope: 'region', programme: programme.code, name: '3204' }
  const { body } = await calls.post('operator', '/v1/freezes', {
    ...target,
    reason: 'accounts of one branch are looked at',
  })
  await sleep(FROZEN_MS)
  await agree(
    calls,
    identities,
    { act: 'freeze-lift', content: { freeze: body['id'] }, reason: 'they are right' },
    'operator',
  )
}

const LATE_MS = 3600_000
const TOLD = 6

/** True words about payouts, signed an hour ago: they prove nothing, and the gateway is asked. */
export async function tellLate({ journal, sandbox, config, stack }: Stand): Promise<void> {
  const secret = new Webhook(config.sandboxCallbackSecret?.reveal() ?? '')
  await journal.update()
  const accepted = journal.entries.filter(({ kind }) => kind === 'accepted').slice(-TOLD)
  for (const { reference = '' } of accepted) {
    const answer = await fetch(`${sandbox.url}/payouts?reference=${reference}`, {
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
    })
    const { payouts } = (await answer.json()) as { payouts: readonly { status: string; updatedAt: string }[] }
    const [data] = payouts
    if (!data) continue
    const body = JSON.stringify({ type: `payout.${data.status.toLowerCase()}`, timestamp: data.updatedAt, data })
    const at = new Date(Date.now() - LATE_MS)
    const id = `evt_late_${randomUUID()}`
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': secret.sign(id, at, body),
    }
    // The API may be killed under it: a provider sends again, and so do we with the next round.
    await fetch(`${stack.apiUrl}/v1/gateways/sandbox/callbacks`, { method: 'POST', headers, body }).catch(() => null)
  }
}
