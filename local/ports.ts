import { randomInt } from 'node:crypto'
import net from 'node:net'

/** Whether a TCP port of this machine can be listened on. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/**
 * Below the ports that systems lend to outgoing connections (from 32768 on Linux, from 49152 elsewhere): one of those would be
 * free when it is chosen and taken by some connection before it is listened on.
 */
const FIRST = 20_000
const LAST = 32_767
const TRIES = 200

const given = new Set<number>()

/** A free TCP port: the wished one when it is free, else one that nobody is lent and this process has not tried before. */
export async function freePort(wished?: number): Promise<number> {
  if (wished !== undefined && (await isPortFree(wished))) return wished
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST + 1)
    if (given.has(port)) continue
    given.add(port)
    if (await isPortFree(port)) return port
  }
  throw new Error(`no free port found between ${FIRST} and ${LAST}; stop what listens there`)
}
