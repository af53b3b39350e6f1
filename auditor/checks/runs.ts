import { sqlCheck, type Books, type Check } from '../books.ts'
import { addDuration } from '../time.ts'

/** The hash that people sign for a run, made anew from its lines. */
const HASHED = `
SELECT r.key, encode(r.hash, 'hex') AS hash, r.lines, r.amount, count(l.disbursement) AS many, coalesce(sum(l.amount), 0) AS sum, r.fees, coalesce(sum(l.fee), 0) AS own_fees,
       encode(sha256(convert_to(concat_ws(E'\\n', 'lunas-run 1', r.key, r.programme,
         string_agg(concat_ws(' ', l.disbursement, l.amount, l.currency, l.gateway, l.account, 'gross=' || l.gross, l.deductions, 'fee=' || nullif(l.fee, 0)), E'\\n' ORDER BY l.disbursement COLLATE "C")), 'UTF8')), 'hex') AS made
  FROM payout_run r LEFT JOIN payout_run_line l ON l.run = r.key GROUP BY r.key`

/** The last of its events that says how a run stands, and what it says. */
const STOOD = `
SELECT DISTINCT ON (subject) substr(subject, 5) AS run, id,
       CASE act WHEN 'run-paused' THEN 'paused' WHEN 'run-aborted' THEN 'aborted' WHEN 'run-discarded' THEN 'void' WHEN 'run-closed' THEN 'closed'
                WHEN 'run-collected' THEN 'collecting' WHEN 'run-approved' THEN 'approved' ELSE 'releasing' END AS state
  FROM audit_event WHERE act IN ('run-collected', 'run-approved', 'run-released', 'run-paused', 'run-resumed', 'run-aborted', 'run-discarded', 'run-closed')
 ORDER BY subject, id DESC`

/** When a run was agreed to, by the trail. */
const APPROVED = `SELECT substr(subject, 5) AS run, id, at, (after ->> 'until')::timestamptz AS until FROM audit_event WHERE act = 'run-approved'`

/** What had been taken off each line's disbursement until its run was collected. */
const DEDUCTED = `
SELECT l.run, l.disbursement, sum(n.amount) AS sum, string_agg(n.id || '=' || n.amount, ' ' ORDER BY n.id::text COLLATE "C") AS told
  FROM payout_run_line l
  JOIN (SELECT substr(subject, 5) AS run, min(id) AS place FROM audit_event WHERE act = 'run-collected' GROUP BY subject) AS c ON c.run = l.run
  JOIN deduction n ON n.disbursement = l.disbursement
  JOIN audit_event e ON (e.programme, e.ref) = (n.programme, n.ref) AND e.act = 'deduction-made' AND e.after ->> 'deduction' = n.id::text AND e.id < c.place
 GROUP BY l.run, l.disbursement`

const SENT = `SELECT id, subject AS payout FROM audit_event WHERE act IN ('payout-sent', 'payout-sent-again')`

/** Runs in the order in which they were collected: by their day, and their number of it, of which the tenth comes after the second. */
const ORDER = (run: string): string => `(regexp_replace(${run}, '-[0-9]+$', ''), substring(${run} FROM '[0-9]+$')::int)`

const lines = sqlCheck(
  {
    name: 'runs',
    title:
      'every run is what its people signed, and what needs a run was sent under one, as it was approved and in time',
  },
  { runs: 'payout_run', 'run lines': 'payout_run_line' },
  [
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run' AS entity, key, format('its %s lines of %s hash to %s; it says %s of %s and %s', many, sum, made, lines, amount, hash) AS says
  FROM (${HASHED}) AS r WHERE made <> hash OR many <> lines OR sum <> amount OR fees <> own_fees`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run_line' AS entity, l.run || ' ' || l.disbursement AS key,
       format('it has %s of %s with %s, and the deductions come to %s', l.amount, l.gross, l.deductions, n.sum) AS says
  FROM payout_run_line l LEFT JOIN (${DEDUCTED}) AS n ON (n.run, n.disbursement) = (l.run, l.disbursement)
 WHERE (l.deductions, l.gross - l.amount) IS DISTINCT FROM (n.told, n.sum)`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'payout_run' AS entity, r.key, 'it was released and no people agreed to this very run' AS says
  FROM payout_run r LEFT JOIN proposal p ON p.id = r.proposal AND p.act = 'run-release' AND p.state = 'executed' AND p.content ->> 'run' = r.key
                                             AND p.content ->> 'hash' = encode(r.hash, 'hex')
 WHERE r.state NOT IN ('collecting', 'proposed', 'void') AND p.id IS NULL`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run' AS entity, r.key, 'its payment order or its warrant is not the one that its people signed' AS says
  FROM payout_run r LEFT JOIN proposal p ON p.id = r.proposal AND r.state NOT IN ('collecting', 'proposed', 'void')
 WHERE (r.payment_order, r.payment_order_date::text, r.warrant, r.warrant_date::text) IS DISTINCT FROM
       (p.content #>> '{paymentOrder,number}', p.content #>> '{paymentOrder,date}', p.content #>> '{warrant,number}', p.content #>> '{warrant,date}')`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, 'its programme pays by runs, and none that people agreed to covers it' AS says
  FROM payout y JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref)
  JOIN programme_version v ON (v.programme, v.version) = (p.programme, p.programme_version) AND v.definition #>> '{payment,release}' <> 'automatic'
 WHERE y.recovered_at IS NULL AND NOT EXISTS (SELECT FROM payout_run_line l JOIN payout_run r ON r.key = l.run
                    WHERE l.disbursement = y.disbursement AND (l.amount, l.currency, l.gateway, l.account) = (y.amount, y.currency, y.gateway, y.account)
                      AND l.released_at <= y.claimed_at AND y.claimed_at < r.approved_until)`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run' AS entity, r.key, format('it is %s, agreed to from %s until %s, and the trail has it %s, from %s until %s', r.state, r.approved_at, r.approved_until, s.state, a.at, a.until) AS says
  FROM payout_run r LEFT JOIN (${STOOD}) AS s ON s.run = r.key LEFT JOIN (${APPROVED}) AS a ON a.run = r.key
 WHERE (r.approved_at, r.approved_until) IS DISTINCT FROM (a.at, a.until)
    OR CASE WHEN r.state = 'proposed' THEN 'collecting' WHEN r.state = 'releasing' AND s.state = 'approved' THEN 'approved' ELSE r.state END IS DISTINCT FROM s.state`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'payout_run_line' AS entity, l.run || '/' || l.disbursement AS key,
       format('it was let go at %s, and its run %s', l.released_at, coalesce('was agreed to at ' || r.approved_at, 'is agreed to by nobody')) AS says
  FROM payout_run_line l JOIN payout_run r ON r.key = l.run
 WHERE (l.released_at IS NOT NULL OR l.state IN ('released', 'paid', 'left')) AND (r.approved_at IS NULL OR l.released_at < r.approved_at OR l.released_at >= r.approved_until)`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, format('it was sent under run %s, which was %s', l.run, x.word) AS says
  FROM (${SENT}) AS e JOIN payout y ON y.key = e.payout
  JOIN payout_run_line l ON l.disbursement = y.disbursement AND l.released_at <= y.claimed_at AND (l.amount, l.gateway, l.account) = (y.amount, y.gateway, y.account)
  JOIN (SELECT substr(subject, 5) AS run, id AS from_id, lead(id, 1, 9223372036854775807) OVER (PARTITION BY subject ORDER BY id) AS to_id, act,
               CASE act WHEN 'run-paused' THEN 'paused' ELSE 'aborted' END AS word
          FROM audit_event WHERE act IN ('run-paused', 'run-resumed', 'run-aborted')) AS x
    ON x.run = l.run AND e.id > x.from_id AND e.id < x.to_id AND x.act <> 'run-resumed'
 WHERE NOT EXISTS (SELECT FROM payout_run_line o JOIN payout_run r ON r.key = o.run
                    WHERE o.disbursement = y.disbursement AND ${ORDER('o.run')} > ${ORDER('l.run')} AND o.released_at <= y.claimed_at)`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'payout_run' AS entity, r.key, 'it was aborted, and no two people agreed to that' AS says
  FROM payout_run r LEFT JOIN proposal p ON p.id = r.ended_under AND p.act = 'run-abort' AND p.state = 'executed' AND p.content ->> 'run' = r.key
 WHERE (r.state = 'aborted' OR r.ended_under IS NOT NULL) AND (p.id IS NULL OR r.state <> 'aborted')`,
    },
    {
      invariant: 'I3',
      sql: `
SELECT 'changed' AS kind, 'payout_run_line' AS entity, l.run || '/' || l.disbursement AS key,
       format('it is %s %s of %s %s, and %s %s are owed', l.amount, l.currency, l.ref, l.tranche, coalesce(d.amount::text, 'none'), d.currency) AS says
  FROM payout_run_line l JOIN payout_run r ON r.key = l.run LEFT JOIN disbursement d ON d.key = l.disbursement LEFT JOIN account a ON a.id = l.account
 WHERE d.key IS NULL OR l.amount > d.amount OR (l.ref, l.tranche, l.currency, r.programme) IS DISTINCT FROM (d.ref, d.tranche, d.currency, d.programme)
    OR (a.programme, a.ref) IS DISTINCT FROM (d.programme, d.ref)`,
    },
  ],
)

interface Step {
  readonly upTo?: string
  readonly approvers: number
  readonly releaser: boolean
}

interface Agreed {
  readonly key: string
  /** What the programme's runs of that day came to when others agreed to it, this one with them. */
  readonly amount: string
  readonly zone: string
  /** Null where the programme pays by no runs at all. */
  readonly rules: { readonly approvedFor: string; readonly approvals: readonly Step[] } | null
  readonly from: number
  readonly until: number
  readonly approvals: number
  readonly releases: number
}

const said = (decision: string): string =>
  `(SELECT count(DISTINCT a.person)::int FROM approval a WHERE a.proposal = r.proposal AND a.decision = '${decision}')`

const AGREED = `
WITH agreed AS MATERIALIZED (${APPROVED})
SELECT r.key, v.definition ->> 'zone' AS zone, v.definition #> '{payment,runs}' AS rules, ${said('approve')} AS approvals, ${said('release')} AS releases,
       (extract(epoch FROM r.approved_at) * 1000)::float8 AS from, (extract(epoch FROM r.approved_until) * 1000)::float8 AS until,
       (SELECT sum(o.amount)::text FROM payout_run o JOIN agreed b ON b.run = o.key
         WHERE o.programme = r.programme AND b.id <= a.id AND (b.at AT TIME ZONE (v.definition ->> 'zone'))::date = (a.at AT TIME ZONE (v.definition ->> 'zone'))::date) AS amount
  FROM payout_run r JOIN agreed a ON a.run = r.key
  JOIN programme_version v ON (v.programme, v.version) = (r.programme, r.programme_version) WHERE r.approved_until IS NOT NULL`

export const runs: Check = {
  ...lines,
  async run(books) {
    await lines.run(books)
    for await (const run of books.stream<Agreed>(AGREED)) agreed(books, run)
  },
}

/** As many have agreed as the programme asks for what its day came to, and it holds for as long as the programme says. */
function agreed(books: Books, { key, amount, zone, rules, from, until, approvals, releases }: Agreed): void {
  const tell = (kind: 'forbidden' | 'changed', says: string): void => books.tell('I21', kind, 'payout_run', key, says)
  if (rules === null) return tell('forbidden', 'it was agreed to, and its programme has no rule by which a run is')
  const needs = rules.approvals.find(({ upTo }) => upTo === undefined || BigInt(amount) <= BigInt(upTo))
  if (!needs || approvals < needs.approvers || (needs.releaser && releases === 0))
    tell(
      'forbidden',
      `with ${amount} that day it needs ${needs?.approvers} approvals${needs?.releaser ? ' and a release' : ''}, and has ${approvals} and ${releases}`,
    )
  const due = addDuration(from, rules.approvedFor, zone)
  if (until !== due)
    tell(
      'changed',
      `it was agreed to until ${new Date(until).toISOString()}, and can be until ${new Date(due).toISOString()}`,
    )
}
