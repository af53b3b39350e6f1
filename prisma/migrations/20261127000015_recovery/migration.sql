-- CreateTable
CREATE TABLE "restore" (
    "id" UUID NOT NULL,
    "freeze_id" UUID NOT NULL,
    "restored_to" TIMESTAMPTZ(6) NOT NULL,
    "found_at" TIMESTAMPTZ(6) NOT NULL,
    "found_by" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "looked_up_at" TIMESTAMPTZ(6),
    "closed_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "restore_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "restore" ADD CONSTRAINT "restore_freeze_exists" FOREIGN KEY ("freeze_id") REFERENCES "freezes"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- A payment that was found at its gateway and not here: what was sent is lost, and is never made anew.
ALTER TABLE "payout" ALTER COLUMN "request" DROP NOT NULL, ALTER COLUMN "request_sha256" DROP NOT NULL, ADD COLUMN "recovered_at" TIMESTAMPTZ(6);

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

ALTER TABLE payout ADD CONSTRAINT payout_bytes CHECK ((request IS NULL) = (recovered_at IS NOT NULL) AND (request IS NULL) = (request_sha256 IS NULL));
-- Nothing is sent of a payment whose bytes are lost: it has the one send that was lost with them.
ALTER TABLE payout ADD CONSTRAINT payout_lost_bytes CHECK (request IS NOT NULL OR sends = 1);
DROP TRIGGER payout_frozen ON payout;
CREATE TRIGGER payout_frozen BEFORE UPDATE OF key, disbursement, n, gateway, reference, amount, currency, account, request, request_sha256, recovered_at ON payout FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'disbursement', 'n', 'gateway', 'reference', 'amount', 'currency', 'account', 'request', 'request_sha256', 'recovered_at');

ALTER TABLE freezes DROP CONSTRAINT freezes_cause;
ALTER TABLE freezes ADD CONSTRAINT freezes_cause CHECK (cause IN ('person', 'two-payouts', 'failure-rate', 'unknown-rate', 'spend-rate', 'restored'));

CREATE UNIQUE INDEX restore_open ON restore ((true)) WHERE closed_at IS NULL;
CREATE TRIGGER restore_frozen BEFORE UPDATE ON restore FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'freeze_id', 'restored_to', 'found_at', 'found_by', 'reason');
CREATE TRIGGER restore_ended BEFORE UPDATE ON restore FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER restore_kept BEFORE DELETE OR TRUNCATE ON restore FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON restore TO lunas_app;
GRANT UPDATE (looked_up_at, closed_at, version) ON restore TO lunas_app;
GRANT SELECT ON restore TO lunas_audit;
