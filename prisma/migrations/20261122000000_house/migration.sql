-- CreateTable
CREATE TABLE "programme_version" (
    "programme" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "sha256" BYTEA NOT NULL,
    "published_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_by" TEXT NOT NULL,

    CONSTRAINT "programme_version_pkey" PRIMARY KEY ("programme","version")
);

-- CreateTable
CREATE TABLE "appropriation" (
    "id" UUID NOT NULL,
    "programme" TEXT NOT NULL,
    "fiscal_year" INTEGER NOT NULL,
    "budget_line" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "committed" BIGINT NOT NULL DEFAULT 0,
    "currency" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "appropriation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "funding" (
    "id" UUID NOT NULL,
    "gateway" TEXT NOT NULL,
    "programme" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "funding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wave" (
    "programme" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "quota" INTEGER NOT NULL,
    "admitted" INTEGER NOT NULL DEFAULT 0,
    "appropriation" UUID NOT NULL,
    "decree" TEXT,
    "opened_at" TIMESTAMPTZ(6) NOT NULL,
    "closed_at" TIMESTAMPTZ(6),

    CONSTRAINT "wave_pkey" PRIMARY KEY ("programme","code")
);

-- CreateTable
CREATE TABLE "participant" (
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "programme_version" INTEGER NOT NULL,
    "stage" TEXT NOT NULL,
    "outcome" TEXT,
    "region" TEXT NOT NULL,
    "wave" TEXT,
    "identity_index" BYTEA NOT NULL,
    "identity_index_key" TEXT NOT NULL,
    "registered_at" TIMESTAMPTZ(6) NOT NULL,
    "admitted_at" TIMESTAMPTZ(6),
    "trained_at" TIMESTAMPTZ(6),
    "held_at" TIMESTAMPTZ(6),
    "hold_reason" TEXT,
    "held_for_ms" BIGINT NOT NULL DEFAULT 0,
    "withdrawn_at" TIMESTAMPTZ(6),
    "closed_at" TIMESTAMPTZ(6),
    "attention" TEXT,
    "attention_since" TIMESTAMPTZ(6),
    "heard_by" TIMESTAMPTZ(6),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "participant_pkey" PRIMARY KEY ("programme","ref")
);

-- CreateTable
CREATE TABLE "data_key" (
    "owner" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_key_pkey" PRIMARY KEY ("owner")
);

-- CreateTable
CREATE TABLE "sealed_document" (
    "id" UUID NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "owner" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "aad" TEXT NOT NULL,
    "box" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sealed_document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "institution" TEXT NOT NULL,
    "masked" TEXT NOT NULL,
    "account_index" BYTEA NOT NULL,
    "account_index_key" TEXT NOT NULL,
    "document" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "linked_at" TIMESTAMPTZ(6) NOT NULL,
    "usable_from" TIMESTAMPTZ(6) NOT NULL,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "check_result" (
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "checked_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "check_result_pkey" PRIMARY KEY ("programme","ref","rule")
);

-- CreateTable
CREATE TABLE "evidence" (
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "document" TEXT,
    "source" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evidence_pkey" PRIMARY KEY ("programme","ref","kind","subject")
);

-- CreateTable
CREATE TABLE "commitment" (
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "appropriation" UUID NOT NULL,
    "amount" BIGINT NOT NULL,
    "obligated" BIGINT NOT NULL DEFAULT 0,
    "released" BIGINT NOT NULL DEFAULT 0,
    "committed_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "commitment_pkey" PRIMARY KEY ("programme","ref")
);

-- CreateTable
CREATE TABLE "tranche" (
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "amount" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "opens_at" TIMESTAMPTZ(6),
    "closes_at" TIMESTAMPTZ(6),
    "due_at" TIMESTAMPTZ(6),
    "settled_at" TIMESTAMPTZ(6),

    CONSTRAINT "tranche_pkey" PRIMARY KEY ("programme","ref","code")
);

-- CreateTable
CREATE TABLE "disbursement" (
    "key" TEXT NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "tranche" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retries" INTEGER NOT NULL DEFAULT 0,
    "returns" INTEGER NOT NULL DEFAULT 0,
    "returned" BIGINT NOT NULL DEFAULT 0,
    "owed_at" TIMESTAMPTZ(6) NOT NULL,
    "release_at" TIMESTAMPTZ(6) NOT NULL,
    "lapses_at" TIMESTAMPTZ(6) NOT NULL,
    "first_paid_at" TIMESTAMPTZ(6),
    "paid_at" TIMESTAMPTZ(6),
    "budget_line" TEXT NOT NULL,
    "fiscal_year" INTEGER NOT NULL,

    CONSTRAINT "disbursement_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "payout" (
    "key" TEXT NOT NULL,
    "disbursement" TEXT NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "gateway" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "salt" INTEGER NOT NULL DEFAULT 0,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "account" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "money" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "request" UUID NOT NULL,
    "request_sha256" BYTEA NOT NULL,
    "gateway_id" TEXT,
    "failure_class" TEXT,
    "failure_code" TEXT,
    "vendor_code" TEXT,
    "alarm" TEXT,
    "superseded" BOOLEAN NOT NULL DEFAULT false,
    "sends" INTEGER NOT NULL DEFAULT 1,
    "same_key_retries" INTEGER NOT NULL DEFAULT 0,
    "enquiries" INTEGER NOT NULL DEFAULT 0,
    "not_found" INTEGER NOT NULL DEFAULT 0,
    "not_found_at" TIMESTAMPTZ(6),
    "claimed_at" TIMESTAMPTZ(6) NOT NULL,
    "last_enquiry_at" TIMESTAMPTZ(6),
    "asked_at" TIMESTAMPTZ(6),
    "send_again_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "payout_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "send" (
    "payout" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "send_by" TIMESTAMPTZ(6) NOT NULL,
    "ended_at" TIMESTAMPTZ(6),
    "result" TEXT,

    CONSTRAINT "send_pkey" PRIMARY KEY ("payout","number")
);

-- CreateTable
CREATE TABLE "observation" (
    "id" BIGSERIAL NOT NULL,
    "payout" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "fact" TEXT NOT NULL,
    "observed" TEXT,
    "vendor_status" TEXT,
    "decision" TEXT NOT NULL,
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "observation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "callback" (
    "id" UUID NOT NULL,
    "gateway" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "document" UUID NOT NULL,
    "reference" TEXT,
    "payout" TEXT,
    "verdict" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "callback_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "posting" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "event" TEXT NOT NULL,
    "debit" TEXT NOT NULL,
    "credit" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT,
    "subject" TEXT NOT NULL,
    "fiscal_year" INTEGER NOT NULL,
    "budget_line" TEXT NOT NULL,
    "business_date" DATE NOT NULL,
    "period" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "posting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "closed_period" (
    "programme" TEXT NOT NULL,
    "period" TEXT NOT NULL,
    "closed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "closed_period_pkey" PRIMARY KEY ("programme","period")
);

-- CreateTable
CREATE TABLE "message" (
    "id" UUID NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deliver_after" TIMESTAMPTZ(6) NOT NULL,
    "leased_until" TIMESTAMPTZ(6),
    "refusals" INTEGER NOT NULL DEFAULT 0,
    "refusal" TEXT,
    "delivered_at" TIMESTAMPTZ(6),

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "person" TEXT NOT NULL,
    "key_id" UUID,
    "role" TEXT,
    "act" TEXT NOT NULL,
    "programme" TEXT,
    "ref" TEXT,
    "subject" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "reason" TEXT,
    "request_id" TEXT,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "person" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6),
    "revoked_at" TIMESTAMPTZ(6),
    "revoked_by" TEXT,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_grant" (
    "id" UUID NOT NULL,
    "person" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "programme" TEXT,
    "granted_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "granted_by" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(6),
    "ended_by" TEXT,

    CONSTRAINT "role_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "caller" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("caller","route","key_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "appropriation_programme_fiscal_year_budget_line_key" ON "appropriation"("programme", "fiscal_year", "budget_line");

-- CreateIndex
CREATE UNIQUE INDEX "funding_gateway_number_key" ON "funding"("gateway", "number");

-- CreateIndex
CREATE INDEX "participant_programme_stage_ref_idx" ON "participant"("programme", "stage", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "participant_programme_identity_index_key" ON "participant"("programme", "identity_index");

-- CreateIndex
CREATE INDEX "sealed_document_owner_kind_idx" ON "sealed_document"("owner", "kind");

-- CreateIndex
CREATE INDEX "account_programme_ref_idx" ON "account"("programme", "ref");

-- CreateIndex
CREATE INDEX "account_account_index_idx" ON "account"("account_index");

-- CreateIndex
CREATE INDEX "commitment_appropriation_idx" ON "commitment"("appropriation");

-- CreateIndex
CREATE INDEX "disbursement_programme_state_idx" ON "disbursement"("programme", "state");

-- CreateIndex
CREATE UNIQUE INDEX "disbursement_programme_ref_tranche_key" ON "disbursement"("programme", "ref", "tranche");

-- CreateIndex
CREATE INDEX "payout_programme_ref_idx" ON "payout"("programme", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "disbursement_key_programme_ref_amount_currency_key" ON "disbursement"("key", "programme", "ref", "amount", "currency");

-- CreateIndex
CREATE UNIQUE INDEX "account_id_programme_ref_key" ON "account"("id", "programme", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "payout_disbursement_n_key" ON "payout"("disbursement", "n");

-- CreateIndex
CREATE UNIQUE INDEX "payout_gateway_reference_key" ON "payout"("gateway", "reference");

-- CreateIndex
CREATE INDEX "observation_payout_idx" ON "observation"("payout");

-- CreateIndex
CREATE INDEX "callback_gateway_reference_idx" ON "callback"("gateway", "reference");

-- CreateIndex
CREATE UNIQUE INDEX "callback_gateway_event_id_key" ON "callback"("gateway", "event_id");

-- CreateIndex
CREATE INDEX "posting_programme_ref_idx" ON "posting"("programme", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "posting_key_line_key" ON "posting"("key", "line");

-- CreateIndex
CREATE INDEX "audit_event_programme_ref_id_idx" ON "audit_event"("programme", "ref", "id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_sha256_key" ON "api_key"("sha256");

-- CreateIndex
CREATE INDEX "role_grant_person_idx" ON "role_grant"("person");

-- CreateIndex
CREATE INDEX "idempotency_key_expires_at_idx" ON "idempotency_key"("expires_at");

-- AddForeignKey
ALTER TABLE "wave" ADD CONSTRAINT "wave_appropriation_exists" FOREIGN KEY ("appropriation") REFERENCES "appropriation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "participant" ADD CONSTRAINT "participant_programme_exists" FOREIGN KEY ("programme", "programme_version") REFERENCES "programme_version"("programme", "version") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "commitment" ADD CONSTRAINT "commitment_participant_exists" FOREIGN KEY ("programme", "ref") REFERENCES "participant"("programme", "ref") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "commitment" ADD CONSTRAINT "commitment_appropriation_exists" FOREIGN KEY ("appropriation") REFERENCES "appropriation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "tranche" ADD CONSTRAINT "tranche_participant_exists" FOREIGN KEY ("programme", "ref") REFERENCES "participant"("programme", "ref") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "disbursement" ADD CONSTRAINT "disbursement_tranche_exists" FOREIGN KEY ("programme", "ref", "tranche") REFERENCES "tranche"("programme", "ref", "code") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "payout" ADD CONSTRAINT "payout_disbursement_exists" FOREIGN KEY ("disbursement", "programme", "ref", "amount", "currency") REFERENCES "disbursement"("key", "programme", "ref", "amount", "currency") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "payout" ADD CONSTRAINT "payout_account_exists" FOREIGN KEY ("account", "programme", "ref") REFERENCES "account"("id", "programme", "ref") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "send" ADD CONSTRAINT "send_payout_exists" FOREIGN KEY ("payout") REFERENCES "payout"("key") ON DELETE NO ACTION ON UPDATE NO ACTION;



-- Epoch milliseconds: the one form in which times leave the database for domain/.
CREATE FUNCTION ms(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (extract(epoch FROM at) * 1000)::bigint;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

-- Closed sets ------------------------------------------------------------------------------------------------------
ALTER TABLE wave ADD CONSTRAINT wave_state CHECK (state IN ('open', 'closed'));
ALTER TABLE participant ADD CONSTRAINT participant_stage CHECK (stage IN ('screening', 'admission', 'training', 'incentives', 'closed'));
ALTER TABLE participant ADD CONSTRAINT participant_outcome CHECK ((stage = 'closed') = (outcome IS NOT NULL) AND (outcome IS NULL OR outcome IN ('completed', 'refused', 'expired', 'withdrawn')));
ALTER TABLE participant ADD CONSTRAINT participant_ref CHECK (ref ~ '^[0-9A-HJKMNP-TV-Z]{13}$');
ALTER TABLE account ADD CONSTRAINT account_state CHECK (state IN ('unverified', 'verified', 'failed', 'replaced') AND (state = 'replaced') <= (ended_at IS NOT NULL));
ALTER TABLE account ADD CONSTRAINT account_kind CHECK (kind IN ('bank', 'wallet'));
ALTER TABLE check_result ADD CONSTRAINT check_result_outcome CHECK (outcome IN ('pass', 'fail'));
ALTER TABLE evidence ADD CONSTRAINT evidence_kind CHECK (kind IN ('course-started', 'course-completed', 'course-rated', 'survey-answered'));
ALTER TABLE tranche ADD CONSTRAINT tranche_state CHECK (state IN ('planned', 'open', 'due', 'missed', 'cancelled'));
ALTER TABLE disbursement ADD CONSTRAINT disbursement_state CHECK (state IN ('owed', 'released', 'in-flight', 'paid', 'needs-account', 'float-short', 'review', 'failed', 'lapsed', 'cancelled'));
ALTER TABLE payout ADD CONSTRAINT payout_state CHECK (state IN ('submitting', 'unknown', 'accepted', 'processing', 'paid', 'failed', 'cancelled', 'not-sent', 'returned', 'review'));
-- Where the amount stands follows the state; only people who look at a payout may find it anywhere.
ALTER TABLE payout ADD CONSTRAINT payout_money CHECK (
  money IN ('clearing', 'credited', 'back') AND
  CASE WHEN state IN ('submitting', 'unknown', 'accepted', 'processing') THEN money = 'clearing'
       WHEN state = 'paid' THEN money = 'credited'
       WHEN state IN ('failed', 'cancelled', 'not-sent', 'returned') THEN money = 'back'
       ELSE true END);
-- Another attempt may stand beside this one only when nothing of this one is with the payee or on its way.
ALTER TABLE payout ADD CONSTRAINT payout_superseded CHECK (NOT superseded OR money = 'back');
ALTER TABLE callback ADD CONSTRAINT callback_verdict CHECK (verdict IN ('applied', 'stale', 'unmatched'));
ALTER TABLE message ADD CONSTRAINT message_state CHECK (state IN ('pending', 'delivered', 'dead'));
ALTER TABLE api_key ADD CONSTRAINT api_key_kind CHECK (kind IN ('person', 'service'));
ALTER TABLE api_key ADD CONSTRAINT api_key_end CHECK ((revoked_at IS NULL) = (revoked_by IS NULL));
ALTER TABLE role_grant ADD CONSTRAINT role_grant_end CHECK ((ended_at IS NULL) = (ended_by IS NULL));
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role CHECK (role IN ('registrar', 'institution', 'operator', 'helpdesk', 'approver', 'auditor', 'administrator'));

-- Limits: a budget, a quota and an obligation are never exceeded, whatever the code does -----------------------------
ALTER TABLE appropriation ADD CONSTRAINT appropriation_limit CHECK (amount >= 0 AND committed >= 0 AND committed <= amount);
ALTER TABLE funding ADD CONSTRAINT funding_amount CHECK (amount > 0);
ALTER TABLE wave ADD CONSTRAINT wave_quota CHECK (quota > 0 AND admitted >= 0 AND admitted <= quota);
ALTER TABLE commitment ADD CONSTRAINT commitment_limit CHECK (amount > 0 AND obligated >= 0 AND released >= 0 AND obligated + released <= amount);
ALTER TABLE tranche ADD CONSTRAINT tranche_amount CHECK (amount > 0);
ALTER TABLE disbursement ADD CONSTRAINT disbursement_amount CHECK (amount > 0 AND returned >= 0 AND attempts >= 0 AND returns >= 0 AND returned = returns * amount);
ALTER TABLE payout ADD CONSTRAINT payout_amount CHECK (amount > 0 AND n > 0 AND sends > 0 AND reference ~ '^[0-9A-Z]{16}$');
ALTER TABLE posting ADD CONSTRAINT posting_amount CHECK (amount > 0 AND debit <> credit);
ALTER TABLE posting ADD CONSTRAINT posting_family CHECK (split_part(debit, ':', 1) = split_part(credit, ':', 1) AND split_part(debit, ':', 1) IN ('budget', 'funds'));

-- At most one of a kind ---------------------------------------------------------------------------------------------
CREATE UNIQUE INDEX payout_live ON payout (disbursement) WHERE NOT superseded AND state NOT IN ('failed', 'cancelled', 'not-sent', 'returned');
CREATE INDEX disbursement_short ON disbursement (owed_at, key) WHERE state = 'float-short' OR reason = 'float-restored';
CREATE INDEX payout_open ON payout (gateway, state) WHERE state IN ('submitting', 'unknown', 'accepted', 'processing', 'review');
CREATE INDEX payout_asked ON payout (disbursement) WHERE asked_at IS NOT NULL;
CREATE INDEX callback_unmatched ON callback (gateway, reference) WHERE verdict = 'unmatched';
CREATE UNIQUE INDEX send_open ON send (payout) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX account_live ON account (programme, ref) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX role_grant_live ON role_grant (person, role, coalesce(programme, '')) WHERE ended_at IS NULL;
CREATE INDEX message_pending ON message (priority, deliver_after) WHERE state = 'pending';
CREATE INDEX message_pending_life ON message (programme, ref) WHERE state = 'pending';
CREATE INDEX message_dead ON message (programme, created_at) WHERE state = 'dead';
CREATE INDEX participant_attention ON participant (programme, attention, ref) WHERE attention IS NOT NULL;
CREATE INDEX participant_heard_by ON participant (heard_by) WHERE heard_by IS NOT NULL;

-- What is written once stays as it was written ----------------------------------------------------------------------
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER observation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON observation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER programme_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON programme_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER funding_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON funding FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Columns that are frozen from the insert on: what was approved is what is sent.
CREATE FUNCTION refuse_thaw() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY TG_ARGV LOOP
    IF (to_jsonb(OLD) -> name) IS DISTINCT FROM (to_jsonb(NEW) -> name) THEN
      RAISE EXCEPTION '%.% is frozen', TG_TABLE_NAME, name USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN NEW;
END
$$;
CREATE TRIGGER payout_frozen BEFORE UPDATE OF key, disbursement, n, gateway, reference, amount, currency, account, request, request_sha256 ON payout FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'disbursement', 'n', 'gateway', 'reference', 'amount', 'currency', 'account', 'request', 'request_sha256');
CREATE TRIGGER disbursement_frozen BEFORE UPDATE OF key, programme, ref, tranche, amount, currency ON disbursement FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'programme', 'ref', 'tranche', 'amount', 'currency');
CREATE TRIGGER account_frozen BEFORE UPDATE OF programme, ref, kind, institution, account_index, document, usable_from ON account FOR EACH ROW EXECUTE FUNCTION refuse_thaw('programme', 'ref', 'kind', 'institution', 'account_index', 'document', 'usable_from');

-- A closed period takes no postings. One check a statement, not a row: a batch of outcomes asks once.
CREATE FUNCTION refuse_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM posted JOIN closed_period USING (programme, period)) THEN
    RAISE EXCEPTION 'the period is closed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER posting_period_open AFTER INSERT ON posting REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_period();

-- Powers: the application owns nothing and cannot rewrite what was recorded -----------------------------------------
GRANT USAGE ON SCHEMA public TO lunas_app, lunas_audit;
GRANT SELECT, INSERT ON programme_version, appropriation, funding, wave, participant, data_key, sealed_document, account, check_result, evidence, commitment, tranche, disbursement, payout, send, observation, callback, posting, closed_period, message, audit_event, api_key, role_grant, idempotency_key TO lunas_app;
-- Readiness compares the applied migrations with those of this version.
DO $$ BEGIN
  IF to_regclass('_prisma_migrations') IS NOT NULL THEN
    GRANT SELECT ON _prisma_migrations TO lunas_app, lunas_audit;
  END IF;
END $$;
GRANT UPDATE ON appropriation, wave, participant, account, commitment, tranche, disbursement, payout, send, callback, message TO lunas_app;
-- Keys and roles are history: all that may change is that they end.
GRANT UPDATE (revoked_at, revoked_by) ON api_key TO lunas_app;
GRANT UPDATE (ended_at, ended_by) ON role_grant TO lunas_app;
GRANT DELETE ON idempotency_key TO lunas_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lunas_app;
GRANT SELECT ON programme_version, appropriation, funding, wave, participant, account, check_result, evidence, commitment, tranche, disbursement, payout, send, observation, callback, posting, closed_period, message, audit_event, role_grant TO lunas_audit;
