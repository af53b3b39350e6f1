/**
 * Where a line stands for a movement that another one stands for already. Another day's line counts once its statement is matched,
 * and as long as it is not itself recorded as the second: so exactly one of two is, whichever comes first and whatever is corrected.
 */

/** Whether a line can stand for a movement of ours: what `mayPair` says. */
export const fits = (line: string): string =>
  `(${line}.type = 'payout' AND ${line}.direction = 'debit' OR ${line}.type = 'return' AND ${line}.direction = 'credit' OR ${line}.type = 'top-up')`

const counts = (statement: string, gateway: string, id: string): string =>
  `${statement}.gateway = ${gateway} AND NOT ${statement}.superseded AND ${statement}.state <> 'loaded' AND ${statement}.id <> ${id}`

/** How many lines of a day are recorded as a second one of the same movement. */
const seconds = (gateway: string, day: string, line: string, reference: string): string =>
  `(SELECT count(*) FROM discrepancy d LEFT JOIN payout r ON r.key = d.payout
     WHERE d.gateway = ${gateway} AND d.day = ${day} AND d.class = 'duplicate' AND (d.type, d.direction) = (${line}.type, ${line}.direction)
       AND d.resolution IS DISTINCT FROM 'corrected' AND coalesce(r.reference, d.reference) = ${reference})`

/** What two lines of one movement have in common, as a number: a million of them are sorted much sooner than texts. */
const MARK = `hashtextextended(l.reference, ascii(l.type))`

const IN_STATEMENT = `l.statement = (SELECT $1::uuid) AND l.reference IS NOT NULL AND ${fits('l')}`

/** Marks that several lines of statement $1 have: all of those of one movement, and hardly any others. */
export const MARKS = `SELECT ${MARK} AS mark FROM statement_line l WHERE ${IN_STATEMENT} GROUP BY ${MARK} HAVING count(*) > 1`

/** Of the lines with marks $2 those that stand for a movement that an earlier line of the same statement stands for. */
export const TWICE = `
SELECT line FROM (
  SELECT l.line, row_number() OVER (PARTITION BY l.reference, l.type, l.direction ORDER BY l.line) AS nth
    FROM statement_line l WHERE ${IN_STATEMENT} AND ${MARK} = ANY ($2::bigint[])) AS told
 WHERE nth > 1`

export const ANY_ELSEWHERE = `SELECT FROM statement s WHERE ${counts('s', '$2', '$1')} LIMIT 1`

/**
 * Lines of statement $1 of gateway $2 whose movement a line of another day stands for. Other days are counted before lines are held against them: lines
 * without a reference of their own have one and the same there, and a pair of each two of them would be as many as their square.
 */
export const ELSEWHERE = `
WITH told AS MATERIALIZED (
  SELECT o.type, o.direction, o.reference, s.day FROM statement s JOIN statement_line o ON o.statement = s.id
   WHERE ${counts('s', '$2', '$1')} AND ${fits('o')}
     AND EXISTS (SELECT FROM statement_line l WHERE l.statement = $1 AND ${fits('l')} AND (l.reference, l.type, l.direction) = (o.reference, o.type, o.direction))
  UNION ALL
  SELECT p.type, CASE p.type WHEN 'return' THEN 'credit' ELSE 'debit' END, r.reference, s.day FROM statement_pair p
    JOIN statement s ON s.id = p.statement JOIN payout r ON r.key = p.payout WHERE ${counts('s', '$2', '$1')}
), first AS MATERIALIZED (
  SELECT DISTINCT told.type, told.direction, told.reference FROM told GROUP BY told.type, told.direction, told.reference, told.day
  HAVING count(*) > ${seconds('$2', 'told.day', 'told', 'told.reference')}
)
SELECT l.line FROM first JOIN statement_line l ON (l.reference, l.type, l.direction) = (first.reference, first.type, first.direction)
 WHERE l.statement = $1 AND ${fits('l')}`

/** The same for a line `l` that belongs to payout `y` by the gateway's name alone, as `p` has it: $1 statement, $2 gateway. */
export const NAMED_REPEATED = `(
  EXISTS (SELECT FROM statement_line o WHERE o.statement = $1 AND o.reference = y.reference AND o.type = l.type AND ${fits('o')})
  OR EXISTS (SELECT FROM statement_pair o WHERE o.statement = $1 AND o.payout = y.key AND o.type = l.type AND o.line < l.line)
  OR EXISTS (
    SELECT FROM (
      SELECT s.day FROM statement_line o JOIN statement s ON s.id = o.statement
       WHERE o.reference = y.reference AND o.type = l.type AND ${fits('o')} AND ${counts('s', '$2', '$1')}
      UNION ALL
      SELECT s.day FROM statement_pair o JOIN statement s ON s.id = o.statement
       WHERE o.payout = y.key AND o.type = l.type AND ${counts('s', '$2', '$1')}) AS told
     GROUP BY told.day HAVING count(*) > ${seconds('$2', 'told.day', 'l', 'y.reference')}))`
