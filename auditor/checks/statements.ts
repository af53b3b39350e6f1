import { NOW, sqlCheck } from '../books.ts'
import { isAbsent, LATE } from '../pairs.ts'

/** What the engine has read of a day, beside what its gateway tells of it by the same version. */
const READ = `s.gateway = d.gateway AND s.day = d.day AND NOT s.superseded AND s.told_version = d.version`

const SUBJECT = `'statement:' || s.gateway || ':' || s.day`

/** Reconciliation has it that so much moved on no line, before day `t` or in it. */
function knows(place: string, jump: string): string {
  return `EXISTS (SELECT FROM discrepancy d WHERE d.key = format('%s:%s:%s/%s', ${place}, t.gateway, t.day, ${jump}) AND d.gateway = t.gateway AND d.day = t.day
                      AND d.amount_there = abs(${jump}) AND d.direction = CASE WHEN ${jump} > 0 THEN 'credit' ELSE 'debit' END
                      AND d.resolution IS DISTINCT FROM 'corrected')`
}

export const statements = sqlCheck(
  {
    name: 'statements',
    title:
      'statements add up and follow each other, and the engine has read them as they are told, whole and in their newest version',
  },
  {},
  [
    {
      invariant: 'I26',
      sql: `
SELECT 'missing' AS kind, 'told_day' AS entity, s.gateway || '/' || s.day AS key, format('the engine has read %s lines of this day, and no statement of it is given', s.lines) AS says
  FROM statement s WHERE NOT s.superseded AND s.day <= (${NOW})::date AND ${isAbsent('s.gateway', 's.day')}`,
    },
    // Where reconciliation knows how much has moved beside the lines, people look, or have looked.
    {
      invariant: 'I26',
      sql: `
SELECT 'changed' AS kind, 'told_day' AS entity, gateway || '/' || day AS key, format('it has %s lines and says %s, and they come to %s where it closes with %s', lines, count, opening + moved, closing) AS says
  FROM told_day t WHERE count <> lines OR (closing <> opening + moved AND unread = 0 AND NOT ${knows("'closing'", 't.closing - t.opening - t.moved')})`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'changed' AS kind, 'told_day' AS entity, gateway || '/' || day AS key, format('it opens with %s where the day before closed with %s', opening, before) AS says
  FROM (SELECT *, lag(closing) OVER w AS before, lag(day) OVER w AS day_before FROM told_day WINDOW w AS (PARTITION BY gateway ORDER BY day)) AS t
 WHERE day_before = day - 1 AND opening <> before
   AND NOT ${knows("'opening'", 't.opening - t.before')}`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'missing' AS kind, 'statement' AS entity, t.gateway || '/' || t.day AS key, format('the gateway tells %s lines of this day, and nobody has read them', t.lines) AS says
  FROM told_day t WHERE t.lines > 0 AND t.day < (${NOW} - ${LATE})::date AND NOT EXISTS (SELECT FROM statement s WHERE s.gateway = t.gateway AND s.day = t.day)
   AND EXISTS (SELECT FROM statement s WHERE s.gateway = t.gateway)`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'changed' AS kind, 'statement' AS entity, s.id::text AS key,
       format('it was read as version %s, and the gateway tells version %s', s.told_version, d.version) AS says
  FROM statement s JOIN told_day d ON s.gateway = d.gateway AND s.day = d.day
 WHERE NOT s.superseded AND s.told_version <> d.version AND d.day < (${NOW} - ${LATE})::date`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'changed' AS kind, 'statement' AS entity, id::text AS key,
       CASE WHEN superseded THEN 'a newer version is said to be here, and none is' ELSE 'it counts beside a newer version' END AS says
  FROM (SELECT *, version = max(version) OVER (PARTITION BY gateway, day) AS is_newest FROM statement) AS s WHERE superseded = is_newest`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT CASE WHEN l.line IS NULL THEN 'missing' WHEN t.line IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'statement_line' AS entity,
       concat_ws('/', coalesce(l.gateway, t.gateway), coalesce(l.day, t.day), coalesce(l.line, t.line)) AS key,
       CASE WHEN l.line IS NULL THEN 'the gateway tells it and it is not there' WHEN t.line IS NULL THEN 'it is there and the gateway does not tell it'
            ELSE 'it is not what the gateway tells' END AS says
  FROM (SELECT s.gateway, s.day, s.format, l.* FROM statement s JOIN statement_line l ON l.statement = s.id JOIN told_day d ON ${READ}) AS l
  FULL JOIN (SELECT t.*, d.format FROM told_line t JOIN told_day d ON d.gateway = t.gateway AND d.day = t.day JOIN statement s ON ${READ}) AS t
    ON t.gateway = l.gateway AND t.day = l.day AND t.line = l.line
 WHERE l.line IS NULL OR t.line IS NULL
    OR (l.entry, l.direction, l.type, l.reference, l.gateway_id, l.amount, l.currency, l.institution, l.value_date, l.business_date, right(l.masked, 4))
       IS DISTINCT FROM (t.entry, t.direction, t.type, t.reference, t.gateway_id, t.amount, t.currency, t.institution, t.value_date, t.business_date, t.tail)
    OR l.format = t.format AND l.raw_date <> t.raw_date
    OR (l.account_index IS NULL, l.account_index_key IS NULL) <> (t.tail IS NULL, t.tail IS NULL)
    OR l.account_index_key = t.account_index_key AND l.account_index IS DISTINCT FROM t.account_index`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'changed' AS kind, 'statement' AS entity, s.id::text AS key,
       format('it has %s lines from %s to %s, and the gateway tells %s from %s to %s; whole: %s, and %s', s.lines, s.opening, s.closing, d.lines, d.opening, d.closing, s.complete, d.complete) AS says
  FROM statement s JOIN told_day d ON ${READ}
 WHERE (s.lines, s.opening::numeric, s.closing::numeric, s.told_count, s.currency, s.complete) IS DISTINCT FROM (d.lines, d.opening, d.closing, d.count, d.currency, d.complete)`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT CASE WHEN s.id IS NULL THEN 'missing' ELSE 'changed' END AS kind, 'statement' AS entity, coalesce(s.id::text, e.subject || '/' || e.version) AS key,
       CASE WHEN s.id IS NULL THEN 'the trail has read it, and it is not here' ELSE 'the trail has read other bytes, or none' END AS says
  FROM statement s
  FULL JOIN (SELECT subject, after ->> 'version' AS version, after ->> 'sha256' AS sha256, after ->> 'lines' AS lines, after ->> 'complete' AS complete
               FROM audit_event WHERE act = 'statement-loaded') AS e ON e.subject = ${SUBJECT} AND e.version = s.version::text
 WHERE s.id IS NULL OR e.subject IS NULL OR (encode(s.sha256, 'hex'), s.lines::text, s.complete::text) IS DISTINCT FROM (e.sha256, e.lines, e.complete)`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'missing' AS kind, 'statement' AS entity, e.subject || '/' || (e.after ->> 'version') AS key, 'the trail has it that it came again, and it never came' AS says
  FROM audit_event e WHERE e.act = 'statement-known' AND NOT EXISTS (
       SELECT FROM audit_event f WHERE f.act = 'statement-loaded' AND f.subject = e.subject AND f.after ->> 'version' = e.after ->> 'version' AND f.id < e.id)`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'changed' AS kind, 'statement' AS entity, s.id::text AS key, format('it is %s with %s differences, and the trail has %s', s.state, s.differences, coalesce(e.differences, 'not matched it')) AS says
  FROM statement s
  LEFT JOIN (SELECT DISTINCT ON (subject, after ->> 'version') subject, after ->> 'version' AS version, after ->> 'differences' AS differences
               FROM audit_event WHERE act = 'statement-matched' ORDER BY subject, after ->> 'version', id DESC) AS e ON e.subject = ${SUBJECT} AND e.version = s.version::text
 WHERE s.differences::text IS DISTINCT FROM e.differences OR (s.state = 'loaded') <> (e.subject IS NULL)`,
    },
    {
      invariant: 'I26',
      sql: `
SELECT 'changed' AS kind, 'statement' AS entity, s.id::text AS key,
       CASE WHEN d.sha256 = encode(s.sha256, 'hex') THEN format('its bytes are version %s in %s, and it is said to be version %s in %s', d.version, d.format, s.told_version, s.format)
            ELSE format('the gateway tells other bytes of it: %s and not %s', d.sha256, encode(s.sha256, 'hex')) END AS says
  FROM statement s JOIN told_day d ON s.gateway = d.gateway AND s.day = d.day
 WHERE NOT s.superseded AND (d.sha256 = encode(s.sha256, 'hex')) <> ((d.version, d.format) = (s.told_version, s.format))`,
    },
  ],
)
