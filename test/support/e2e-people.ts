/** Invented people for end-to-end tests, named by what their account makes the gateway do. */
import type { Programme } from '../../domain/programme.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { Person, Scenario } from '../../local/demo/people.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import { bankAccount, registration } from './builders.ts'

/**
 * The demonstration programme with time for everything: what a slow machine or a dead process holds up is late here, never lost,
 * so that everybody who should be paid is paid every tranche.
 */
export function patientProgramme(code = 'patient'): Programme {
  const demo = shippedProgramme('demo')
  return {
    ...demo,
    code,
    budgetLine: code.toUpperCase(),
    training: { ...demo.training, firstPurchaseWithin: 'PT1H', completeWithin: 'PT2H' },
    tranches: demo.tranches.map((tranche) => ({
      ...tranche,
      trigger:
        tranche.trigger.kind === 'survey-answered'
          ? { ...tranche.trigger, opensAfter: 'PT1S', window: 'PT1H', after: 'PT0S' }
          : { ...tranche.trigger, after: 'PT0S' },
      lapsesAfter: 'P1D',
    })),
  }
}

/** People who do everything they should, with accounts whose number asks the sandbox for a scenario (`00`: it is paid). */
export function peopleWith(count: number, scenario = '00', digit = '0'): Person[] {
  return Array.from({ length: count }, () => personWith(bankAccount(scenario, digit)))
}

/** One person with this account; `repair` is what they link when it fails, `scenario` what else happens to them. */
export function personWith(
  account: AccountDetails,
  more: { readonly repair?: AccountDetails; readonly scenario?: Scenario } = {},
): Person {
  const registered = registration({ account })
  return {
    scenario: more.scenario ?? 'success',
    registration: { ...registered, account: { ...account, holder: registered.name } },
    repair: more.repair ? { ...more.repair, holder: registered.name } : null,
  }
}
