/** POSTs over kept connections, written and read as bytes: on the machine of what is measured, the driver's share of it is small. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Load {
  readonly url: string
  readonly connections: number
}

export interface Post {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** Sends each once over so many connections; returns the seconds and how many answers had each status. Throws when one is not answered. */
export async function postAll(
  load: Load,
  posts: readonly Post[],
): Promise<{ readonly seconds: number; readonly byStatus: Record<number, number> }> {
  const url = new URL(load.url)
  const requests = posts.map((post) => requestOf(url, post))
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(url)))
  const byStatus: Record<number, number> = {}
  let next = 0
  const lane = async (socket: Socket): Promise<void> => {
    for (let one = requests[next]; one !== undefined; one = requests[next]) {
      next += 1
      const status = await exchange(socket, one)
      byStatus[status] = (byStatus[status] ?? 0) + 1
    }
  }
  const began = performance.now()
  await Promise.all(sockets.map(lane))
  const seconds = (performance.now() - began) / 1000
  for (const socket of sockets) socket.destroy()
  return { seconds, byStatus }
}

function requestOf({ host, pathname }: URL, { body, headers }: Post): Buffer {
  const all = { host, ...headers, 'content-length': Buffer.byteLength(body) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

async function open({ hostname, port }: URL): Promise<Socket> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  socket.setEncoding('latin1')
  // Whoever waits for an answer hears that it was closed.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** The status of the answer, which is read to its end. */
function exchange(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const onData = (part: string): void => {
      answer += part
      const end = endOf(answer)
      if (end === undefined || answer.length < end) return
      socket.off('data', onData).off('close', onClose)
      resolve(Number(answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)))
    }
    const onClose = (): void => reject(new Error(`a connection was closed before its answer was whole: ${answer}`))
    // One that was closed between two requests tells nobody again.
    if (socket.destroyed) return onClose()
    socket.on('data', onData).on('close', onClose)
    socket.write(request)
  })
}

/** How long an answer is, head and body; undefined while its head is not whole. One that does not say it ends with its connection. */
function endOf(answer: string): number | undefined {
  const head = answer.indexOf('\r\n\r\n')
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer.slice(0, head + 2))?.[1]
  return length === undefined ? undefined : head + 4 + Number(length)
}
