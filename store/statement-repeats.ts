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

/** By reference, for all lines of the statement $ID at once: `twice` within it, `elsewhere` on other days. */
export const REPEATED = `
twice AS MATERIALIZED (
  SELECT l.reference, l.type, l.direction, min(l.line) AS first FROM statement_line l
   WHERE l.statement = $ID AND l.reference IS NOT NULL AND ${fits('l')} GROUP BY l.reference, l.type, l.direction HAVING count(*) > 1
), told AS MATERIALIZED (
  SELECT l.line, l.type, l.direction, l.reference, s.day FROM statement s JOIN statement_line o ON o.statement = s.id
    JOIN statement_line l ON l.reference = o.reference AND l.type = o.type AND l.direction = o.direction
   WHERE ${counts('s', '$GATEWAY', '$ID')} AND l.statement = $ID AND ${fits('l')} AND ${fits('o')}
  UNION ALL
  SELECT l.line, l.type, l.direction, l.reference, s.day FROM statement_pair p JOIN statement s ON s.id = p.statement
    JOIN payout r ON r.key = p.payout JOIN statement_line l ON l.reference = r.reference AND l.type = p.type
   WHERE ${counts('s', '$GATEWAY', '$ID')} AND l.statement = $ID AND ${fits('l')}
), elsewhere AS MATERIALIZED (
  SELECT DISTINCT line FROM (
    SELECT told.line FROM told GROUP BY told.line, told.type, told.direction, told.reference, told.day
    HAVING count(*) > ${seconds('$GATEWAY', 'told.day', 'told', 'told.reference')}) AS first
)`

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
