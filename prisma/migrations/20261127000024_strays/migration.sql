-- AlterTable
ALTER TABLE "restore" ADD COLUMN     "silent" TEXT[];

-- What Prisma cannot say.

-- Statements of the gateways that have answered are matched meanwhile. Null: nobody has asked yet.
GRANT UPDATE (silent) ON restore TO lunas_app;

-- A debit that belongs to nothing here, under a reference that one of our disbursements would be given: looked for at each claim. All attempts at a
-- disbursement have the first thirteen characters of their references in common.
CREATE INDEX discrepancy_reference ON discrepancy (left(reference, 13)) WHERE payout IS NULL AND line IS NOT NULL AND direction = 'debit' AND class IN ('unknown-reference', 'amount');
