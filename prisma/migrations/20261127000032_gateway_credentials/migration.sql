-- CreateTable
CREATE TABLE "gateway_credential" (
    "id" UUID NOT NULL,
    "gateway" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "begun_at" TIMESTAMPTZ(6) NOT NULL,
    "agreed_under" UUID,
    "ended_at" TIMESTAMPTZ(6),
    "ended_by" TEXT,
    "ended_under" UUID,
    "written_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gateway_credential_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "gateway_credential_agreed_under_key" ON "gateway_credential"("agreed_under");

-- CreateIndex
CREATE UNIQUE INDEX "gateway_credential_ended_under_key" ON "gateway_credential"("ended_under");

-- AddForeignKey
ALTER TABLE "gateway_credential" ADD CONSTRAINT "gateway_credential_admission_exists" FOREIGN KEY ("agreed_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "gateway_credential" ADD CONSTRAINT "gateway_credential_end_exists" FOREIGN KEY ("ended_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.
ALTER TABLE gateway_credential ADD CONSTRAINT gateway_credential_purpose CHECK (purpose IN ('send', 'callback'));
ALTER TABLE gateway_credential ADD CONSTRAINT gateway_credential_fingerprint CHECK (fingerprint ~ '^[0-9a-f]{64}$');
ALTER TABLE gateway_credential ADD CONSTRAINT gateway_credential_end CHECK (
  (ended_at IS NULL) = (ended_by IS NULL) AND (ended_under IS NULL OR ended_at IS NOT NULL));
CREATE UNIQUE INDEX gateway_credential_live ON gateway_credential (gateway, purpose, fingerprint) WHERE ended_at IS NULL;
CREATE TRIGGER gateway_credential_frozen BEFORE UPDATE ON gateway_credential FOR EACH ROW
  EXECUTE FUNCTION refuse_thaw('id', 'gateway', 'purpose', 'fingerprint', 'begun_at', 'agreed_under', 'written_at');
CREATE TRIGGER gateway_credential_ended BEFORE UPDATE ON gateway_credential FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- Nobody changes alone where money is asked to go, or whose callbacks are believed. Without an executed proposal only what the engine finds at its
-- first use comes into force, all of it in one transaction and never again; and only that ends so.
CREATE FUNCTION refuse_lone_credential() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  under CONSTANT uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.agreed_under ELSE NEW.ended_under END;
  change CONSTANT text := CASE TG_OP WHEN 'INSERT' THEN 'admit' ELSE 'end' END;
BEGIN
  IF TG_OP = 'INSERT' AND NEW.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'a credential that comes into force has not ended' USING ERRCODE = 'restrict_violation';
  END IF;
  IF under IS NULL AND TG_OP = 'INSERT' AND NOT EXISTS (
      SELECT FROM gateway_credential WHERE gateway = NEW.gateway AND purpose = NEW.purpose AND written_at <> NEW.written_at) THEN
    RETURN NEW;
  END IF;
  IF under IS NULL AND TG_OP = 'UPDATE' AND OLD.agreed_under IS NULL THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT FROM proposal WHERE id = under AND act = 'gateway-credential' AND state = 'executed' AND content ->> 'gateway' = NEW.gateway
                    AND content ->> 'purpose' = NEW.purpose AND content ->> 'fingerprint' = NEW.fingerprint AND content ->> 'change' = change) THEN
    RAISE EXCEPTION 'the credentials of a gateway change by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER gateway_credential_agreed BEFORE INSERT OR UPDATE ON gateway_credential FOR EACH ROW EXECUTE FUNCTION refuse_lone_credential();

-- Who waited for a credential is told as who waited for a freeze. Nothing that stands there becomes wrong by it.
ALTER TABLE telling DROP CONSTRAINT telling_cause;
ALTER TABLE telling ADD CONSTRAINT telling_cause CHECK (cause ~ '^(freeze|restore|year|credential):');

GRANT SELECT ON gateway_credential TO lunas_app, lunas_audit;
GRANT INSERT (id, gateway, purpose, fingerprint, begun_at, agreed_under), UPDATE (ended_at, ended_by, ended_under) ON gateway_credential TO lunas_app;
