-- What Prisma cannot say.

-- A debit that belongs to nothing here, under a reference that one of our disbursements would be given: looked for at each claim. All attempts at a
-- disbursement have the first thirteen characters of their references in common. Built before anything of a restore is locked: each claim reads that.
CREATE INDEX discrepancy_reference ON discrepancy (left(reference, 13)) WHERE payout IS NULL AND line IS NOT NULL AND direction = 'debit' AND class IN ('unknown-reference', 'amount');

-- Statements of the gateways that have answered are matched meanwhile. Null: nobody has asked yet.
ALTER TABLE "restore" ADD COLUMN     "silent" TEXT[];
GRANT UPDATE (silent) ON restore TO lunas_app;
