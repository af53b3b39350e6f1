-- CreateTable
CREATE TABLE "payout_run" (
    "key" TEXT NOT NULL,
    "programme" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "programme_version" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "cut_off" TIMESTAMPTZ(6) NOT NULL,
    "hash" BYTEA NOT NULL,
    "lines" INTEGER NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "collected_at" TIMESTAMPTZ(6) NOT NULL,
    "collected_by" TEXT NOT NULL,
    "proposal" UUID,
    "approved_at" TIMESTAMPTZ(6),
    "approved_until" TIMESTAMPTZ(6),
    "released_at" TIMESTAMPTZ(6),
    "resumes_at" TIMESTAMPTZ(6),
    "stopped_at" TIMESTAMPTZ(6),
    "stopped_by" TEXT,
    "reason" TEXT,
    "looked_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),
    "ended_under" UUID,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "payout_run_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "payout_run_line" (
    "run" TEXT NOT NULL,
    "disbursement" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "tranche" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "gateway" TEXT NOT NULL,
    "account" UUID NOT NULL,
    "owed_at" TIMESTAMPTZ(6) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'collected',
    "reason" TEXT,
    "released_at" TIMESTAMPTZ(6),
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "payout_run_line_pkey" PRIMARY KEY ("run","disbursement")
);

-- CreateIndex
CREATE UNIQUE INDEX "payout_run_programme_id_key" ON "payout_run"("programme", "id");

-- AddForeignKey
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_rules_exist" FOREIGN KEY ("programme", "programme_version") REFERENCES "programme_version"("programme", "version") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_proposal_exists" FOREIGN KEY ("proposal") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "payout_run" ADD CONSTRAINT "payout_run_end_agreed" FOREIGN KEY ("ended_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

ALTER TABLE payout_run ADD CONSTRAINT payout_run_state CHECK (
  state IN ('collecting', 'proposed', 'approved', 'releasing', 'paused', 'closed', 'aborted', 'void')
  AND (state NOT IN ('approved', 'releasing', 'paused', 'closed', 'aborted') OR (proposal IS NOT NULL AND approved_at IS NOT NULL AND approved_until > approved_at))
  AND (state NOT IN ('paused', 'aborted', 'void') OR (stopped_by IS NOT NULL AND reason IS NOT NULL))
  AND (state IN ('closed', 'aborted', 'void')) = (ended_at IS NOT NULL)
  AND (state = 'aborted') = (ended_under IS NOT NULL));
ALTER TABLE payout_run ADD CONSTRAINT payout_run_shape CHECK (key = programme || ':' || id AND lines > 0 AND amount > 0 AND octet_length(hash) = 32);
CREATE TRIGGER payout_run_frozen BEFORE UPDATE ON payout_run FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'programme', 'id', 'programme_version', 'cut_off', 'hash', 'lines', 'amount', 'currency', 'collected_at', 'collected_by');
CREATE TRIGGER payout_run_ended BEFORE UPDATE ON payout_run FOR EACH ROW WHEN (OLD.state IN ('closed', 'aborted', 'void')) EXECUTE FUNCTION refuse_change();

-- Nobody releases or aborts a run alone, and the engine never does: it takes an executed proposal about this very run and its hash.
CREATE FUNCTION refuse_unagreed_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'aborted' THEN
    IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.ended_under AND act = 'run-abort' AND state = 'executed'
                      AND content ->> 'run' = NEW.key) THEN
      RAISE EXCEPTION 'a run is aborted by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF NEW.state NOT IN ('collecting', 'proposed', 'void') AND NOT EXISTS (
      SELECT FROM proposal WHERE id = NEW.proposal AND act = 'run-release' AND state = 'executed'
         AND content ->> 'run' = NEW.key AND content ->> 'hash' = encode(NEW.hash, 'hex')) THEN
    RAISE EXCEPTION 'a run is released by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER payout_run_agreed BEFORE UPDATE ON payout_run FOR EACH ROW EXECUTE FUNCTION refuse_unagreed_run();
CREATE FUNCTION refuse_begun_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'collecting' THEN
    RAISE EXCEPTION 'a run begins with its lines' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER payout_run_begins BEFORE INSERT ON payout_run FOR EACH ROW EXECUTE FUNCTION refuse_begun_run();

-- A disbursement is on at most one open run.
CREATE UNIQUE INDEX payout_run_line_open ON payout_run_line (disbursement) WHERE state IN ('collected', 'released');
CREATE INDEX payout_run_line_waiting ON payout_run_line (run, gateway, owed_at) WHERE state = 'collected';
CREATE INDEX payout_run_line_out ON payout_run_line (run, gateway) WHERE state = 'released';
CREATE INDEX payout_run_open ON payout_run (programme) WHERE state NOT IN ('closed', 'aborted', 'void');
ALTER TABLE payout_run_line ADD CONSTRAINT payout_run_line_state CHECK (
  state IN ('collected', 'released', 'paid', 'dropped', 'left') AND amount > 0
  AND (state IN ('dropped', 'left')) = (reason IS NOT NULL) AND (state IN ('paid', 'dropped', 'left')) = (ended_at IS NOT NULL));
-- What was collected is what is approved: no line changes, and a line that has ended stays ended.
CREATE TRIGGER payout_run_line_frozen BEFORE UPDATE OF run, disbursement, ref, tranche, region, amount, currency, gateway, account, owed_at ON payout_run_line FOR EACH ROW EXECUTE FUNCTION refuse_thaw('run', 'disbursement', 'ref', 'tranche', 'region', 'amount', 'currency', 'gateway', 'account', 'owed_at');
CREATE TRIGGER payout_run_line_ended BEFORE UPDATE ON payout_run_line FOR EACH ROW WHEN (OLD.state IN ('paid', 'dropped', 'left')) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payout_run_line_kept BEFORE DELETE OR TRUNCATE ON payout_run_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Lines come with their run, all at once: none is added afterwards. One check a statement, not a row.
CREATE FUNCTION refuse_added_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT run FROM added) AS of LEFT JOIN payout_run r ON r.key = of.run
              WHERE r.state IS DISTINCT FROM 'collecting'
                 OR r.lines <> (SELECT count(*) FROM payout_run_line l WHERE l.run = of.run)) THEN
    RAISE EXCEPTION 'no line is added to a run that is collected' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER payout_run_line_added AFTER INSERT ON payout_run_line REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_added_line();

GRANT SELECT, INSERT ON payout_run, payout_run_line TO lunas_app;
GRANT UPDATE (state, proposal, approved_at, approved_until, released_at, resumes_at, stopped_at, stopped_by, reason, looked_at, ended_at, ended_under, version) ON payout_run TO lunas_app;
GRANT UPDATE (state, reason, released_at, ended_at) ON payout_run_line TO lunas_app;
GRANT SELECT ON payout_run, payout_run_line TO lunas_audit;
