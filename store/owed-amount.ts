/** What disbursement `d` still owes, as SQL: after a return in part it is less than its amount. What never came back is owed whole. */
export const STILL_OWED = `CASE WHEN d.returned = 0 THEN d.amount
       ELSE d.amount - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                                  WHERE y.disbursement = d.key AND y.money IN ('clearing', 'credited')), 0)::bigint END`
