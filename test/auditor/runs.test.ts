/** The auditor over payout runs: nothing to find where each has the documents its people signed, and each other one is found. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTrial, type Trial } from '../support/audit-trial.ts'
import { openRunCountry } from '../support/audited-runs.ts'
import { RUNS } from './mutations-runs.ts'

let trial: Trial
beforeAll(async () => {
  trial = await openTrial(openRunCountry)
})
afterAll(() => trial.close())

test('runs under the documents that were signed have nothing to find', async () => {
  expect((await trial.found(['runs'], async () => ['', trial.told])).findings).toEqual([])
})

test.for(RUNS)('$name is found', (mutation) => trial.mutate(mutation, [mutation.check]))
