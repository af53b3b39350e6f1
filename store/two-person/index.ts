/** Every act that needs two people. */
import type { ListedAct } from '../two-person-act.ts'
import { accountChange } from './account-change.ts'
import { appropriation } from './appropriation.ts'
import { deduction } from './deduction.ts'
import { discrepancyResolution } from './discrepancy-resolution.ts'
import { freezeLift } from './freeze-lift.ts'
import { funding } from './funding.ts'
import { gatewayCredential } from './gateway-credential.ts'
import { key } from './key.ts'
import { programmePublication } from './programme-publication.ts'
import { receivableEnd } from './receivable-end.ts'
import { reclassification } from './reclassification.ts'
import { redriveAll } from './redrive-all.ts'
import { redrive } from './redrive.ts'
import { reviewDecision } from './review-decision.ts'
import { roleGrant } from './role-grant.ts'
import { runAbort } from './run-abort.ts'
import { runRelease } from './run-release.ts'
import { signingKey } from './signing-key.ts'
import { yearEnd } from './year-end.ts'

export const TWO_PERSON_ACTS: readonly ListedAct[] = [
  appropriation,
  programmePublication,
  roleGrant,
  key,
  signingKey,
  freezeLift,
  gatewayCredential,
  reclassification,
  redrive,
  redriveAll,
  accountChange,
  runRelease,
  runAbort,
  reviewDecision,
  receivableEnd,
  deduction,
  discrepancyResolution,
  funding,
  yearEnd,
]
