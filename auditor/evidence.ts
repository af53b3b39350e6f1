/** What an audit is given from outside of the database, and which promises nobody can judge without it. */
import type { Books, Check } from './books.ts'
import { isGiven } from './pairs.ts'
import type { AccountKeys } from './identity.ts'
import type { StatementSource } from './statements/statement.ts'

/** What may be missing, by the names that `--without` takes. */
export const EVIDENCE = ['statements', 'account-keys', 'programmes', 'anchors', 'chain'] as const
export type Evidence = (typeof EVIDENCE)[number]

/** An invariant that was not held, or not wholly, because something was not given: it is never told as held. */
export interface NotChecked {
  readonly invariant: string
  readonly evidence: Evidence
  readonly reason: string
  /** The option, or the setting, that gives it. */
  readonly give: string
}

interface Need {
  /** The checks that look at it. */
  readonly by: readonly string[]
  readonly invariants: readonly string[]
  readonly give: string
}

const NEEDS: Readonly<Record<Evidence, Need>> = {
  statements: {
    by: ['statements', 'told', 'discrepancies'],
    invariants: ['I1', 'I2', 'I8', 'I13', 'I26'],
    give: '--statements <folder> or --statements-url <url>',
  },
  'account-keys': { by: ['told', 'statements'], invariants: ['I13', 'I26'], give: 'LUNAS_ACCOUNT_KEYS' },
  programmes: { by: ['programmes'], invariants: ['I21'], give: '--programmes <folder>' },
  anchors: { by: ['trail'], invariants: ['I22'], give: '--anchors <file> with --public-key <base64>' },
  chain: { by: ['trail'], invariants: ['I22'], give: 'no --no-chain' },
}

export interface Given {
  readonly statements: readonly StatementSource[]
  readonly accountKeys: AccountKeys
}

/** What these checks could not hold, and for want of what. */
export async function notChecked(books: Books, given: Given, checks: readonly Check[]): Promise<NotChecked[]> {
  const lacks = [...lacksOf(books, given), ...(await untoldGateways(books, given)), ...(await unfiled(books))]
  const run = new Set(checks.map(({ name }) => name))
  const held = new Set(checks.flatMap(({ invariants }) => invariants))
  return lacks.flatMap(([evidence, reason]) => {
    const { by, invariants, give } = NEEDS[evidence]
    if (!by.some((name) => run.has(name))) return []
    return invariants.filter((one) => held.has(one)).map((invariant) => ({ invariant, evidence, reason, give }))
  })
}

type Lack = readonly [evidence: Evidence, reason: string]

function lacksOf({ settings }: Books, { statements, accountKeys }: Given): Lack[] {
  const lacks: Lack[] = []
  if (statements.length === 0) lacks.push(['statements', 'no statements were given'])
  else if (accountKeys.size === 0)
    lacks.push(['account-keys', 'accounts were compared by institution and last digits only'])
  if (settings.programmeFiles === null) lacks.push(['programmes', 'no programme files were given'])
  if (!settings.chain) lacks.push(['chain', 'the chain of seals was not recomputed'])
  else if (settings.anchors === null)
    lacks.push(['anchors', 'the chain was compared with nothing outside the database'])
  return lacks
}

/** Gateways with money of ours of which nobody was asked. */
async function untoldGateways(books: Books, { statements }: Given): Promise<Lack[]> {
  if (statements.length === 0) return []
  const rows = await books.rows<{ gateway: string }>(
    `SELECT gateway FROM (SELECT DISTINCT gateway FROM payout UNION SELECT gateway FROM statement UNION SELECT gateway FROM funding) AS g
      WHERE NOT ${isGiven('g.gateway')} ORDER BY gateway`,
  )
  return rows.map(({ gateway }) => ['statements', `no statements of ${gateway} were given`])
}

/** Published versions of which there is no file among those that were given. */
async function unfiled(books: Books): Promise<Lack[]> {
  const files = books.settings.programmeFiles
  if (files === null) return []
  const rows = await books.rows<{ name: string }>(
    `SELECT programme || '@' || version AS name FROM programme_version ORDER BY programme, version`,
  )
  return rows
    .filter(({ name }) => !files.has(name))
    .map(({ name }) => ['programmes', `no programme file of ${name} was given`])
}
