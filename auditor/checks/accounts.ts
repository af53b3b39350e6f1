import { sqlCheck, type Books, type Check, type Question } from '../books.ts'
import { addDuration } from '../time.ts'

/** Each check of an account with the event that tells of it: at its link, later, at its refusal, or beside its proposal. */
const CHECKED = `
SELECT c.*, e.id AS told, e.act, e.after, e.reason,
       (SELECT p.definition #> '{payment,accounts,names}' FROM participant t JOIN programme_version p ON (p.programme, p.version) = (t.programme, t.programme_version)
         WHERE (t.programme, t.ref) = (c.programme, c.ref)) AS names
  FROM account_check c
  LEFT JOIN audit_event e ON (e.programme, e.ref) = (c.programme, c.ref) AND e.at = c.checked_at
   AND CASE WHEN c.account IS NULL THEN e.act = 'account-refused' AND c.document IS NULL
            ELSE e.subject = 'account:' || c.account AND (e.act = 'account-checked' AND e.after ? 'gateway' OR e.act IN ('account-linked', 'account-replaced') AND e.after ? 'name') END`

/** Accounts with what the trail, and decisions about what is owed, last said of each; the one of a registration begins unverified. */
const STOOD = `
SELECT a.*, coalesce((
    SELECT state FROM (
      SELECT e.id, CASE WHEN e.act = 'account-failed' THEN 'failed' WHEN e.act = 'account-checked' THEN 'verified' ELSE e.after ->> 'state' END AS state
        FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.subject = 'account:' || a.id AND (a.ended_at IS NULL OR e.at <= a.ended_at)
         AND (e.act IN ('account-linked', 'account-replaced', 'account-failed') OR e.act = 'account-checked' AND e.after ->> 'verdict' IN ('verified', 'review'))
      UNION ALL
      SELECT e.id, 'failed' FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.act = 'review-decided' AND e.after ->> 'next' = 'needs-account'
         AND e.at >= a.linked_at AND (a.ended_at IS NULL OR e.at < a.ended_at)) AS said
    ORDER BY id DESC LIMIT 1), 'unverified') AS said
  FROM account a`

/** Accounts with how many people may be paid to each by the rules of its person. */
const LIMITED = `
SELECT a.*, (v.definition #>> '{payment,accounts,maxParticipants}')::int AS most, p.held_at IS NOT NULL OR coalesce(p.outcome = 'refused', false) AS is_stopped
  FROM account a JOIN participant p ON (p.programme, p.ref) = (a.programme, a.ref)
  JOIN programme_version v ON (v.programme, v.version) = (p.programme, p.programme_version)`

/** When account \`a\` was linked, in the trail. */
const LINKED = `coalesce((SELECT min(e.id) FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.subject = 'account:' || a.id AND e.act IN ('account-linked', 'account-replaced')),
                         (SELECT min(e.id) FROM audit_event e WHERE (e.programme, e.ref) = (a.programme, a.ref) AND e.act = 'registered'))`

/** Somebody has looked at who shares account \`a\`, and let its person go on. */
const accepted = (before = 'true'): string => `EXISTS (
  SELECT FROM audit_event r WHERE (r.programme, r.ref) = (a.programme, a.ref) AND r.act = 'hold-released' AND r.person <> 'engine' AND r.id > ${LINKED} AND ${before})`

/** People have looked at the doubtful name that check `c` found: they have let its person go on, who was stopped for that. */
const decided = (before = 'true'): string => `EXISTS (
  SELECT FROM audit_event r WHERE (r.programme, r.ref) = (c.programme, c.ref) AND r.act = 'hold-released' AND r.person <> 'engine' AND r.id > c.told AND ${before}
     AND (SELECT h.after ->> 'cause' FROM audit_event h WHERE (h.programme, h.ref) = (c.programme, c.ref) AND h.act = 'hold-placed' AND h.id < r.id
           ORDER BY h.id DESC LIMIT 1) = 'account-doubtful')`

/** Two people have agreed to the account, and saw the answer of check `c`. */
const AGREED = `EXISTS (SELECT FROM proposal p WHERE p.act = 'account-change' AND p.state = 'executed' AND p.decided_at = c.checked_at AND p.content ->> 'ref' = c.ref)`

/** Checks that found a doubtful name, of accounts to which nobody had agreed. */
const DOUBTED = `SELECT c.* FROM (${CHECKED}) AS c WHERE c.verdict = 'review' AND c.account IS NOT NULL AND NOT ${AGREED}`

/** What a disbursement's person was last asked for, and what has happened to that since. */
const ASKED = `
SELECT DISTINCT ON (e.subject) e.subject, e.id, e.at, e.after ->> 'action' AS action, (e.after ->> 'byMs')::bigint AS by_ms,
       EXISTS (SELECT FROM audit_event h WHERE (h.programme, h.ref) = (e.programme, e.ref) AND h.act = 'hold-placed' AND h.after ->> 'cause' = 'action-overdue'
                  AND h.after ->> 'tranche' = e.after ->> 'tranche' AND h.id > e.id) AS is_over
  FROM audit_event e WHERE e.act = 'action-asked' ORDER BY e.subject, e.id DESC`

/** What a failure asks of a person, by its code as gateways, formats and people give it; every other one asks for another account. */
const MEANT = `CASE WHEN code IN ('name-differs', 'account-name-differs', 'holder-malformed') THEN 'correct-name' WHEN code = 'wallet-limit' THEN 'wait-for-limit'
                    WHEN code = 'wallet-not-upgraded' THEN 'upgrade-wallet' ELSE 'relink' END`

/** What was last said of what is owed before its person was asked `e`, and what was said of their account since. */
const SAID = `
WITH last AS (
  SELECT n.id, coalesce(n.after ->> 'reason', n.act) AS code FROM audit_event n
   WHERE (n.programme, n.ref) = (e.programme, e.ref) AND n.id < e.id
     AND (n.act = 'needs-account' AND n.subject = e.subject
          OR n.act = 'review-decided' AND n.after ->> 'next' = 'needs-account' AND split_part(n.subject, '#', 1) = e.subject)
   ORDER BY n.id DESC LIMIT 1)
SELECT code FROM last
 UNION ALL SELECT c.after ->> 'code' FROM last JOIN audit_event c ON (c.programme, c.ref) = (e.programme, e.ref) AND c.id > last.id AND c.id < e.id
  WHERE c.act = 'account-checked' AND c.after ->> 'verdict' = 'refused'`

/** Asked for another action than the one that mends it; whose limit is used up may be asked for another account instead. */
const MISASKED: Question = {
  invariant: 'I9',
  sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, e.subject AS key, format('its person was asked for %s, and what failed is %s', e.after ->> 'action', said.codes) AS says
  FROM audit_event e CROSS JOIN LATERAL (SELECT array_agg(${MEANT}) AS meant, string_agg(code, ', ') AS codes FROM (${SAID}) AS codes) AS said
 WHERE e.act = 'action-asked' AND e.after ->> 'action' IS NOT NULL AND NOT (e.after ->> 'action' = ANY (said.meant))
   AND CASE e.after ->> 'action' WHEN 'relink' THEN NOT 'wait-for-limit' = ANY (said.meant)
            WHEN 'wait-for-limit' THEN NOT EXISTS (SELECT FROM audit_event r WHERE (r.programme, r.ref) = (e.programme, e.ref) AND r.act = 'account-checked'
                                                      AND r.after ->> 'verdict' = 'rests' AND r.id < e.id) ELSE true END`,
}

const questions = sqlCheck(
  {
    name: 'accounts',
    title:
      'what gateways said of accounts is what the trail has, each account stands, is shared and is doubtful as it may, and people are asked and stopped as their rules say',
  },
  { 'account checks': 'account_check', accounts: 'account' },
  [
    MISASKED,
    {
      invariant: 'I22',
      sql: `
SELECT CASE WHEN act IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'account_check' AS entity, id::text AS key,
       CASE WHEN act IS NULL THEN 'the trail does not tell that anybody was asked' ELSE format('it says %s (%s) with %s, and the trail has otherwise', verdict, code, score) END AS says
  FROM (${CHECKED}) AS c
 WHERE CASE WHEN document IS NOT NULL THEN NOT EXISTS (SELECT FROM proposal p WHERE p.document = c.document AND p.proposed_at = c.checked_at)
            WHEN act IS NULL THEN true
            WHEN act = 'account-checked' THEN (verdict, code, score::text, gateway) IS DISTINCT FROM (after ->> 'verdict', after ->> 'code', after ->> 'score', after ->> 'gateway')
            WHEN act = 'account-refused' THEN (verdict, code, institution) IS DISTINCT FROM ('refused', reason, after ->> 'institution')
            ELSE score::text IS DISTINCT FROM after #>> '{name,score}' OR (verdict = 'unverified') <> (after ->> 'state' = 'unverified') OR verdict = 'refused' END`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'missing' AS kind, 'account_check' AS entity, e.subject AS key, format('the trail has it %s at %s, and what was answered is not there', e.act, e.at) AS says
  FROM audit_event e LEFT JOIN account_check c ON 'account:' || c.account = e.subject AND c.checked_at = e.at
 WHERE c.id IS NULL AND (e.act = 'account-checked' AND e.after ? 'gateway' OR e.act IN ('account-linked', 'account-replaced') AND e.after ? 'name')`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'account_check' AS entity, id::text AS key, format('a name that agrees by %s is %s by the rules, and it says %s', score, meant, verdict) AS says
  FROM (SELECT *, CASE WHEN score IS NULL THEN CASE WHEN code IS NULL THEN 'unverified' ELSE 'refused' END
                       WHEN score >= coalesce((names ->> 'accept')::int, 1) THEN 'verified' WHEN score >= coalesce((names ->> 'review')::int, 1) THEN 'review' ELSE 'refused' END AS meant
          FROM (${CHECKED}) AS c) AS c
 WHERE verdict <> meant`,
    },
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'account' AS entity, id::text AS key, format('it is %s, and what was last said of it is %s%s', state, said, CASE WHEN ended_at IS NULL THEN '' ELSE ', before another one took its place' END) AS says
  FROM (${STOOD}) AS a WHERE state <> CASE WHEN ended_at IS NOT NULL AND said <> 'failed' THEN 'replaced' ELSE said END`,
    },
    // The one that is paid to is the one that was linked last: each ends when another takes its place, and for nothing else.
    {
      invariant: 'I22',
      sql: `
SELECT 'changed' AS kind, 'account' AS entity, a.id::text AS key,
       format('it %s, and by the trail %s', coalesce('ended at ' || a.ended_at, 'is the one that is paid to'), coalesce('another one took its place at ' || r.at, 'no other one took its place')) AS says
  FROM account a LEFT JOIN (SELECT after ->> 'replaces' AS id, min(at) AS at FROM audit_event WHERE act = 'account-replaced' GROUP BY 1) AS r ON r.id = a.id::text
 WHERE a.ended_at IS DISTINCT FROM r.at`,
    },
    {
      invariant: 'I21',
      sql: `
SELECT 'forbidden' AS kind, 'account' AS entity, split_part(e.subject, ':', 2) AS key, format('%s linked it as %s, and no two people agreed to that', e.person, coalesce(e.role, 'nobody')) AS says
  FROM audit_event e LEFT JOIN api_key k ON k.id = e.key_id
 WHERE e.act IN ('account-linked', 'account-replaced') AND (e.role IS DISTINCT FROM 'registrar' OR k.kind = 'person')
   AND NOT EXISTS (SELECT FROM proposal p WHERE p.act = 'account-change' AND p.state = 'executed' AND p.decided_at = e.at
                      AND (p.content ->> 'programme', p.content ->> 'ref', p.content ->> 'institution') = (e.programme, e.ref, e.after ->> 'institution'))`,
    },
    {
      invariant: 'I10',
      sql: `
SELECT 'changed' AS kind, 'account' AS entity, a.id::text AS key, format('it has place %s of %s, and the rules have %s', a.place, a.places, coalesce(a.most::text, 'no limit')) AS says
  FROM (${LIMITED}) AS a
 WHERE a.place IS NOT NULL AND (a.places IS DISTINCT FROM a.most OR a.place NOT BETWEEN 1 AND a.most OR a.shared)`,
    },
    {
      invariant: 'I10',
      sql: `
SELECT 'duplicate' AS kind, 'account' AS entity, min(id::text) AS key, format('place %s of one account is taken %s times', place, count(*)) AS says
  FROM account WHERE ended_at IS NULL AND place IS NOT NULL GROUP BY programme, account_index_key, account_index, place HAVING count(*) > 1`,
    },
    {
      invariant: 'I10',
      sql: `
SELECT 'over-limit' AS kind, 'account' AS entity, a.id::text AS key, 'as many people as may be were paid to it when it was linked, and nobody has looked' AS says
  FROM (${LIMITED}) AS a
 WHERE a.ended_at IS NULL AND a.most IS NOT NULL AND a.place IS NULL AND CASE WHEN a.shared THEN NOT a.is_stopped ELSE NOT ${accepted()} END`,
    },
    {
      invariant: 'I10',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, 'its account was one of too many when it was sent, and nobody had looked' AS says
  FROM payout y JOIN (${LIMITED}) AS a ON a.id = y.account JOIN audit_event s ON s.subject = y.key AND s.act = 'payout-sent'
 WHERE a.most IS NOT NULL AND a.place IS NULL AND NOT ${accepted('r.id < s.id')}`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'changed' AS kind, 'participant' AS entity, p.programme || ':' || p.ref AS key, format('it is on hold for %s, and the trail has %s', coalesce(p.hold_cause, 'somebody’s reason'), coalesce(h.cause, 'somebody’s reason')) AS says
  FROM participant p
  JOIN (SELECT DISTINCT ON (programme, ref) programme, ref, after ->> 'cause' AS cause FROM audit_event WHERE act = 'hold-placed' ORDER BY programme, ref, id DESC) AS h
    ON (h.programme, h.ref) = (p.programme, p.ref)
 WHERE p.held_at IS NOT NULL AND p.hold_cause IS DISTINCT FROM h.cause`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'account_check' AS entity, c.id::text AS key, 'its name agrees too little, and its person was never stopped for that' AS says
  FROM account_check c JOIN account a ON a.id = c.account
 WHERE c.verdict = 'review'
   AND NOT ${AGREED}
   AND NOT EXISTS (SELECT FROM audit_event h WHERE (h.programme, h.ref) = (c.programme, c.ref) AND h.act = 'hold-placed' AND h.at <= c.checked_at
                      AND NOT EXISTS (SELECT FROM audit_event r WHERE (r.programme, r.ref) = (c.programme, c.ref) AND r.act = 'hold-released' AND r.id > h.id AND r.at < c.checked_at))`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'changed' AS kind, 'account' AS entity, a.id::text AS key,
       format('its name is %s, and by what was answered and decided it is %s', CASE WHEN a.doubtful THEN 'doubtful' ELSE 'well' END, CASE WHEN a.doubtful THEN 'well' ELSE 'doubtful' END) AS says
  FROM account a LEFT JOIN (SELECT DISTINCT c.account FROM (${DOUBTED}) AS c WHERE NOT ${decided()}) AS d ON d.account = a.id
 WHERE a.ended_at IS NULL AND a.doubtful <> (d.account IS NOT NULL)`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'participant' AS entity, p.programme || ':' || p.ref AS key, 'the name of their account is doubtful, nobody has decided about that, and they go on' AS says
  FROM account a JOIN participant p ON (p.programme, p.ref) = (a.programme, a.ref) WHERE a.ended_at IS NULL AND a.doubtful AND p.held_at IS NULL`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'forbidden' AS kind, 'payout' AS entity, y.key, 'the name of its account was doubtful when it was sent, and nobody had decided about that' AS says
  FROM (${DOUBTED}) AS c JOIN payout y ON y.account = c.account JOIN audit_event s ON s.subject = y.key AND s.act IN ('payout-sent', 'payout-sent-again') AND s.id > c.told
 WHERE NOT ${decided('r.id < s.id')}`,
    },
    {
      invariant: 'I9',
      sql: `
SELECT 'changed' AS kind, 'disbursement' AS entity, d.key, format('its person is asked for %s until %s, and the trail has %s until %s', coalesce(d.action, 'nothing'), d.action_by, coalesce(q.action, 'nothing'), to_timestamp(q.by_ms / 1000.0)) AS says
  FROM disbursement d LEFT JOIN (${ASKED}) AS q ON q.subject = d.key
 WHERE d.action IS DISTINCT FROM q.action
    OR CASE WHEN q.by_ms IS NULL OR q.is_over THEN d.action_by IS NOT NULL ELSE d.action_by IS NULL OR d.action_by < to_timestamp(q.by_ms / 1000.0)
              OR d.action_by > to_timestamp(q.by_ms / 1000.0) + (SELECT coalesce(sum((r.after ->> 'heldForMs')::bigint), 0) * interval '1 millisecond' FROM audit_event r
                                                                   WHERE (r.programme, r.ref) = (d.programme, d.ref) AND r.act = 'hold-released' AND r.id > q.id) END`,
    },
  ],
)

interface Asked {
  readonly key: string
  readonly at: number
  readonly by: number | null
  readonly lapses: number
  readonly zone: string
  readonly rule: { readonly within: string } | null
}

/** Each time that a person was asked for something, with the rule for it. */
const DEADLINES = `
SELECT d.key, (extract(epoch FROM e.at) * 1000)::float8 AS at, (e.after ->> 'byMs')::float8 AS by, (extract(epoch FROM d.lapses_at) * 1000)::float8 AS lapses,
       v.definition ->> 'zone' AS zone, v.definition #> ARRAY['payment', 'actions', e.after ->> 'action'] AS rule
  FROM audit_event e JOIN disbursement d ON d.key = e.subject JOIN participant p ON (p.programme, p.ref) = (d.programme, d.ref)
  JOIN programme_version v ON (v.programme, v.version) = (p.programme, p.programme_version)
 WHERE e.act = 'action-asked' AND e.after ->> 'action' IS NOT NULL`

export const accounts: Check = {
  ...questions,
  async run(books) {
    await questions.run(books)
    for await (const asked of books.stream<Asked>(DEADLINES)) deadline(books, asked)
  },
}

/** As long as the programme gives; nothing where it gives none, or where all of it would have lapsed by then. */
function deadline(books: Books, { key, at, by, lapses, zone, rule }: Asked): void {
  const due = rule ? addDuration(at, rule.within, zone) : null
  if (by === due || (by === null && due !== null && due >= lapses)) return
  const told = (ms: number | null): string => (ms === null ? 'no time' : new Date(ms).toISOString())
  books.tell(
    'I9',
    'changed',
    'disbursement',
    key,
    `its person was given until ${told(by)}, and must have until ${told(due)}`,
  )
}
