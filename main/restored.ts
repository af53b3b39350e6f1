/**
 * Is the database older than what it has told the world? Then everything is stopped before anything is sent. Two things outside of it
 * tell: the anchors of the sealer, and the gateways, which may know payments that we do not.
 */
import { existsSync } from 'node:fs'
import { lookUp } from '../activities/restores.ts'
import type { Config } from '../config.ts'
import { engineActor } from '../domain/act.ts'
import { lastSequence } from '../sealer/anchors.ts'
import type { Engine } from './compose.ts'

/** So many of what is owed are asked about at a start: a restore of minutes concerns many at once. */
const ASKED = 20

type Asking = Pick<Engine, 'store' | 'unguarded' | 'pass'>

/**
 * Why the database must be older; null when nothing says so. Throws when it cannot be read. Gateways are asked whatever credential is in force: a restored
 * database may have forgotten the rotation to this one. It is by reference alone, nothing is recorded, and a forged answer could only freeze.
 */
export async function foundOlder(engine: Asking, { sealAnchors }: Pick<Config, 'sealAnchors'>): Promise<string | null> {
  const { store, unguarded: gateways, pass } = engine
  const { restores } = store
  if (existsSync(sealAnchors)) {
    const anchored = await lastSequence(sealAnchors)
    const newest = await restores.newestSeal()
    if (anchored !== null && anchored > newest) {
      return `seal ${anchored} was anchored, and the database has none after ${newest}`
    }
  }
  for (const disbursement of await restores.waiting(ASKED)) {
    const answer = await lookUp({ store, gateways, pass, now: () => Date.now(), isOnlyAsking: true }, disbursement)
    // A gateway that is away says nothing, and would be waited for again and again.
    if (answer === 'unanswered') return null
    if (answer === 'recovered') return `a gateway knows a payment of ${disbursement} that the database does not`
  }
  return null
}

/** Freezes everything and opens a restore where one is found and none is open; what it found. */
export async function stopWhereOlder(engine: Asking, config: Pick<Config, 'sealAnchors'>): Promise<string | null> {
  const { restores } = engine.store
  if ((await restores.open()) !== null) return null
  const why = await foundOlder(engine, config)
  if (why === null) return null
  // It may have asked for minutes: another one was quicker, and people may have looked and lifted since.
  return (await restores.beginFirst(why, engineActor(), Date.now())) && why
}
