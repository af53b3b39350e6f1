/** Payments that a gateway has and the database has not, as after a restore: made at the gateway before their obligation is due. */
import { createHash } from 'node:crypto'
import { agree } from '../../local/agreement.ts'
import type { Follow } from '../../local/demo/lives.ts'
import { engineActor } from '../../domain/act.ts'
import { disbursementKey, gatewayReference, payoutKey } from '../../domain/identity.ts'
import type { Stand } from './stand.ts'

/** Opens a restore in which nothing owed was missing, and lets sends go on: from here on each is looked up first. */
export async function openRestore({ store, calls, identities }: Stand): Promise<void> {
  const { id, freeze } = await store.restores.begin('a trial', engineActor(), Date.now())
  await store.restores.lookedUp(id, {}, Date.now())
  await agree(calls, identities, { act: 'freeze-lift', content: { freeze }, reason: 'everything owed was looked up' })
}

/** Pays each of these people's first incentive at the gateway, once, under the reference that it will have. */
export function payer({ programme, sandbox }: Stand): (lives: readonly Follow[]) => Promise<void> {
  const paid = new Set<string>()
  const [tranche] = programme.tranches
  return async (lives) => {
    for (const { ref, person } of lives) {
      const { account } = person.registration
      if (paid.has(ref) || !tranche || !account) continue
      paid.add(ref)
      const of = { programme: programme.code, payee: ref, subject: ref, tranche: tranche.code, sequence: 1 }
      const key = disbursementKey(of)
      const { institution, number, holder } = account
      const order = { amount: tranche.amount, currency: programme.currency, institution, account: number, holder }
      const answer = await fetch(`${sandbox.url}/payouts`, {
        method: 'POST',
        body: JSON.stringify({ reference: gatewayReference(key, 1, sha256), ...order, narrative: 'forgotten' }),
        headers: {
          authorization: `Bearer ${sandbox.apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': payoutKey(key, 1),
        },
      })
      if (!answer.ok) throw new Error(`the sandbox answers ${answer.status}`)
    }
  }
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
