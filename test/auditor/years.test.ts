/** The auditor over a country whose fiscal year has ended: nothing to find, and of each check a corruption of the end found; all in `campaign.long.ts`. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTrial, type Trial } from '../support/audit-trial.ts'
import { openEndedYear } from '../support/audited-year.ts'
import { ofEachCheck } from '../support/mutation.ts'
import { YEARS } from './mutations-years.ts'

let trial: Trial
beforeAll(async () => {
  trial = await openTrial(openEndedYear)
})
afterAll(() => trial.close())

test('a year that ended rightly has nothing to find', async () => {
  expect((await trial.found(null, async () => ['', trial.told])).findings).toEqual([])
})

test.for(ofEachCheck(YEARS))('$name is found', (mutation) => trial.mutate(mutation, [mutation.check]))
