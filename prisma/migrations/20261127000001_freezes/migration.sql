-- CreateTable
CREATE TABLE "freezes" (
    "id" UUID NOT NULL,
    "target" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "programme" TEXT,
    "name" TEXT,
    "cause" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "placed_at" TIMESTAMPTZ(6) NOT NULL,
    "placed_by" TEXT NOT NULL,
    "lift_reason" TEXT,
    "lift_proposed_at" TIMESTAMPTZ(6),
    "lift_proposed_by" TEXT,
    "lifted_at" TIMESTAMPTZ(6),
    "lifted_by" TEXT,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "freezes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "payout_programme_claimed_at_idx" ON "payout"("programme", "claimed_at");

-- CreateIndex
CREATE INDEX "observation_observed_at_idx" ON "observation"("observed_at");

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

-- What is stopped is told once, in parts and as the one text that claims compare and lock.
ALTER TABLE freezes ADD CONSTRAINT freezes_scope CHECK (
  CASE scope WHEN 'all' THEN programme IS NULL AND name IS NULL
             WHEN 'gateway' THEN programme IS NULL AND name IS NOT NULL
             WHEN 'programme' THEN programme IS NOT NULL AND name IS NULL
             WHEN 'wave' THEN programme IS NOT NULL AND name IS NOT NULL
             WHEN 'region' THEN programme IS NOT NULL AND name IS NOT NULL
             ELSE false END);
ALTER TABLE freezes ADD CONSTRAINT freezes_target CHECK (target = scope || coalesce(':' || programme, '') || coalesce(':' || name, ''));
ALTER TABLE freezes ADD CONSTRAINT freezes_cause CHECK (cause IN ('person', 'two-payouts', 'failure-rate', 'unknown-rate', 'spend-rate'));
-- Nobody lifts a freeze alone, and the engine never does.
ALTER TABLE freezes ADD CONSTRAINT freezes_lift CHECK (
  (lift_proposed_by IS NULL) = (lift_proposed_at IS NULL) AND (lift_proposed_by IS NULL) = (lift_reason IS NULL) AND
  (lifted_by IS NULL) = (lifted_at IS NULL) AND
  (lifted_by IS NULL OR (lift_proposed_by IS NOT NULL AND lifted_by <> lift_proposed_by)) AND
  coalesce(lift_proposed_by, '') <> 'engine' AND coalesce(lifted_by, '') <> 'engine');
CREATE UNIQUE INDEX freezes_live ON freezes (target) WHERE lifted_at IS NULL;
CREATE TRIGGER freezes_frozen BEFORE UPDATE ON freezes FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'target', 'scope', 'programme', 'name', 'cause', 'reason', 'placed_at', 'placed_by');
-- What was lifted stays as it was lifted; another freeze is another row.
CREATE TRIGGER freezes_lifted BEFORE UPDATE ON freezes FOR EACH ROW WHEN (OLD.lifted_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON freezes TO lunas_app;
GRANT SELECT ON freezes TO lunas_audit;
