/** What a trial came to: the gateway's journal against our books, who was left behind, and the auditor as a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inheritedEnvironment } from '../../config.ts'
import { countBooks } from '../../local/demo/count.ts'
import { PROJECT_ROOT } from '../../local/project.ts'
import { scenarioOf } from '../../sandbox/scenarios.ts'
import { dayOf } from '../../sandbox/statement.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { unfollowed } from './followed.ts'
import { contradictions } from './history.ts'
import { ownerOf } from './refold.ts'
import { secondPayouts } from './second.ts'
import { unsettled, type Stand } from './stand.ts'

export interface Judged {
  /** People, or references, who received more than once what is owed once. */
  readonly duplicates: number
  /** People and payments that are neither at their end nor in a wait that has a name. */
  readonly lost: number
  /** What the auditor and the two books found, one sentence each. */
  readonly findings: readonly string[]
}

export interface JudgeOptions {
  /** Its statements lie: the books hold what they say, and the auditor holds them to that, not the journal. */
  readonly isTold?: boolean
}

const AGAINST_JOURNAL = /^(budget disbursed against|float against)/

/** Judges a stand at rest. Closes the gateway's day, so that its statement is whole. */
export async function judge(stand: Stand, { isTold = false }: JudgeOptions = {}): Promise<Judged> {
  const { root, journal, programme, lives, sandbox } = stand
  const people = lives.map(({ ref, person: { registration, repair } }) => ({
    ref,
    accounts: [registration.account, repair].flatMap((account) => (account ? [account.number] : [])),
  }))
  const { books } = await countBooks(root, journal, programme, people)
  const lost = [
    ...unsettled(stand).map(({ ref, stage, attention }) => `${ref} is left in ${stage} ${attention ?? ''}`),
    ...(await unpaid(stand)),
    ...(await left(stand)),
  ]
  const reviewed = await underReview(stand)
  const unequal = books.findings.filter(
    (finding) => !isExplained(finding, reviewed) && !(isTold && AGAINST_JOURNAL.test(finding)),
  )
  await closeDay(sandbox)
  const refolded = await contradictions(stand.root)
  const twice = await secondOnes(stand)
  const audited = await audit(stand)
  return {
    duplicates: books.paidTwice + creditedTwice(stand),
    lost: lost.length,
    findings: [...lost, ...unequal, ...twice, ...refolded, ...audited],
  }
}

const UNEQUAL = /^budget disbursed against (the gateway's journal|paid disbursements): (\d+) is not (\d+)$/

/** The difference is just what people still look at. */
function isExplained(finding: string, { arrived, doubted }: UnderReview): boolean {
  const [, against, ours, theirs] = UNEQUAL.exec(finding) ?? []
  if (against === undefined || ours === undefined || theirs === undefined) return false
  const more = BigInt(ours) - BigInt(theirs)
  return against === 'paid disbursements' ? doubted > 0n && more === doubted : arrived > 0n && -more === arrived
}

/** Minor units. */
interface UnderReview {
  /** On its way in our books until people have decided, and with the payee, says the journal. */
  readonly arrived: bigint
  /** Credited in our books until people have decided, and not paid: it came back, says the journal, or is told with another amount. */
  readonly doubted: bigint
}

async function underReview({ root, journal }: Stand): Promise<UnderReview> {
  const { rows } = await root.pool.query<{ reference: string; money: string; amount: bigint }>(
    `SELECT y.reference, y.money, y.amount - y.returned AS amount FROM payout y JOIN disbursement d ON d.key = y.disbursement
      WHERE y.state = 'review' AND (y.money = 'clearing' OR (y.money = 'credited' AND d.state <> 'paid'))`,
  )
  const has = (kind: string, of: string): boolean =>
    journal.entries.some((entry) => entry.kind === kind && entry.reference === of)
  const sum = (some: typeof rows): bigint => some.reduce((total, { amount }) => total + amount, 0n)
  return {
    arrived: sum(
      rows.filter(
        ({ money, reference }) => money === 'clearing' && has('credited', reference) && !has('returned', reference),
      ),
    ),
    doubted: sum(
      rows.filter(
        ({ money, reference }) => money === 'credited' && (has('returned', reference) || isMistold(journal, reference)),
      ),
    ),
  }
}

/** Whether its account makes the gateway tell of another amount. */
function isMistold({ entries }: Stand['journal'], reference: string): boolean {
  const accepted = entries.find((entry) => entry.kind === 'accepted' && entry.reference === reference)
  return accepted?.account !== undefined && scenarioOf(accepted.account).showsAmount !== 'true'
}

/** References that the gateway credited more than once. */
function creditedTwice({ journal }: Stand): number {
  const credits = new Map<string, number>()
  for (const { kind, reference = '' } of journal.entries) {
    if (kind === 'credited') credits.set(reference, (credits.get(reference) ?? 0) + 1)
  }
  return [...credits.values()].filter((count) => count > 1).length
}

/** Payouts that were sent beside one of the same disbursement that was live. */
async function secondOnes({ root, journal }: Stand): Promise<string[]> {
  const { rows } = await root.pool.query<{ key: string; reference: string }>('SELECT key, reference FROM payout')
  return secondPayouts(journal.entries, new Map(rows.map(({ key, reference }) => [reference, ownerOf(key)])))
}

/** Whom no workflow follows, and workflows that follow nothing; where there is a worker, so that each can be asked. */
async function left({ stack, config, root }: Stand): Promise<string[]> {
  if (!stack.parts.includes('worker')) return []
  const temporal = connectTemporal({ address: stack.temporalAddress, namespace: config.temporalNamespace })
  try {
    return (await unfollowed({ temporal, root })).map((finding) => `I12 ${finding}`)
  } finally {
    await temporal.close()
  }
}

/** What the gateway has accepted and we know nothing of, and what we have on its way although everything rests. */
async function unpaid({ root, journal }: Stand): Promise<string[]> {
  const { rows } = await root.pool.query<{ key: string; reference: string; waits: boolean }>(
    `SELECT key, reference, money = 'clearing' AND state <> 'review' AS waits FROM payout`,
  )
  const known = new Set(rows.map(({ reference }) => reference))
  const strangers = journal.entries.filter(({ kind, reference = '' }) => kind === 'accepted' && !known.has(reference))
  return [
    ...rows.filter(({ waits }) => waits).map(({ key }) => `${key} is on its way and nobody follows it`),
    ...strangers.map(({ reference }) => `the gateway has ${reference}, and we know nothing of it`),
  ]
}

/** Closes the gateway's day; one that is over stays as it is. */
export async function closeDay({ url, apiKey }: Stand['sandbox'], day = dayOf(Date.now())): Promise<void> {
  const answer = await fetch(`${url}/admin/days/close`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ day }),
  })
  if (!answer.ok && answer.status !== 409) throw new Error(`the sandbox does not close its day: ${answer.status}`)
}

interface Told {
  readonly findings: readonly { invariant: string; kind: string; entity: string; key: string; says: string }[]
}

/** The auditor beside the stack, who has what its owner can tell and shares no code with us. */
export async function audit({ stack }: Pick<Stand, 'stack'>): Promise<string[]> {
  // A trial's programme is in no file, and some run without a sealer.
  const without = ['--without', 'programmes,anchors']
  const args = ['--import', 'tsx', 'auditor/main.ts', '--stack', stack.dataDir, '--json', ...without]
  const child = spawn(process.execPath, args, {
    cwd: PROJECT_ROOT,
    env: inheritedEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let complained = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
  await once(child, 'close')
  if (child.exitCode !== 0 && child.exitCode !== 1) throw new Error(`the auditor cannot judge: ${complained}`)
  const { findings } = JSON.parse(said) as Told
  return findings.map(({ invariant, kind, entity, key, says }) => `${invariant} ${kind} ${entity} ${key}: ${says}`)
}
