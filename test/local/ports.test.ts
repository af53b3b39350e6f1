import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ENVIRONMENT } from '../../environment.ts'
import { freePort, isPortFree } from '../../local/ports.ts'
import { portsOfItsOwn } from '../support/ports.ts'

/** A port that something listens on. */
async function takenPort(): Promise<{ port: number; free: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise<void>((listening) => server.once('listening', () => listening()))
  const { port } = server.address() as AddressInfo
  return { port, free: () => new Promise((done) => server.close(() => done())) }
}

test('a free port is none that systems lend to outgoing connections', async () => {
  for (let port = 0, tries = 0; tries < 200; tries += 1) {
    port = await freePort()
    expect(port).toBeGreaterThanOrEqual(1024)
    expect(port).toBeLessThan(32_768)
  }
})

test('no port is given twice', async () => {
  const ports = await Promise.all(Array.from({ length: 500 }, () => freePort()))
  expect(new Set(ports).size).toBe(500)
})

test('a stack of a test has ports of its own for every part, none of them a usual one', async () => {
  const usual = Object.entries(ENVIRONMENT.properties).filter(([name]) => name.endsWith('_PORT'))
  const own = await portsOfItsOwn()
  expect(Object.keys(own).toSorted()).toEqual(usual.map(([name]) => name).toSorted())
  const taken = new Set([
    ...usual.map(([, property]) => String('default' in property && property.default)),
    ...Object.values(own),
  ])
  expect(taken.size).toBe(2 * usual.length)
})

test('a wished port is given while it is free, and another when it is taken', async () => {
  const taken = await takenPort()
  expect(await isPortFree(taken.port)).toBe(false)
  expect(await freePort(taken.port)).not.toBe(taken.port)
  await taken.free()
  expect(await freePort(taken.port)).toBe(taken.port)
})
