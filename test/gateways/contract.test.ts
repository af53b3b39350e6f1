import { expect, test } from 'vitest'
import { gatewayFactories } from '../../gateways/index.ts'
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

test('the sandbox can be a gateway whose failures are final only by a statement', () => {
  expect(sandboxCapabilities().timing.failureFinal).toBe('at-once')
  expect(sandboxCapabilities({ failureFinal: 'after-statement' }).timing.failureFinal).toBe('after-statement')
})

for (const [code, makeWorld] of Object.entries(worlds)) contract(code, makeWorld)
