/** The sealer and the verifier over a test's own database, with a key and anchors in a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withClient } from '../../local/roles.ts'
import { makeSealKey, trustedKeys, type SealKey } from '../../sealer/key.ts'
import { createSealer, type Sealer, type SealerParts } from '../../sealer/sealer.ts'
import { verifyTrail, type Verified } from '../../sealer/verify.ts'
import type { Sql } from '../../store/database.ts'
import { readSealed, sealReaderIn } from '../../store/seal-reads.ts'
import { openSealBook, sha256, type SealBook } from '../../store/seals.ts'
import type { TestDatabase } from './cluster.ts'

export interface Sealing {
  readonly folder: string
  readonly key: SealKey
  readonly anchors: string
  readonly book: SealBook
  readonly parts: SealerParts
  readonly sealer: Sealer
  /** Rounds until every row is sealed: the horizon waits for whatever runs in the same cluster. */
  sealAll(): Promise<void>
  verify(): Promise<Verified>
  /** As a transaction sees the trail that is about to be rolled back. */
  verifyIn(sql: Sql): Promise<Verified>
  close(): Promise<void>
}

/** Transactions of the cluster that may still write, the oldest first: the horizon waits for them. */
async function underWay(url: string): Promise<string> {
  const { rows } = await withClient(url, (client) =>
    client.query(
      `SELECT datname, state, wait_event, now() - xact_start AS age, left(query, 200) AS query FROM pg_stat_activity
        WHERE backend_xid IS NOT NULL ORDER BY xact_start`,
    ),
  )
  return JSON.stringify(rows)
}

export function openSealing(database: TestDatabase, now: () => number = () => Date.now()): Sealing {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-seal-'))
  const key = makeSealKey(path.join(folder, 'seal.pem'))
  const anchors = path.join(folder, 'anchors.jsonl')
  const book = openSealBook(database.seal)
  const parts = { book, key, anchors, now }
  const sealer = createSealer(parts)
  const trusted = trustedKeys([key.publicKey])
  const verifyIn = async (sql: Sql): Promise<Verified> =>
    verifyTrail({ reader: await sealReaderIn(sql), digest: sha256, anchors: { file: anchors, trusted } })
  const verify = (): Promise<Verified> =>
    readSealed(database.audit, (reader) => verifyTrail({ reader, digest: sha256, anchors: { file: anchors, trusted } }))
  return {
    folder,
    key,
    anchors,
    book,
    parts,
    sealer,
    verify,
    verifyIn,
    async sealAll() {
      // The right of a sealer that has stopped ends with its connection, a moment later.
      const rightMs = Date.now() + 2000
      for (const untilMs = Date.now() + 45_000; ;) {
        const { state, says } = await sealer.round()
        const isAwaited = state === 'waiting' && Date.now() < rightMs
        if (state !== 'sealing' && !isAwaited) throw new Error(says ?? state)
        const { unsealed } = await verify()
        if (unsealed.audit_event + unsealed.posting === 0n) return
        if (Date.now() > untilMs) throw new Error(`the horizon does not move: ${await underWay(database.super)}`)
        await sleep(20)
      }
    },
    async close() {
      await sealer.stop()
      await book.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
