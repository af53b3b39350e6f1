/**
 * What the catalog must hold: every check, key, reference, unique index, trigger, function, owner and power. Prisma's own drift
 * check sees few of these, so they are declared here, compared at every start, and restored from here by `lunas migrate`: kinds
 * stand in the order in which they can be made. After a migration that changes one, change it here.
 */
export interface Guards {
  /** By signature. */
  readonly function: Readonly<Record<string, string>>
  /** By object: `table posting`. */
  readonly owner: Readonly<Record<string, string>>
  /** By table and name: `posting.posting_pkey`; so are the next five. */
  readonly primary: Readonly<Record<string, string>>
  readonly unique: Readonly<Record<string, string>>
  readonly check: Readonly<Record<string, string>>
  readonly reference: Readonly<Record<string, string>>
  readonly trigger: Readonly<Record<string, string>>
  /** A rewrite rule could turn a write into nothing: there are none. */
  readonly rule: Readonly<Record<string, string>>
  /** By holder and object: `lunas_app on table posting`; the database itself is `database`. */
  readonly power: Readonly<Record<string, string>>
}

/** Definitions as PostgreSQL prints them. */
export const GUARDS: Guards = {
  function: {
    'failure_safety(text,text)':
      "CREATE OR REPLACE FUNCTION public.failure_safety(class text, code text)\n RETURNS integer\n LANGUAGE sql\n IMMUTABLE\nRETURN CASE WHEN (class = ANY (ARRAY['config'::text, 'float-short'::text, 'retry-same'::text, 'retry-new'::text])) THEN 0 WHEN ((class = 'needs-account'::text) AND (code = ANY (ARRAY['name-differs'::text, 'account-name-differs'::text, 'holder-malformed'::text, 'wallet-limit'::text, 'wallet-not-upgraded'::text]))) THEN 0 WHEN (class = ANY (ARRAY['needs-account'::text, 'permanent'::text])) THEN 1 WHEN (class = ANY (ARRAY['undocumented'::text, 'compliance'::text])) THEN 2 WHEN ((class = 'unknown'::text) AND (code = 'failure-doubted'::text)) THEN 4 WHEN (class = 'unknown'::text) THEN 3 ELSE NULL::integer END\n",
    'is_open_obligation(disbursement)':
      "CREATE OR REPLACE FUNCTION public.is_open_obligation(d disbursement)\n RETURNS boolean\n LANGUAGE sql\n STABLE\nRETURN (((d).state <> ALL (ARRAY['paid'::text, 'lapsed'::text, 'cancelled'::text])) AND ((d).deducted = 0) AND (NOT (EXISTS (SELECT FROM payout y WHERE ((y.disbursement = (is_open_obligation.d).key) AND (y.money <> ALL (ARRAY['clearing'::text, 'back'::text])))))) AND (EXISTS (SELECT FROM (commitment c JOIN appropriation a ON ((a.id = c.appropriation))) WHERE ((c.programme = (is_open_obligation.d).programme) AND (c.ref = (is_open_obligation.d).ref) AND (a.fiscal_year = (is_open_obligation.d).fiscal_year)))))\n",
    'ms(timestamp with time zone)':
      "CREATE OR REPLACE FUNCTION public.ms(at timestamp with time zone)\n RETURNS bigint\n LANGUAGE sql\n STABLE PARALLEL SAFE STRICT\nRETURN ((date_part('epoch'::text, at) * (1000)::double precision))::bigint\n",
    'open_period(text,text)':
      "CREATE OR REPLACE FUNCTION public.open_period(programme text, wanted text)\n RETURNS text\n LANGUAGE sql\n STABLE\nRETURN (SELECT to_char(months.month, 'YYYY-MM'::text) AS to_char FROM generate_series((to_date(open_period.wanted, 'YYYY-MM'::text))::timestamp without time zone, ((to_date(open_period.wanted, 'YYYY-MM'::text))::timestamp without time zone + '10 years'::interval), '1 mon'::interval) months(month) WHERE (NOT (EXISTS (SELECT FROM closed_period c WHERE ((c.programme = open_period.programme) AND (c.period = to_char(months.month, 'YYYY-MM'::text)))))) ORDER BY months.month LIMIT 1)\n",
    'refuse_added_line()':
      "CREATE OR REPLACE FUNCTION public.refuse_added_line()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF EXISTS (SELECT FROM (SELECT DISTINCT run FROM added) AS of LEFT JOIN payout_run r ON r.key = of.run\n              WHERE r.state IS DISTINCT FROM 'collecting'\n                 OR r.lines <> (SELECT count(*) FROM payout_run_line l WHERE l.run = of.run)) THEN\n    RAISE EXCEPTION 'no line is added to a run that is collected' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NULL;\nEND\n$function$\n",
    'refuse_begun_run()':
      "CREATE OR REPLACE FUNCTION public.refuse_begun_run()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NEW.state <> 'collecting' THEN\n    RAISE EXCEPTION 'a run begins with its lines' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_change()':
      "CREATE OR REPLACE FUNCTION public.refuse_change()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';\nEND\n$function$\n",
    'refuse_closed_period()':
      "CREATE OR REPLACE FUNCTION public.refuse_closed_period()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  PERFORM pg_advisory_xact_lock_shared(hashtextextended('period:' || programme, 0)) FROM (SELECT DISTINCT programme FROM posted) AS held;\n  IF EXISTS (SELECT FROM posted JOIN closed_period USING (programme, period)) THEN\n    RAISE EXCEPTION 'the period is closed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'posting_period_open';\n  END IF;\n  RETURN NULL;\nEND\n$function$\n",
    'refuse_early_explanation()':
      "CREATE OR REPLACE FUNCTION public.refuse_early_explanation()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF EXISTS (SELECT FROM payout WHERE key = NEW.payout AND money = 'clearing') THEN\n    RAISE EXCEPTION 'payout % is under way: nobody can explain a difference of it', NEW.payout USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_late_commitment()':
      "CREATE OR REPLACE FUNCTION public.refuse_late_commitment()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  PERFORM pg_advisory_xact_lock_shared(hashtextextended('freeze:years:' || programme, 0)) FROM (SELECT DISTINCT programme FROM added) AS held;\n  IF EXISTS (SELECT FROM (SELECT DISTINCT appropriation FROM added) AS c JOIN appropriation a ON a.id = c.appropriation\n               JOIN year_close z ON (z.programme, z.fiscal_year) = (a.programme, a.fiscal_year)) THEN\n    RAISE EXCEPTION 'the fiscal year ends: nobody is promised anything from it' USING ERRCODE = 'serialization_failure';\n  END IF;\n  RETURN NULL;\nEND\n$function$\n",
    'refuse_late_lines()':
      "CREATE OR REPLACE FUNCTION public.refuse_late_lines()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF EXISTS (SELECT FROM (SELECT DISTINCT statement FROM added) AS told JOIN statement s ON s.id = told.statement) THEN\n    RAISE EXCEPTION 'a statement that is here takes no more lines' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NULL;\nEND\n$function$\n",
    'refuse_late_obligation()':
      "CREATE OR REPLACE FUNCTION public.refuse_late_obligation()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  PERFORM pg_advisory_xact_lock_shared(hashtextextended('freeze:years:' || programme, 0)) FROM (SELECT DISTINCT programme FROM added) AS held;\n  IF EXISTS (SELECT FROM added d JOIN year_close z USING (programme, fiscal_year)) THEN\n    RAISE EXCEPTION 'the fiscal year ends: nothing is owed from it' USING ERRCODE = 'serialization_failure';\n  END IF;\n  RETURN NULL;\nEND\n$function$\n",
    'refuse_lone_credential()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_credential()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nDECLARE\n  under CONSTANT uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.agreed_under ELSE NEW.ended_under END;\n  change CONSTANT text := CASE TG_OP WHEN 'INSERT' THEN 'admit' ELSE 'end' END;\nBEGIN\n  IF TG_OP = 'INSERT' AND NEW.ended_at IS NOT NULL THEN\n    RAISE EXCEPTION 'a credential that comes into force has not ended' USING ERRCODE = 'restrict_violation';\n  END IF;\n  IF under IS NULL AND TG_OP = 'INSERT' AND NOT EXISTS (\n      SELECT FROM gateway_credential WHERE gateway = NEW.gateway AND purpose = NEW.purpose AND written_at <> NEW.written_at) THEN\n    RETURN NEW;\n  END IF;\n  IF under IS NULL AND TG_OP = 'UPDATE' AND OLD.agreed_under IS NULL THEN\n    RETURN NEW;\n  END IF;\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = under AND act = 'gateway-credential' AND state = 'executed' AND content ->> 'gateway' = NEW.gateway\n                    AND content ->> 'purpose' = NEW.purpose AND content ->> 'fingerprint' = NEW.fingerprint AND content ->> 'change' = change) THEN\n    RAISE EXCEPTION 'the credentials of a gateway change by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_lone_decision()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_decision()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND act = ANY (TG_ARGV) AND state = 'executed'\n                    AND content ->> TG_TABLE_NAME = NEW.key) THEN\n    RAISE EXCEPTION '% % is decided by a proposal that others have agreed to', TG_TABLE_NAME, NEW.key USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_lone_deduction()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_deduction()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.agreed_under AND act = 'deduction' AND state = 'executed'\n                    AND content ->> 'disbursement' = NEW.disbursement AND content ->> 'payout' IS NOT DISTINCT FROM NEW.payout\n                    AND content ->> 'amount' = NEW.amount::text AND content ->> 'cause' = NEW.cause AND content ->> 'reference' = NEW.reference)\n     OR NEW.payout IS NOT NULL AND NOT EXISTS (\n          SELECT FROM payout WHERE key = NEW.payout AND (programme, ref, currency, money) = (NEW.programme, NEW.ref, NEW.currency, 'receivable')) THEN\n    RAISE EXCEPTION 'a deduction is made by a proposal that others have agreed to, for what its own person owes' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_lone_lift()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_lift()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.lifted_under AND act = 'freeze-lift' AND state = 'executed'\n                    AND content ->> 'freeze' = NEW.id::text) THEN\n    RAISE EXCEPTION 'a freeze is lifted by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_lone_reclassification()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_reclassification()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF (CASE WHEN NEW.decided_under IS NULL THEN failure_safety(NEW.class, NEW.code) <= greatest(failure_safety(NEW.from_class, NEW.from_code), 1)\n          ELSE NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND act = 'reclassification' AND state = 'executed'\n                              AND content ->> 'gateway' = NEW.gateway AND content ->> 'vendorCode' = NEW.vendor_code\n                              AND content -> 'from' = jsonb_build_object('class', NEW.from_class, 'code', NEW.from_code)\n                              AND content -> 'meaning' = CASE WHEN NEW.is_default THEN 'null'::jsonb\n                                                              ELSE jsonb_build_object('class', NEW.class, 'code', NEW.code) END) END) THEN\n    RAISE EXCEPTION '% of % is not given to people, nor doubted, and no two people have agreed to that', NEW.vendor_code, NEW.gateway USING ERRCODE = 'restrict_violation';\n  END IF;\n  IF NEW.ended_at IS NOT NULL\n     OR NEW.n <> 1 + coalesce((SELECT max(n) FROM failure_rule WHERE (gateway, vendor_code) = (NEW.gateway, NEW.vendor_code)), 0)\n     OR EXISTS (SELECT FROM failure_rule b WHERE (b.gateway, b.vendor_code, b.n) = (NEW.gateway, NEW.vendor_code, NEW.n - 1)\n                   AND (b.ended_at IS DISTINCT FROM NEW.set_at OR NOT b.is_default AND (b.class, b.code) <> (NEW.from_class, NEW.from_code))) THEN\n    RAISE EXCEPTION 'a rule about % of % begins when, and as what, the one before it ended', NEW.vendor_code, NEW.gateway USING ERRCODE = 'check_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_lone_recovery()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_recovery()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND state = 'executed' AND content ->> 'payout' = NEW.key AND\n       CASE act WHEN 'review-decision' THEN true\n                WHEN 'receivable-end' THEN content ->> 'amount' IS NULL AND content ->> 'end' = NEW.money\n                WHEN 'deduction' THEN NEW.money = 'repaid' AND NEW.repaid + NEW.returned = NEW.amount\n                ELSE false END) THEN\n    RAISE EXCEPTION 'payout % is decided by a proposal that others have agreed to', NEW.key USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_lone_repayment()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_repayment()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.agreed_under AND act = 'receivable-end' AND state = 'executed'\n                    AND content ->> 'payout' = NEW.payout AND content ->> 'end' = 'repaid' AND content ->> 'amount' = NEW.amount::text)\n     OR NOT EXISTS (SELECT FROM payout WHERE key = NEW.payout AND (programme, ref, currency, money) = (NEW.programme, NEW.ref, NEW.currency, 'receivable')) THEN\n    RAISE EXCEPTION 'a repayment is recorded by a proposal that others have agreed to, of what is to be had back' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_lone_resolution()':
      "CREATE OR REPLACE FUNCTION public.refuse_lone_resolution()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND state = 'executed' AND\n       CASE act WHEN 'discrepancy-resolution' THEN content ->> 'discrepancy' = NEW.id::text AND content ->> 'resolution' = NEW.resolution\n                                                   AND content ->> 'difference' = NEW.difference::text\n                                                   AND (NEW.difference = OLD.difference OR OLD.difference = 0 AND OLD.amount_there IS NULL AND (OLD.payout IS NULL OR OLD.class IN ('fee', 'duplicate')))\n                WHEN 'review-decision' THEN content ->> 'payout' = NEW.payout AND coalesce(NEW.resolution, 'booked') IN ('booked', 'applied')\n                                            OR content ->> 'stray' = NEW.id::text AND NEW.resolution = 'corrected' AND NEW.difference = OLD.difference\n                ELSE false END) THEN\n    RAISE EXCEPTION 'discrepancy % is decided by a proposal that others have agreed to', NEW.id USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_other_reserve()':
      "CREATE OR REPLACE FUNCTION public.refuse_other_reserve()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NEW.source LIKE 'run:%' AND (TG_OP = 'UPDATE' OR NEW.reserved IS DISTINCT FROM (SELECT fees FROM payout_run WHERE key = substr(NEW.source, 5) AND state = 'collecting')) THEN\n    RAISE EXCEPTION '% reserves what it was collected with', NEW.source USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_overpayment()':
      "CREATE OR REPLACE FUNCTION public.refuse_overpayment()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NEW.amount - NEW.returned > (\n       SELECT d.amount - d.deducted - coalesce((SELECT sum(y.amount - y.returned) FROM payout y\n                                    WHERE y.disbursement = d.key AND y.key <> NEW.key AND y.money IN ('clearing', 'credited')), 0)\n         FROM disbursement d WHERE d.key = NEW.disbursement) THEN\n    RAISE EXCEPTION 'payout % is more than what is owed', NEW.key USING ERRCODE = 'check_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_own_approval()':
      "CREATE OR REPLACE FUNCTION public.refuse_own_approval()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.proposal AND state = 'open' AND NEW.decided_at < expires_at\n                    AND proposer <> NEW.person AND about IS DISTINCT FROM NEW.person) THEN\n    RAISE EXCEPTION 'a proposal is decided by another person, while it is open' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_thaw()':
      "CREATE OR REPLACE FUNCTION public.refuse_thaw()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nDECLARE\n  name text;\nBEGIN\n  FOREACH name IN ARRAY TG_ARGV LOOP\n    IF (to_jsonb(OLD) -> name) IS DISTINCT FROM (to_jsonb(NEW) -> name) THEN\n      RAISE EXCEPTION '%.% is frozen', TG_TABLE_NAME, name USING ERRCODE = 'restrict_violation';\n    END IF;\n  END LOOP;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_unagreed()':
      "CREATE OR REPLACE FUNCTION public.refuse_unagreed()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF TG_OP = 'INSERT' THEN\n    IF NEW.state <> 'open' THEN\n      RAISE EXCEPTION 'a proposal begins open' USING ERRCODE = 'restrict_violation';\n    END IF;\n  ELSIF NEW.state = 'executed' AND NOT (\n    (SELECT count(*) >= NEW.approvers FROM approval WHERE proposal = NEW.id AND decision = 'approve')\n    AND (NOT NEW.releaser OR EXISTS (SELECT FROM approval WHERE proposal = NEW.id AND decision = 'release'))\n    AND NOT EXISTS (SELECT FROM approval WHERE proposal = NEW.id AND decision = 'reject')) THEN\n    RAISE EXCEPTION 'a proposal is executed once others have agreed' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_unagreed_deduction()':
      "CREATE OR REPLACE FUNCTION public.refuse_unagreed_deduction()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NEW.deducted <> (SELECT coalesce(sum(amount), 0) FROM deduction WHERE disbursement = NEW.key)\n     OR NEW.deducted > NEW.amount - coalesce((SELECT sum(y.amount - y.returned) FROM payout y\n                                               WHERE y.disbursement = NEW.key AND y.money IN ('clearing', 'credited')), 0) THEN\n    RAISE EXCEPTION 'what is deducted from % is what was agreed to, and no more than is owed', NEW.key USING ERRCODE = 'check_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_unagreed_repayment()':
      "CREATE OR REPLACE FUNCTION public.refuse_unagreed_repayment()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF OLD.money <> 'receivable' OR NEW.repaid <> (\n       SELECT coalesce((SELECT sum(amount) FROM deduction WHERE payout = NEW.key), 0) + coalesce((SELECT sum(amount) FROM repayment WHERE payout = NEW.key), 0)) THEN\n    RAISE EXCEPTION 'what is given back of % is what was agreed to', NEW.key USING ERRCODE = 'check_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_unagreed_run()':
      "CREATE OR REPLACE FUNCTION public.refuse_unagreed_run()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NEW.state = 'aborted' THEN\n    IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.ended_under AND act = 'run-abort' AND state = 'executed'\n                      AND content ->> 'run' = NEW.key) THEN\n      RAISE EXCEPTION 'a run is aborted by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';\n    END IF;\n  ELSIF NEW.state NOT IN ('collecting', 'proposed', 'void') AND NOT EXISTS (\n      SELECT FROM proposal WHERE id = NEW.proposal AND act = 'run-release' AND state = 'executed'\n         AND content ->> 'run' = NEW.key AND content ->> 'hash' = encode(NEW.hash, 'hex')) THEN\n    RAISE EXCEPTION 'a run is released by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
    'refuse_unsucceeded()':
      "CREATE OR REPLACE FUNCTION public.refuse_unsucceeded()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nBEGIN\n  IF NOT EXISTS (SELECT FROM failure_rule s WHERE (s.gateway, s.vendor_code, s.n) = (NEW.gateway, NEW.vendor_code, NEW.n + 1)) THEN\n    RAISE EXCEPTION 'a rule about % of % ends where another one begins', NEW.vendor_code, NEW.gateway USING ERRCODE = 'check_violation';\n  END IF;\n  RETURN NULL;\nEND\n$function$\n",
    'refuse_untaken()':
      "CREATE OR REPLACE FUNCTION public.refuse_untaken()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nDECLARE\n  taken boolean := true;\nBEGIN\n  IF TG_TABLE_NAME = 'deduction' THEN\n    taken := (SELECT deducted FROM disbursement WHERE key = NEW.disbursement) = (SELECT sum(amount) FROM deduction WHERE disbursement = NEW.disbursement);\n  END IF;\n  IF NOT taken OR NEW.payout IS NOT NULL AND (SELECT repaid FROM payout WHERE key = NEW.payout) <>\n       coalesce((SELECT sum(amount) FROM deduction WHERE payout = NEW.payout), 0) + coalesce((SELECT sum(amount) FROM repayment WHERE payout = NEW.payout), 0) THEN\n    RAISE EXCEPTION 'what was agreed to is not taken from what it is about' USING ERRCODE = 'check_violation';\n  END IF;\n  RETURN NULL;\nEND\n$function$\n",
    'refuse_year_step()':
      "CREATE OR REPLACE FUNCTION public.refuse_year_step()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\nDECLARE\n  steps CONSTANT text[] := ARRAY['frozen', 'lapsed', 'returned', 'carried', 'closed'];\nBEGIN\n  IF TG_OP = 'INSERT' THEN\n    IF NEW.state <> 'frozen' OR NOT EXISTS (\n        SELECT FROM proposal WHERE id = NEW.agreed_under AND act = 'year-end' AND state = 'executed' AND content ->> 'programme' = NEW.programme\n           AND content ->> 'fiscalYear' = NEW.fiscal_year::text AND content ->> 'document' = NEW.document) THEN\n      RAISE EXCEPTION 'a fiscal year ends by a proposal that others have agreed to' USING ERRCODE = 'restrict_violation';\n    END IF;\n    RETURN NEW;\n  END IF;\n  IF array_position(steps, NEW.state) NOT IN (array_position(steps, OLD.state), array_position(steps, OLD.state) + 1) THEN\n    RAISE EXCEPTION 'a fiscal year goes from % to % by no step', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';\n  END IF;\n  IF NEW.state = 'closed' AND (EXISTS (\n      SELECT FROM commitment c JOIN appropriation a ON a.id = c.appropriation\n       WHERE a.programme = NEW.programme AND a.fiscal_year = NEW.fiscal_year AND c.amount > c.obligated + c.released\n    ) OR EXISTS (\n      SELECT FROM disbursement d WHERE d.programme = NEW.programme AND d.fiscal_year = NEW.fiscal_year\n         AND d.state NOT IN ('paid', 'lapsed', 'cancelled') AND is_open_obligation(d))) THEN\n    RAISE EXCEPTION 'something of fiscal year % is open still', NEW.fiscal_year USING ERRCODE = 'restrict_violation';\n  END IF;\n  RETURN NEW;\nEND\n$function$\n",
  },
  owner: {
    'function failure_safety(text,text)': 'lunas_owner',
    'function is_open_obligation(disbursement)': 'lunas_owner',
    'function ms(timestamp with time zone)': 'lunas_owner',
    'function open_period(text,text)': 'lunas_owner',
    'function refuse_added_line()': 'lunas_owner',
    'function refuse_begun_run()': 'lunas_owner',
    'function refuse_change()': 'lunas_owner',
    'function refuse_closed_period()': 'lunas_owner',
    'function refuse_early_explanation()': 'lunas_owner',
    'function refuse_late_commitment()': 'lunas_owner',
    'function refuse_late_lines()': 'lunas_owner',
    'function refuse_late_obligation()': 'lunas_owner',
    'function refuse_lone_credential()': 'lunas_owner',
    'function refuse_lone_decision()': 'lunas_owner',
    'function refuse_lone_deduction()': 'lunas_owner',
    'function refuse_lone_lift()': 'lunas_owner',
    'function refuse_lone_reclassification()': 'lunas_owner',
    'function refuse_lone_recovery()': 'lunas_owner',
    'function refuse_lone_repayment()': 'lunas_owner',
    'function refuse_lone_resolution()': 'lunas_owner',
    'function refuse_other_reserve()': 'lunas_owner',
    'function refuse_overpayment()': 'lunas_owner',
    'function refuse_own_approval()': 'lunas_owner',
    'function refuse_thaw()': 'lunas_owner',
    'function refuse_unagreed()': 'lunas_owner',
    'function refuse_unagreed_deduction()': 'lunas_owner',
    'function refuse_unagreed_repayment()': 'lunas_owner',
    'function refuse_unagreed_run()': 'lunas_owner',
    'function refuse_unsucceeded()': 'lunas_owner',
    'function refuse_untaken()': 'lunas_owner',
    'function refuse_year_step()': 'lunas_owner',
    'schema public': 'lunas_owner',
    'table account': 'lunas_owner',
    'table account_check': 'lunas_owner',
    'table api_key': 'lunas_owner',
    'table appropriation': 'lunas_owner',
    'table approval': 'lunas_owner',
    'table audit_event': 'lunas_owner',
    'table callback': 'lunas_owner',
    'table carry_over': 'lunas_owner',
    'table check_result': 'lunas_owner',
    'table closed_period': 'lunas_owner',
    'table commitment': 'lunas_owner',
    'table data_key': 'lunas_owner',
    'table deduction': 'lunas_owner',
    'table disbursement': 'lunas_owner',
    'table discrepancy': 'lunas_owner',
    'table evidence': 'lunas_owner',
    'table failure_rule': 'lunas_owner',
    'table fee_reserve': 'lunas_owner',
    'table freezes': 'lunas_owner',
    'table funding': 'lunas_owner',
    'table gateway_credential': 'lunas_owner',
    'table idempotency_key': 'lunas_owner',
    'table message': 'lunas_owner',
    'table observation': 'lunas_owner',
    'table participant': 'lunas_owner',
    'table payout': 'lunas_owner',
    'table payout_run': 'lunas_owner',
    'table payout_run_line': 'lunas_owner',
    'table posting': 'lunas_owner',
    'table programme_version': 'lunas_owner',
    'table proposal': 'lunas_owner',
    'table repayment': 'lunas_owner',
    'table restore': 'lunas_owner',
    'table role_grant': 'lunas_owner',
    'table seal': 'lunas_owner',
    'table sealed_document': 'lunas_owner',
    'table send': 'lunas_owner',
    'table signing_key': 'lunas_owner',
    'table statement': 'lunas_owner',
    'table statement_line': 'lunas_owner',
    'table statement_pair': 'lunas_owner',
    'table telling': 'lunas_owner',
    'table tranche': 'lunas_owner',
    'table treasury_return': 'lunas_owner',
    'table wave': 'lunas_owner',
    'table year_close': 'lunas_owner',
  },
  primary: {
    'account.account_pkey': 'PRIMARY KEY (id)',
    'account_check.account_check_pkey': 'PRIMARY KEY (id)',
    'api_key.api_key_pkey': 'PRIMARY KEY (id)',
    'appropriation.appropriation_pkey': 'PRIMARY KEY (id)',
    'approval.approval_pkey': 'PRIMARY KEY (proposal, person)',
    'audit_event.audit_event_pkey': 'PRIMARY KEY (id)',
    'callback.callback_pkey': 'PRIMARY KEY (id)',
    'carry_over.carry_over_pkey': 'PRIMARY KEY (programme, ref, from_appropriation)',
    'check_result.check_result_pkey': 'PRIMARY KEY (programme, ref, rule)',
    'closed_period.closed_period_pkey': 'PRIMARY KEY (programme, period)',
    'commitment.commitment_pkey': 'PRIMARY KEY (programme, ref)',
    'data_key.data_key_pkey': 'PRIMARY KEY (owner)',
    'deduction.deduction_pkey': 'PRIMARY KEY (id)',
    'disbursement.disbursement_pkey': 'PRIMARY KEY (key)',
    'discrepancy.discrepancy_pkey': 'PRIMARY KEY (id)',
    'evidence.evidence_pkey': 'PRIMARY KEY (programme, ref, kind, subject)',
    'failure_rule.failure_rule_pkey': 'PRIMARY KEY (id)',
    'fee_reserve.fee_reserve_pkey': 'PRIMARY KEY (source)',
    'freezes.freezes_pkey': 'PRIMARY KEY (id)',
    'funding.funding_pkey': 'PRIMARY KEY (id)',
    'gateway_credential.gateway_credential_pkey': 'PRIMARY KEY (id)',
    'idempotency_key.idempotency_key_pkey': 'PRIMARY KEY (caller, route, key_hash)',
    'message.message_pkey': 'PRIMARY KEY (id)',
    'observation.observation_pkey': 'PRIMARY KEY (id)',
    'participant.participant_pkey': 'PRIMARY KEY (programme, ref)',
    'payout.payout_pkey': 'PRIMARY KEY (key)',
    'payout_run.payout_run_pkey': 'PRIMARY KEY (key)',
    'payout_run_line.payout_run_line_pkey': 'PRIMARY KEY (run, disbursement)',
    'posting.posting_pkey': 'PRIMARY KEY (id)',
    'programme_version.programme_version_pkey': 'PRIMARY KEY (programme, version)',
    'proposal.proposal_pkey': 'PRIMARY KEY (id)',
    'repayment.repayment_pkey': 'PRIMARY KEY (id)',
    'restore.restore_pkey': 'PRIMARY KEY (id)',
    'role_grant.role_grant_pkey': 'PRIMARY KEY (id)',
    'seal.seal_pkey': 'PRIMARY KEY (sequence)',
    'sealed_document.sealed_document_pkey': 'PRIMARY KEY (id)',
    'send.send_pkey': 'PRIMARY KEY (payout, number)',
    'signing_key.signing_key_pkey': 'PRIMARY KEY (id)',
    'statement.statement_pkey': 'PRIMARY KEY (id)',
    'statement_line.statement_line_pkey': 'PRIMARY KEY (statement, line)',
    'statement_pair.statement_pair_pkey': 'PRIMARY KEY (statement, line)',
    'telling.telling_pkey': 'PRIMARY KEY (cause)',
    'tranche.tranche_pkey': 'PRIMARY KEY (programme, ref, code)',
    'treasury_return.treasury_return_pkey': 'PRIMARY KEY (id)',
    'wave.wave_pkey': 'PRIMARY KEY (programme, code)',
    'year_close.year_close_pkey': 'PRIMARY KEY (programme, fiscal_year)',
  },
  unique: {
    'account.account_id_programme_ref_key':
      'CREATE UNIQUE INDEX account_id_programme_ref_key ON public.account USING btree (id, programme, ref)',
    'account.account_live':
      'CREATE UNIQUE INDEX account_live ON public.account USING btree (programme, ref) WHERE (ended_at IS NULL)',
    'account.account_place_taken':
      'CREATE UNIQUE INDEX account_place_taken ON public.account USING btree (programme, account_index, place) WHERE ((place IS NOT NULL) AND (ended_at IS NULL))',
    'api_key.api_key_sha256_key': 'CREATE UNIQUE INDEX api_key_sha256_key ON public.api_key USING btree (sha256)',
    'appropriation.appropriation_programme_fiscal_year_budget_line_key':
      'CREATE UNIQUE INDEX appropriation_programme_fiscal_year_budget_line_key ON public.appropriation USING btree (programme, fiscal_year, budget_line)',
    'callback.callback_gateway_event_id_key':
      'CREATE UNIQUE INDEX callback_gateway_event_id_key ON public.callback USING btree (gateway, event_id)',
    'deduction.deduction_agreed_under_key':
      'CREATE UNIQUE INDEX deduction_agreed_under_key ON public.deduction USING btree (agreed_under)',
    'disbursement.disbursement_key_programme_ref_currency_key':
      'CREATE UNIQUE INDEX disbursement_key_programme_ref_currency_key ON public.disbursement USING btree (key, programme, ref, currency)',
    'disbursement.disbursement_programme_ref_tranche_key':
      'CREATE UNIQUE INDEX disbursement_programme_ref_tranche_key ON public.disbursement USING btree (programme, ref, tranche)',
    'discrepancy.discrepancy_live':
      "CREATE UNIQUE INDEX discrepancy_live ON public.discrepancy USING btree (key) WHERE (resolution IS DISTINCT FROM 'corrected'::text)",
    'discrepancy.discrepancy_number_key':
      'CREATE UNIQUE INDEX discrepancy_number_key ON public.discrepancy USING btree (number)',
    'failure_rule.failure_rule_gateway_vendor_code_n_key':
      'CREATE UNIQUE INDEX failure_rule_gateway_vendor_code_n_key ON public.failure_rule USING btree (gateway, vendor_code, n)',
    'failure_rule.failure_rule_live':
      'CREATE UNIQUE INDEX failure_rule_live ON public.failure_rule USING btree (vendor_code, gateway) WHERE (ended_at IS NULL)',
    'freezes.freezes_live':
      'CREATE UNIQUE INDEX freezes_live ON public.freezes USING btree (target) WHERE (lifted_at IS NULL)',
    'funding.funding_gateway_number_key':
      'CREATE UNIQUE INDEX funding_gateway_number_key ON public.funding USING btree (gateway, number)',
    'gateway_credential.gateway_credential_agreed_under_key':
      'CREATE UNIQUE INDEX gateway_credential_agreed_under_key ON public.gateway_credential USING btree (agreed_under)',
    'gateway_credential.gateway_credential_ended_under_key':
      'CREATE UNIQUE INDEX gateway_credential_ended_under_key ON public.gateway_credential USING btree (ended_under)',
    'gateway_credential.gateway_credential_live':
      'CREATE UNIQUE INDEX gateway_credential_live ON public.gateway_credential USING btree (gateway, purpose, fingerprint) WHERE (ended_at IS NULL)',
    'participant.participant_family_place':
      "CREATE UNIQUE INDEX participant_family_place ON public.participant USING btree (programme, family_card_index, family_card_place) WHERE ((family_card_index IS NOT NULL) AND ((admitted_at IS NOT NULL) OR ((withdrawn_at IS NULL) AND (outcome IS DISTINCT FROM 'refused'::text))))",
    'participant.participant_identity_index_programme_key':
      'CREATE UNIQUE INDEX participant_identity_index_programme_key ON public.participant USING btree (identity_index, programme)',
    'payout.payout_disbursement_n_key':
      'CREATE UNIQUE INDEX payout_disbursement_n_key ON public.payout USING btree (disbursement, n)',
    'payout.payout_gateway_reference_key':
      'CREATE UNIQUE INDEX payout_gateway_reference_key ON public.payout USING btree (gateway, reference)',
    'payout.payout_live':
      "CREATE UNIQUE INDEX payout_live ON public.payout USING btree (disbursement) WHERE ((NOT superseded) AND (state <> ALL (ARRAY['failed'::text, 'cancelled'::text, 'not-sent'::text, 'returned'::text])))",
    'payout_run.payout_run_programme_id_key':
      'CREATE UNIQUE INDEX payout_run_programme_id_key ON public.payout_run USING btree (programme, id)',
    'payout_run_line.payout_run_line_open':
      "CREATE UNIQUE INDEX payout_run_line_open ON public.payout_run_line USING btree (disbursement) WHERE (state = ANY (ARRAY['collected'::text, 'released'::text]))",
    'posting.posting_key_line_key':
      'CREATE UNIQUE INDEX posting_key_line_key ON public.posting USING btree (key, line)',
    'proposal.proposal_act_content_hash_expires_at_key':
      'CREATE UNIQUE INDEX proposal_act_content_hash_expires_at_key ON public.proposal USING btree (act, content_hash, expires_at)',
    'repayment.repayment_agreed_under_key':
      'CREATE UNIQUE INDEX repayment_agreed_under_key ON public.repayment USING btree (agreed_under)',
    'restore.restore_open':
      'CREATE UNIQUE INDEX restore_open ON public.restore USING btree ((true)) WHERE (closed_at IS NULL)',
    'role_grant.role_grant_live':
      "CREATE UNIQUE INDEX role_grant_live ON public.role_grant USING btree (person, role, COALESCE(programme, ''::text)) WHERE (ended_at IS NULL)",
    'seal.seal_previous_key': 'CREATE UNIQUE INDEX seal_previous_key ON public.seal USING btree (previous)',
    'send.send_open': 'CREATE UNIQUE INDEX send_open ON public.send USING btree (payout) WHERE (ended_at IS NULL)',
    'signing_key.signing_key_id_person_key':
      'CREATE UNIQUE INDEX signing_key_id_person_key ON public.signing_key USING btree (id, person)',
    'signing_key.signing_key_live':
      'CREATE UNIQUE INDEX signing_key_live ON public.signing_key USING btree (person) WHERE (ended_at IS NULL)',
    'signing_key.signing_key_public_key_key':
      'CREATE UNIQUE INDEX signing_key_public_key_key ON public.signing_key USING btree (public_key)',
    'statement.statement_current':
      'CREATE UNIQUE INDEX statement_current ON public.statement USING btree (gateway, day) WHERE (NOT superseded)',
    'statement.statement_gateway_day_version_key':
      'CREATE UNIQUE INDEX statement_gateway_day_version_key ON public.statement USING btree (gateway, day, version)',
    'treasury_return.treasury_return_gateway_number_key':
      'CREATE UNIQUE INDEX treasury_return_gateway_number_key ON public.treasury_return USING btree (gateway, number)',
    'treasury_return.treasury_return_programme_fiscal_year_gateway_key':
      'CREATE UNIQUE INDEX treasury_return_programme_fiscal_year_gateway_key ON public.treasury_return USING btree (programme, fiscal_year, gateway)',
  },
  check: {
    'account.account_kind': "CHECK ((kind = ANY (ARRAY['bank'::text, 'wallet'::text])))",
    'account.account_place':
      'CHECK (((num_nulls(place, places) = ANY (ARRAY[0, 2])) AND ((place >= 1) AND (place <= places)) AND (NOT (shared AND (place IS NOT NULL)))))',
    'account.account_state':
      "CHECK (((state = ANY (ARRAY['unverified'::text, 'verified'::text, 'failed'::text, 'replaced'::text])) AND ((state = 'replaced'::text) <= (ended_at IS NOT NULL))))",
    'account_check.account_check_score': 'CHECK (((score >= 0) AND (score <= 100)))',
    'account_check.account_check_verdict':
      "CHECK ((verdict = ANY (ARRAY['verified'::text, 'review'::text, 'refused'::text, 'unverified'::text])))",
    'api_key.api_key_end': 'CHECK (((revoked_at IS NULL) = (revoked_by IS NULL)))',
    'api_key.api_key_kind': "CHECK ((kind = ANY (ARRAY['person'::text, 'service'::text])))",
    'appropriation.appropriation_limit': 'CHECK (((amount >= 0) AND (committed >= 0) AND (committed <= amount)))',
    'approval.approval_shape':
      "CHECK (((decision = ANY (ARRAY['approve'::text, 'reject'::text, 'release'::text])) AND (octet_length(signature) = 64)))",
    'callback.callback_verdict': "CHECK ((verdict = ANY (ARRAY['applied'::text, 'stale'::text, 'unmatched'::text])))",
    'carry_over.carry_over_amounts':
      'CHECK (((kept >= 0) AND (released >= 0) AND (moved > 0) AND (obligated >= 0) AND (obligated <= moved) AND (from_appropriation <> to_appropriation)))',
    'check_result.check_result_outcome': "CHECK ((outcome = ANY (ARRAY['pass'::text, 'fail'::text])))",
    'commitment.commitment_limit':
      'CHECK (((amount > 0) AND (obligated >= 0) AND (released >= 0) AND ((obligated + released) <= amount)))',
    'deduction.deduction_shape':
      "CHECK (((amount > 0) AND (reference <> ''::text) AND (cause = ANY (ARRAY['paid-in-error'::text, 'tax'::text, 'court-order'::text])) AND ((cause = 'paid-in-error'::text) = (payout IS NOT NULL))))",
    'disbursement.disbursement_action':
      "CHECK (((action = ANY (ARRAY['relink'::text, 'upgrade-wallet'::text, 'wait-for-limit'::text, 'correct-name'::text])) AND ((action_by IS NULL) OR (action IS NOT NULL))))",
    'disbursement.disbursement_amount':
      'CHECK (((amount > 0) AND (returned >= 0) AND (attempts >= 0) AND (returns >= 0) AND (returned <= (returns * amount))))',
    'disbursement.disbursement_deducted': 'CHECK (((deducted >= 0) AND (deducted <= amount)))',
    'disbursement.disbursement_state':
      "CHECK ((state = ANY (ARRAY['owed'::text, 'released'::text, 'in-flight'::text, 'paid'::text, 'needs-account'::text, 'float-short'::text, 'review'::text, 'failed'::text, 'lapsed'::text, 'cancelled'::text])))",
    'discrepancy.discrepancy_class':
      "CHECK ((class = ANY (ARRAY['missing-here'::text, 'missing-there'::text, 'amount'::text, 'duplicate'::text, 'late'::text, 'other-day'::text, 'fee'::text, 'return'::text, 'unknown-reference'::text, 'account'::text, 'currency'::text, 'unreferenced-credit'::text])))",
    'discrepancy.discrepancy_fee':
      "CHECK ((((fee_reserve IS NULL) AND (NOT over_reserve)) OR ((class = 'fee'::text) AND ((fee_reserve IS NULL) OR (NOT over_reserve)))))",
    'discrepancy.discrepancy_resolution':
      "CHECK (((resolution IS NULL) OR (resolution = ANY (ARRAY['booked'::text, 'receivable'::text, 'written-off'::text, 'to-treasury'::text, 'applied'::text, 'explained'::text, 'corrected'::text]))))",
    'discrepancy.discrepancy_state':
      "CHECK (((state = ANY (ARRAY['found'::text, 'open'::text, 'resolved'::text])) AND ((state = 'resolved'::text) = (resolution IS NOT NULL)) AND ((state = 'resolved'::text) = (resolved_at IS NOT NULL))))",
    'discrepancy.discrepancy_two_persons':
      "CHECK (\nCASE\n    WHEN (resolution = ANY (ARRAY['booked'::text, 'receivable'::text, 'written-off'::text, 'to-treasury'::text])) THEN ((difference <> 0) AND (proposed_by IS NOT NULL) AND (resolved_by IS NOT NULL) AND (proposed_by <> resolved_by) AND (proposed_by <> 'engine'::text) AND (resolved_by <> 'engine'::text) AND (reason IS NOT NULL) AND (decided_under IS NOT NULL))\n    WHEN (resolution = 'explained'::text) THEN ((difference = 0) AND (resolved_by IS NOT NULL) AND (reason IS NOT NULL) AND ((amount_there IS NOT NULL) OR (class = 'missing-there'::text)))\n    WHEN (resolution = 'applied'::text) THEN ((difference = 0) OR (class = 'fee'::text))\n    ELSE true\nEND)",
    'evidence.evidence_kind':
      "CHECK ((kind = ANY (ARRAY['course-started'::text, 'course-completed'::text, 'course-rated'::text, 'survey-answered'::text])))",
    'failure_rule.failure_rule_class':
      "CHECK (((class = ANY (ARRAY['config'::text, 'float-short'::text, 'retry-new'::text, 'needs-account'::text, 'permanent'::text, 'undocumented'::text, 'compliance'::text, 'unknown'::text])) OR (is_default AND (class = 'retry-same'::text))))",
    'failure_rule.failure_rule_coded':
      "CHECK (((gateway <> ''::text) AND (vendor_code <> ''::text) AND (code <> ''::text) AND (from_code <> ''::text) AND (n > 0)))",
    'failure_rule.failure_rule_from':
      "CHECK ((from_class = ANY (ARRAY['config'::text, 'float-short'::text, 'retry-same'::text, 'retry-new'::text, 'needs-account'::text, 'permanent'::text, 'undocumented'::text, 'compliance'::text, 'unknown'::text])))",
    'failure_rule.failure_rule_set_by': "CHECK ((set_by <> 'engine'::text))",
    'fee_reserve.fee_reserve_limit':
      "CHECK (((reserved > 0) AND (spent >= 0) AND (freed >= 0) AND ((spent + freed) <= reserved) AND (source ~ '^(run|wave|carried):'::text)))",
    'freezes.freezes_cause':
      "CHECK ((cause = ANY (ARRAY['person'::text, 'two-payouts'::text, 'failure-rate'::text, 'unknown-rate'::text, 'spend-rate'::text, 'restored'::text])))",
    'freezes.freezes_lift':
      "CHECK ((((lifted_by IS NULL) = (lifted_at IS NULL)) AND ((lifted_under IS NULL) OR (lifted_by IS NOT NULL)) AND (COALESCE(lifted_by, ''::text) <> 'engine'::text)))",
    'freezes.freezes_scope':
      "CHECK (\nCASE scope\n    WHEN 'all'::text THEN ((programme IS NULL) AND (name IS NULL))\n    WHEN 'gateway'::text THEN ((programme IS NULL) AND (name IS NOT NULL))\n    WHEN 'programme'::text THEN ((programme IS NOT NULL) AND (name IS NULL))\n    WHEN 'wave'::text THEN ((programme IS NOT NULL) AND (name IS NOT NULL))\n    WHEN 'region'::text THEN ((programme IS NOT NULL) AND (name IS NOT NULL))\n    ELSE false\nEND)",
    'freezes.freezes_target':
      "CHECK ((target = ((scope || COALESCE((':'::text || programme), ''::text)) || COALESCE((':'::text || name), ''::text))))",
    'funding.funding_amount': 'CHECK ((amount > 0))',
    'gateway_credential.gateway_credential_end':
      'CHECK ((((ended_at IS NULL) = (ended_by IS NULL)) AND ((ended_under IS NULL) OR (ended_at IS NOT NULL))))',
    'gateway_credential.gateway_credential_fingerprint': "CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text))",
    'gateway_credential.gateway_credential_purpose': "CHECK ((purpose = ANY (ARRAY['send'::text, 'callback'::text])))",
    'message.message_state': "CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text])))",
    'participant.participant_family_card':
      'CHECK (((num_nulls(family_card_index, family_card_index_key, family_card_place, family_card_places) = ANY (ARRAY[0, 4])) AND ((family_card_place >= 1) AND (family_card_place <= family_card_places))))',
    'participant.participant_hold_cause':
      "CHECK (((hold_cause IS NULL) OR ((hold_cause = ANY (ARRAY['account-shared'::text, 'account-doubtful'::text, 'action-overdue'::text])) AND (held_at IS NOT NULL))))",
    'participant.participant_outcome':
      "CHECK ((((stage = 'closed'::text) = (outcome IS NOT NULL)) AND ((outcome IS NULL) OR (outcome = ANY (ARRAY['completed'::text, 'refused'::text, 'expired'::text, 'withdrawn'::text])))))",
    'participant.participant_ref': "CHECK ((ref ~ '^[0-9A-HJKMNP-TV-Z]{13}$'::text))",
    'participant.participant_stage':
      "CHECK ((stage = ANY (ARRAY['screening'::text, 'admission'::text, 'training'::text, 'incentives'::text, 'closed'::text])))",
    'payout.payout_amount':
      "CHECK (((amount > 0) AND (n > 0) AND (sends > 0) AND (reference ~ '^[0-9A-Z]{16}$'::text)))",
    'payout.payout_bytes':
      'CHECK ((((request IS NULL) = (recovered_at IS NOT NULL)) AND ((request IS NULL) = (request_sha256 IS NULL))))',
    'payout.payout_lost_bytes': 'CHECK (((request IS NOT NULL) OR (sends = 1)))',
    'payout.payout_money':
      "CHECK (((money = ANY (ARRAY['clearing'::text, 'credited'::text, 'back'::text, 'receivable'::text, 'written-off'::text, 'repaid'::text])) AND\nCASE\n    WHEN (state = ANY (ARRAY['submitting'::text, 'unknown'::text, 'accepted'::text, 'processing'::text, 'failing'::text])) THEN (money = 'clearing'::text)\n    WHEN (state = 'paid'::text) THEN (money <> ALL (ARRAY['clearing'::text, 'back'::text]))\n    WHEN (state = ANY (ARRAY['failed'::text, 'cancelled'::text, 'not-sent'::text, 'returned'::text])) THEN (money = 'back'::text)\n    ELSE true\nEND))",
    'payout.payout_repaid':
      "CHECK (((repaid >= 0) AND ((repaid + returned) <= amount) AND ((repaid = 0) OR (money <> ALL (ARRAY['clearing'::text, 'credited'::text])))))",
    'payout.payout_returned':
      "CHECK (((returned >= 0) AND (returned < amount) AND ((returned = 0) OR (money <> ALL (ARRAY['clearing'::text, 'back'::text])))))",
    'payout.payout_state':
      "CHECK ((state = ANY (ARRAY['submitting'::text, 'unknown'::text, 'accepted'::text, 'processing'::text, 'failing'::text, 'paid'::text, 'failed'::text, 'cancelled'::text, 'not-sent'::text, 'returned'::text, 'review'::text])))",
    'payout.payout_superseded': "CHECK (((NOT superseded) OR (money <> 'clearing'::text)))",
    'payout_run.payout_run_fees': 'CHECK ((fees >= 0))',
    'payout_run.payout_run_shape':
      "CHECK (((key = ((programme || ':'::text) || id)) AND (lines > 0) AND (amount > 0) AND (octet_length(hash) = 32)))",
    'payout_run.payout_run_state':
      "CHECK (((state = ANY (ARRAY['collecting'::text, 'proposed'::text, 'approved'::text, 'releasing'::text, 'paused'::text, 'closed'::text, 'aborted'::text, 'void'::text])) AND ((state <> ALL (ARRAY['approved'::text, 'releasing'::text, 'paused'::text, 'closed'::text, 'aborted'::text])) OR ((proposal IS NOT NULL) AND (approved_at IS NOT NULL) AND (approved_until > approved_at))) AND ((state <> ALL (ARRAY['paused'::text, 'aborted'::text, 'void'::text])) OR ((stopped_by IS NOT NULL) AND (reason IS NOT NULL))) AND ((state = ANY (ARRAY['closed'::text, 'aborted'::text, 'void'::text])) = (ended_at IS NOT NULL)) AND ((state = 'aborted'::text) = (ended_under IS NOT NULL))))",
    'payout_run_line.payout_run_line_deducted':
      'CHECK ((((gross IS NULL) = (deductions IS NULL)) AND ((gross IS NULL) OR (gross > amount))))',
    'payout_run_line.payout_run_line_fee': 'CHECK ((fee >= 0))',
    'payout_run_line.payout_run_line_state':
      "CHECK (((state = ANY (ARRAY['collected'::text, 'released'::text, 'paid'::text, 'dropped'::text, 'left'::text])) AND (amount > 0) AND ((state = ANY (ARRAY['dropped'::text, 'left'::text])) = (reason IS NOT NULL)) AND ((state = ANY (ARRAY['paid'::text, 'dropped'::text, 'left'::text])) = (ended_at IS NOT NULL))))",
    'posting.posting_amount': 'CHECK (((amount > 0) AND (debit <> credit)))',
    'posting.posting_family':
      "CHECK (((split_part(debit, ':'::text, 1) = split_part(credit, ':'::text, 1)) AND (split_part(debit, ':'::text, 1) = ANY (ARRAY['budget'::text, 'funds'::text]))))",
    'proposal.proposal_needs': 'CHECK ((approvers >= 1))',
    'proposal.proposal_outcome':
      "CHECK ((((state = 'open'::text) = (decided_at IS NULL)) AND ((state = 'void'::text) = (outcome_code IS NOT NULL)) AND ((outcome IS NULL) = (outcome_code IS NULL))))",
    'proposal.proposal_shape':
      'CHECK (((octet_length(content_hash) = 32) AND (octet_length(signature) = 64) AND (expires_at > proposed_at)))',
    'proposal.proposal_state':
      "CHECK ((state = ANY (ARRAY['open'::text, 'executed'::text, 'rejected'::text, 'expired'::text, 'void'::text])))",
    'repayment.repayment_amount': 'CHECK ((amount > 0))',
    'role_grant.role_grant_end': 'CHECK (((ended_at IS NULL) = (ended_by IS NULL)))',
    'role_grant.role_grant_role':
      "CHECK ((role = ANY (ARRAY['registrar'::text, 'institution'::text, 'operator'::text, 'helpdesk'::text, 'approver'::text, 'auditor'::text, 'administrator'::text])))",
    'seal.seal_shape':
      'CHECK (((sequence > 0) AND (octet_length(previous) = 32) AND (octet_length(hash) = 32) AND (from_xid <= to_xid) AND ((octet_length(leaves) % 40) = 0)))',
    'signing_key.signing_key_end': 'CHECK (((ended_at IS NULL) = (ended_by IS NULL)))',
    'signing_key.signing_key_shape': 'CHECK (((octet_length(public_key) = 32) AND (octet_length(possession) = 64)))',
    'statement.statement_complete':
      'CHECK (((NOT complete) OR ((opening IS NOT NULL) AND (closing IS NOT NULL) AND (told_count = lines))))',
    'statement.statement_state':
      "CHECK (((state = ANY (ARRAY['loaded'::text, 'matched'::text, 'settled'::text])) AND (version > 0) AND (lines >= 0) AND ((state = 'loaded'::text) = (matched_at IS NULL)) AND ((state = 'settled'::text) = (settled_at IS NOT NULL))))",
    'statement_line.statement_line_shape':
      "CHECK (((direction = ANY (ARRAY['debit'::text, 'credit'::text])) AND (type = ANY (ARRAY['payout'::text, 'return'::text, 'fee'::text, 'top-up'::text, 'other'::text])) AND ((amount IS NULL) OR (amount >= 0))))",
    'telling.telling_cause': "CHECK ((cause ~ '^(freeze|restore|year|credential):'::text))",
    'tranche.tranche_amount': 'CHECK ((amount > 0))',
    'tranche.tranche_state':
      "CHECK ((state = ANY (ARRAY['planned'::text, 'open'::text, 'due'::text, 'missed'::text, 'cancelled'::text])))",
    'treasury_return.treasury_return_amount': 'CHECK ((amount > 0))',
    'wave.wave_quota': 'CHECK (((quota > 0) AND (admitted >= 0) AND (admitted <= quota)))',
    'wave.wave_state': "CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))",
    'year_close.year_close_amounts':
      'CHECK (((lapsed_count >= 0) AND (lapsed >= 0) AND (returned >= 0) AND (carried_count >= 0) AND (carried >= 0)))',
    'year_close.year_close_state':
      "CHECK (((state = ANY (ARRAY['frozen'::text, 'lapsed'::text, 'returned'::text, 'carried'::text, 'closed'::text])) AND ((state = 'closed'::text) = (closed_at IS NOT NULL))))",
  },
  reference: {
    'account_check.account_check_account_exists':
      'FOREIGN KEY (account, programme, ref) REFERENCES account(id, programme, ref)',
    'approval.approval_proposal_exists': 'FOREIGN KEY (proposal) REFERENCES proposal(id)',
    'approval.approval_signing_key_exists': 'FOREIGN KEY (signing_key, person) REFERENCES signing_key(id, person)',
    'carry_over.carry_over_commitment_exists': 'FOREIGN KEY (programme, ref) REFERENCES commitment(programme, ref)',
    'carry_over.carry_over_from_exists': 'FOREIGN KEY (from_appropriation) REFERENCES appropriation(id)',
    'carry_over.carry_over_to_exists': 'FOREIGN KEY (to_appropriation) REFERENCES appropriation(id)',
    'commitment.commitment_appropriation_exists': 'FOREIGN KEY (appropriation) REFERENCES appropriation(id)',
    'commitment.commitment_participant_exists': 'FOREIGN KEY (programme, ref) REFERENCES participant(programme, ref)',
    'deduction.deduction_disbursement_exists':
      'FOREIGN KEY (disbursement, programme, ref, currency) REFERENCES disbursement(key, programme, ref, currency)',
    'deduction.deduction_payout_exists': 'FOREIGN KEY (payout) REFERENCES payout(key)',
    'deduction.deduction_proposal_exists': 'FOREIGN KEY (agreed_under) REFERENCES proposal(id)',
    'disbursement.disbursement_proposal_exists': 'FOREIGN KEY (decided_under) REFERENCES proposal(id)',
    'disbursement.disbursement_tranche_exists':
      'FOREIGN KEY (programme, ref, tranche) REFERENCES tranche(programme, ref, code)',
    'discrepancy.discrepancy_fee_reserve_exists': 'FOREIGN KEY (fee_reserve) REFERENCES fee_reserve(source)',
    'discrepancy.discrepancy_proposal_exists': 'FOREIGN KEY (decided_under) REFERENCES proposal(id)',
    'failure_rule.failure_rule_proposal_exists': 'FOREIGN KEY (decided_under) REFERENCES proposal(id)',
    'fee_reserve.fee_reserve_appropriation_exists': 'FOREIGN KEY (appropriation) REFERENCES appropriation(id)',
    'freezes.freezes_proposal_exists': 'FOREIGN KEY (lifted_under) REFERENCES proposal(id)',
    'gateway_credential.gateway_credential_admission_exists': 'FOREIGN KEY (agreed_under) REFERENCES proposal(id)',
    'gateway_credential.gateway_credential_end_exists': 'FOREIGN KEY (ended_under) REFERENCES proposal(id)',
    'participant.participant_programme_exists':
      'FOREIGN KEY (programme, programme_version) REFERENCES programme_version(programme, version)',
    'payout.payout_account_exists': 'FOREIGN KEY (account, programme, ref) REFERENCES account(id, programme, ref)',
    'payout.payout_disbursement_exists':
      'FOREIGN KEY (disbursement, programme, ref, currency) REFERENCES disbursement(key, programme, ref, currency)',
    'payout.payout_proposal_exists': 'FOREIGN KEY (decided_under) REFERENCES proposal(id)',
    'payout_run.payout_run_end_agreed': 'FOREIGN KEY (ended_under) REFERENCES proposal(id)',
    'payout_run.payout_run_proposal_exists': 'FOREIGN KEY (proposal) REFERENCES proposal(id)',
    'payout_run.payout_run_rules_exist':
      'FOREIGN KEY (programme, programme_version) REFERENCES programme_version(programme, version)',
    'proposal.proposal_signing_key_exists': 'FOREIGN KEY (signing_key, proposer) REFERENCES signing_key(id, person)',
    'repayment.repayment_payout_exists': 'FOREIGN KEY (payout) REFERENCES payout(key)',
    'repayment.repayment_proposal_exists': 'FOREIGN KEY (agreed_under) REFERENCES proposal(id)',
    'restore.restore_freeze_exists': 'FOREIGN KEY (freeze_id) REFERENCES freezes(id)',
    'send.send_payout_exists': 'FOREIGN KEY (payout) REFERENCES payout(key)',
    'tranche.tranche_participant_exists': 'FOREIGN KEY (programme, ref) REFERENCES participant(programme, ref)',
    'treasury_return.treasury_return_year_exists':
      'FOREIGN KEY (programme, fiscal_year) REFERENCES year_close(programme, fiscal_year)',
    'wave.wave_appropriation_exists': 'FOREIGN KEY (appropriation) REFERENCES appropriation(id)',
    'year_close.year_close_proposal_exists': 'FOREIGN KEY (agreed_under) REFERENCES proposal(id)',
  },
  trigger: {
    'account.account_ended':
      'CREATE TRIGGER account_ended BEFORE UPDATE ON public.account FOR EACH ROW WHEN ((old.ended_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'account.account_frozen':
      "CREATE TRIGGER account_frozen BEFORE UPDATE OF programme, ref, kind, institution, account_index, document, usable_from ON public.account FOR EACH ROW EXECUTE FUNCTION refuse_thaw('programme', 'ref', 'kind', 'institution', 'account_index', 'document', 'usable_from')",
    'account_check.account_check_append_only':
      'CREATE TRIGGER account_check_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.account_check FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'api_key.api_key_ended':
      'CREATE TRIGGER api_key_ended BEFORE UPDATE ON public.api_key FOR EACH ROW WHEN ((old.revoked_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'approval.approval_append_only':
      'CREATE TRIGGER approval_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.approval FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'approval.approval_by_another':
      'CREATE TRIGGER approval_by_another BEFORE INSERT ON public.approval FOR EACH ROW EXECUTE FUNCTION refuse_own_approval()',
    'audit_event.audit_event_append_only':
      'CREATE TRIGGER audit_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'carry_over.carry_over_append_only':
      'CREATE TRIGGER carry_over_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.carry_over FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'closed_period.closed_period_append_only':
      'CREATE TRIGGER closed_period_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.closed_period FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'commitment.commitment_year_open':
      'CREATE TRIGGER commitment_year_open AFTER INSERT ON public.commitment REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_commitment()',
    'deduction.deduction_agreed':
      'CREATE TRIGGER deduction_agreed BEFORE INSERT ON public.deduction FOR EACH ROW EXECUTE FUNCTION refuse_lone_deduction()',
    'deduction.deduction_append_only':
      'CREATE TRIGGER deduction_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.deduction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'deduction.deduction_taken':
      'CREATE CONSTRAINT TRIGGER deduction_taken AFTER INSERT ON public.deduction DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_untaken()',
    'disbursement.disbursement_begins':
      'CREATE TRIGGER disbursement_begins BEFORE INSERT ON public.disbursement FOR EACH ROW WHEN ((new.deducted <> 0)) EXECUTE FUNCTION refuse_change()',
    'disbursement.disbursement_deduction':
      'CREATE TRIGGER disbursement_deduction BEFORE UPDATE OF deducted ON public.disbursement FOR EACH ROW WHEN ((new.deducted <> old.deducted)) EXECUTE FUNCTION refuse_unagreed_deduction()',
    'disbursement.disbursement_frozen':
      "CREATE TRIGGER disbursement_frozen BEFORE UPDATE OF key, programme, ref, tranche, amount, currency ON public.disbursement FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'programme', 'ref', 'tranche', 'amount', 'currency')",
    'disbursement.disbursement_reviewed':
      "CREATE TRIGGER disbursement_reviewed BEFORE UPDATE ON public.disbursement FOR EACH ROW WHEN (((old.state = 'review'::text) AND (new.state <> 'review'::text))) EXECUTE FUNCTION refuse_lone_decision('review-decision')",
    'disbursement.disbursement_year_open':
      'CREATE TRIGGER disbursement_year_open AFTER INSERT ON public.disbursement REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_obligation()',
    'discrepancy.discrepancy_begins':
      "CREATE TRIGGER discrepancy_begins BEFORE INSERT ON public.discrepancy FOR EACH ROW WHEN (((new.state <> 'found'::text) OR (new.difference <> 0) OR (new.settled_at IS NOT NULL))) EXECUTE FUNCTION refuse_change()",
    'discrepancy.discrepancy_decided':
      "CREATE TRIGGER discrepancy_decided BEFORE UPDATE ON public.discrepancy FOR EACH ROW WHEN ((((old.settled_at IS NOT NULL) AND ((new.difference <> old.difference) OR (new.settled_at IS DISTINCT FROM old.settled_at))) OR ((new.resolution = ANY (ARRAY['booked'::text, 'receivable'::text, 'written-off'::text, 'to-treasury'::text])) AND (new.resolution IS DISTINCT FROM old.resolution)) OR (old.resolution = ANY (ARRAY['receivable'::text, 'written-off'::text])))) EXECUTE FUNCTION refuse_lone_resolution()",
    'discrepancy.discrepancy_explained':
      "CREATE TRIGGER discrepancy_explained BEFORE UPDATE ON public.discrepancy FOR EACH ROW WHEN (((new.resolution = 'explained'::text) AND (new.resolution IS DISTINCT FROM old.resolution))) EXECUTE FUNCTION refuse_early_explanation()",
    'discrepancy.discrepancy_frozen':
      "CREATE TRIGGER discrepancy_frozen BEFORE UPDATE ON public.discrepancy FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'key', 'gateway', 'programme', 'class', 'day', 'payout', 'type', 'direction', 'amount_there', 'amount_here', 'currency', 'found_at')",
    'discrepancy.discrepancy_resolved':
      "CREATE TRIGGER discrepancy_resolved BEFORE UPDATE ON public.discrepancy FOR EACH ROW WHEN (((old.state = 'resolved'::text) AND (NOT ((old.resolution = ANY (ARRAY['applied'::text, 'explained'::text, 'receivable'::text, 'written-off'::text])) AND (new.resolution = 'corrected'::text))))) EXECUTE FUNCTION refuse_change()",
    'evidence.evidence_append_only':
      'CREATE TRIGGER evidence_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'failure_rule.failure_rule_agreed':
      'CREATE TRIGGER failure_rule_agreed BEFORE INSERT ON public.failure_rule FOR EACH ROW EXECUTE FUNCTION refuse_lone_reclassification()',
    'failure_rule.failure_rule_ended':
      'CREATE TRIGGER failure_rule_ended BEFORE UPDATE ON public.failure_rule FOR EACH ROW WHEN ((old.ended_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'failure_rule.failure_rule_frozen':
      "CREATE TRIGGER failure_rule_frozen BEFORE UPDATE ON public.failure_rule FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'gateway', 'vendor_code', 'n', 'class', 'code', 'from_class', 'from_code', 'is_default', 'reason', 'set_at', 'set_by', 'decided_under')",
    'failure_rule.failure_rule_kept':
      'CREATE TRIGGER failure_rule_kept BEFORE DELETE ON public.failure_rule FOR EACH ROW EXECUTE FUNCTION refuse_change()',
    'failure_rule.failure_rule_succeeded':
      'CREATE CONSTRAINT TRIGGER failure_rule_succeeded AFTER UPDATE ON public.failure_rule DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unsucceeded()',
    'fee_reserve.fee_reserve_begins':
      'CREATE TRIGGER fee_reserve_begins BEFORE INSERT ON public.fee_reserve FOR EACH ROW EXECUTE FUNCTION refuse_other_reserve()',
    'fee_reserve.fee_reserve_frozen':
      "CREATE TRIGGER fee_reserve_frozen BEFORE UPDATE ON public.fee_reserve FOR EACH ROW EXECUTE FUNCTION refuse_thaw('source', 'programme', 'appropriation')",
    'fee_reserve.fee_reserve_grows':
      'CREATE TRIGGER fee_reserve_grows BEFORE UPDATE OF reserved ON public.fee_reserve FOR EACH ROW WHEN ((new.reserved <> old.reserved)) EXECUTE FUNCTION refuse_other_reserve()',
    'fee_reserve.fee_reserve_kept':
      'CREATE TRIGGER fee_reserve_kept BEFORE DELETE OR TRUNCATE ON public.fee_reserve FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'freezes.freezes_agreed':
      'CREATE TRIGGER freezes_agreed BEFORE UPDATE ON public.freezes FOR EACH ROW WHEN ((new.lifted_at IS NOT NULL)) EXECUTE FUNCTION refuse_lone_lift()',
    'freezes.freezes_frozen':
      "CREATE TRIGGER freezes_frozen BEFORE UPDATE ON public.freezes FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'target', 'scope', 'programme', 'name', 'cause', 'reason', 'placed_at', 'placed_by')",
    'freezes.freezes_lifted':
      'CREATE TRIGGER freezes_lifted BEFORE UPDATE ON public.freezes FOR EACH ROW WHEN ((old.lifted_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'funding.funding_append_only':
      'CREATE TRIGGER funding_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.funding FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'gateway_credential.gateway_credential_agreed':
      'CREATE TRIGGER gateway_credential_agreed BEFORE INSERT OR UPDATE ON public.gateway_credential FOR EACH ROW EXECUTE FUNCTION refuse_lone_credential()',
    'gateway_credential.gateway_credential_ended':
      'CREATE TRIGGER gateway_credential_ended BEFORE UPDATE ON public.gateway_credential FOR EACH ROW WHEN ((old.ended_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'gateway_credential.gateway_credential_frozen':
      "CREATE TRIGGER gateway_credential_frozen BEFORE UPDATE ON public.gateway_credential FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'gateway', 'purpose', 'fingerprint', 'begun_at', 'agreed_under', 'written_at')",
    'observation.observation_append_only':
      'CREATE TRIGGER observation_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.observation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'payout.payout_begins':
      'CREATE TRIGGER payout_begins BEFORE INSERT ON public.payout FOR EACH ROW WHEN ((new.repaid <> 0)) EXECUTE FUNCTION refuse_change()',
    'payout.payout_frozen':
      "CREATE TRIGGER payout_frozen BEFORE UPDATE OF key, disbursement, n, gateway, reference, gateway_key, amount, currency, account, request, request_sha256, recovered_at ON public.payout FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'disbursement', 'n', 'gateway', 'reference', 'gateway_key', 'amount', 'currency', 'account', 'request', 'request_sha256', 'recovered_at')",
    'payout.payout_owed':
      "CREATE TRIGGER payout_owed BEFORE INSERT ON public.payout FOR EACH ROW WHEN ((new.money = ANY (ARRAY['clearing'::text, 'credited'::text]))) EXECUTE FUNCTION refuse_overpayment()",
    'payout.payout_owed_late':
      "CREATE TRIGGER payout_owed_late BEFORE UPDATE ON public.payout FOR EACH ROW WHEN (((new.money = 'credited'::text) AND (old.money <> ALL (ARRAY['clearing'::text, 'credited'::text])))) EXECUTE FUNCTION refuse_overpayment()",
    'payout.payout_recovery':
      "CREATE TRIGGER payout_recovery BEFORE UPDATE ON public.payout FOR EACH ROW WHEN (((new.money = ANY (ARRAY['receivable'::text, 'written-off'::text, 'repaid'::text])) AND (new.money <> old.money))) EXECUTE FUNCTION refuse_lone_recovery()",
    'payout.payout_repayment':
      'CREATE TRIGGER payout_repayment BEFORE UPDATE OF repaid ON public.payout FOR EACH ROW WHEN ((new.repaid <> old.repaid)) EXECUTE FUNCTION refuse_unagreed_repayment()',
    'payout.payout_reviewed':
      "CREATE TRIGGER payout_reviewed BEFORE UPDATE ON public.payout FOR EACH ROW WHEN (((old.state = 'review'::text) AND (new.state <> 'review'::text))) EXECUTE FUNCTION refuse_lone_decision('review-decision')",
    'payout_run.payout_run_agreed':
      'CREATE TRIGGER payout_run_agreed BEFORE UPDATE ON public.payout_run FOR EACH ROW EXECUTE FUNCTION refuse_unagreed_run()',
    'payout_run.payout_run_begins':
      'CREATE TRIGGER payout_run_begins BEFORE INSERT ON public.payout_run FOR EACH ROW EXECUTE FUNCTION refuse_begun_run()',
    'payout_run.payout_run_documents':
      "CREATE TRIGGER payout_run_documents BEFORE UPDATE ON public.payout_run FOR EACH ROW WHEN ((old.approved_at IS NOT NULL)) EXECUTE FUNCTION refuse_thaw('payment_order', 'payment_order_date', 'warrant', 'warrant_date')",
    'payout_run.payout_run_ended':
      "CREATE TRIGGER payout_run_ended BEFORE UPDATE ON public.payout_run FOR EACH ROW WHEN ((old.state = ANY (ARRAY['closed'::text, 'aborted'::text, 'void'::text]))) EXECUTE FUNCTION refuse_change()",
    'payout_run.payout_run_frozen':
      "CREATE TRIGGER payout_run_frozen BEFORE UPDATE ON public.payout_run FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'programme', 'id', 'programme_version', 'cut_off', 'hash', 'lines', 'amount', 'currency', 'fees', 'collected_at', 'collected_by')",
    'payout_run_line.payout_run_line_added':
      'CREATE TRIGGER payout_run_line_added AFTER INSERT ON public.payout_run_line REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_added_line()',
    'payout_run_line.payout_run_line_ended':
      "CREATE TRIGGER payout_run_line_ended BEFORE UPDATE ON public.payout_run_line FOR EACH ROW WHEN ((old.state = ANY (ARRAY['paid'::text, 'dropped'::text, 'left'::text]))) EXECUTE FUNCTION refuse_change()",
    'payout_run_line.payout_run_line_frozen':
      "CREATE TRIGGER payout_run_line_frozen BEFORE UPDATE OF run, disbursement, ref, tranche, region, amount, currency, gateway, account, owed_at, gross, deductions, fee ON public.payout_run_line FOR EACH ROW EXECUTE FUNCTION refuse_thaw('run', 'disbursement', 'ref', 'tranche', 'region', 'amount', 'currency', 'gateway', 'account', 'owed_at', 'gross', 'deductions', 'fee')",
    'payout_run_line.payout_run_line_kept':
      'CREATE TRIGGER payout_run_line_kept BEFORE DELETE OR TRUNCATE ON public.payout_run_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'posting.posting_append_only':
      'CREATE TRIGGER posting_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'posting.posting_period_open':
      'CREATE TRIGGER posting_period_open AFTER INSERT ON public.posting REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_period()',
    'programme_version.programme_version_append_only':
      'CREATE TRIGGER programme_version_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.programme_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'proposal.proposal_agreed':
      'CREATE TRIGGER proposal_agreed BEFORE INSERT OR UPDATE ON public.proposal FOR EACH ROW EXECUTE FUNCTION refuse_unagreed()',
    'proposal.proposal_decided':
      "CREATE TRIGGER proposal_decided BEFORE UPDATE ON public.proposal FOR EACH ROW WHEN ((old.state <> 'open'::text)) EXECUTE FUNCTION refuse_change()",
    'proposal.proposal_frozen':
      "CREATE TRIGGER proposal_frozen BEFORE UPDATE ON public.proposal FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'act', 'programme', 'subject', 'about', 'content', 'content_hash', 'document', 'reason', 'evidence', 'approvers', 'releaser', 'proposer', 'role', 'signing_key', 'signature', 'proposed_at', 'expires_at')",
    'repayment.repayment_agreed':
      'CREATE TRIGGER repayment_agreed BEFORE INSERT ON public.repayment FOR EACH ROW EXECUTE FUNCTION refuse_lone_repayment()',
    'repayment.repayment_append_only':
      'CREATE TRIGGER repayment_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.repayment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'repayment.repayment_taken':
      'CREATE CONSTRAINT TRIGGER repayment_taken AFTER INSERT ON public.repayment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_untaken()',
    'restore.restore_again':
      'CREATE TRIGGER restore_again BEFORE UPDATE ON public.restore FOR EACH ROW WHEN ((COALESCE(new.again_at, new.found_at) < old.again_at)) EXECUTE FUNCTION refuse_change()',
    'restore.restore_ended':
      'CREATE TRIGGER restore_ended BEFORE UPDATE ON public.restore FOR EACH ROW WHEN ((old.closed_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'restore.restore_frozen':
      "CREATE TRIGGER restore_frozen BEFORE UPDATE ON public.restore FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'freeze_id', 'found_at', 'found_by', 'reason')",
    'restore.restore_kept':
      'CREATE TRIGGER restore_kept BEFORE DELETE OR TRUNCATE ON public.restore FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'restore.restore_lowered':
      'CREATE TRIGGER restore_lowered BEFORE UPDATE ON public.restore FOR EACH ROW WHEN ((new.restored_to > old.restored_to)) EXECUTE FUNCTION refuse_change()',
    'role_grant.role_grant_ended':
      'CREATE TRIGGER role_grant_ended BEFORE UPDATE ON public.role_grant FOR EACH ROW WHEN ((old.ended_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'seal.seal_append_only':
      'CREATE TRIGGER seal_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'signing_key.signing_key_ended':
      'CREATE TRIGGER signing_key_ended BEFORE UPDATE ON public.signing_key FOR EACH ROW WHEN ((old.ended_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'signing_key.signing_key_frozen':
      "CREATE TRIGGER signing_key_frozen BEFORE UPDATE ON public.signing_key FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'person', 'public_key', 'possession', 'registered_at', 'registered_by')",
    'statement.statement_frozen':
      "CREATE TRIGGER statement_frozen BEFORE UPDATE ON public.statement FOR EACH ROW EXECUTE FUNCTION refuse_thaw('id', 'gateway', 'day', 'version', 'told_version', 'sha256', 'format', 'currency', 'opening', 'closing', 'told_count', 'lines', 'complete', 'loaded_at')",
    'statement_line.statement_line_append_only':
      'CREATE TRIGGER statement_line_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.statement_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'statement_line.statement_line_late':
      'CREATE TRIGGER statement_line_late AFTER INSERT ON public.statement_line REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_lines()',
    'statement_pair.statement_pair_append_only':
      'CREATE TRIGGER statement_pair_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.statement_pair FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'treasury_return.treasury_return_append_only':
      'CREATE TRIGGER treasury_return_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.treasury_return FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    'year_close.year_close_ended':
      'CREATE TRIGGER year_close_ended BEFORE UPDATE ON public.year_close FOR EACH ROW WHEN ((old.closed_at IS NOT NULL)) EXECUTE FUNCTION refuse_change()',
    'year_close.year_close_frozen':
      "CREATE TRIGGER year_close_frozen BEFORE UPDATE ON public.year_close FOR EACH ROW EXECUTE FUNCTION refuse_thaw('programme', 'fiscal_year', 'document', 'agreed_under', 'frozen_at')",
    'year_close.year_close_in_order':
      'CREATE TRIGGER year_close_in_order BEFORE INSERT OR UPDATE ON public.year_close FOR EACH ROW EXECUTE FUNCTION refuse_year_step()',
  },
  rule: {},
  power: {
    'PUBLIC on schema public': 'USAGE',
    'lunas_app on schema public': 'USAGE',
    'lunas_app on sequence account_check_id_seq': 'USAGE',
    'lunas_app on sequence audit_event_id_seq': 'USAGE',
    'lunas_app on sequence discrepancy_number_seq': 'USAGE',
    'lunas_app on sequence observation_id_seq': 'USAGE',
    'lunas_app on sequence posting_id_seq': 'USAGE',
    'lunas_app on sequence sealed_document_number_seq': 'USAGE',
    'lunas_app on table account': 'INSERT, SELECT, UPDATE',
    'lunas_app on table account_check': 'INSERT, SELECT',
    'lunas_app on table api_key': 'INSERT, SELECT, UPDATE (revoked_at, revoked_by)',
    'lunas_app on table appropriation': 'INSERT, SELECT, UPDATE',
    'lunas_app on table approval': 'INSERT, SELECT',
    'lunas_app on table audit_event': 'INSERT, SELECT',
    'lunas_app on table callback': 'INSERT, SELECT, UPDATE',
    'lunas_app on table carry_over': 'INSERT, SELECT',
    'lunas_app on table check_result': 'INSERT, SELECT',
    'lunas_app on table closed_period': 'INSERT, SELECT',
    'lunas_app on table commitment': 'INSERT, SELECT, UPDATE',
    'lunas_app on table data_key': 'INSERT, SELECT',
    'lunas_app on table deduction': 'INSERT, SELECT',
    'lunas_app on table disbursement': 'INSERT, SELECT, UPDATE',
    'lunas_app on table discrepancy': 'INSERT, SELECT, UPDATE',
    'lunas_app on table evidence': 'INSERT, SELECT',
    'lunas_app on table failure_rule': 'INSERT, SELECT, UPDATE (ended_at)',
    'lunas_app on table fee_reserve': 'INSERT, SELECT, UPDATE (changes, freed, reserved, spent)',
    'lunas_app on table freezes': 'INSERT, SELECT, UPDATE',
    'lunas_app on table funding': 'INSERT, SELECT',
    'lunas_app on table gateway_credential':
      'INSERT (agreed_under, begun_at, fingerprint, gateway, id, purpose), SELECT, UPDATE (ended_at, ended_by, ended_under)',
    'lunas_app on table idempotency_key': 'DELETE, INSERT, SELECT',
    'lunas_app on table message': 'INSERT, SELECT, UPDATE',
    'lunas_app on table observation': 'INSERT, SELECT',
    'lunas_app on table participant': 'INSERT, SELECT, UPDATE',
    'lunas_app on table payout': 'INSERT, SELECT, UPDATE',
    'lunas_app on table payout_run':
      'INSERT, SELECT, UPDATE (approved_at, approved_until, ended_at, ended_under, looked_at, payment_order, payment_order_date, proposal, reason, released_at, resumes_at, state, stopped_at, stopped_by, version, warrant, warrant_date)',
    'lunas_app on table payout_run_line': 'INSERT, SELECT, UPDATE (ended_at, reason, released_at, state)',
    'lunas_app on table posting': 'INSERT, SELECT',
    'lunas_app on table programme_version': 'INSERT, SELECT',
    'lunas_app on table proposal': 'INSERT, SELECT, UPDATE (decided_at, outcome, outcome_code, state, version)',
    'lunas_app on table repayment': 'INSERT, SELECT',
    'lunas_app on table restore':
      'INSERT, SELECT, UPDATE (again_at, closed_at, looked_up_at, restored_to, silent, unanswered, version)',
    'lunas_app on table role_grant': 'INSERT, SELECT, UPDATE (ended_at, ended_by)',
    'lunas_app on table seal': 'SELECT (sequence, to_xid)',
    'lunas_app on table sealed_document': 'INSERT, SELECT',
    'lunas_app on table send': 'INSERT, SELECT, UPDATE',
    'lunas_app on table signing_key': 'INSERT, SELECT, UPDATE (ended_at, ended_by)',
    'lunas_app on table statement': 'INSERT, SELECT, UPDATE',
    'lunas_app on table statement_line': 'INSERT, SELECT',
    'lunas_app on table statement_pair': 'INSERT, SELECT',
    'lunas_app on table telling': 'INSERT, SELECT, UPDATE (done_at, reached, reached_programme, told)',
    'lunas_app on table tranche': 'INSERT, SELECT, UPDATE',
    'lunas_app on table treasury_return': 'INSERT, SELECT',
    'lunas_app on table wave': 'INSERT, SELECT, UPDATE',
    'lunas_app on table year_close':
      'INSERT, SELECT, UPDATE (carried, carried_count, closed_at, lapsed, lapsed_count, reached, refusal, returned, state, version)',
    'lunas_audit on database': 'TEMPORARY',
    'lunas_audit on schema public': 'USAGE',
    'lunas_audit on table account': 'SELECT',
    'lunas_audit on table account_check': 'SELECT',
    'lunas_audit on table api_key':
      'SELECT (alone, created_at, created_by, expires_at, id, kind, label, person, revoked_at, revoked_by)',
    'lunas_audit on table appropriation': 'SELECT',
    'lunas_audit on table approval': 'SELECT',
    'lunas_audit on table audit_event': 'SELECT',
    'lunas_audit on table callback': 'SELECT',
    'lunas_audit on table carry_over': 'SELECT',
    'lunas_audit on table check_result': 'SELECT',
    'lunas_audit on table closed_period': 'SELECT',
    'lunas_audit on table commitment': 'SELECT',
    'lunas_audit on table deduction': 'SELECT',
    'lunas_audit on table disbursement': 'SELECT',
    'lunas_audit on table discrepancy': 'SELECT',
    'lunas_audit on table evidence': 'SELECT',
    'lunas_audit on table failure_rule': 'SELECT',
    'lunas_audit on table fee_reserve': 'SELECT',
    'lunas_audit on table freezes': 'SELECT',
    'lunas_audit on table funding': 'SELECT',
    'lunas_audit on table gateway_credential': 'SELECT',
    'lunas_audit on table idempotency_key':
      'SELECT (caller, created_at, expires_at, key_hash, request_hash, route, status)',
    'lunas_audit on table message': 'SELECT',
    'lunas_audit on table observation': 'SELECT',
    'lunas_audit on table participant': 'SELECT',
    'lunas_audit on table payout': 'SELECT',
    'lunas_audit on table payout_run': 'SELECT',
    'lunas_audit on table payout_run_line': 'SELECT',
    'lunas_audit on table posting': 'SELECT',
    'lunas_audit on table programme_version': 'SELECT',
    'lunas_audit on table proposal': 'SELECT',
    'lunas_audit on table repayment': 'SELECT',
    'lunas_audit on table restore': 'SELECT',
    'lunas_audit on table role_grant': 'SELECT',
    'lunas_audit on table seal': 'SELECT',
    'lunas_audit on table sealed_document': 'SELECT (created_at, id, kind, number, owner)',
    'lunas_audit on table send': 'SELECT',
    'lunas_audit on table signing_key': 'SELECT',
    'lunas_audit on table statement': 'SELECT',
    'lunas_audit on table statement_line': 'SELECT',
    'lunas_audit on table statement_pair': 'SELECT',
    'lunas_audit on table telling': 'SELECT',
    'lunas_audit on table tranche': 'SELECT',
    'lunas_audit on table treasury_return': 'SELECT',
    'lunas_audit on table wave': 'SELECT',
    'lunas_audit on table year_close': 'SELECT',
    'lunas_seal on schema public': 'USAGE',
    'lunas_seal on table audit_event': 'SELECT',
    'lunas_seal on table posting': 'SELECT',
    'lunas_seal on table seal': 'INSERT, SELECT',
  },
}
