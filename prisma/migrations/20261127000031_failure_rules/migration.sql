-- CreateTable
CREATE TABLE "failure_rule" (
    "id" UUID NOT NULL,
    "gateway" TEXT NOT NULL,
    "vendor_code" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "class" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "from_class" TEXT NOT NULL,
    "from_code" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(6) NOT NULL,
    "set_by" TEXT NOT NULL,
    "decided_under" UUID,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "failure_rule_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "failure_rule_gateway_vendor_code_n_key" ON "failure_rule"("gateway", "vendor_code", "n");

-- AddForeignKey
ALTER TABLE "failure_rule" ADD CONSTRAINT "failure_rule_proposal_exists" FOREIGN KEY ("decided_under") REFERENCES "proposal"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- What Prisma cannot say. Every object below is declared again in prisma/guards.ts and compared with the catalog at start.
ALTER TABLE failure_rule ADD CONSTRAINT failure_rule_coded CHECK (gateway <> '' AND vendor_code <> '' AND code <> '' AND from_code <> '' AND n > 0);
-- Nobody says of a failure that the same key is to be sent again: only an adapter knows that nothing was executed.
ALTER TABLE failure_rule ADD CONSTRAINT failure_rule_class CHECK (
  class IN ('config', 'float-short', 'retry-new', 'needs-account', 'permanent', 'undocumented', 'compliance', 'unknown') OR is_default AND class = 'retry-same');
ALTER TABLE failure_rule ADD CONSTRAINT failure_rule_from CHECK (
  from_class IN ('config', 'float-short', 'retry-same', 'retry-new', 'needs-account', 'permanent', 'undocumented', 'compliance', 'unknown'));
ALTER TABLE failure_rule ADD CONSTRAINT failure_rule_set_by CHECK (set_by <> 'engine');
CREATE UNIQUE INDEX failure_rule_live ON failure_rule (vendor_code, gateway) WHERE ended_at IS NULL;

-- What must happen before another attempt, as domain/failure-rule.ts counts it: 0 where money leaves again by itself, 4 where nothing does.
CREATE FUNCTION failure_safety(class text, code text) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN CASE WHEN class IN ('config', 'float-short', 'retry-same', 'retry-new') THEN 0
            WHEN class = 'needs-account' AND code IN ('name-differs', 'account-name-differs', 'holder-malformed', 'wallet-limit', 'wallet-not-upgraded') THEN 0
            WHEN class IN ('needs-account', 'permanent') THEN 1
            WHEN class IN ('undocumented', 'compliance') THEN 2
            WHEN class = 'unknown' AND code = 'failure-doubted' THEN 4
            WHEN class = 'unknown' THEN 3 END;

-- One person gives what fails to people, or doubts it, and nothing else; whatever two have agreed to is what they have signed.
CREATE FUNCTION refuse_lone_reclassification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (CASE WHEN NEW.decided_under IS NULL THEN failure_safety(NEW.class, NEW.code) <= greatest(failure_safety(NEW.from_class, NEW.from_code), 1)
          ELSE NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND act = 'reclassification' AND state = 'executed'
                              AND content ->> 'gateway' = NEW.gateway AND content ->> 'vendorCode' = NEW.vendor_code
                              AND content -> 'from' = jsonb_build_object('class', NEW.from_class, 'code', NEW.from_code)
                              AND content -> 'meaning' = CASE WHEN NEW.is_default THEN 'null'::jsonb
                                                              ELSE jsonb_build_object('class', NEW.class, 'code', NEW.code) END) END) THEN
    RAISE EXCEPTION '% of % is not given to people, nor doubted, and no two people have agreed to that', NEW.vendor_code, NEW.gateway USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.ended_at IS NOT NULL
     OR NEW.n <> 1 + coalesce((SELECT max(n) FROM failure_rule WHERE (gateway, vendor_code) = (NEW.gateway, NEW.vendor_code)), 0)
     OR EXISTS (SELECT FROM failure_rule b WHERE (b.gateway, b.vendor_code, b.n) = (NEW.gateway, NEW.vendor_code, NEW.n - 1)
                   AND (b.ended_at IS DISTINCT FROM NEW.set_at OR NOT b.is_default AND (b.class, b.code) <> (NEW.from_class, NEW.from_code))) THEN
    RAISE EXCEPTION 'a rule about % of % begins when, and as what, the one before it ended', NEW.vendor_code, NEW.gateway USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER failure_rule_agreed BEFORE INSERT ON failure_rule FOR EACH ROW EXECUTE FUNCTION refuse_lone_reclassification();
CREATE TRIGGER failure_rule_frozen BEFORE UPDATE ON failure_rule FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'gateway', 'vendor_code', 'n', 'class', 'code', 'from_class', 'from_code', 'is_default', 'reason', 'set_at', 'set_by', 'decided_under');
CREATE TRIGGER failure_rule_ended BEFORE UPDATE ON failure_rule FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER failure_rule_kept BEFORE DELETE ON failure_rule FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- One that is ended and followed by none would be the released table again, and nobody would have said so.
CREATE FUNCTION refuse_unsucceeded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM failure_rule s WHERE (s.gateway, s.vendor_code, s.n) = (NEW.gateway, NEW.vendor_code, NEW.n + 1)) THEN
    RAISE EXCEPTION 'a rule about % of % ends where another one begins', NEW.vendor_code, NEW.gateway USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER failure_rule_succeeded AFTER UPDATE ON failure_rule DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unsucceeded();

GRANT SELECT, INSERT, UPDATE (ended_at) ON failure_rule TO lunas_app;
GRANT SELECT ON failure_rule TO lunas_audit;
