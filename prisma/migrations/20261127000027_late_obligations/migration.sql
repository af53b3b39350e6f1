-- What Prisma cannot say.

-- What of disbursement `d` a fiscal year takes over from the one that ends. What is owed anew after the promise of its person has gone over stays in the
-- year that it was paid from, as what comes back after the close does: one person goes over once from one year.
CREATE OR REPLACE FUNCTION is_open_obligation(d disbursement) RETURNS boolean LANGUAGE sql STABLE RETURN
  d.state NOT IN ('paid', 'lapsed', 'cancelled') AND d.deducted = 0
  AND NOT EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND y.money NOT IN ('clearing', 'back'))
  AND EXISTS (SELECT FROM commitment c JOIN appropriation a ON a.id = c.appropriation
               WHERE c.programme = d.programme AND c.ref = d.ref AND a.fiscal_year = d.fiscal_year);
