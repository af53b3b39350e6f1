/**
 * What the catalog must hold: every check, reference, unique index, trigger, function, owner and power. Prisma's own drift check
 * sees few of these, so they are declared here and compared at every start. After a migration that changes one, change it here.
 */
export interface Guard {
  readonly kind: 'check' | 'reference' | 'unique' | 'trigger' | 'function' | 'owner' | 'power'
  /** `table.name`, a function's signature, a table, or `role on table`. */
  readonly name: string
  /** As PostgreSQL prints it; a function's as the MD5 of its definition. */
  readonly definition: string
}

export const GUARDS: readonly Guard[] = [
  {
    kind: 'check',
    name: 'account.account_kind',
    definition: "CHECK ((kind = ANY (ARRAY['bank'::text, 'wallet'::text])))",
  },
  {
    kind: 'check',
    name: 'account.account_state',
    definition:
      "CHECK (((state = ANY (ARRAY['unverified'::text, 'verified'::text, 'failed'::text, 'replaced'::text])) AND ((state = 'replaced'::text) <= (ended_at IS NOT NULL))))",
  },
  {
    kind: 'check',
    name: 'api_key.api_key_kind',
    definition: "CHECK ((kind = ANY (ARRAY['person'::text, 'service'::text])))",
  },
  {
    kind: 'check',
    name: 'appropriation.appropriation_limit',
    definition: 'CHECK (((amount >= 0) AND (committed >= 0) AND (committed <= amount)))',
  },
  {
    kind: 'check',
    name: 'callback.callback_verdict',
    definition: "CHECK ((verdict = ANY (ARRAY['applied'::text, 'stale'::text, 'unmatched'::text])))",
  },
  {
    kind: 'check',
    name: 'check_result.check_result_outcome',
    definition: "CHECK ((outcome = ANY (ARRAY['pass'::text, 'fail'::text])))",
  },
  {
    kind: 'check',
    name: 'commitment.commitment_limit',
    definition:
      'CHECK (((amount > 0) AND (obligated >= 0) AND (released >= 0) AND ((obligated + released) <= amount)))',
  },
  {
    kind: 'check',
    name: 'disbursement.disbursement_amount',
    definition:
      'CHECK (((amount > 0) AND (returned >= 0) AND (attempts >= 0) AND (returns >= 0) AND (returned = (returns * amount))))',
  },
  {
    kind: 'check',
    name: 'disbursement.disbursement_state',
    definition:
      "CHECK ((state = ANY (ARRAY['owed'::text, 'released'::text, 'in-flight'::text, 'paid'::text, 'needs-account'::text, 'float-short'::text, 'review'::text, 'failed'::text, 'lapsed'::text, 'cancelled'::text])))",
  },
  {
    kind: 'check',
    name: 'evidence.evidence_kind',
    definition:
      "CHECK ((kind = ANY (ARRAY['course-started'::text, 'course-completed'::text, 'course-rated'::text, 'survey-answered'::text])))",
  },
  { kind: 'check', name: 'funding.funding_amount', definition: 'CHECK ((amount > 0))' },
  {
    kind: 'check',
    name: 'message.message_state',
    definition: "CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text])))",
  },
  {
    kind: 'check',
    name: 'participant.participant_outcome',
    definition:
      "CHECK ((((stage = 'closed'::text) = (outcome IS NOT NULL)) AND ((outcome IS NULL) OR (outcome = ANY (ARRAY['completed'::text, 'refused'::text, 'expired'::text, 'withdrawn'::text])))))",
  },
  {
    kind: 'check',
    name: 'participant.participant_ref',
    definition: "CHECK ((ref ~ '^[0-9A-HJKMNP-TV-Z]{13}$'::text))",
  },
  {
    kind: 'check',
    name: 'participant.participant_stage',
    definition:
      "CHECK ((stage = ANY (ARRAY['screening'::text, 'admission'::text, 'training'::text, 'incentives'::text, 'closed'::text])))",
  },
  {
    kind: 'check',
    name: 'payout.payout_amount',
    definition: "CHECK (((amount > 0) AND (n > 0) AND (sends > 0) AND (reference ~ '^[0-9A-Z]{16}$'::text)))",
  },
  {
    kind: 'check',
    name: 'payout.payout_money',
    definition:
      "CHECK (((money = ANY (ARRAY['clearing'::text, 'credited'::text, 'back'::text])) AND\nCASE\n    WHEN (state = ANY (ARRAY['submitting'::text, 'unknown'::text, 'accepted'::text, 'processing'::text])) THEN (money = 'clearing'::text)\n    WHEN (state = 'paid'::text) THEN (money = 'credited'::text)\n    WHEN (state = ANY (ARRAY['failed'::text, 'cancelled'::text, 'not-sent'::text, 'returned'::text])) THEN (money = 'back'::text)\n    ELSE true\nEND))",
  },
  {
    kind: 'check',
    name: 'payout.payout_state',
    definition:
      "CHECK ((state = ANY (ARRAY['submitting'::text, 'unknown'::text, 'accepted'::text, 'processing'::text, 'paid'::text, 'failed'::text, 'cancelled'::text, 'not-sent'::text, 'returned'::text, 'review'::text])))",
  },
  {
    kind: 'check',
    name: 'payout.payout_superseded',
    definition: "CHECK (((NOT superseded) OR (money = 'back'::text)))",
  },
  { kind: 'check', name: 'posting.posting_amount', definition: 'CHECK (((amount > 0) AND (debit <> credit)))' },
  {
    kind: 'check',
    name: 'posting.posting_family',
    definition:
      "CHECK (((split_part(debit, ':'::text, 1) = split_part(credit, ':'::text, 1)) AND (split_part(debit, ':'::text, 1) = ANY (ARRAY['budget'::text, 'funds'::text]))))",
  },
  {
    kind: 'check',
    name: 'role_grant.role_grant_role',
    definition:
      "CHECK ((role = ANY (ARRAY['registrar'::text, 'institution'::text, 'operator'::text, 'helpdesk'::text, 'approver'::text, 'auditor'::text, 'administrator'::text])))",
  },
  { kind: 'check', name: 'tranche.tranche_amount', definition: 'CHECK ((amount > 0))' },
  {
    kind: 'check',
    name: 'tranche.tranche_state',
    definition:
      "CHECK ((state = ANY (ARRAY['planned'::text, 'open'::text, 'due'::text, 'missed'::text, 'cancelled'::text])))",
  },
  {
    kind: 'check',
    name: 'wave.wave_quota',
    definition: 'CHECK (((quota > 0) AND (admitted >= 0) AND (admitted <= quota)))',
  },
  { kind: 'check', name: 'wave.wave_state', definition: "CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))" },
  { kind: 'function', name: 'ms(timestamp with time zone)', definition: '24a2bec10c7bed9ccfd038a684e2600b' },
  { kind: 'function', name: 'refuse_change()', definition: '923911e18aa675cdb9d3b3ae10a83742' },
  { kind: 'function', name: 'refuse_closed_period()', definition: '71ef1dc58adc33a9426f2bb3c60ab212' },
  { kind: 'function', name: 'refuse_thaw()', definition: '4c9dbbf63665c25c24a05921b8694ae5' },
  { kind: 'owner', name: 'account', definition: 'lunas_owner' },
  { kind: 'owner', name: 'api_key', definition: 'lunas_owner' },
  { kind: 'owner', name: 'appropriation', definition: 'lunas_owner' },
  { kind: 'owner', name: 'audit_event', definition: 'lunas_owner' },
  { kind: 'owner', name: 'callback', definition: 'lunas_owner' },
  { kind: 'owner', name: 'check_result', definition: 'lunas_owner' },
  { kind: 'owner', name: 'closed_period', definition: 'lunas_owner' },
  { kind: 'owner', name: 'commitment', definition: 'lunas_owner' },
  { kind: 'owner', name: 'data_key', definition: 'lunas_owner' },
  { kind: 'owner', name: 'disbursement', definition: 'lunas_owner' },
  { kind: 'owner', name: 'evidence', definition: 'lunas_owner' },
  { kind: 'owner', name: 'funding', definition: 'lunas_owner' },
  { kind: 'owner', name: 'idempotency_key', definition: 'lunas_owner' },
  { kind: 'owner', name: 'message', definition: 'lunas_owner' },
  { kind: 'owner', name: 'observation', definition: 'lunas_owner' },
  { kind: 'owner', name: 'participant', definition: 'lunas_owner' },
  { kind: 'owner', name: 'payout', definition: 'lunas_owner' },
  { kind: 'owner', name: 'posting', definition: 'lunas_owner' },
  { kind: 'owner', name: 'programme_version', definition: 'lunas_owner' },
  { kind: 'owner', name: 'role_grant', definition: 'lunas_owner' },
  { kind: 'owner', name: 'sealed_document', definition: 'lunas_owner' },
  { kind: 'owner', name: 'send', definition: 'lunas_owner' },
  { kind: 'owner', name: 'tranche', definition: 'lunas_owner' },
  { kind: 'owner', name: 'wave', definition: 'lunas_owner' },
  { kind: 'power', name: 'lunas_app on account', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on api_key', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on appropriation', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on audit_event', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on audit_event_id_seq', definition: 'USAGE' },
  { kind: 'power', name: 'lunas_app on callback', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on check_result', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on closed_period', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on commitment', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on data_key', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on disbursement', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on evidence', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on funding', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on idempotency_key', definition: 'DELETE, INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on message', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on observation', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on observation_id_seq', definition: 'USAGE' },
  { kind: 'power', name: 'lunas_app on participant', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on payout', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on posting', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on posting_id_seq', definition: 'USAGE' },
  { kind: 'power', name: 'lunas_app on programme_version', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on role_grant', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on sealed_document', definition: 'INSERT, SELECT' },
  { kind: 'power', name: 'lunas_app on sealed_document_number_seq', definition: 'USAGE' },
  { kind: 'power', name: 'lunas_app on send', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on tranche', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_app on wave', definition: 'INSERT, SELECT, UPDATE' },
  { kind: 'power', name: 'lunas_audit on account', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on appropriation', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on audit_event', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on callback', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on check_result', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on closed_period', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on commitment', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on disbursement', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on evidence', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on funding', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on message', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on observation', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on participant', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on payout', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on posting', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on programme_version', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on role_grant', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on send', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on tranche', definition: 'SELECT' },
  { kind: 'power', name: 'lunas_audit on wave', definition: 'SELECT' },
  {
    kind: 'reference',
    name: 'commitment.commitment_appropriation_exists',
    definition: 'FOREIGN KEY (appropriation) REFERENCES appropriation(id)',
  },
  {
    kind: 'reference',
    name: 'commitment.commitment_participant_exists',
    definition: 'FOREIGN KEY (programme, ref) REFERENCES participant(programme, ref)',
  },
  {
    kind: 'reference',
    name: 'disbursement.disbursement_tranche_exists',
    definition: 'FOREIGN KEY (programme, ref, tranche) REFERENCES tranche(programme, ref, code)',
  },
  {
    kind: 'reference',
    name: 'participant.participant_programme_exists',
    definition: 'FOREIGN KEY (programme, programme_version) REFERENCES programme_version(programme, version)',
  },
  {
    kind: 'reference',
    name: 'payout.payout_account_exists',
    definition: 'FOREIGN KEY (account, programme, ref) REFERENCES account(id, programme, ref)',
  },
  {
    kind: 'reference',
    name: 'payout.payout_disbursement_exists',
    definition:
      'FOREIGN KEY (disbursement, programme, ref, amount, currency) REFERENCES disbursement(key, programme, ref, amount, currency)',
  },
  { kind: 'reference', name: 'send.send_payout_exists', definition: 'FOREIGN KEY (payout) REFERENCES payout(key)' },
  {
    kind: 'reference',
    name: 'tranche.tranche_participant_exists',
    definition: 'FOREIGN KEY (programme, ref) REFERENCES participant(programme, ref)',
  },
  {
    kind: 'reference',
    name: 'wave.wave_appropriation_exists',
    definition: 'FOREIGN KEY (appropriation) REFERENCES appropriation(id)',
  },
  {
    kind: 'trigger',
    name: 'account.account_frozen',
    definition:
      "CREATE TRIGGER account_frozen BEFORE UPDATE OF programme, ref, kind, institution, account_index, document, usable_from ON public.account FOR EACH ROW EXECUTE FUNCTION refuse_thaw('programme', 'ref', 'kind', 'institution', 'account_index', 'document', 'usable_from')",
  },
  {
    kind: 'trigger',
    name: 'audit_event.audit_event_append_only',
    definition:
      'CREATE TRIGGER audit_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
  },
  {
    kind: 'trigger',
    name: 'disbursement.disbursement_frozen',
    definition:
      "CREATE TRIGGER disbursement_frozen BEFORE UPDATE OF key, programme, ref, tranche, amount, currency ON public.disbursement FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'programme', 'ref', 'tranche', 'amount', 'currency')",
  },
  {
    kind: 'trigger',
    name: 'evidence.evidence_append_only',
    definition:
      'CREATE TRIGGER evidence_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
  },
  {
    kind: 'trigger',
    name: 'funding.funding_append_only',
    definition:
      'CREATE TRIGGER funding_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.funding FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
  },
  {
    kind: 'trigger',
    name: 'observation.observation_append_only',
    definition:
      'CREATE TRIGGER observation_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.observation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
  },
  {
    kind: 'trigger',
    name: 'payout.payout_frozen',
    definition:
      "CREATE TRIGGER payout_frozen BEFORE UPDATE OF key, disbursement, n, gateway, reference, amount, currency, account, request, request_sha256 ON public.payout FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'disbursement', 'n', 'gateway', 'reference', 'amount', 'currency', 'account', 'request', 'request_sha256')",
  },
  {
    kind: 'trigger',
    name: 'posting.posting_append_only',
    definition:
      'CREATE TRIGGER posting_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
  },
  {
    kind: 'trigger',
    name: 'posting.posting_period_open',
    definition:
      'CREATE TRIGGER posting_period_open AFTER INSERT ON public.posting REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_period()',
  },
  {
    kind: 'trigger',
    name: 'programme_version.programme_version_append_only',
    definition:
      'CREATE TRIGGER programme_version_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.programme_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
  },
  {
    kind: 'unique',
    name: 'account.account_id_programme_ref_key',
    definition: 'CREATE UNIQUE INDEX account_id_programme_ref_key ON public.account USING btree (id, programme, ref)',
  },
  {
    kind: 'unique',
    name: 'account.account_live',
    definition:
      'CREATE UNIQUE INDEX account_live ON public.account USING btree (programme, ref) WHERE (ended_at IS NULL)',
  },
  {
    kind: 'unique',
    name: 'api_key.api_key_sha256_key',
    definition: 'CREATE UNIQUE INDEX api_key_sha256_key ON public.api_key USING btree (sha256)',
  },
  {
    kind: 'unique',
    name: 'appropriation.appropriation_programme_fiscal_year_budget_line_key',
    definition:
      'CREATE UNIQUE INDEX appropriation_programme_fiscal_year_budget_line_key ON public.appropriation USING btree (programme, fiscal_year, budget_line)',
  },
  {
    kind: 'unique',
    name: 'callback.callback_gateway_event_id_key',
    definition: 'CREATE UNIQUE INDEX callback_gateway_event_id_key ON public.callback USING btree (gateway, event_id)',
  },
  {
    kind: 'unique',
    name: 'disbursement.disbursement_key_programme_ref_amount_currency_key',
    definition:
      'CREATE UNIQUE INDEX disbursement_key_programme_ref_amount_currency_key ON public.disbursement USING btree (key, programme, ref, amount, currency)',
  },
  {
    kind: 'unique',
    name: 'disbursement.disbursement_programme_ref_tranche_key',
    definition:
      'CREATE UNIQUE INDEX disbursement_programme_ref_tranche_key ON public.disbursement USING btree (programme, ref, tranche)',
  },
  {
    kind: 'unique',
    name: 'funding.funding_gateway_number_key',
    definition: 'CREATE UNIQUE INDEX funding_gateway_number_key ON public.funding USING btree (gateway, number)',
  },
  {
    kind: 'unique',
    name: 'participant.participant_programme_identity_index_key',
    definition:
      'CREATE UNIQUE INDEX participant_programme_identity_index_key ON public.participant USING btree (programme, identity_index)',
  },
  {
    kind: 'unique',
    name: 'payout.payout_disbursement_n_key',
    definition: 'CREATE UNIQUE INDEX payout_disbursement_n_key ON public.payout USING btree (disbursement, n)',
  },
  {
    kind: 'unique',
    name: 'payout.payout_gateway_reference_key',
    definition: 'CREATE UNIQUE INDEX payout_gateway_reference_key ON public.payout USING btree (gateway, reference)',
  },
  {
    kind: 'unique',
    name: 'payout.payout_live',
    definition:
      "CREATE UNIQUE INDEX payout_live ON public.payout USING btree (disbursement) WHERE ((NOT superseded) AND (state <> ALL (ARRAY['failed'::text, 'cancelled'::text, 'not-sent'::text, 'returned'::text])))",
  },
  {
    kind: 'unique',
    name: 'posting.posting_key_line_key',
    definition: 'CREATE UNIQUE INDEX posting_key_line_key ON public.posting USING btree (key, line)',
  },
  {
    kind: 'unique',
    name: 'role_grant.role_grant_live',
    definition:
      "CREATE UNIQUE INDEX role_grant_live ON public.role_grant USING btree (person, role, COALESCE(programme, ''::text)) WHERE (ended_at IS NULL)",
  },
  {
    kind: 'unique',
    name: 'send.send_open',
    definition: 'CREATE UNIQUE INDEX send_open ON public.send USING btree (payout) WHERE (ended_at IS NULL)',
  },
]
