/** Calls to the API as the demo's people and services make them: with a key of their role, again after a passing refusal. */
import { randomUUID } from 'node:crypto'
import type { Role } from '../../domain/roles.ts'
import type { Access } from '../access.ts'

export interface Called {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface Calls {
  get(role: Role, path: string): Promise<Called>
  /** One business act: every repeat carries the same Idempotency-Key. */
  post(role: Role, path: string, body: unknown): Promise<Called>
}

const PATIENCE_MS = 60_000
const PAUSE_MS = 500

/** Throws an Error with the problem's text when the API refuses for another reason than being busy or away for longer than `patienceMs`. */
export function openCalls(apiUrl: string, access: Access, patienceMs = PATIENCE_MS): Calls {
  const call = async (role: Role, path: string, init: RequestInit): Promise<Called> => {
    const until = Date.now() + patienceMs
    for (;;) {
      const answer = await attempt(`${apiUrl}${path}`, access[role], init)
      if (answer && answer.status < 500 && answer.status !== 429) return refuse(path, answer)
      if (Date.now() > until) throw new Error(`${path} is not answered: ${answer?.status ?? 'no connection'}`)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  return {
    get: (role, path) => call(role, path, {}),
    post: (role, path, body) =>
      call(role, path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      }),
  }
}

async function attempt(url: string, key: string, init: RequestInit): Promise<Called | null> {
  try {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${key}` }
    const answer = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(15_000) })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  } catch {
    return null
  }
}

/** A conflict is an answer the driver reads; anything else refused is a mistake of the demo. */
function refuse(path: string, answer: Called): Called {
  if (answer.status < 400 || answer.status === 409) return answer
  throw new Error(`${path} answers ${answer.status}: ${JSON.stringify(answer.body)}`)
}
