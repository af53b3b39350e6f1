-- What a person is asked for, and until when.
ALTER TABLE "disbursement" ADD COLUMN "action" TEXT, ADD COLUMN "action_by" TIMESTAMPTZ(6);
-- Why the engine has stopped a person; null where somebody has.
ALTER TABLE "participant" ADD COLUMN "hold_cause" TEXT;
-- Until when an account rests, when a failed one is asked about again, and which of its places a person has.
ALTER TABLE "account"
  ADD COLUMN "rests_until" TIMESTAMPTZ(6),
  ADD COLUMN "check_at" TIMESTAMPTZ(6),
  ADD COLUMN "place" SMALLINT,
  ADD COLUMN "places" SMALLINT,
  ADD COLUMN "shared" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "account_check" (
    "id" BIGSERIAL NOT NULL,
    "programme" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "account" UUID,
    "document" UUID,
    "institution" TEXT NOT NULL,
    "gateway" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "code" TEXT,
    "score" SMALLINT,
    "reasons" TEXT[],
    "checked_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "account_check_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "account_check_programme_ref_idx" ON "account_check"("programme", "ref");

-- CreateIndex
CREATE INDEX "account_check_document_idx" ON "account_check"("document");

-- AddForeignKey
ALTER TABLE "account_check" ADD CONSTRAINT "account_check_account_exists" FOREIGN KEY ("account", "programme", "ref") REFERENCES "account"("id", "programme", "ref") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

ALTER TABLE disbursement ADD CONSTRAINT disbursement_action CHECK (
  action IN ('relink', 'upgrade-wallet', 'wait-for-limit', 'correct-name') AND (action_by IS NULL OR action IS NOT NULL));
ALTER TABLE participant ADD CONSTRAINT participant_hold_cause CHECK (
  hold_cause IS NULL OR (hold_cause IN ('account-shared', 'account-doubtful', 'action-overdue') AND held_at IS NOT NULL));
-- Whoever has a place has one of those there are; who came when all were taken has none.
ALTER TABLE account ADD CONSTRAINT account_place CHECK (
  num_nulls(place, places) IN (0, 2) AND place BETWEEN 1 AND places AND NOT (shared AND place IS NOT NULL));
-- More people than the programme allows are never paid to one account, whatever the code does.
CREATE UNIQUE INDEX account_place_taken ON account (programme, account_index, place) WHERE place IS NOT NULL AND ended_at IS NULL;
ALTER TABLE account_check ADD CONSTRAINT account_check_verdict CHECK (verdict IN ('verified', 'review', 'refused', 'unverified'));
ALTER TABLE account_check ADD CONSTRAINT account_check_score CHECK (score BETWEEN 0 AND 100);
CREATE TRIGGER account_check_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_check FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON account_check TO lunas_app;
GRANT USAGE ON SEQUENCE account_check_id_seq TO lunas_app;
GRANT SELECT ON account_check TO lunas_audit;
