-- The sealed audit trail. Rows commit unchained; what lies behind the snapshot horizon is chained by a process of its own, which
-- knows a row's place by the number of the transaction that wrote it: those below the oldest running one are complete.
ALTER TABLE "audit_event" ADD COLUMN "xid" xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE "posting" ADD COLUMN "xid" xid8 NOT NULL DEFAULT pg_current_xact_id();

-- CreateIndex
CREATE INDEX "audit_event_xid_id_idx" ON "audit_event"("xid", "id");

-- CreateIndex
CREATE INDEX "posting_xid_id_idx" ON "posting"("xid", "id");

-- CreateTable
CREATE TABLE "seal" (
    "sequence" BIGINT NOT NULL,
    "form" INTEGER NOT NULL,
    "previous" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    "from_xid" xid8 NOT NULL,
    "to_xid" xid8 NOT NULL,
    "counts" JSONB NOT NULL,
    "totals" JSONB NOT NULL,
    "leaves" BYTEA NOT NULL,
    "restored" JSONB,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "seal_pkey" PRIMARY KEY ("sequence")
);

-- CreateIndex
CREATE UNIQUE INDEX "seal_previous_key" ON "seal"("previous");

ALTER TABLE seal ADD CONSTRAINT seal_shape CHECK (sequence > 0 AND octet_length(previous) = 32 AND octet_length(hash) = 32 AND from_xid <= to_xid AND octet_length(leaves) % 40 = 0);
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The sealer reads what it seals and adds seals; nobody else does.
GRANT USAGE ON SCHEMA public TO lunas_seal;
GRANT SELECT ON audit_event, posting, seal TO lunas_seal;
GRANT INSERT ON seal TO lunas_seal;
GRANT SELECT ON seal TO lunas_audit;
-- The engine tells how far the sealer is behind.
GRANT SELECT (sequence, to_xid) ON seal TO lunas_app;
DO $$ BEGIN
  IF to_regclass('_prisma_migrations') IS NOT NULL THEN
    GRANT SELECT ON _prisma_migrations TO lunas_seal;
  END IF;
END $$;
