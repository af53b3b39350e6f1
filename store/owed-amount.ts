/**
 * What disbursement `d` still owes, as SQL: its amount less what was taken off it, what the payee has and what is on its way to them. No attempts are
 * read of what has none: most of what a run collects.
 */
export const STILL_OWED = `CASE WHEN d.attempts = 0 THEN d.amount - d.deducted
       ELSE d.amount - d.deducted - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                                  WHERE y.disbursement = d.key AND y.money IN ('clearing', 'credited')), 0)::bigint END`
