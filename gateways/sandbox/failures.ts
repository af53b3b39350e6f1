/** The sandbox's codes and what each means for the next step. A code that is not here is never a reason to send again. */
import { isFixed, type FailureTable, type ReleasedMeaning } from '../../domain/failure-rule.ts'
import type { Failure, FailureClass } from '../../domain/observation.ts'

type Meaning = readonly [FailureClass, code: string]

/** Codes of payouts that failed and of account checks that were refused. */
const OUTCOMES: ReadonlyMap<string, Meaning> = new Map([
  ['INVALID_DESTINATION', ['needs-account', 'account-not-found']],
  ['ACCOUNT_DORMANT', ['needs-account', 'account-dormant']],
  ['ACCOUNT_CLOSED', ['needs-account', 'account-closed']],
  ['ACCOUNT_BLOCKED', ['needs-account', 'account-blocked']],
  ['ACCOUNT_NAME_MISMATCH', ['needs-account', 'account-name-differs']],
  ['WALLET_LIMIT_EXCEEDED', ['needs-account', 'wallet-limit']],
  ['WALLET_NOT_UPGRADED', ['needs-account', 'wallet-not-upgraded']],
  ['TEMPORARY_TRANSFER_ERROR', ['retry-new', 'transfer-temporarily-failed']],
  ['INSUFFICIENT_BALANCE', ['float-short', 'float-short']],
  ['COMPLIANCE_REJECTED', ['compliance', 'compliance-refused']],
])

/** Documented refusals of a request: `status code`. Nothing was executed, but for a duplicate, which may be an earlier send of ours. */
const REFUSALS: ReadonlyMap<string, Meaning> = new Map([
  ['400 INVALID_REQUEST', ['permanent', 'request-refused']],
  ['400 AMOUNT_OUT_OF_RANGE', ['permanent', 'amount-out-of-range']],
  ['400 INSTITUTION_NOT_SUPPORTED', ['permanent', 'institution-not-supported']],
  ['401 UNAUTHORIZED', ['config', 'credentials-refused']],
  ['403 FORBIDDEN', ['config', 'permission-missing']],
  ['409 DUPLICATE', ['unknown', 'duplicate-request']],
])

const CODE = /^[A-Z0-9_]{1,64}$/
/** What of a refusal reaches this table: a limit of calls has its own answer, and what comes without a code is nobody's word. */
const REFUSAL = /^4(?!29)\d\d [A-Z0-9_]{1,64}$/

export const sandboxFailures: FailureTable = {
  codes: [...OUTCOMES.keys(), ...REFUSALS.keys()],
  meaningOf(vendorCode) {
    if (CODE.test(vendorCode)) return meaning(OUTCOMES.get(vendorCode), ['undocumented', 'undocumented'])
    return REFUSAL.test(vendorCode) ? meaning(REFUSALS.get(vendorCode), ['unknown', 'undocumented-refusal']) : null
  },
}

function meaning(known: Meaning | undefined, otherwise: Meaning): ReleasedMeaning {
  const [failureClass, code] = known ?? otherwise
  return { class: failureClass, code, isDocumented: known !== undefined }
}

/** The meaning of an outcome's code. */
export function outcomeFailure(vendorCode: string): Failure {
  return failureOf(vendorCode, ['undocumented', 'undocumented'])
}

/** The meaning of a refused request; an undocumented refusal proves nothing and is `unknown`. */
export function refusalFailure(status: number, vendorCode: string): Failure {
  return failureOf(vendorCode === '' ? `HTTP ${status}` : `${status} ${vendorCode}`, [
    'unknown',
    'undocumented-refusal',
  ])
}

/** `otherwise` is what it means without a code, which nobody can class. */
function failureOf(vendorCode: string, [failureClass, code]: Meaning): Failure {
  const found = sandboxFailures.meaningOf(vendorCode)
  if (found === null) return { class: failureClass, code, vendorCode }
  const failure = { class: found.class, code: found.code, vendorCode }
  return isFixed(found) ? failure : { ...failure, isTabled: true }
}
