/** One signed request to whoever wants callbacks, at most so many at a time. */
import { Webhook } from 'standardwebhooks'

/** What is posted: the same id and body on every repeat. */
export interface Outgoing {
  readonly eventId: string
  readonly body: string
}

export interface Post {
  /** `forged`: with a signature that is not of this body. */
  (outgoing: Outgoing, forged: boolean): Promise<string>
  stop(): void
}

const ANSWER_TIMEOUT_MS = 15_000
const CONNECTIONS = 32

/** One signed POST; answers `HTTP <status>`, the kind of fault, or `stopped`. */
export function createPost(url: string | null, secret: string): Post {
  const signer = new Webhook(secret)
  const open = new Set<AbortController>()
  const gate = limiter(CONNECTIONS)
  let stopped = false

  async function once(outgoing: Outgoing, forged: boolean): Promise<string> {
    const at = new Date()
    const signature = signer.sign(outgoing.eventId, at, forged ? `${outgoing.body} ` : outgoing.body)
    const headers = {
      'content-type': 'application/json',
      'webhook-id': outgoing.eventId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    }
    const cut = new AbortController()
    const timer = setTimeout(() => cut.abort(), ANSWER_TIMEOUT_MS)
    open.add(cut)
    const { signal } = cut
    try {
      if (stopped || url === null) return 'stopped'
      const answer = await fetch(url, { method: 'POST', headers, body: outgoing.body, redirect: 'manual', signal })
      await answer.arrayBuffer()
      return `HTTP ${answer.status}`
    } catch {
      return stopped ? 'stopped' : 'no answer'
    } finally {
      clearTimeout(timer)
      open.delete(cut)
    }
  }

  const post = (outgoing: Outgoing, forged: boolean) => gate(() => once(outgoing, forged))
  function stop(): void {
    stopped = true
    for (const cut of open) cut.abort()
  }
  return Object.assign(post, { stop })
}

/** At most so many actions at a time, in order of arrival. */
function limiter(places: number): <T>(action: () => Promise<T>) => Promise<T> {
  let free = places
  const queue: (() => void)[] = []
  return async (action) => {
    if (free === 0) await new Promise<void>((turn) => queue.push(turn))
    else free -= 1
    try {
      return await action()
    } finally {
      const next = queue.shift()
      if (next) next()
      else free += 1
    }
  }
}
