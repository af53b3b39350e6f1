import { RETURN_DAY } from '../support/audited-year.ts'
import { change, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const CARRIED = `t.programme || ':' || t.ref || ':2026'`
const CLOSE = `t.programme || ':' || t.fiscal_year`

/** The end of a fiscal year: what lapsed, went over and went back with it. */
export const YEARS: readonly Mutation[] = [
  change(
    'a carry-over of another amount',
    'years',
    ['changed', 'carry_over'],
    update('carry_over', 'moved = moved + 1', CARRIED),
  ),
  change(
    'a carry-over that leaves more behind',
    'years',
    ['changed', 'carry_over'],
    update('carry_over', 'kept = kept + 100', CARRIED),
  ),
  change(
    'a carry-over that never was',
    'events',
    ['missing', 'carry_over'],
    remove('carry_over', `'commitment:' || t.programme || ':' || t.ref`),
  ),
  change(
    'a year that lapsed less',
    'years',
    ['changed', 'year_close'],
    update('year_close', 'lapsed = lapsed - 1', CLOSE),
  ),
  change(
    'a year that carried more',
    'years',
    ['changed', 'year_close'],
    update('year_close', 'carried = carried + 1', CLOSE),
  ),
  change(
    'a year that ends under another document',
    'years',
    ['forbidden', 'year_close'],
    update('year_close', `document = 'ND-99'`, CLOSE),
  ),
  change(
    'a return to the treasury of another amount',
    'years',
    ['changed', 'treasury_return'],
    update('treasury_return', 'amount = amount + 1', 't.id'),
  ),
  change(
    'a return to the treasury of another amount than the gateway sent',
    'told',
    ['changed', 'told_line'],
    `UPDATE treasury_return AS t SET amount = amount - 1 RETURNING t.gateway || '/${RETURN_DAY}/1' AS key`,
  ),
  change(
    'a return to the treasury under another number than the gateway sent',
    'told',
    ['extra', 'told_line'],
    `UPDATE treasury_return AS t SET number = 'ND-99/sandbox' RETURNING t.gateway || '/${RETURN_DAY}/1' AS key`,
  ),
  change(
    'a return to the treasury that no statement has',
    'told',
    ['missing', 'treasury_return'],
    `UPDATE treasury_return AS t SET number = 'ND-99/sandbox', recorded_at = '2026-11-23T05:00:00Z' RETURNING t.id::text AS key`,
  ),
  change(
    'a year that ends and nobody put that forward',
    'acts',
    ['forbidden', 'year_close'],
    `WITH gone AS (DELETE FROM proposal WHERE act = 'year-end') SELECT ${CLOSE} AS key FROM year_close t`,
  ),
  change(
    'a return to the treasury that never was',
    'events',
    ['missing', 'treasury_return'],
    remove('treasury_return', `'treasury-return:' || t.id`),
  ),
  change(
    'a month of the closed year that is open again',
    'years',
    ['missing', 'closed_period'],
    remove('closed_period', `t.programme || ':' || t.period`),
  ),
  change(
    'a posting moved back into the closed year',
    'ledger',
    ['forbidden', 'posting'],
    update(
      'posting',
      `period = '2026-12'`,
      `t.key || ':' || t.line`,
      `event = 'returned' AND period = '2027-01' AND recorded_at > (SELECT max(closed_at) FROM closed_period)`,
    ),
  ),
  change(
    'an obligation left in the year that ended',
    'years',
    ['changed', 'carry_over'],
    `UPDATE disbursement AS t SET fiscal_year = 2026 WHERE t.key = (SELECT subject FROM audit_event WHERE act = 'disbursement-carried' ORDER BY random() LIMIT 1)
     RETURNING ${CARRIED} AS key`,
  ),
  change(
    'a wave under a decree of another day',
    'events',
    ['changed', 'wave'],
    update('wave', `decree_date = '2026-01-01'`, `t.programme || ':' || t.code`),
  ),
  change(
    'an appropriation under a document of another day',
    'limits',
    ['changed', 'appropriation'],
    update('appropriation', `document_date = '2026-01-01'`, 't.id'),
  ),
  change(
    'a lapse of what is with the payee as well',
    'ledger',
    ['changed', 'posting'],
    `UPDATE posting AS t SET amount = d.amount FROM disbursement d
      WHERE (t.key, t.line) = (SELECT p.key, p.line FROM posting p JOIN disbursement d ON d.key = p.subject WHERE p.event = 'lapsed' AND p.amount < d.amount ORDER BY random() LIMIT 1)
        AND d.key = t.subject RETURNING t.key || ':' || t.line AS key`,
  ),
  {
    name: 'an obligation that lapsed with its year while its payment was under way',
    check: 'years',
    finds: ['forbidden', 'disbursement'],
    tamper: (sql) =>
      keyOf(
        sql,
        `UPDATE audit_event AS t SET act = 'disbursement-lapsed', after = after || '{"reason":"year-end","fiscalYear":2026}'
          WHERE t.id = (SELECT e.id FROM audit_event e JOIN disbursement d ON d.key = e.subject AND d.state = 'in-flight'
                         WHERE e.act = 'disbursement-carried' ORDER BY random() LIMIT 1) RETURNING t.subject AS key`,
      ),
  },
  {
    name: 'a claim while the year was being closed',
    check: 'years',
    finds: ['forbidden', 'payout'],
    async tamper(sql) {
      await sql.query(`UPDATE audit_event SET id = -1 WHERE act = 'year-end-begun'`)
      // One after the close is of the next year, to which what it pays had gone over.
      return keyOf(
        sql,
        `SELECT e.subject AS key FROM audit_event e JOIN year_close z USING (programme)
          WHERE e.act = 'payout-sent' AND e.id < (SELECT min(id) FROM audit_event WHERE act = 'year-closed') ORDER BY random() LIMIT 1`,
      )
    },
  },
  {
    name: 'a lapse before its year ended',
    check: 'years',
    finds: ['forbidden', 'disbursement'],
    async tamper(sql) {
      await sql.query(`UPDATE audit_event SET id = 9000001 WHERE act = 'year-end-begun'`)
      return keyOf(
        sql,
        `SELECT subject AS key FROM audit_event WHERE act = 'disbursement-lapsed' AND after ->> 'reason' = 'year-end' ORDER BY random() LIMIT 1`,
      )
    },
  },
]
