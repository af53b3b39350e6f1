import { expect, test } from 'vitest'
import { gatewayFactories, refuseUnservable } from '../../gateways/index.ts'
import { sandboxCapabilities } from '../../gateways/sandbox/capabilities.ts'
import { contract } from './contract.ts'
import type { World } from './world.ts'
import { sandboxWorld } from './sandbox-world.ts'

const worlds: Readonly<Record<keyof typeof gatewayFactories, () => Promise<World>>> = {
  sandbox: sandboxWorld,
}

test('every gateway of the list has a world to be tested in', () => {
  expect(Object.keys(worlds)).toEqual(Object.keys(gatewayFactories))
})

test('a gateway whose failures are final only by a statement is not opened, and is told why', () => {
  const capabilities = sandboxCapabilities()
  expect(() => refuseUnservable({ code: 'sandbox', capabilities })).not.toThrow()
  const late = { code: 'swift', capabilities: { ...capabilities, failureFinal: 'after-statement' as const } }
  expect(() => refuseUnservable(late)).toThrow('gateway swift tells that a payout has failed for good only by')
})

for (const [code, makeWorld] of Object.entries(worlds)) contract(code, makeWorld)
