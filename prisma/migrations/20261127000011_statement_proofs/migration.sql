-- AlterTable
ALTER TABLE "discrepancy" ADD COLUMN "decided_under" UUID;

-- CreateTable
CREATE TABLE "statement_pair" (
    "statement" UUID NOT NULL,
    "line" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "payout" TEXT NOT NULL,

    CONSTRAINT "statement_pair_pkey" PRIMARY KEY ("statement","line")
);

-- CreateIndex
CREATE INDEX "statement_pair_payout_idx" ON "statement_pair"("payout");

-- CreateIndex
CREATE INDEX "discrepancy_gateway_day_idx" ON "discrepancy"("gateway", "day");

-- AddForeignKey
ALTER TABLE "discrepancy" ADD CONSTRAINT "discrepancy_proposal_exists" FOREIGN KEY ("decided_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every check, trigger and function below is declared again in prisma/guards.ts and compared with the catalog at start.

-- Returns are few: their days are found by this alone.
CREATE INDEX posting_returned ON posting (business_date) WHERE event IN ('returned', 'recovered', 'written-off-recovered');

-- What cannot be read exactly has money in it that nobody knows: no single person explains it away. What the engine ends by itself leaves nothing in suspense.
ALTER TABLE discrepancy DROP CONSTRAINT discrepancy_two_persons;
ALTER TABLE discrepancy ADD CONSTRAINT discrepancy_two_persons CHECK (
  CASE WHEN resolution IN ('booked', 'receivable', 'written-off', 'to-treasury')
       THEN difference <> 0 AND proposed_by IS NOT NULL AND resolved_by IS NOT NULL AND proposed_by <> resolved_by
            AND proposed_by <> 'engine' AND resolved_by <> 'engine' AND reason IS NOT NULL AND decided_under IS NOT NULL
       WHEN resolution = 'explained'
       THEN difference = 0 AND resolved_by IS NOT NULL AND reason IS NOT NULL AND (amount_there IS NOT NULL OR class = 'missing-there')
       WHEN resolution = 'applied' THEN difference = 0 OR class = 'fee'
       ELSE true END);
-- It begins as found, and what it came to when it was settled moves only by what two people have agreed to.
CREATE TRIGGER discrepancy_begins BEFORE INSERT ON discrepancy FOR EACH ROW WHEN (NEW.state <> 'found' OR NEW.difference <> 0 OR NEW.settled_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_lone_resolution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND state = 'executed' AND
       CASE act WHEN 'discrepancy-resolution' THEN content ->> 'discrepancy' = NEW.id::text AND content ->> 'resolution' = NEW.resolution
                                                   AND content ->> 'difference' = OLD.difference::text AND NEW.difference = OLD.difference
                WHEN 'review-decision' THEN content ->> 'payout' = NEW.payout AND coalesce(NEW.resolution, 'booked') IN ('booked', 'applied')
                ELSE false END) THEN
    RAISE EXCEPTION 'discrepancy % is decided by a proposal that others have agreed to', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER discrepancy_decided BEFORE UPDATE ON discrepancy FOR EACH ROW WHEN (
  OLD.settled_at IS NOT NULL AND (NEW.difference <> OLD.difference OR NEW.settled_at IS DISTINCT FROM OLD.settled_at) OR
  NEW.resolution IN ('booked', 'receivable', 'written-off', 'to-treasury') AND NEW.resolution IS DISTINCT FROM OLD.resolution) EXECUTE FUNCTION refuse_lone_resolution();
-- While a payout is under way its clearing account stands for it, and the difference is nothing only until it ends.
CREATE FUNCTION refuse_early_explanation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM payout WHERE key = NEW.payout AND money = 'clearing') THEN
    RAISE EXCEPTION 'payout % is under way: nobody can explain a difference of it', NEW.payout USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER discrepancy_explained BEFORE UPDATE ON discrepancy FOR EACH ROW WHEN (NEW.resolution = 'explained' AND NEW.resolution IS DISTINCT FROM OLD.resolution) EXECUTE FUNCTION refuse_early_explanation();
-- Lines come before their statement, in its transaction: to one that is here none is added.
CREATE FUNCTION refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT statement FROM added) AS told JOIN statement s ON s.id = told.statement) THEN
    RAISE EXCEPTION 'a statement that is here takes no more lines' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER statement_line_late AFTER INSERT ON statement_line REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_lines();
CREATE TRIGGER statement_pair_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_pair FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON statement_pair TO lunas_app;
GRANT SELECT ON statement_pair TO lunas_audit;
