-- What is taken off what a person is owed, what of a receivable was given back, and what a run has of both in its frozen lines.
ALTER TABLE "disbursement" ADD COLUMN     "deducted" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "payout" ADD COLUMN     "repaid" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "payout_run_line" ADD COLUMN     "gross" BIGINT,
ADD COLUMN     "deductions" TEXT;

-- CreateTable
CREATE TABLE "deduction" (
    "id" UUID NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "disbursement" TEXT NOT NULL,
    "payout" TEXT,
    "cause" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "agreed_under" UUID NOT NULL,
    "made_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "deduction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repayment" (
    "id" UUID NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "payout" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "agreed_under" UUID NOT NULL,
    "made_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "repayment_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "deduction_agreed_under_key" ON "deduction"("agreed_under");

-- CreateIndex
CREATE INDEX "deduction_disbursement_idx" ON "deduction"("disbursement");

-- CreateIndex
CREATE INDEX "deduction_payout_idx" ON "deduction"("payout");

-- CreateIndex
CREATE UNIQUE INDEX "repayment_agreed_under_key" ON "repayment"("agreed_under");

-- CreateIndex
CREATE INDEX "repayment_payout_idx" ON "repayment"("payout");

-- CreateIndex
CREATE INDEX "proposal_subject_idx" ON "proposal"("subject");

-- AddForeignKey
ALTER TABLE "deduction" ADD CONSTRAINT "deduction_disbursement_exists" FOREIGN KEY ("disbursement", "programme", "ref", "currency") REFERENCES "disbursement"("key", "programme", "ref", "currency") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "deduction" ADD CONSTRAINT "deduction_payout_exists" FOREIGN KEY ("payout") REFERENCES "payout"("key") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "deduction" ADD CONSTRAINT "deduction_proposal_exists" FOREIGN KEY ("agreed_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "repayment" ADD CONSTRAINT "repayment_payout_exists" FOREIGN KEY ("payout") REFERENCES "payout"("key") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "repayment" ADD CONSTRAINT "repayment_proposal_exists" FOREIGN KEY ("agreed_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

ALTER TABLE deduction ADD CONSTRAINT deduction_shape CHECK (
  amount > 0 AND reference <> '' AND cause IN ('paid-in-error', 'tax', 'court-order') AND (cause = 'paid-in-error') = (payout IS NOT NULL));
ALTER TABLE repayment ADD CONSTRAINT repayment_amount CHECK (amount > 0);
-- Nothing is taken off that is not owed, and nobody gives back more than they have to.
ALTER TABLE disbursement ADD CONSTRAINT disbursement_deducted CHECK (deducted >= 0 AND deducted <= amount) NOT VALID;
ALTER TABLE payout ADD CONSTRAINT payout_repaid CHECK (repaid >= 0 AND repaid + returned <= amount AND (repaid = 0 OR money NOT IN ('clearing', 'credited'))) NOT VALID;
ALTER TABLE payout_run_line ADD CONSTRAINT payout_run_line_deducted CHECK ((gross IS NULL) = (deductions IS NULL) AND (gross IS NULL OR gross > amount)) NOT VALID;
CREATE TRIGGER deduction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON deduction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER repayment_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON repayment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Two people have agreed to exactly this.
CREATE FUNCTION refuse_lone_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.agreed_under AND act = 'deduction' AND state = 'executed'
                    AND content ->> 'disbursement' = NEW.disbursement AND content ->> 'payout' IS NOT DISTINCT FROM NEW.payout
                    AND content ->> 'amount' = NEW.amount::text AND content ->> 'cause' = NEW.cause AND content ->> 'reference' = NEW.reference)
     OR NEW.payout IS NOT NULL AND NOT EXISTS (
          SELECT FROM payout WHERE key = NEW.payout AND (programme, ref, currency, money) = (NEW.programme, NEW.ref, NEW.currency, 'receivable')) THEN
    RAISE EXCEPTION 'a deduction is made by a proposal that others have agreed to, for what its own person owes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER deduction_agreed BEFORE INSERT ON deduction FOR EACH ROW EXECUTE FUNCTION refuse_lone_deduction();
CREATE FUNCTION refuse_lone_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.agreed_under AND act = 'receivable-end' AND state = 'executed'
                    AND content ->> 'payout' = NEW.payout AND content ->> 'end' = 'repaid' AND content ->> 'amount' = NEW.amount::text)
     OR NOT EXISTS (SELECT FROM payout WHERE key = NEW.payout AND (programme, ref, currency, money) = (NEW.programme, NEW.ref, NEW.currency, 'receivable')) THEN
    RAISE EXCEPTION 'a repayment is recorded by a proposal that others have agreed to, of what is to be had back' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER repayment_agreed BEFORE INSERT ON repayment FOR EACH ROW EXECUTE FUNCTION refuse_lone_repayment();

-- What stands beside an obligation and beside a receivable is the sum of what two people have agreed to, and no more than is left of either.
CREATE FUNCTION refuse_unagreed_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.deducted <> (SELECT coalesce(sum(amount), 0) FROM deduction WHERE disbursement = NEW.key)
     OR NEW.deducted > NEW.amount - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                                               WHERE y.disbursement = NEW.key AND y.money IN ('clearing', 'credited')), 0) THEN
    RAISE EXCEPTION 'what is deducted from % is what was agreed to, and no more than is owed', NEW.key USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER disbursement_deduction BEFORE UPDATE OF deducted ON disbursement FOR EACH ROW WHEN (NEW.deducted <> OLD.deducted) EXECUTE FUNCTION refuse_unagreed_deduction();
CREATE FUNCTION refuse_unagreed_repayment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.money <> 'receivable' OR NEW.repaid <> (
       SELECT coalesce((SELECT sum(amount) FROM deduction WHERE payout = NEW.key), 0) + coalesce((SELECT sum(amount) FROM repayment WHERE payout = NEW.key), 0)) THEN
    RAISE EXCEPTION 'what is given back of % is what was agreed to', NEW.key USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER payout_repayment BEFORE UPDATE OF repaid ON payout FOR EACH ROW WHEN (NEW.repaid <> OLD.repaid) EXECUTE FUNCTION refuse_unagreed_repayment();
DROP TRIGGER payout_recovery ON payout;
-- A receivable ends as its last proposal says: the one that takes a part of it ends it only where nothing is left.
CREATE FUNCTION refuse_lone_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND state = 'executed' AND content ->> 'payout' = NEW.key AND
       CASE act WHEN 'review-decision' THEN true
                WHEN 'receivable-end' THEN content ->> 'amount' IS NULL AND content ->> 'end' = NEW.money
                WHEN 'deduction' THEN NEW.money = 'repaid' AND NEW.repaid + NEW.returned = NEW.amount
                ELSE false END) THEN
    RAISE EXCEPTION 'payout % is decided by a proposal that others have agreed to', NEW.key USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER payout_recovery BEFORE UPDATE ON payout FOR EACH ROW WHEN (NEW.money IN ('receivable', 'written-off', 'repaid') AND NEW.money <> OLD.money) EXECUTE FUNCTION refuse_lone_recovery();
CREATE TRIGGER disbursement_begins BEFORE INSERT ON disbursement FOR EACH ROW WHEN (NEW.deducted <> 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payout_begins BEFORE INSERT ON payout FOR EACH ROW WHEN (NEW.repaid <> 0) EXECUTE FUNCTION refuse_change();
-- What was agreed to stands beside what it is taken from by the end of its commit.
CREATE FUNCTION refuse_untaken() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  taken boolean := true;
BEGIN
  IF TG_TABLE_NAME = 'deduction' THEN
    taken := (SELECT deducted FROM disbursement WHERE key = NEW.disbursement) = (SELECT sum(amount) FROM deduction WHERE disbursement = NEW.disbursement);
  END IF;
  IF NOT taken OR NEW.payout IS NOT NULL AND (SELECT repaid FROM payout WHERE key = NEW.payout) <>
       coalesce((SELECT sum(amount) FROM deduction WHERE payout = NEW.payout), 0) + coalesce((SELECT sum(amount) FROM repayment WHERE payout = NEW.payout), 0) THEN
    RAISE EXCEPTION 'what was agreed to is not taken from what it is about' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER deduction_taken AFTER INSERT ON deduction DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_untaken();
CREATE CONSTRAINT TRIGGER repayment_taken AFTER INSERT ON repayment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_untaken();

-- What is with the payee and on its way is never more than what was owed less what was taken off.
CREATE OR REPLACE FUNCTION refuse_overpayment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount - NEW.returned > (
       SELECT d.amount - d.deducted - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                                    WHERE y.disbursement = d.key AND y.key <> NEW.key AND y.money IN ('clearing', 'credited')), 0)
         FROM disbursement d WHERE d.key = NEW.disbursement) THEN
    RAISE EXCEPTION 'payout % is more than what is owed', NEW.key USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
-- What was deducted from is settled in part, as if a part were with the payee: it stays in its year.
CREATE OR REPLACE FUNCTION is_open_obligation(d disbursement) RETURNS boolean LANGUAGE sql STABLE RETURN
  d.state NOT IN ('paid', 'lapsed', 'cancelled') AND d.deducted = 0
  AND NOT EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND y.money NOT IN ('clearing', 'back'));

GRANT SELECT, INSERT ON deduction, repayment TO lunas_app;
GRANT SELECT ON deduction, repayment TO lunas_audit;

-- What gateways take for themselves: reserved from the appropriation before it can be taken, and never more than that.
ALTER TABLE "payout_run" ADD COLUMN     "fees" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "payout_run_line" ADD COLUMN     "fee" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "discrepancy" ADD COLUMN     "fee_reserve" TEXT,
ADD COLUMN     "over_reserve" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "fee_reserve" (
    "source" TEXT NOT NULL,
    "programme" TEXT NOT NULL,
    "appropriation" UUID NOT NULL,
    "reserved" BIGINT NOT NULL,
    "spent" BIGINT NOT NULL DEFAULT 0,
    "freed" BIGINT NOT NULL DEFAULT 0,
    "changes" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "fee_reserve_pkey" PRIMARY KEY ("source")
);

-- CreateIndex
CREATE INDEX "fee_reserve_appropriation_idx" ON "fee_reserve"("appropriation");

-- AddForeignKey
ALTER TABLE "fee_reserve" ADD CONSTRAINT "fee_reserve_appropriation_exists" FOREIGN KEY ("appropriation") REFERENCES "appropriation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "discrepancy" ADD CONSTRAINT "discrepancy_fee_reserve_exists" FOREIGN KEY ("fee_reserve") REFERENCES "fee_reserve"("source") ON DELETE NO ACTION ON UPDATE NO ACTION NOT VALID;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.
CREATE INDEX discrepancy_fee_reserve ON discrepancy (fee_reserve) WHERE fee_reserve IS NOT NULL;
ALTER TABLE fee_reserve ADD CONSTRAINT fee_reserve_limit CHECK (reserved > 0 AND spent >= 0 AND freed >= 0 AND spent + freed <= reserved AND source ~ '^(run|wave|carried):');
ALTER TABLE payout_run ADD CONSTRAINT payout_run_fees CHECK (fees >= 0) NOT VALID;
ALTER TABLE payout_run_line ADD CONSTRAINT payout_run_line_fee CHECK (fee >= 0) NOT VALID;
ALTER TABLE discrepancy ADD CONSTRAINT discrepancy_fee CHECK ((fee_reserve IS NULL AND NOT over_reserve) OR (class = 'fee' AND (fee_reserve IS NULL OR NOT over_reserve))) NOT VALID;
CREATE TRIGGER fee_reserve_frozen BEFORE UPDATE ON fee_reserve FOR EACH ROW EXECUTE FUNCTION refuse_thaw('source', 'programme', 'appropriation');
CREATE TRIGGER fee_reserve_kept BEFORE DELETE OR TRUNCATE ON fee_reserve FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- A run reserves what it says, once and for all; a wave as it admits.
CREATE FUNCTION refuse_other_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.source LIKE 'run:%' AND (TG_OP = 'UPDATE' OR NEW.reserved IS DISTINCT FROM (SELECT fees FROM payout_run WHERE key = substr(NEW.source, 5) AND state = 'collecting')) THEN
    RAISE EXCEPTION '% reserves what it was collected with', NEW.source USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER fee_reserve_begins BEFORE INSERT ON fee_reserve FOR EACH ROW EXECUTE FUNCTION refuse_other_reserve();
CREATE TRIGGER fee_reserve_grows BEFORE UPDATE OF reserved ON fee_reserve FOR EACH ROW WHEN (NEW.reserved <> OLD.reserved) EXECUTE FUNCTION refuse_other_reserve();
DROP TRIGGER payout_run_frozen ON payout_run;
CREATE TRIGGER payout_run_frozen BEFORE UPDATE ON payout_run FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'programme', 'id', 'programme_version', 'cut_off', 'hash', 'lines', 'amount', 'currency', 'fees', 'collected_at', 'collected_by');
DROP TRIGGER payout_run_line_frozen ON payout_run_line;
CREATE TRIGGER payout_run_line_frozen BEFORE UPDATE OF run, disbursement, ref, tranche, region, amount, currency, gateway, account, owed_at, gross, deductions, fee ON payout_run_line FOR EACH ROW EXECUTE FUNCTION refuse_thaw('run', 'disbursement', 'ref', 'tranche', 'region', 'amount', 'currency', 'gateway', 'account', 'owed_at', 'gross', 'deductions', 'fee');

GRANT SELECT, INSERT ON fee_reserve TO lunas_app;
GRANT UPDATE (reserved, spent, freed, changes) ON fee_reserve TO lunas_app;
GRANT SELECT ON fee_reserve TO lunas_audit;
