-- CreateTable
CREATE TABLE "statement" (
    "id" UUID NOT NULL,
    "gateway" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "version" INTEGER NOT NULL,
    "told_version" INTEGER NOT NULL,
    "sha256" BYTEA NOT NULL,
    "format" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "opening" BIGINT,
    "closing" BIGINT,
    "told_count" INTEGER,
    "lines" INTEGER NOT NULL,
    "complete" BOOLEAN NOT NULL,
    "superseded" BOOLEAN NOT NULL DEFAULT false,
    "state" TEXT NOT NULL,
    "differences" INTEGER,
    "loaded_at" TIMESTAMPTZ(6) NOT NULL,
    "matched_at" TIMESTAMPTZ(6),
    "settled_at" TIMESTAMPTZ(6),

    CONSTRAINT "statement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "statement_line" (
    "statement" UUID NOT NULL,
    "line" INTEGER NOT NULL,
    "entry" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "reference" TEXT,
    "gateway_id" TEXT,
    "amount" BIGINT,
    "currency" TEXT NOT NULL,
    "institution" TEXT,
    "account_index" BYTEA,
    "account_index_key" TEXT,
    "masked" TEXT,
    "raw_date" TEXT NOT NULL,
    "value_date" DATE NOT NULL,
    "business_date" DATE NOT NULL,

    CONSTRAINT "statement_line_pkey" PRIMARY KEY ("statement","line")
);

-- CreateTable
CREATE TABLE "discrepancy" (
    "id" UUID NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "gateway" TEXT NOT NULL,
    "programme" TEXT NOT NULL,
    "class" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "statement" UUID NOT NULL,
    "line" INTEGER,
    "payout" TEXT,
    "ref" TEXT,
    "reference" TEXT,
    "gateway_id" TEXT,
    "type" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "amount_there" BIGINT,
    "amount_here" BIGINT,
    "currency" TEXT NOT NULL,
    "value_date" DATE,
    "other_account" BOOLEAN NOT NULL DEFAULT false,
    "state" TEXT NOT NULL,
    "difference" BIGINT NOT NULL DEFAULT 0,
    "owner" TEXT,
    "resolution" TEXT,
    "reason" TEXT,
    "proposed_by" TEXT,
    "resolved_by" TEXT,
    "found_at" TIMESTAMPTZ(6) NOT NULL,
    "settled_at" TIMESTAMPTZ(6),
    "resolved_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "discrepancy_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "statement_gateway_day_version_key" ON "statement"("gateway", "day", "version");

-- CreateIndex
CREATE UNIQUE INDEX "statement_gateway_day_sha256_key" ON "statement"("gateway", "day", "sha256");

-- CreateIndex
CREATE INDEX "statement_line_reference_idx" ON "statement_line"("reference");

-- CreateIndex
CREATE UNIQUE INDEX "discrepancy_number_key" ON "discrepancy"("number");

-- CreateIndex
CREATE INDEX "discrepancy_programme_gateway_day_idx" ON "discrepancy"("programme", "gateway", "day");

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

-- A statement is told once for each of its versions, and only the newest counts.
CREATE UNIQUE INDEX statement_current ON statement (gateway, day) WHERE NOT superseded;
ALTER TABLE statement ADD CONSTRAINT statement_state CHECK (state IN ('loaded', 'matched', 'settled') AND version > 0 AND lines >= 0 AND (state = 'loaded') = (matched_at IS NULL) AND (state = 'settled') = (settled_at IS NOT NULL));
-- Without its balances and its count a statement proves nothing.
ALTER TABLE statement ADD CONSTRAINT statement_complete CHECK (NOT complete OR (opening IS NOT NULL AND closing IS NOT NULL AND told_count = lines));
CREATE TRIGGER statement_frozen BEFORE UPDATE ON statement FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'gateway', 'day', 'version', 'told_version', 'sha256', 'format', 'currency', 'opening', 'closing', 'told_count', 'lines', 'complete', 'loaded_at');
ALTER TABLE statement_line ADD CONSTRAINT statement_line_shape CHECK (direction IN ('debit', 'credit') AND type IN ('payout', 'return', 'fee', 'top-up', 'other') AND (amount IS NULL OR amount >= 0));
CREATE TRIGGER statement_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One row for each difference; one that a corrected statement has taken back may be found again.
CREATE UNIQUE INDEX discrepancy_live ON discrepancy (key) WHERE resolution IS DISTINCT FROM 'corrected';
CREATE INDEX discrepancy_found ON discrepancy (number) WHERE state = 'found';
CREATE INDEX discrepancy_open ON discrepancy (number) WHERE state <> 'resolved';
ALTER TABLE discrepancy ADD CONSTRAINT discrepancy_class CHECK (class IN ('missing-here', 'missing-there', 'amount', 'duplicate', 'late', 'other-day', 'fee', 'return', 'unknown-reference', 'account', 'currency', 'unreferenced-credit'));
ALTER TABLE discrepancy ADD CONSTRAINT discrepancy_state CHECK (state IN ('found', 'open', 'resolved') AND (state = 'resolved') = (resolution IS NOT NULL) AND (state = 'resolved') = (resolved_at IS NOT NULL));
ALTER TABLE discrepancy ADD CONSTRAINT discrepancy_resolution CHECK (resolution IS NULL OR resolution IN ('booked', 'receivable', 'written-off', 'to-treasury', 'applied', 'explained', 'corrected'));
-- Where money moves two people decide, and the engine is none of them; what one person may explain away has no money in it.
ALTER TABLE discrepancy ADD CONSTRAINT discrepancy_two_persons CHECK (
  CASE WHEN resolution IN ('booked', 'receivable', 'written-off', 'to-treasury')
       THEN difference <> 0 AND proposed_by IS NOT NULL AND resolved_by IS NOT NULL AND proposed_by <> resolved_by
            AND proposed_by <> 'engine' AND resolved_by <> 'engine' AND reason IS NOT NULL
       WHEN resolution = 'explained' THEN difference = 0 AND resolved_by IS NOT NULL AND reason IS NOT NULL
       ELSE true END);
CREATE TRIGGER discrepancy_frozen BEFORE UPDATE ON discrepancy FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'key', 'gateway', 'programme', 'class', 'day', 'payout', 'type', 'direction', 'amount_there', 'amount_here', 'currency', 'found_at');
CREATE TRIGGER discrepancy_resolved BEFORE UPDATE ON discrepancy FOR EACH ROW WHEN (OLD.state = 'resolved' AND NOT (OLD.resolution IN ('applied', 'explained') AND NEW.resolution = 'corrected')) EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON statement, discrepancy TO lunas_app;
GRANT SELECT, INSERT ON statement_line TO lunas_app;
GRANT USAGE ON SEQUENCE discrepancy_number_seq TO lunas_app;
GRANT SELECT ON statement, statement_line, discrepancy TO lunas_audit;
