-- DropIndex
DROP INDEX "statement_line_reference_idx";

-- What Prisma cannot say.

-- References are only ever asked for as they are, and come in no order: in a tree, a million of them cost more than their lines.
-- Only lines that can stand for a movement are looked for: all fees of a day may have one reference, and a hash of many equal ones is slow.
CREATE INDEX statement_line_movement ON statement_line USING hash (reference) WHERE type IN ('payout', 'return', 'top-up');
