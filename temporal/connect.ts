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
  close(): Promise<void>
}

export function connectTemporal(options: TemporalOptions): Temporal {
  const connection = Connection.lazy({ address: options.address })
  const client = new Client({ connection, namespace: options.namespace })
  const within = <T>(ms: number, call: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + ms, call)
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
    close: () => connection.close(),
  }
}
