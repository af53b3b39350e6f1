/** POSTs over kept connections, as light as Node allows, so that the driver is not what is measured. */
import { Agent, request } from 'node:http'

export interface Load {
  readonly url: string
  readonly connections: number
}

export interface Post {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** Sends each once over so many connections; returns the seconds and how many answers had each status. */
export async function postAll(
  load: Load,
  posts: readonly Post[],
): Promise<{ readonly seconds: number; readonly byStatus: Record<number, number> }> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections })
  const byStatus: Record<number, number> = {}
  let next = 0
  const lane = async (): Promise<void> => {
    for (let one = posts[next]; one !== undefined; one = posts[next]) {
      next += 1
      const status = await post(load, agent, one)
      byStatus[status] = (byStatus[status] ?? 0) + 1
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: load.connections }, lane))
  const seconds = (performance.now() - began) / 1000
  agent.destroy()
  return { seconds, byStatus }
}

function post(load: Load, agent: Agent, { body, headers }: Post): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, 'content-length': Buffer.byteLength(body) }
    const sent = request(load.url, { method: 'POST', agent, headers: all }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
