/** Freezes as the API reads them and the worker watches over them. */
import { breakCircuits, type WatchedGateway } from './breaker.ts'
import type { Database } from './database.ts'
import { findFreeze, listFreezes, type FreezeView } from './freezes.ts'

export interface Freezes {
  /** Freezes, newest first: those in force, or all. */
  list(inForceOnly: boolean): Promise<FreezeView[]>
  /** Throws `not-found`. */
  find(id: string): Promise<FreezeView>
  /** Freezes by itself what goes wrong at a gateway or in a programme; what it froze. */
  watch(gateways: readonly WatchedGateway[], nowMs: number): Promise<FreezeView[]>
}

export function createFreezes(database: Database): Freezes {
  return {
    list: (inForceOnly) => listFreezes(database.pool, inForceOnly),
    find: (id) => findFreeze(database.pool, id),
    watch: (gateways, nowMs) => breakCircuits(database, gateways, nowMs),
  }
}
