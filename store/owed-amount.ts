/** What disbursement `d` still owes, as SQL: its amount less what was taken off it and, after a return in part, what the payee has. */
export const STILL_OWED = `CASE WHEN d.returned = 0 THEN d.amount - d.deducted
       ELSE d.amount - d.deducted - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                                  WHERE y.disbursement = d.key AND y.money IN ('clearing', 'credited')), 0)::bigint END`
