/** The connection to Temporal: lazy, because registration, evidence and callbacks are accepted while it is away. */
import { Client, Connection } from '@temporalio/client'

export interface TemporalOptions {
  /** host:port of the frontend. */
  readonly address: string
  readonly namespace: string
}

export interface Temporal {
  readonly client: Client
  /** Every call gets a deadline: the client has none of its own. */
  within<T>(ms: number, call: () => Promise<T>): Promise<T>
  /** True when the frontend answers within a second. */
  healthy(): Promise<boolean>
  /** Waits for the calls that are under way, at most for their deadlines. */
  close(): Promise<void>
}

export function connectTemporal(options: TemporalOptions): Temporal {
  const connection = Connection.lazy({ address: options.address })
  const client = new Client({ connection, namespace: options.namespace })
  const open = new Set<Promise<unknown>>()
  const within = <T>(ms: number, call: () => Promise<T>): Promise<T> => {
    const called = connection.withDeadline(Date.now() + ms, call)
    open.add(called)
    const end = (): unknown => open.delete(called)
    called.then(end, end)
    return called
  }
  return {
    client,
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
