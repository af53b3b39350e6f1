/** A corrupt sealer: it seals whatever is there now, in a chain of its own, and signs anchors for it with the sealer's own key. */
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { FIRST_PREVIOUS, leafOf, SEALED_TABLES, sealDigest, toHex, type Seal } from '../../domain/seal.ts'
import { openAnchors } from '../../sealer/anchors.ts'
import { makeSealKey, type SealKey } from '../../sealer/key.ts'
import type { Sql } from '../../store/database.ts'
import { openRows } from '../../store/seal-rows.ts'
import { sha256 } from '../../store/seals.ts'

export interface CorruptSealer {
  readonly key: SealKey
  readonly folder: string
}

export function corruptSealer(): CorruptSealer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lunas-corrupt-'))
  return { folder, key: makeSealKey(path.join(folder, 'seal.pem')) }
}

/** Seals everything anew in an open transaction; the file of the new anchors. */
export async function reseal(sql: Sql, { folder, key }: CorruptSealer, name: string): Promise<string> {
  const { rows } = await sql.query<{ next: string }>('SELECT (pg_current_xact_id()::text::bigint + 1)::text AS next')
  const toXid = BigInt(rows[0]?.next ?? 0)
  const leaves: Uint8Array[] = []
  const counts = { audit_event: 0n, posting: 0n }
  for (const table of SEALED_TABLES) {
    const cursor = await openRows(sql, table, 0n, toXid)
    for (let some = await cursor.next(); some.length > 0; some = await cursor.next()) {
      for (const row of some) leaves.push(leafOf(table, row, sha256))
      counts[table] += BigInt(some.length)
    }
    await cursor.close()
  }
  const made = {
    sequence: 1n,
    form: 1,
    previous: FIRST_PREVIOUS,
    fromXid: 0n,
    toXid,
    counts,
    totals: counts,
    restored: null,
    sealedAtMs: Date.now(),
  }
  const seal: Seal = { ...made, leaves: Buffer.concat(leaves) }
  const hash = sealDigest(seal, sha256)
  const told = JSON.stringify({ audit_event: counts.audit_event.toString(), posting: counts.posting.toString() })
  await sql.query('DELETE FROM seal')
  await sql.query(
    `INSERT INTO seal (sequence, form, previous, hash, from_xid, to_xid, counts, totals, leaves, sealed_at) VALUES (1, 1, $1, $2, '0', $3::text::xid8, $4, $4, $5, $6)`,
    [
      Buffer.from(FIRST_PREVIOUS),
      Buffer.from(hash),
      toXid.toString(),
      told,
      Buffer.from(seal.leaves),
      new Date(seal.sealedAtMs),
    ],
  )
  const file = path.join(folder, `${name}.jsonl`)
  const anchors = await openAnchors(file, key)
  await anchors.append({ sequence: 1n, head: toHex(hash), totals: counts, atMs: seal.sealedAtMs, restored: null })
  await anchors.close()
  return file
}
