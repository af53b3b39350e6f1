/** The connection to Temporal: lazy, because registration, evidence and callbacks are accepted while it is away. */
import { Client, Connection } from '@temporalio/client'

export interface TemporalOptions {
  /** host:port of the frontend. */
  readonly address: string
  readonly namespace: string
  /** Absent: not encrypted. Without certificates of its own, those that this machine trusts. */
  readonly tls?: TemporalTls
  /** Only over TLS. */
  readonly apiKey?: string
}

/** PEM. */
export interface TemporalTls {
  /** Who vouches for the server. */
  readonly serverRootCACertificate?: Uint8Array
  /** Who we are. */
  readonly clientCertPair?: { readonly crt: Uint8Array; readonly key: Uint8Array }
}

export interface Temporal {
  readonly address: string
  readonly namespace: string
  readonly client: Client
  readonly connection: Connection
  /** Every call gets a deadline: the client has none of its own. */
  within<T>(ms: number, call: () => Promise<T>): Promise<T>
  /** True when the frontend answers within a second. */
  healthy(): Promise<boolean>
  /** Waits for the calls that are under way, at most for their deadlines. */
  close(): Promise<void>
}

export function connectTemporal({ address, namespace, tls, apiKey }: TemporalOptions): Temporal {
  const secured = { ...(tls ? { tls } : {}), ...(apiKey === undefined ? {} : { apiKey }) }
  const connection = Connection.lazy({ address, ...secured })
  const client = new Client({ connection, namespace })
  const open = new Set<Promise<unknown>>()
  const within = <T>(ms: number, call: () => Promise<T>): Promise<T> => {
    const called = connection.withDeadline(Date.now() + ms, call)
    open.add(called)
    const end = (): unknown => open.delete(called)
    called.then(end, end)
    return called
  }
  return {
    address,
    namespace,
    client,
    connection,
    within,
    async healthy() {
      try {
        await within(1000, () => connection.workflowService.getSystemInfo({}))
        return true
      } catch {
        return false
      }
    },
    async close() {
      // A call that waits to be tried again would find the channel gone, and take the process with it.
      await Promise.allSettled(open)
      await connection.close()
    },
  }
}
