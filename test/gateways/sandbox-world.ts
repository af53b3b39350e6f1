/** The sandbox as a world for the contract of gateways. */
import { Webhook } from 'standardwebhooks'
import type { InboundCallback } from '../../gateways/gateway.ts'
import { createSandboxGateway } from '../../gateways/sandbox/gateway.ts'
import { API_KEY, CALLBACK_SECRET, bank, openStage, received } from '../sandbox/stage.ts'
import type { Behaviour, World } from './world.ts'

const SCENARIOS: Readonly<Record<Behaviour, string>> = {
  pays: '00',
  'commits-and-never-answers': '40',
  'asks-to-wait': '45',
  'fails-undocumented': '21',
  'shows-unknown-status': '56',
}

export async function sandboxWorld(): Promise<World> {
  const stage = await openStage({ timeFactor: 0.05 })
  const timing = { submitTimeoutMs: 300, enquireTimeoutMs: 300 }
  let accounts = 0
  return {
    gateway: stage.gateway,
    gatewayAt: (baseUrl) =>
      createSandboxGateway({ baseUrl, apiKey: API_KEY, callbackSecrets: [CALLBACK_SECRET], timing }),
    destination(behaviour) {
      accounts += 1
      return bank(`99${SCENARIOS[behaviour]}0${String(accounts).padStart(6, '0')}`)
    },
    refusedRequest() {
      const body = {
        reference: 'REFUSED1',
        amount: '1',
        currency: 'IDR',
        institution: 'ID.BNI',
        account: '1234567890',
        holder: 'A',
      }
      return { payoutKey: 'demo:refused#1', reference: 'REFUSED1', body: Buffer.from(JSON.stringify(body)) }
    },
    moved: async (destination) => received(await stage.journal(), destination.number),
    submitAnswer: (reference) => JSON.stringify(payoutObject(reference, 'ACCEPTED')),
    callback: signedCallback,
    secrets: [API_KEY, CALLBACK_SECRET, 'SITI AMINAH'],
    close: () => stage.close(),
  }
}

function payoutObject(reference: string, status: string): object {
  const updatedAt = '2026-11-22T05:00:00.000Z'
  return { id: 'po_1', reference, amount: '60000000', currency: 'IDR', status, failureCode: null, updatedAt }
}

function signedCallback(
  reference: string,
  sentAtMs: number,
  change = (json: string): string | Uint8Array => json,
): InboundCallback {
  const json = JSON.stringify({
    type: 'payout.succeeded',
    timestamp: '2026-11-22T05:00:00.000Z',
    data: payoutObject(reference, 'SUCCEEDED'),
  })
  const body = Buffer.from(change(json))
  const signature = new Webhook(CALLBACK_SECRET).sign('evt_1', new Date(sentAtMs), body)
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(sentAtMs / 1000)),
    'webhook-signature': signature,
  }
  return { headers, body, receivedAtMs: sentAtMs }
}
