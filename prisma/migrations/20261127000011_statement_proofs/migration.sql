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

-- Returns are few: their days are found by this alone.
CREATE INDEX posting_returned ON posting (business_date) WHERE event IN ('returned', 'recovered', 'written-off-recovered');

GRANT SELECT, INSERT ON statement_pair TO lunas_app;
GRANT SELECT ON statement_pair TO lunas_audit;
