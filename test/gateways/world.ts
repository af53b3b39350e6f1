/** What the contract of gateways needs of a provider, or of something that behaves like it. */
import type { Destination, FrozenRequest, Gateway, InboundCallback } from '../../gateways/gateway.ts'

export interface World {
  /** Times out after about 300 ms, so that silence can be tested. */
  readonly gateway: Gateway
  /** The same adapter towards another server. */
  gatewayAt(baseUrl: string): Gateway
  /** Accounts that behave so at this provider; a new one on each call. */
  destination(behaviour: Behaviour): Destination
  /** A request the provider documents to refuse. */
  refusedRequest(): FrozenRequest
  /** What the provider has really moved to an account, minor units. */
  moved(destination: Destination): Promise<bigint>
  /** A true answer to a submit, as JSON, about this reference. */
  submitAnswer(reference: string): string
  /** An authentic callback about this reference, sent at this moment. */
  callback(reference: string, sentAtMs: number, body?: (json: string) => string | Uint8Array): InboundCallback
  /** Texts that must not appear in anything the adapter tells. */
  readonly secrets: readonly string[]
  close(): Promise<void>
}

export type Behaviour =
  'pays' | 'commits-and-never-answers' | 'asks-to-wait' | 'fails-undocumented' | 'shows-unknown-status'
