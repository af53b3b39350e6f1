/** Every corruption again and again, each time at another place: `npm run audit:mutations`. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTrial, type Trial } from '../support/audit-trial.ts'
import { openEndedYear } from '../support/audited-year.ts'
import type { Mutation } from '../support/mutation.ts'
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
const ROUNDS = Number(process.env['AUDIT_ROUNDS'] ?? 1)
const FIRST = Number(process.env['AUDIT_SEED'] ?? 1)
/** One in three of a round is looked for with all checks at once, which takes its second or two each time, the others with their own. */
const WHOLE_EVERY = 3
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
    const checksFor = ({ check }: Pick<Mutation, 'check'>, at: number): readonly string[] | null =>
      (at + seed) % WHOLE_EVERY === 0 ? null : [check]
    for (const [at, one] of ALL.entries()) await attempt(one.name, trial.mutate(one, checksFor(one, at), seed))
    for (const [at, one] of TOLD.entries()) await attempt(one.name, trial.retell(one, checksFor(one, at), seed))
    for (const [at, one] of YEARS.entries()) await attempt(one.name, ended.mutate(one, checksFor(one, at), seed))
    expect(missed).toEqual([])
  },
)
