/** The path of money: every wait between a decision about it and its record has a name, where a trial can kill the process. */
import ts from 'typescript'
import type { TextFile } from './source.ts'

/** The functions of each file in which every `await` is named; those that are not here only read, or are one statement. */
export const MONEY_PATH: Readonly<Record<string, readonly string[] | 'all'>> = {
  'activities/payments.ts': [
    'submit',
    'resend',
    'enquire',
    'checkFloat',
    'checkAccount',
    'claimAndSend',
    'isConfirmed',
    'send',
    'sendNow',
    'observe',
  ],
  'activities/restores.ts': 'all',
  'activities/lives.ts': 'all',
  'store/claims.ts': ['claim', 'refuseLocked', 'claimLocked', 'insertClaim'],
  'store/payouts.ts': ['reopenLocked', 'giveUpLocked'],
  'store/observe.ts': 'all',
  'store/floats.ts': ['restoreLocked'],
  'store/lives.ts': ['screen', 'advance', 'screened', 'advanceLocked'],
  'store/inbox.ts': ['receiveCallbacks'],
  'store/tellings.ts': ['tellOn'],
  'store/restores.ts': ['recordLocked'],
  'temporal/relay.ts': ['round'],
  'activities/runs.ts': ['lookAtRun'],
  'activities/reconciliation.ts': ['matchStatement', 'settleStatement'],
  'store/run-collect.ts': ['collectRun'],
  'store/run-release.ts': ['lookAtRun', 'take', '#release', '#close'],
  'store/proposals.ts': ['propose'],
  'store/approvals.ts': ['decide', 'carryOut'],
  'store/run-steps.ts': ['approveRun', 'pauseRun', 'resumeRun', 'discardRun', 'abortRun'],
  'store/reclassify.ts': ['reclassify'],
  'store/review-decide.ts': ['decideReviewed'],
  'store/account-checks.ts': ['takeDue', 'recordLocked'],
  'store/statement-settle.ts': ['settleStatement'],
  'store/years.ts': ['workOn', 'step', 'closePeriods'],
  'store/year-lapse.ts': ['lapseSome'],
  'store/year-return.ts': ['returnFunds'],
  'store/year-carry.ts': ['carrySome'],
  'store/admission.ts': ['admit'],
  'store/budgets.ts': ['setAppropriation'],
  'store/fundings.ts': ['recordFunding'],
  'store/deductions.ts': ['makeDeduction'],
  'store/receivables.ts': ['endReceivable'],
  'store/discrepancies.ts': ['explainDiscrepancy', 'resolveDiscrepancy'],
  'store/discrepancy-resettle.ts': 'all',
  'store/discrepancy-undo.ts': ['takeBack'],
  'store/perform.ts': ['perform'],
  'store/people.ts': ['holdLife', 'releaseLife', 'withdrawLife', 'correctLife'],
  'store/year-end.ts': ['beginYearEnd'],
}

/** What these wait for beside money: the server that is not ready, the translation of a refusal, an adapter's one call. */
const UNNAMED: readonly RegExp[] = [
  /^prepareServer\(/, // nothing is leased yet
  /^gateway\.enquire\(/, // named by whoever asks for all
  /^screened\(/, // its own waits are named
  /^askAll\(/, // so are these
  /^owedOf\(/, // a read under the lock that is named
  /^isConfirmed\(/, // about an account, before anything is decided
]

export interface NamedWaits {
  readonly faults: readonly string[]
  /** Every name that is passed. */
  readonly names: readonly string[]
}

/** Awaits of the path of money that have no name, and the names there are. */
export function namedWaits(file: TextFile): NamedWaits {
  const functions = MONEY_PATH[file.path]
  if (functions === undefined) return { faults: [], names: [] }
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  const faults: string[] = []
  const names: string[] = []
  const found = new Set<string>()
  const visit = (node: ts.Node, within: readonly string[]): void => {
    const name = nameOf(node)
    const inside = name === null ? within : [...within, name]
    for (const one of inside) found.add(one)
    if (ts.isCallExpression(node) && /^(\w+\.)?pass$/.test(node.expression.getText())) {
      const [point] = node.arguments
      if (point && ts.isStringLiteral(point)) names.push(point.text)
      else faults.push(`${where(file, node)} a failpoint has no name of its own; write it as a text`)
    }
    const isOurs = functions === 'all' || inside.some((one) => functions.includes(one))
    if (isOurs && ts.isAwaitExpression(node) && !isNamed(node)) {
      faults.push(
        `${where(file, node)} waits between a decision about money and its record without a name; await pass('…', …)`,
      )
    }
    ts.forEachChild(node, (child) => visit(child, inside))
  }
  visit(tree, [])
  const gone = functions === 'all' ? [] : functions.filter((one) => !found.has(one))
  return {
    faults: [...faults, ...gone.map((one) => `${file.path}: ${one} is not there any more; take it off MONEY_PATH`)],
    names,
  }
}

function isNamed({ expression }: ts.AwaitExpression): boolean {
  const inner = ts.isParenthesizedExpression(expression) ? expression.expression : expression
  const text = inner.getText()
  return /^(\w+\.)?pass\(/.test(text) || UNNAMED.some((pattern) => pattern.test(text))
}

function nameOf(node: ts.Node): string | null {
  if ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isPropertyAssignment(node)) && node.name)
    return node.name.getText()
  return null
}

function where(file: TextFile, node: ts.Node): string {
  return `${file.path}:${node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}
