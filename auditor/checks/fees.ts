import { localDate, sqlCheck } from '../books.ts'

/** What a gateway may take for one payment at most, by programme version, gateway and kind of account. */
const RULES = `
SELECT v.programme, v.version, v.definition #>> '{payment,release}' AS release, r.rule ->> 'gateway' AS gateway, r.rule ->> 'channel' AS channel,
       (r.rule ->> 'amount')::bigint * (r.rule ->> 'times')::int AS most
  FROM programme_version v CROSS JOIN LATERAL jsonb_array_elements(v.definition #> '{payment,fees}') AS r (rule)`

/** Of each payment, and of everything, that one person of a programme version is paid without a run. */
const OF_PERSON = `
SELECT r.programme, r.version, max(r.most) AS most, jsonb_array_length(v.definition -> 'tranches') AS tranches,
       max(r.most) * jsonb_array_length(v.definition -> 'tranches') AS fees
  FROM (${RULES}) AS r JOIN programme_version v ON (v.programme, v.version) = (r.programme, r.version)
 WHERE r.release = 'automatic' GROUP BY r.programme, r.version, v.definition`

/** Each decree that has reserved fees, in the order of the trail: those of one commit together. */
const ADMITTED = `
SELECT 'wave:' || programme || ':' || wave AS source, programme, fees, at, row_number() OVER (PARTITION BY programme, wave ORDER BY place) AS n
  FROM (SELECT e.programme, e.after ->> 'wave' AS wave, e.xid, min(e.id) AS place, min(e.at) AS at, sum(o.fees)::bigint AS fees
          FROM audit_event e JOIN participant p ON (p.programme, p.ref) = (e.programme, e.ref)
          JOIN (${OF_PERSON}) AS o ON (o.programme, o.version) = (p.programme, p.programme_version)
         WHERE e.act = 'admitted' GROUP BY e.programme, e.after ->> 'wave', e.xid) AS decrees`

/** Each time that some people went over to another year: what is left to be paid to them costs fees there. */
const CARRIED = `
SELECT 'carried:' || year || ':' || programme || ':' || wave AS source, programme, fees, at, row_number() OVER (PARTITION BY year, programme, wave ORDER BY place) AS n
  FROM (SELECT e.programme, p.wave, e.after ->> 'to' AS year, e.xid, min(e.id) AS place, min(e.at) AS at, sum(o.most * greatest(0, o.tranches - (
                 SELECT count(*) FROM disbursement d WHERE (d.programme, d.ref) = (e.programme, e.ref) AND d.fiscal_year <= (e.after ->> 'from')::int)))::bigint AS fees
          FROM audit_event e JOIN participant p ON (p.programme, p.ref) = (e.programme, e.ref)
          JOIN (${OF_PERSON}) AS o ON (o.programme, o.version) = (p.programme, p.programme_version)
         WHERE e.act = 'commitment-carried' GROUP BY e.programme, p.wave, e.after ->> 'to', e.xid) AS parts WHERE fees > 0`

/** What was reserved, by the runs, the decrees, and the years that ended. */
const RESERVED = `
SELECT 'run:' || key AS source, programme, fees, collected_at AS at, 1 AS n FROM payout_run WHERE fees > 0
UNION ALL SELECT source, programme, fees, at, n::int FROM (${ADMITTED}) AS admitted
UNION ALL SELECT source, programme, fees, at, n::int FROM (${CARRIED}) AS carried`

/** Until the place in the trail where each run ended: what of its fees had been taken, by the disbursements. */
const SPENT_BY_THEN = `
SELECT z.run, c.disbursement, sum(CASE e.act WHEN 'discrepancy-found' THEN -d.difference ELSE d.difference END) AS spent
  FROM (SELECT substr(subject, 5) AS run, max(id) AS place FROM audit_event WHERE act IN ('run-closed', 'run-aborted', 'run-discarded') GROUP BY subject) AS z
  JOIN discrepancy d ON d.fee_reserve = 'run:' || z.run LEFT JOIN payout c ON c.key = d.payout
  JOIN audit_event e ON e.subject = 'discrepancy:' || d.id AND e.act IN ('discrepancy-found', 'discrepancy-corrected') AND e.id < z.place
 GROUP BY z.run, c.disbursement`

/** What an ended run had not sent, and has freed. */
const ENDED = `
SELECT 'run:' || r.key AS source, r.ended_at AS at, greatest(0, r.fees - coalesce(s.spent, 0) - coalesce(o.sent, 0))::bigint AS freed
  FROM payout_run r
  LEFT JOIN (SELECT run, sum(spent) AS spent FROM (${SPENT_BY_THEN}) AS s GROUP BY run) AS s ON s.run = r.key
  LEFT JOIN (SELECT l.run, sum(greatest(0, l.fee - coalesce(s.spent, 0))) AS sent
               FROM payout_run_line l LEFT JOIN (${SPENT_BY_THEN}) AS s ON (s.run, s.disbursement) = (l.run, l.disbursement)
              WHERE l.released_at IS NOT NULL AND EXISTS (SELECT FROM payout y WHERE y.disbursement = l.disbursement AND y.claimed_at >= l.released_at AND (y.gateway, y.account) = (l.gateway, l.account)
                        AND (l.state <> 'dropped' OR y.claimed_at <= l.ended_at))
              GROUP BY l.run) AS o ON o.run = r.key
 WHERE r.fees > 0 AND r.ended_at IS NOT NULL`

/** Each change of a reserve, with the number that its posting has. */
const CHANGES = `
SELECT source, n, 'fee-reserved' AS event, fees AS amount, at FROM (${RESERVED}) AS reserved
UNION ALL SELECT source, 2, 'fee-freed', freed, at FROM (${ENDED}) AS ended WHERE freed > 0
UNION ALL
SELECT f.source, f.changes + 1 - x.last, 'fee-freed', x.amount, x.at
  FROM fee_reserve f JOIN (SELECT substr(subject, 6) AS source, (after ->> 'amount')::bigint AS amount, at, row_number() OVER (PARTITION BY subject ORDER BY id DESC) AS last
                             FROM audit_event WHERE act = 'fees-freed' AND after ->> 'cause' = 'year-end') AS x ON x.source = f.source`

/** Every posting of a reserve that must be there, in the form of the ledger's events. */
export const FEE_EVENTS = `
SELECT 'fees:' || c.source || '/' || CASE WHEN c.n = 1 THEN c.event ELSE c.event || ':' || c.n END, c.event, 'fees:' || c.source, c.amount, a.currency, f.programme,
       NULL::text, a.fiscal_year, a.budget_line, NULL::text, ${localDate('c.at', 'f.programme')}
  FROM (${CHANGES}) AS c JOIN fee_reserve f ON f.source = c.source JOIN appropriation a ON a.id = f.appropriation
UNION ALL
SELECT 'discrepancy:' || d.id || '/' || e.event, e.event, 'discrepancy:' || d.id, -d.difference, a.currency, f.programme, d.ref, a.fiscal_year, a.budget_line, NULL,
       ${localDate('e.at', 'f.programme')}
  FROM discrepancy d JOIN fee_reserve f ON f.source = d.fee_reserve JOIN appropriation a ON a.id = f.appropriation
 CROSS JOIN LATERAL (VALUES ('fee-spent', d.settled_at), ('fee-unspent', CASE WHEN d.resolution = 'corrected' THEN d.resolved_at END)) AS e (event, at)
 WHERE e.at IS NOT NULL`

export const fees = sqlCheck(
  {
    name: 'fees',
    title:
      'fees were reserved before they could be taken, as the programme says, taken from the reserve of their own payment, and never more than that',
  },
  { 'fee reserves': 'fee_reserve' },
  [
    {
      invariant: 'I21',
      sql: `
SELECT 'changed' AS kind, 'payout_run_line' AS entity, l.run || ' ' || l.disbursement AS key, format('%s are reserved for its fees, and its person''s version of the programme says %s', l.fee, coalesce(r.most, 0)) AS says
  FROM payout_run_line l JOIN payout_run o ON o.key = l.run LEFT JOIN account a ON a.id = l.account
  LEFT JOIN participant p ON (p.programme, p.ref) = (o.programme, l.ref)
  LEFT JOIN LATERAL (SELECT most FROM (${RULES}) AS r WHERE (r.programme, r.version, r.gateway) = (p.programme, p.programme_version, l.gateway)
                        AND (r.channel IS NULL OR r.channel = a.kind) ORDER BY r.channel IS NULL LIMIT 1) r ON true
 WHERE l.fee <> coalesce(r.most, 0)`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT CASE WHEN f.source IS NULL THEN 'missing' WHEN r.source IS NULL THEN 'extra' ELSE 'changed' END AS kind, 'fee_reserve' AS entity, coalesce(f.source, r.source) AS key,
       format('%s are reserved, and what was collected or decreed comes to %s', coalesce(f.reserved, 0), coalesce(r.fees, 0)) AS says
  FROM fee_reserve f FULL JOIN (SELECT source, sum(fees) AS fees FROM (${RESERVED}) AS reserved GROUP BY source) AS r ON r.source = f.source
 WHERE f.reserved IS DISTINCT FROM r.fees`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT CASE WHEN f.spent + f.freed > f.reserved THEN 'over-limit' ELSE 'changed' END AS kind, 'fee_reserve' AS entity, f.source AS key,
       format('of %s, %s are said to be taken and %s freed; the fees come to %s', f.reserved, f.spent, f.freed, coalesce(d.taken, 0)) AS says
  FROM fee_reserve f LEFT JOIN (SELECT fee_reserve, -sum(difference) AS taken FROM discrepancy WHERE fee_reserve IS NOT NULL AND resolution IS DISTINCT FROM 'corrected' GROUP BY 1) AS d
    ON d.fee_reserve = f.source
 WHERE f.spent <> coalesce(d.taken, 0) OR f.spent + f.freed > f.reserved OR f.spent < 0 OR f.freed < 0`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'changed' AS kind, 'fee_reserve' AS entity, f.source AS key, format('%s are said to be freed, its run has freed %s and its year %s', f.freed, coalesce(e.freed, 0), coalesce(x.freed, 0)) AS says
  FROM fee_reserve f JOIN appropriation a ON a.id = f.appropriation LEFT JOIN (${ENDED}) AS e ON e.source = f.source
  LEFT JOIN (SELECT subject, sum((after ->> 'amount')::bigint) AS freed FROM audit_event WHERE act = 'fees-freed' AND after ->> 'cause' = 'year-end' GROUP BY subject) AS x
    ON x.subject = 'fees:' || f.source
 WHERE f.freed <> coalesce(e.freed, 0) + coalesce(x.freed, 0)
    OR x.freed > 0 AND NOT EXISTS (SELECT FROM year_close z WHERE (z.programme, z.fiscal_year) = (a.programme, a.fiscal_year))`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'forbidden' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('it was taken from %s, under which its payment was not sent', d.fee_reserve) AS says
  FROM discrepancy d LEFT JOIN payout y ON y.key = d.payout LEFT JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref)
 WHERE d.fee_reserve IS NOT NULL AND d.fee_reserve IS DISTINCT FROM 'wave:' || p.programme || ':' || p.wave
   AND (d.fee_reserve ~ '^carried:[0-9]{4}:' AND substr(d.fee_reserve, 14) = p.programme || ':' || p.wave) IS NOT TRUE
   AND NOT EXISTS (SELECT FROM payout_run_line l WHERE 'run:' || l.run = d.fee_reserve AND l.disbursement = y.disbursement AND l.released_at <= y.claimed_at)`,
    },
    {
      invariant: 'I6',
      sql: `
SELECT 'forbidden' AS kind, 'discrepancy' AS entity, d.id::text AS key, format('%s were taken from no reserve, and nobody was asked', -d.difference) AS says
  FROM discrepancy d LEFT JOIN payout y ON y.key = d.payout LEFT JOIN participant p ON (p.programme, p.ref) = (y.programme, y.ref)
 WHERE d.class = 'fee' AND d.difference < 0 AND d.fee_reserve IS NULL AND NOT d.over_reserve AND d.settled_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM programme_version v WHERE v.programme = d.programme AND v.version = coalesce(p.programme_version, v.version) AND v.definition #> '{payment,fees}' IS NULL)`,
    },
  ],
)
