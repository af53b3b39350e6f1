-- AlterTable
ALTER TABLE "payout" ADD COLUMN "returned" BIGINT NOT NULL DEFAULT 0, ADD COLUMN "decided_under" UUID;

-- AlterTable
ALTER TABLE "disbursement" ADD COLUMN "decided_under" UUID;

-- An attempt may be of what came back of an earlier one: its amount is then less than what was owed.
ALTER TABLE "payout" DROP CONSTRAINT "payout_disbursement_exists";

-- DropIndex
DROP INDEX "disbursement_key_programme_ref_amount_currency_key";

-- CreateIndex
CREATE UNIQUE INDEX "disbursement_key_programme_ref_currency_key" ON "disbursement"("key", "programme", "ref", "currency");

-- AddForeignKey
ALTER TABLE "payout" ADD CONSTRAINT "payout_disbursement_exists" FOREIGN KEY ("disbursement", "programme", "ref", "currency") REFERENCES "disbursement"("key", "programme", "ref", "currency") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "payout" ADD CONSTRAINT "payout_proposal_exists" FOREIGN KEY ("decided_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "disbursement" ADD CONSTRAINT "disbursement_proposal_exists" FOREIGN KEY ("decided_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

ALTER TABLE payout DROP CONSTRAINT payout_state;
ALTER TABLE payout ADD CONSTRAINT payout_state CHECK (state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing', 'paid', 'failed', 'cancelled', 'not-sent', 'returned', 'review'));
DROP INDEX payout_open;
CREATE INDEX payout_open ON payout (gateway, state) WHERE state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing', 'review');
-- What was delivered and not owed is nobody's success: somebody owes it to us, or did.
ALTER TABLE payout DROP CONSTRAINT payout_money;
ALTER TABLE payout ADD CONSTRAINT payout_money CHECK (
  money IN ('clearing', 'credited', 'back', 'receivable', 'written-off', 'repaid') AND
  CASE WHEN state IN ('submitting', 'unknown', 'accepted', 'processing', 'failing') THEN money = 'clearing'
       WHEN state = 'paid' THEN money NOT IN ('clearing', 'back')
       WHEN state IN ('failed', 'cancelled', 'not-sent', 'returned') THEN money = 'back'
       ELSE true END);
ALTER TABLE payout ADD CONSTRAINT payout_returned CHECK (returned >= 0 AND returned < amount AND (returned = 0 OR money NOT IN ('clearing', 'back')));
-- Another attempt may stand beside this one only when nothing of this one is on its way, and it has left something owed.
ALTER TABLE payout DROP CONSTRAINT payout_superseded;
ALTER TABLE payout ADD CONSTRAINT payout_superseded CHECK (NOT superseded OR money NOT IN ('clearing', 'credited') OR (money = 'credited' AND returned > 0));
ALTER TABLE disbursement DROP CONSTRAINT disbursement_amount;
ALTER TABLE disbursement ADD CONSTRAINT disbursement_amount CHECK (amount > 0 AND returned >= 0 AND attempts >= 0 AND returns >= 0 AND returned <= returns * amount);

-- What is with the payee and on its way is never more than what was owed, whatever the code does.
CREATE FUNCTION refuse_overpayment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.amount - NEW.returned > (
       SELECT d.amount - coalesce((SELECT sum(y.amount - y.returned) FROM payout y
                                    WHERE y.disbursement = d.key AND y.key <> NEW.key AND y.money IN ('clearing', 'credited')), 0)
         FROM disbursement d WHERE d.key = NEW.disbursement) THEN
    RAISE EXCEPTION 'payout % is more than what is owed', NEW.key USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER payout_owed BEFORE INSERT ON payout FOR EACH ROW WHEN (NEW.money IN ('clearing', 'credited')) EXECUTE FUNCTION refuse_overpayment();
CREATE TRIGGER payout_owed_late BEFORE UPDATE ON payout FOR EACH ROW WHEN (NEW.money = 'credited' AND OLD.money NOT IN ('clearing', 'credited')) EXECUTE FUNCTION refuse_overpayment();

-- What people look at is moved on by what two of them have agreed to, and by nothing else; so is money that is to be had back.
CREATE FUNCTION refuse_lone_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND act = ANY (TG_ARGV) AND state = 'executed'
                    AND content ->> TG_TABLE_NAME = NEW.key) THEN
    RAISE EXCEPTION '% % is decided by a proposal that others have agreed to', TG_TABLE_NAME, NEW.key USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER payout_reviewed BEFORE UPDATE ON payout FOR EACH ROW WHEN (OLD.state = 'review' AND NEW.state <> 'review') EXECUTE FUNCTION refuse_lone_decision('review-decision');
CREATE TRIGGER payout_recovery BEFORE UPDATE ON payout FOR EACH ROW WHEN (NEW.money IN ('receivable', 'written-off', 'repaid') AND NEW.money <> OLD.money) EXECUTE FUNCTION refuse_lone_decision('review-decision', 'receivable-end');
CREATE TRIGGER disbursement_reviewed BEFORE UPDATE ON disbursement FOR EACH ROW WHEN (OLD.state = 'review' AND NEW.state <> 'review') EXECUTE FUNCTION refuse_lone_decision('review-decision');
