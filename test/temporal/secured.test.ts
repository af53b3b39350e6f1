/** A Temporal that is reached over TLS, knows whose certificate it accepts, or asks for an API key; and settings that contradict each other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createServer, type Server } from 'node:tls'
import { NativeConnection } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigProblem, loadConfig, type EnvironmentName } from '../../config.ts'
import { freePort } from '../../local/ports.ts'
import { findTemporalCli } from '../../local/temporal-programs.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal.ts'
import { temporalOptions } from '../../main/temporal.ts'
import { findAttributes, prepareServer } from '../../temporal/attributes.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { AUTHORITY, CERTIFICATE, PRIVATE_KEY } from '../support/certificates.ts'
import { openWall } from '../support/grpc.ts'

const home = mkdtempSync(path.join(tmpdir(), 'lunas-secured-'))
const fileOf = (name: string, text: string): string => {
  writeFileSync(path.join(home, name), text)
  return path.join(home, name)
}
const authority = fileOf('ca.pem', AUTHORITY)
const ours = { TEMPORAL_TLS_CERT: fileOf('us.pem', CERTIFICATE), TEMPORAL_TLS_KEY: fileOf('us.key', PRIVATE_KEY) }
const optionsIn = (environment: Partial<Record<EnvironmentName, string>>, address: string) =>
  temporalOptions(loadConfig(environment), address)

let server: RunningTemporal
let front: Server
let address: string
beforeAll(async () => {
  mkdirSync(path.join(home, 'logs'))
  const program = await findTemporalCli({ configured: null })
  server = await startTemporal({ program, home, port: await freePort(), uiPort: await freePort() })
  const tls = { cert: CERTIFICATE, key: PRIVATE_KEY, ca: AUTHORITY, requestCert: true, ALPNProtocols: ['h2'] }
  front = createServer({ ...tls, rejectUnauthorized: true }, (outer) => {
    const inner = connect(server.port, '127.0.0.1')
    outer.pipe(inner).pipe(outer)
    for (const socket of [outer, inner]) {
      socket.on('error', () => {
        outer.destroy()
        inner.destroy()
      })
    }
  })
  front.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  address = `127.0.0.1:${(front.address() as AddressInfo).port}`
})
afterAll(async () => {
  front.close()
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('a Temporal behind TLS that asks for our certificate', () => {
  it('is used by the client and by the worker alike', async () => {
    const options = optionsIn({ TEMPORAL_TLS_CA: authority, ...ours }, address)
    const temporal = connectTemporal(options)
    await prepareServer(temporal)
    expect(await findAttributes(temporal)).toEqual({ missing: [], strange: [] })
    await temporal.close()
    const connection = await NativeConnection.connect(options)
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'default' })
    expect(namespaceInfo?.name).toBe('default')
    await connection.close()
  })

  it.each([
    { who: 'nobody who shows none', environment: { TEMPORAL_TLS_CA: authority } },
    { who: 'nobody who does not know who vouches for it', environment: { TEMPORAL_TLS: 'true', ...ours } },
    { who: 'nobody who speaks in the clear', environment: {} },
  ])('answers $who', async ({ environment }) => {
    const temporal = connectTemporal(optionsIn(environment, address))
    expect(await temporal.healthy()).toBe(false)
    await temporal.close()
  })
})

describe('a Temporal that asks for an API key', () => {
  it('is told it with every call of the client and of the worker, over TLS only', async () => {
    const wall = await openWall(() => undefined, { tls: true })
    const options = optionsIn({ TEMPORAL_API_KEY: 'hidden-key', TEMPORAL_TLS_CA: authority }, wall.address)
    const temporal = connectTemporal(options)
    expect(await temporal.healthy()).toBe(true)
    await temporal.close()
    const connection = await NativeConnection.connect(options)
    await connection.close()
    expect(wall.authorizations.length).toBeGreaterThan(1)
    expect(new Set(wall.authorizations)).toEqual(new Set(['Bearer hidden-key']))
    await wall.close()
  })
})

describe('settings', () => {
  const linesOf = (environment: Partial<Record<EnvironmentName, string>>, at = 'temporal.example:7233'): unknown => {
    try {
      return optionsIn(environment, at)
    } catch (error) {
      if (error instanceof ConfigProblem) return error.lines
      throw error
    }
  }

  it('that are half set are refused with one sentence each', () => {
    expect(linesOf({ TEMPORAL_TLS_CERT: '/x' })).toEqual([
      'TEMPORAL_TLS_KEY is needed with TEMPORAL_TLS_CERT and not set',
    ])
    expect(linesOf({ TEMPORAL_TLS_KEY: '/x' })).toEqual([
      'TEMPORAL_TLS_CERT is needed with TEMPORAL_TLS_KEY and not set',
    ])
    expect(linesOf({ TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'hidden', TEMPORAL_TLS_CA: '/x' })).toEqual([
      'TEMPORAL_TLS must not be false with TEMPORAL_TLS_CA, TEMPORAL_API_KEY',
    ])
    expect(linesOf({ TEMPORAL_TLS_CA: '/nowhere/ca.pem' })).toEqual([
      'TEMPORAL_TLS_CA cannot be read (ENOENT): /nowhere/ca.pem',
    ])
  })

  it('of production say whether the way to another machine is secured', () => {
    const production = { LUNAS_MODE: 'production' }
    const wanted = 'TEMPORAL_TLS must be set in production: true, or false where the way to TEMPORAL_ADDRESS is private'
    expect(linesOf(production)).toEqual([wanted])
    expect(linesOf({ ...production, TEMPORAL_TLS: 'false' })).not.toHaveProperty('tls')
    expect(linesOf({ ...production, TEMPORAL_TLS: 'true' })).toMatchObject({ tls: {} })
    expect(linesOf({ ...production, TEMPORAL_API_KEY: 'hidden' })).toMatchObject({ tls: {}, apiKey: 'hidden' })
    for (const here of ['127.0.0.1:7233', 'localhost:7233', '[::1]:7233']) {
      expect(linesOf(production, here)).not.toHaveProperty('tls')
    }
  })
})
