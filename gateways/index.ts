/** The list of gateways: one line a provider. */
import type { Gateway } from './gateway.ts'
import { createSandboxGateway } from './sandbox/gateway.ts'

export const gatewayFactories = {
  sandbox: createSandboxGateway,
} as const

/** Settings of the gateways that are in use, by code; a gateway without settings is not opened. */
export type GatewaySettings = {
  readonly [Code in keyof typeof gatewayFactories]?: Parameters<(typeof gatewayFactories)[Code]>[0]
}

/** Makes the adapters of every configured gateway. Throws when the settings of one cannot be right. */
export function openGateways(settings: GatewaySettings): ReadonlyMap<string, Gateway> {
  const gateways = new Map<string, Gateway>()
  if (settings.sandbox) gateways.set('sandbox', gatewayFactories.sandbox(settings.sandbox))
  for (const gateway of gateways.values()) refuseUnservable(gateway)
  return gateways
}

/** Throws when Lunas cannot keep its promises with what a gateway promises. */
export function refuseUnservable({ code, capabilities }: Pick<Gateway, 'code' | 'capabilities'>): void {
  if (capabilities.failureFinal === 'after-statement') {
    throw new Error(
      `gateway ${code} tells that a payout has failed for good only by the statement of its day, and Lunas reads no statements: leave it out`,
    )
  }
}
