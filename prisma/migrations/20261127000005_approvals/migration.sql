-- Two-person acts: proposals, what others say to them, and the public halves of the keys that people sign with.

-- A freeze is lifted by a proposal like any other act; how far a lift had come that was not agreed to is of no more use.
ALTER TABLE "freezes" DROP CONSTRAINT "freezes_lift";
ALTER TABLE "freezes" DROP COLUMN "lift_proposed_at",
DROP COLUMN "lift_proposed_by",
DROP COLUMN "lift_reason",
ADD COLUMN     "lifted_under" UUID;

-- CreateTable
CREATE TABLE "signing_key" (
    "id" UUID NOT NULL,
    "person" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "possession" BYTEA NOT NULL,
    "registered_at" TIMESTAMPTZ(6) NOT NULL,
    "registered_by" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(6),
    "ended_by" TEXT,

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proposal" (
    "id" UUID NOT NULL,
    "act" TEXT NOT NULL,
    "programme" TEXT,
    "subject" TEXT NOT NULL,
    "about" TEXT,
    "content" JSONB NOT NULL,
    "content_hash" BYTEA NOT NULL,
    "document" UUID,
    "reason" TEXT NOT NULL,
    "evidence" TEXT,
    "approvers" INTEGER NOT NULL,
    "releaser" BOOLEAN NOT NULL,
    "proposer" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "signing_key" UUID NOT NULL,
    "signature" BYTEA NOT NULL,
    "proposed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "outcome_code" TEXT,
    "outcome" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "proposal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval" (
    "proposal" UUID NOT NULL,
    "person" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "reason" TEXT,
    "role" TEXT NOT NULL,
    "signing_key" UUID NOT NULL,
    "signature" BYTEA NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "approval_pkey" PRIMARY KEY ("proposal","person")
);

-- CreateIndex
CREATE UNIQUE INDEX "signing_key_public_key_key" ON "signing_key"("public_key");

-- CreateIndex
CREATE UNIQUE INDEX "signing_key_id_person_key" ON "signing_key"("id", "person");

-- CreateIndex
CREATE UNIQUE INDEX "proposal_act_content_hash_expires_at_key" ON "proposal"("act", "content_hash", "expires_at");

-- AddForeignKey
ALTER TABLE "freezes" ADD CONSTRAINT "freezes_proposal_exists" FOREIGN KEY ("lifted_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "proposal" ADD CONSTRAINT "proposal_signing_key_exists" FOREIGN KEY ("signing_key", "proposer") REFERENCES "signing_key"("id", "person") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "approval" ADD CONSTRAINT "approval_proposal_exists" FOREIGN KEY ("proposal") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "approval" ADD CONSTRAINT "approval_signing_key_exists" FOREIGN KEY ("signing_key", "person") REFERENCES "signing_key"("id", "person") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.

-- A signature is one person's: a public key is never another's, and a person has one key at a time.
ALTER TABLE signing_key ADD CONSTRAINT signing_key_shape CHECK (octet_length(public_key) = 32 AND octet_length(possession) = 64);
ALTER TABLE signing_key ADD CONSTRAINT signing_key_end CHECK ((ended_at IS NULL) = (ended_by IS NULL));
CREATE UNIQUE INDEX signing_key_live ON signing_key (person) WHERE ended_at IS NULL;
CREATE TRIGGER signing_key_frozen BEFORE UPDATE ON signing_key FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'person', 'public_key', 'possession', 'registered_at', 'registered_by');
CREATE TRIGGER signing_key_ended BEFORE UPDATE ON signing_key FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

ALTER TABLE proposal ADD CONSTRAINT proposal_state CHECK (state IN ('open', 'executed', 'rejected', 'expired', 'void'));
ALTER TABLE proposal ADD CONSTRAINT proposal_outcome CHECK ((state = 'open') = (decided_at IS NULL) AND (state = 'void') = (outcome_code IS NOT NULL) AND (outcome IS NULL) = (outcome_code IS NULL));
ALTER TABLE proposal ADD CONSTRAINT proposal_needs CHECK (approvers >= 1);
ALTER TABLE proposal ADD CONSTRAINT proposal_shape CHECK (octet_length(content_hash) = 32 AND octet_length(signature) = 64 AND expires_at > proposed_at);
CREATE TRIGGER proposal_frozen BEFORE UPDATE ON proposal FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'act', 'programme', 'subject', 'about', 'content', 'content_hash', 'document', 'reason', 'evidence', 'approvers', 'releaser', 'proposer', 'role', 'signing_key', 'signature', 'proposed_at', 'expires_at');
CREATE TRIGGER proposal_decided BEFORE UPDATE ON proposal FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION refuse_change();

ALTER TABLE approval ADD CONSTRAINT approval_shape CHECK (decision IN ('approve', 'reject', 'release') AND octet_length(signature) = 64);
CREATE TRIGGER approval_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Nobody decides on what they proposed or what is about them, nor on what is decided or has ended.
CREATE FUNCTION refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.proposal AND state = 'open' AND NEW.decided_at < expires_at
                    AND proposer <> NEW.person AND about IS DISTINCT FROM NEW.person) THEN
    RAISE EXCEPTION 'a proposal is decided by another person, while it is open' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER approval_by_another BEFORE INSERT ON approval FOR EACH ROW EXECUTE FUNCTION refuse_own_approval();

-- A proposal begins open, and is executed once as many different persons as it needs have agreed: one row a person.
CREATE FUNCTION refuse_unagreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'a proposal begins open' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF NEW.state = 'executed' AND NOT (
    (SELECT count(*) >= NEW.approvers FROM approval WHERE proposal = NEW.id AND decision = 'approve')
    AND (NOT NEW.releaser OR EXISTS (SELECT FROM approval WHERE proposal = NEW.id AND decision = 'release'))
    AND NOT EXISTS (SELECT FROM approval WHERE proposal = NEW.id AND decision = 'reject')) THEN
    RAISE EXCEPTION 'a proposal is executed once others have agreed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER proposal_agreed BEFORE INSERT OR UPDATE ON proposal FOR EACH ROW EXECUTE FUNCTION refuse_unagreed();

-- Nobody lifts a freeze alone, and the engine never does: a lift is an executed proposal to lift this very freeze.
ALTER TABLE freezes ADD CONSTRAINT freezes_lift CHECK (
  (lifted_by IS NULL) = (lifted_at IS NULL) AND (lifted_under IS NULL OR lifted_by IS NOT NULL) AND coalesce(lifted_by, '') <> 'engine');
CREATE FUNCTION refuse_lone_lift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.lifted_under AND act = 'freeze-lift' AND state = 'executed'
                    AND content ->> 'freeze' = NEW.id::text) THEN
    RAISE EXCEPTION 'a freeze is lifted by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER freezes_agreed BEFORE UPDATE ON freezes FOR EACH ROW WHEN (NEW.lifted_at IS NOT NULL) EXECUTE FUNCTION refuse_lone_lift();

GRANT SELECT, INSERT ON signing_key, proposal, approval TO lunas_app;
GRANT UPDATE (ended_at, ended_by) ON signing_key TO lunas_app;
GRANT UPDATE (state, outcome_code, outcome, decided_at, version) ON proposal TO lunas_app;
GRANT SELECT ON signing_key, proposal, approval TO lunas_audit;
