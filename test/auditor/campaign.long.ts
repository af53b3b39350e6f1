/** Every corruption again and again, each time at another place, with all checks at once: `npm run audit:mutations`. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTrial, type Trial } from '../support/audit-trial.ts'
import { openEndedYear } from '../support/audited-year.ts'
import { ACCOUNTS } from './mutations-accounts.ts'
import { CONTROL } from './mutations-control.ts'
import { FAILURES } from './mutations-failures.ts'
import { MONEY } from './mutations-money.ts'
import { PAYOUTS } from './mutations-payouts.ts'
import { PEOPLE } from './mutations-people.ts'
import { POWERS } from './mutations-powers.ts'
import { RUNS } from './mutations-runs.ts'
import { TOLD } from './mutations-telling.ts'
import { READ, READ_AS } from './mutations-told.ts'
import { WAITING } from './mutations-waiting.ts'
import { YEARS } from './mutations-years.ts'

/** Each round is a seed, which chooses the places; in another country, whose rows lie otherwise, it chooses others. */
const ROUNDS = Number(process.env['AUDIT_ROUNDS'] ?? 2)
const FIRST = Number(process.env['AUDIT_SEED'] ?? 1)
const ALL = [
  ...MONEY,
  ...PAYOUTS,
  ...PEOPLE,
  ...RUNS,
  ...CONTROL,
  ...FAILURES,
  ...POWERS,
  ...ACCOUNTS,
  ...READ,
  ...READ_AS,
  ...WAITING,
]

let trial: Trial
let ended: Trial
beforeAll(async () => {
  trial = await openTrial()
  ended = await openTrial(openEndedYear)
}, 240_000)
afterAll(async () => {
  await trial.close()
  await ended.close()
})

test.for(Array.from({ length: ROUNDS }, (_, round) => FIRST + round))(
  'every corruption is found at the places of seed %i, and nothing where there is none',
  async (seed) => {
    for (const one of [trial, ended]) expect((await one.found(null, async () => ['', one.told])).findings).toEqual([])
    const missed: string[] = []
    const attempt = async (name: string, work: Promise<void>): Promise<void> => {
      await work.catch((error: Error) => missed.push(`AUDIT_SEED=${seed} ${name}: ${error.message.slice(0, 2000)}`))
    }
    for (const mutation of ALL) await attempt(mutation.name, trial.mutate(mutation, null, seed))
    for (const telling of TOLD) await attempt(telling.name, trial.retell(telling, null, seed))
    for (const mutation of YEARS) await attempt(mutation.name, ended.mutate(mutation, null, seed))
    expect(missed).toEqual([])
  },
)
