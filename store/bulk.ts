/** Connections for what is large: COPY and cursors cannot share a pipelined connection, and may take longer than any statement of a payment. */
import pg from 'pg'
import type { Sql } from './database.ts'

const STATEMENT_TIMEOUT_MS = 20 * 60_000
const INT8 = 20
const DATE = 1082

/** A connection of its own, inside a transaction. */
export type BulkSql = Sql & pg.Client

export interface Bulk {
  /** Runs `work` in one transaction of its own connection; undone when it throws. */
  transaction<T>(work: (sql: BulkSql) => Promise<T>): Promise<T>
}

export function openBulk(url: string, name: string): Bulk {
  return {
    async transaction(work) {
      const client = new pg.Client({
        connectionString: url,
        application_name: `${name} bulk`,
        connectionTimeoutMillis: 5000,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
      })
      // A connection that breaks fails the statement that waits for it; without a listener it would end the process.
      client.on('error', () => undefined)
      await client.connect()
      try {
        await client.query('BEGIN')
        const result = await work(client)
        await client.query('COMMIT')
        return result
      } finally {
        // Closing undoes whatever was not committed.
        await client.end().catch(() => undefined)
      }
    },
  }
}

function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid === INT8) return (text: string) => BigInt(text)
  if (oid === DATE) return (text: string) => text
  return pg.types.getTypeParser(oid, format)
}
