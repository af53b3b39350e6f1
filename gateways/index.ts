/** The list of gateways: one line a provider. */
import type { Gateway } from './gateway.ts'
import { createSandboxGateway } from './sandbox/gateway.ts'

export const gatewayFactories = {
  sandbox: createSandboxGateway,
} as const

type Factories = typeof gatewayFactories
type Code = keyof Factories
type Settings = { readonly [code in Code]: Parameters<Factories[code]>[0] }

/** Settings of the gateways that are in use, by code; a gateway without settings is not opened. */
export type GatewaySettings = Partial<Settings>

/** Makes the adapters of every configured gateway. Throws when the settings of one cannot be right. */
export function openGateways(settings: GatewaySettings): ReadonlyMap<string, Gateway> {
  const codes = Object.keys(gatewayFactories) as Code[]
  return new Map(codes.flatMap((code) => opened(code, settings)))
}

const makers: { readonly [code in Code]: (settings: Settings[code]) => Gateway } = gatewayFactories

function opened<One extends Code>(code: One, settings: GatewaySettings): [string, Gateway][] {
  const own = settings[code]
  return own === undefined ? [] : [[code, makers[code](own)]]
}
