/** The auditor over deductions and fees: nothing to find where each is what people agreed to, and each corruption is found. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTrial, type Trial } from '../support/audit-trial.ts'
import { openDeductionCountry } from '../support/audited-deductions.ts'
import { DEDUCTIONS } from './mutations-deductions.ts'
import { FEES } from './mutations-fees.ts'

let trial: Trial
beforeAll(async () => {
  trial = await openTrial(openDeductionCountry)
})
afterAll(() => trial.close())

/** What this country has of everything; its programme was published, and its budget set, by nobody. */
const LOOKED = [
  'deductions',
  'fees',
  'runs',
  'ledger',
  'limits',
  'obligations',
  'owed',
  'attempts',
  'transitions',
  'decisions',
  'claims',
  'keys',
]

test('deductions that were agreed to have nothing to find', async () => {
  expect((await trial.found(LOOKED, async () => ['', trial.told])).findings).toEqual([])
})

test.for([...DEDUCTIONS, ...FEES])('$name is found', (mutation) => trial.mutate(mutation, [mutation.check]))
