/** The history of everybody, person by person, folded anew and held against the rows. */
import { sandboxCapabilities } from '../../gateways/sandbox/capabilities.ts'
import { inSnapshot, type Database, type Sql } from '../../store/database.ts'
import { ownerOf, refold, type Observed, type Rules, type Told } from './refold.ts'

interface Person {
  readonly programme: string
  readonly ref: string
  readonly stage: string
  readonly outcome: string | null
  readonly held: boolean
  readonly payouts: Readonly<Record<string, string>>
  readonly disbursements: Readonly<Record<string, string>>
}

type Of<T> = T & { readonly programme: string; readonly ref: string }

/** People who are folded at once. */
const AT_ONCE = 500

const PEOPLE = `
SELECT p.programme, p.ref, p.stage, p.outcome, p.held_at IS NOT NULL AS held,
       (SELECT coalesce(jsonb_object_agg(y.key, y.state), '{}') FROM payout y WHERE (y.programme, y.ref) = (p.programme, p.ref)) AS payouts,
       (SELECT coalesce(jsonb_object_agg(d.key, d.state), '{}') FROM disbursement d WHERE (d.programme, d.ref) = (p.programme, p.ref)) AS disbursements
  FROM participant p WHERE (p.programme, p.ref) > ($1, $2) ORDER BY p.programme, p.ref LIMIT ${AT_ONCE}`

const NAMED = 'SELECT * FROM unnest($1::text[], $2::text[])'

const TRAIL = `SELECT programme, ref, act, subject, after FROM audit_event WHERE (programme, ref) IN (${NAMED}) ORDER BY id`

const OBSERVED = `
SELECT y.programme, y.ref, o.payout, o.source, o.fact, o.observed, o.from_state AS "from", o.to_state AS "to", away.many AS "turnedAway",
       (SELECT count(*)::int FROM send s WHERE s.payout = o.payout AND s.started_at <= o.observed_at) - away.many AS sends
  FROM payout y JOIN observation o ON o.payout = y.key
 CROSS JOIN LATERAL (SELECT count(*)::int AS many FROM observation t WHERE t.payout = o.payout AND t.id < o.id AND t.decision = 'send-again') AS away
 WHERE (y.programme, y.ref) IN (${NAMED}) AND o.decision = 'move' ORDER BY o.id`

const SANDBOX: Rules = sandboxCapabilities().timing

/** One sentence for each row that is not what its history makes of it; `rules` are the gateway's. */
export async function contradictions(root: Database, rules: Rules = SANDBOX): Promise<string[]> {
  const found: string[] = []
  for (let after = ['', '']; ;) {
    const { people, findings } = await inSnapshot(root, (sql) => someOf(sql, after, rules))
    found.push(...findings)
    const last = people.at(-1)
    if (!last) return found
    after = [last.programme, last.ref]
  }
}

async function someOf(
  sql: Sql,
  after: readonly string[],
  rules: Rules,
): Promise<{ people: readonly Person[]; findings: string[] }> {
  const { rows: people } = await sql.query<Person>(PEOPLE, [...after])
  const named = [people.map(({ programme }) => programme), people.map(({ ref }) => ref)]
  const trails = grouped((await sql.query<Of<Told>>(TRAIL, named)).rows)
  const facts = grouped((await sql.query<Of<Observed>>(OBSERVED, named)).rows)
  const findings = people.flatMap((person) => {
    const key = nameOf(person)
    return differencesOf(
      person,
      refold(trails.get(key) ?? [], facts.get(key) ?? [], () => rules),
    )
  })
  return { people, findings }
}

function differencesOf(person: Person, folded: ReturnType<typeof refold>): string[] {
  const says = (what: string, shows: string | null, leaves: string | null): string[] =>
    shows === leaves ? [] : [`I18 ${what} is ${shows ?? 'none'}, and its history leaves it ${leaves ?? 'none'}`]
  const told = (outcome: string | null, held: boolean, stage: string | null): string =>
    [stage, outcome, held ? 'on hold' : null].filter(Boolean).join(' ')
  return [
    ...folded.findings.map((finding) => `I18 ${finding}`),
    ...says(
      nameOf(person),
      told(person.outcome, person.held, person.stage),
      told(folded.outcome, folded.held, folded.stage),
    ),
    ...Object.entries(person.disbursements).flatMap(([key, state]) =>
      folded.beyond.has(key) ? [] : says(key, state, folded.disbursements.get(key) ?? null),
    ),
    ...Object.entries(person.payouts).flatMap(([key, state]) =>
      folded.beyond.has(ownerOf(key)) ? [] : says(key, state, folded.payouts.get(key) ?? null),
    ),
  ]
}

function nameOf({ programme, ref }: { readonly programme: string; readonly ref: string }): string {
  return `${programme}:${ref}`
}

function grouped<T extends { readonly programme: string; readonly ref: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(nameOf(row)) ?? []
    if (group.length === 0) groups.set(nameOf(row), group)
    group.push(row)
  }
  return groups
}
