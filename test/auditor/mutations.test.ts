/**
 * What somebody with every power over the database can do, at random places: each is found, with the entity and the kind, while the
 * chain of seals says nothing, because a corrupt sealer has made it anew over what there is. One for each check of a group here; all of
 * them, at other places, in `campaign.long.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTrial, type Trial } from '../support/audit-trial.ts'
import { ofEachCheck } from '../support/mutation.ts'
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

let trial: Trial
beforeAll(async () => {
  trial = await openTrial()
})
afterAll(() => trial.close())

test('a chain that was made anew over what is right is well too', async () => {
  expect((await trial.found(null, async () => ['', trial.told])).findings).toEqual([])
})

describe.each([
  ['money', MONEY],
  ['payouts', PAYOUTS],
  ['people', PEOPLE],
  ['runs', RUNS],
  ['control', CONTROL],
  ['failures', FAILURES],
  ['powers', POWERS],
  ['accounts', ACCOUNTS],
  ['statements', [...READ, ...READ_AS]],
  ['waiting', WAITING],
] as const)('of %s is found:', (_, mutations) => {
  test.for(ofEachCheck<(typeof mutations)[number]>(mutations))('$name', (mutation) =>
    trial.mutate(mutation, [mutation.check]),
  )
})

describe('against what the gateway tells is found:', () => {
  test.for(ofEachCheck(TOLD))('$name', (telling) => trial.retell(telling, [telling.check]))
})
