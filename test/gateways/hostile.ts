/** A server of raw bytes: whatever a provider, a proxy or an attacker may answer. */
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Hostile {
  readonly url: string
  /** Requests that have arrived. */
  requests(): number
  connections(): number
  close(): Promise<void>
}

/** `answer` is called once a request's head and body have arrived whole; `n` counts them from 1. */
export async function hostile(answer: (socket: Socket, n: number) => void): Promise<Hostile> {
  const sockets = new Set<Socket>()
  let requests = 0
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1')
      const end = heard.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(heard)?.[1] ?? 0)
      if (heard.length < end + 4 + length) return
      heard = ''
      requests += 1
      answer(socket, requests)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

/** A complete HTTP answer. */
export function reply(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const bytes = Buffer.from(body)
  const all = { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${head.join('')}\r\n`), bytes])
}
