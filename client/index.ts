/** The typed client of the API: every path, body and answer as the API itself documents them. */
import createClient, { type Client, type Middleware } from 'openapi-fetch'
import type { paths } from './schema.ts'

export interface ClientOptions {
  /** Where the API is, without a slash at the end. */
  readonly url: string
  /** An API key. */
  readonly key: string
}

export type LunasClient = Client<paths>

/** A refusal of the API, fit for a person: what is wrong and what to do. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.status = status
    this.code = code
  }
}

const ATTEMPTS_MAX = 4
const WAIT_MS = 500

/** Opens a client. POSTs carry an Idempotency-Key, so that a repeat after a passing refusal is the same act. */
export function openClient(options: ClientOptions): LunasClient {
  const client = createClient<paths>({ baseUrl: options.url, fetch: fetchPatiently })
  client.use(identify(options.key))
  return client
}

/** The data of an answer. Throws `Refused` when there is none. */
export function dataOf<Data>(answer: {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}): Data {
  if (answer.data !== undefined) return answer.data
  const problem = (answer.error ?? {}) as { readonly code?: string; readonly detail?: string; readonly title?: string }
  const detail = problem.detail ?? problem.title ?? `the API answers ${answer.response.status}`
  throw new Refused(answer.response.status, problem.code ?? 'unknown', detail)
}

function identify(key: string): Middleware {
  return {
    onRequest({ request }) {
      request.headers.set('authorization', `Bearer ${key}`)
      if (request.method === 'POST' && !request.headers.has('idempotency-key')) {
        request.headers.set('idempotency-key', crypto.randomUUID())
      }
      return request
    },
  }
}

/** Waits out 429 and 503 as the API asks; everything else is the caller's. */
async function fetchPatiently(request: Request): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(request.clone())
    if ((answer.status !== 429 && answer.status !== 503) || attempt === ATTEMPTS_MAX) return answer
    const seconds = Number(answer.headers.get('retry-after') ?? '0')
    await new Promise((resolve) => setTimeout(resolve, Math.max(WAIT_MS, seconds * 1000)))
  }
}
