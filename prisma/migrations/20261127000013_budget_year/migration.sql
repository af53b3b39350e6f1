-- The end of a fiscal year, and the numbers of the documents that money moves under.
ALTER TABLE "wave" ADD COLUMN     "decree_date" DATE;
ALTER TABLE "appropriation" ADD COLUMN     "document_date" DATE;
ALTER TABLE "payout_run" ADD COLUMN     "payment_order" TEXT,
ADD COLUMN     "payment_order_date" DATE,
ADD COLUMN     "warrant" TEXT,
ADD COLUMN     "warrant_date" DATE;

-- CreateTable
CREATE TABLE "year_close" (
    "programme" TEXT NOT NULL,
    "fiscal_year" INTEGER NOT NULL,
    "document" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reached" TEXT NOT NULL DEFAULT '',
    "lapsed_count" INTEGER NOT NULL DEFAULT 0,
    "lapsed" BIGINT NOT NULL DEFAULT 0,
    "returned" BIGINT NOT NULL DEFAULT 0,
    "carried_count" INTEGER NOT NULL DEFAULT 0,
    "carried" BIGINT NOT NULL DEFAULT 0,
    "refusal" TEXT,
    "agreed_under" UUID NOT NULL,
    "frozen_at" TIMESTAMPTZ(6) NOT NULL,
    "closed_at" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "year_close_pkey" PRIMARY KEY ("programme","fiscal_year")
);

-- CreateTable
CREATE TABLE "carry_over" (
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "from_appropriation" UUID NOT NULL,
    "to_appropriation" UUID NOT NULL,
    "kept" BIGINT NOT NULL,
    "released" BIGINT NOT NULL,
    "moved" BIGINT NOT NULL,
    "obligated" BIGINT NOT NULL,
    "carried_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "carry_over_pkey" PRIMARY KEY ("programme","ref","from_appropriation")
);

-- CreateTable
CREATE TABLE "treasury_return" (
    "id" UUID NOT NULL,
    "programme" TEXT NOT NULL,
    "fiscal_year" INTEGER NOT NULL,
    "gateway" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "treasury_return_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "carry_over_from_appropriation_idx" ON "carry_over"("from_appropriation");

-- CreateIndex
CREATE UNIQUE INDEX "treasury_return_gateway_number_key" ON "treasury_return"("gateway", "number");

-- CreateIndex
CREATE UNIQUE INDEX "treasury_return_programme_fiscal_year_gateway_key" ON "treasury_return"("programme", "fiscal_year", "gateway");

-- AddForeignKey
ALTER TABLE "year_close" ADD CONSTRAINT "year_close_proposal_exists" FOREIGN KEY ("agreed_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "carry_over" ADD CONSTRAINT "carry_over_commitment_exists" FOREIGN KEY ("programme", "ref") REFERENCES "commitment"("programme", "ref") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "carry_over" ADD CONSTRAINT "carry_over_from_exists" FOREIGN KEY ("from_appropriation") REFERENCES "appropriation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "carry_over" ADD CONSTRAINT "carry_over_to_exists" FOREIGN KEY ("to_appropriation") REFERENCES "appropriation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "treasury_return" ADD CONSTRAINT "treasury_return_year_exists" FOREIGN KEY ("programme", "fiscal_year") REFERENCES "year_close"("programme", "fiscal_year") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.
ALTER TABLE year_close ADD CONSTRAINT year_close_state CHECK (state IN ('frozen', 'lapsed', 'returned', 'carried', 'closed') AND (state = 'closed') = (closed_at IS NOT NULL));
ALTER TABLE year_close ADD CONSTRAINT year_close_amounts CHECK (lapsed_count >= 0 AND lapsed >= 0 AND returned >= 0 AND carried_count >= 0 AND carried >= 0);
ALTER TABLE carry_over ADD CONSTRAINT carry_over_amounts CHECK (kept >= 0 AND released >= 0 AND moved > 0 AND obligated >= 0 AND obligated <= moved AND from_appropriation <> to_appropriation);
ALTER TABLE treasury_return ADD CONSTRAINT treasury_return_amount CHECK (amount > 0);
CREATE TRIGGER treasury_return_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_return FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER carry_over_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON carry_over FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER year_close_frozen BEFORE UPDATE ON year_close FOR EACH ROW EXECUTE FUNCTION refuse_thaw('programme', 'fiscal_year', 'document', 'agreed_under', 'frozen_at');
CREATE TRIGGER year_close_ended BEFORE UPDATE ON year_close FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- What of disbursement `d` a fiscal year takes over from the one that ends: everything that has not ended and has nothing with the payee.
CREATE FUNCTION is_open_obligation(d disbursement) RETURNS boolean LANGUAGE sql STABLE RETURN
  d.state NOT IN ('paid', 'lapsed', 'cancelled')
  AND NOT EXISTS (SELECT FROM payout y WHERE y.disbursement = d.key AND y.money NOT IN ('clearing', 'back'));

-- A year ends as two people have agreed, step by step and in order, and is closed once nothing of it is open.
CREATE FUNCTION refuse_year_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps CONSTANT text[] := ARRAY['frozen', 'lapsed', 'returned', 'carried', 'closed'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'frozen' OR NOT EXISTS (
        SELECT FROM proposal WHERE id = NEW.agreed_under AND act = 'year-end' AND state = 'executed' AND content ->> 'programme' = NEW.programme
           AND content ->> 'fiscalYear' = NEW.fiscal_year::text AND content ->> 'document' = NEW.document) THEN
      RAISE EXCEPTION 'a fiscal year ends by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF array_position(steps, NEW.state) NOT IN (array_position(steps, OLD.state), array_position(steps, OLD.state) + 1) THEN
    RAISE EXCEPTION 'a fiscal year goes from % to % by no step', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'closed' AND (EXISTS (
      SELECT FROM commitment c JOIN appropriation a ON a.id = c.appropriation
       WHERE a.programme = NEW.programme AND a.fiscal_year = NEW.fiscal_year AND c.amount > c.obligated + c.released
    ) OR EXISTS (
      SELECT FROM disbursement d WHERE d.programme = NEW.programme AND d.fiscal_year = NEW.fiscal_year
         AND d.state NOT IN ('paid', 'lapsed', 'cancelled') AND is_open_obligation(d))) THEN
    RAISE EXCEPTION 'something of fiscal year % is open still', NEW.fiscal_year USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER year_close_in_order BEFORE INSERT OR UPDATE ON year_close FOR EACH ROW EXECUTE FUNCTION refuse_year_step();

-- Nobody is promised and nothing is owed from a year that ends or has ended. Whoever writes one holds the programme's years shared; who ends
-- one takes them alone, so that at its commit nothing is on its way that has not seen it. It may be tried again: then it is seen.
CREATE FUNCTION refuse_late_commitment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('freeze:years:' || programme, 0)) FROM (SELECT DISTINCT programme FROM added) AS held;
  IF EXISTS (SELECT FROM (SELECT DISTINCT appropriation FROM added) AS c JOIN appropriation a ON a.id = c.appropriation
               JOIN year_close z ON (z.programme, z.fiscal_year) = (a.programme, a.fiscal_year)) THEN
    RAISE EXCEPTION 'the fiscal year ends: nobody is promised anything from it' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER commitment_year_open AFTER INSERT ON commitment REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_commitment();
CREATE FUNCTION refuse_late_obligation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('freeze:years:' || programme, 0)) FROM (SELECT DISTINCT programme FROM added) AS held;
  IF EXISTS (SELECT FROM added d JOIN year_close z USING (programme, fiscal_year)) THEN
    RAISE EXCEPTION 'the fiscal year ends: nothing is owed from it' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER disbursement_year_open AFTER INSERT ON disbursement REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_obligation();

-- A closed period refuses, and who closes one waits for the postings that are on their way: afterwards they are in the next open one.
CREATE FUNCTION open_period(programme text, wanted text) RETURNS text LANGUAGE sql STABLE RETURN (
  SELECT to_char(month, 'YYYY-MM')
    FROM generate_series(to_date(wanted, 'YYYY-MM')::timestamp, to_date(wanted, 'YYYY-MM')::timestamp + interval '10 years', interval '1 month') AS months (month)
   WHERE NOT EXISTS (SELECT FROM closed_period c WHERE c.programme = open_period.programme AND c.period = to_char(month, 'YYYY-MM'))
   ORDER BY month LIMIT 1);
CREATE OR REPLACE FUNCTION refuse_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('period:' || programme, 0)) FROM (SELECT DISTINCT programme FROM posted) AS held;
  IF EXISTS (SELECT FROM posted JOIN closed_period USING (programme, period)) THEN
    RAISE EXCEPTION 'the period is closed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'posting_period_open';
  END IF;
  RETURN NULL;
END
$$;
-- A period that was closed stays closed.
CREATE TRIGGER closed_period_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON closed_period FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A run goes under the documents that were signed with it.
CREATE TRIGGER payout_run_documents BEFORE UPDATE ON payout_run FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION refuse_thaw('payment_order', 'payment_order_date', 'warrant', 'warrant_date');

GRANT UPDATE (payment_order, payment_order_date, warrant, warrant_date) ON payout_run TO lunas_app;
GRANT SELECT, INSERT ON year_close, carry_over, treasury_return TO lunas_app;
GRANT UPDATE (state, reached, lapsed_count, lapsed, returned, carried_count, carried, refusal, closed_at, version) ON year_close TO lunas_app;
GRANT SELECT ON year_close, carry_over, treasury_return TO lunas_audit;
