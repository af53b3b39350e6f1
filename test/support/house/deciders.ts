/** Who decides about money in the store, found by what is written: nobody joins them without being named, or excused with a reason. */
import ts from 'typescript'
import { MONEY_PATH } from './failpoints.ts'
import type { TextFile } from './source.ts'

/** Where money stands, is promised, moves, or is let go. */
const TABLES =
  'posting|payout|send|disbursement|tranche|appropriation|commitment|carry_over|fee_reserve|funding|treasury_return|deduction|repayment|payout_run|payout_run_line|discrepancy|year_close|closed_period'
const WRITES: readonly RegExp[] = [
  new RegExp(`\\b(INSERT INTO|UPDATE|DELETE FROM)\\s+(${TABLES})\\b`),
  // Whether a person is paid at all, and whom a freeze of a region stops.
  /UPDATE participant\b[^`']*\bSET\b[^`']*\b(held_at|withdrawn_at|region) =/,
  /\binsertPostings\(/,
]

const STEP = 'one step of those who call it, who name it'

/** Writers whose own waits have no name, by file, each with the reason. */
export const EXCUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'store/account-marks.ts': { holdForAccount: STEP },
  'store/discrepancies.ts': { assignDiscrepancy: 'who looks after it: nothing of its money' },
  'store/fees.ts': {
    reserveRunFees: STEP,
    addReserve: STEP,
    freeRunFees: STEP,
    freeYearFees: STEP,
    freeGivenBack: STEP,
    chargeFees: STEP,
    spend: STEP,
  },
  'store/floats.ts': { postpone: 'one statement' },
  'store/life-steps.ts': { applyStep: STEP },
  'store/observe-write.ts': { writeHarvest: STEP },
  'store/postings.ts': { insertPostings: STEP },
  'store/questions.ts': {
    askAbout: STEP,
    retryUnmatched: 'has the gateway asked; what it answers is named where it is observed',
  },
  'store/receivables-beside.ts': { callBeside: STEP },
  'store/registrations.ts': { registerAll: 'nobody is promised anything before a decree' },
  'store/run-release.ts': { '#settle': STEP, '#canary': STEP, '#rest': STEP },
  'store/run-steps.ts': { markProposed: STEP, endLines: STEP },
  'store/statement-finding.ts': { insert: 'what differs, before anything is made of it' },
  'store/stray.ts': { takeStray: STEP },
  'store/supersede.ts': { supersedeEnded: STEP },
  'store/unobligate.ts': { unobligate: STEP },
  'store/account-holds.ts': { followAccount: STEP },
  'store/years.ts': { goOn: 'each part is named; between them only why one does not go on is written' },
}

interface Declared {
  readonly name: string
  readonly node: ts.Node
  readonly isExported: boolean
}

/** Writers of the store that are neither named nor excused, and excuses for what is none. */
export function deciderFaults(files: readonly TextFile[]): string[] {
  const faults: string[] = []
  for (const file of files.filter(({ path }) => path.startsWith('store/'))) {
    const writers = new Set(entriesOf(file))
    const listed = MONEY_PATH[file.path] ?? []
    const excused = EXCUSED[file.path] ?? {}
    for (const name of writers) {
      if (listed === 'all' || listed.includes(name) || name in excused) continue
      faults.push(
        `${file.path}: ${name} writes where money is; name its waits and add it to MONEY_PATH, or excuse it with a reason in EXCUSED`,
      )
    }
    for (const name of Object.keys(excused).filter((one) => !writers.has(one))) {
      faults.push(`${file.path}: ${name} writes nothing of money; take it off EXCUSED`)
    }
  }
  return faults
}

/** The functions of a file that others call and that write: exported ones, and the members of factories and classes. */
function entriesOf({ path, text }: TextFile): string[] {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const declared = tree.statements.flatMap(declarationsOf)
  const byName = new Map(declared.map((one) => [one.name, one]))
  const known = new Map<ts.Node, boolean>()
  const writes = (node: ts.Node): boolean => {
    const before = known.get(node)
    if (before !== undefined) return before
    known.set(node, false)
    const does =
      WRITES.some((pattern) => pattern.test(node.getText())) ||
      namesIn(node).some((name) => {
        const other = byName.get(name)
        return other !== undefined && other.node !== node && writes(other.node)
      })
    known.set(node, does)
    return does
  }
  const entries: string[] = []
  const take = ({ name, node }: Declared): void => {
    if (!isFunction(node) && !ts.isClassDeclaration(node) && !isActs(node)) return
    if (!writes(node)) return
    if (!ts.isClassDeclaration(node) && !/^create[A-Z]/.test(name)) {
      entries.push(name)
      return
    }
    // Whoever holds others together decides nothing: its members do, and whom they call.
    for (const member of membersOf(node)) {
      const called = namesIn(member.node).flatMap((one) => byName.get(one) ?? [])
      const isItself = isFunction(member.node) && awaits(member.node) && writes(member.node)
      if (isItself) entries.push(member.name)
      else for (const other of called) if (other.node !== node) take(other)
    }
  }
  for (const one of declared) if (one.isExported) take(one)
  for (const { node } of declared)
    if (ts.isClassDeclaration(node)) take({ name: node.name?.text ?? '', node, isExported: true })
  return [...new Set(entries)]
}

function declarationsOf(statement: ts.Statement): Declared[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
    return [{ name: statement.name.text, node: statement, isExported }]
  }
  if (!ts.isVariableStatement(statement)) return []
  return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
    ts.isIdentifier(name) && initializer ? [{ name: name.text, node: initializer, isExported }] : [],
  )
}

function isFunction(node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isMethodDeclaration(node)
  )
}

/** An act of two people, whose execution is a function of its own. */
function isActs(node: ts.Node): boolean {
  return ts.isCallExpression(node) && node.expression.getText() === 'twoPersonAct'
}

function membersOf(node: ts.Node): { readonly name: string; readonly node: ts.Node }[] {
  const members: { name: string; node: ts.Node }[] = []
  const visit = (child: ts.Node): void => {
    if (ts.isMethodDeclaration(child)) members.push({ name: child.name.getText(), node: child })
    else if (ts.isPropertyAssignment(child) && isFunction(child.initializer)) {
      members.push({ name: child.name.getText(), node: child.initializer })
    } else ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return members
}

function namesIn(node: ts.Node): string[] {
  const names = new Set<string>()
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) names.add(child.text)
    ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return [...names]
}

function awaits(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true
  return ts.forEachChild(node, (child) => awaits(child) || undefined) ?? false
}
