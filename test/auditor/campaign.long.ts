/** Every corruption again and again, each time at another place, with all checks at once: \`npm run audit:mutations\`. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTrial, type Trial } from '../support/audit-trial.ts'
import { MONEY } from './mutations-money.ts'
import { PAYOUTS } from './mutations-payouts.ts'
import { PEOPLE } from './mutations-people.ts'
import { READ, TOLD } from './mutations-told.ts'

/** Some four minutes. */
const ROUNDS = Number(process.env['AUDIT_ROUNDS'] ?? 4)
const ALL = [...MONEY, ...PAYOUTS, ...PEOPLE, ...READ]

let trial: Trial
beforeAll(async () => {
  trial = await openTrial()
}, 120_000)
afterAll(() => trial.close())

test(`every corruption is found at ${ROUNDS} places each, and nothing where there is none`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    expect((await trial.found(null, async () => ['', trial.told])).findings).toEqual([])
    const missed: string[] = []
    const attempt = async (name: string, work: Promise<void>): Promise<void> => {
      await work.catch((error: Error) => missed.push(`${name}: ${error.message.slice(0, 2000)}`))
    }
    for (const mutation of ALL) await attempt(mutation.name, trial.mutate(mutation, null))
    for (const telling of TOLD) await attempt(telling.name, trial.retell(telling, null))
    expect(missed).toEqual([])
  }
})
