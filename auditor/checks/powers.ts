import type { Check } from '../books.ts'

/** What is written once. Nobody the engine logs in as may change it, and a trigger refuses even the owner. */
const WRITTEN_ONCE = [
  'posting',
  'audit_event',
  'observation',
  'evidence',
  'programme_version',
  'funding',
  'seal',
  'approval',
  'statement_line',
]

/** What is frozen from its insert on, and what an end is final for. */
const TRIGGERS = [
  ...WRITTEN_ONCE.map((table) => `${table}.${table}_append_only`),
  'payout.payout_frozen',
  'disbursement.disbursement_frozen',
  'account.account_frozen',
  'account.account_ended',
  'proposal.proposal_frozen',
  'proposal.proposal_agreed',
  'proposal.proposal_decided',
  'approval.approval_by_another',
  'signing_key.signing_key_frozen',
  'signing_key.signing_key_ended',
  'api_key.api_key_ended',
  'role_grant.role_grant_ended',
  'freezes.freezes_frozen',
  'freezes.freezes_agreed',
  'gateway_credential.gateway_credential_frozen',
  'gateway_credential.gateway_credential_ended',
  'gateway_credential.gateway_credential_agreed',
  'failure_rule.failure_rule_agreed',
  'failure_rule.failure_rule_frozen',
  'failure_rule.failure_rule_succeeded',
  'statement.statement_frozen',
  'discrepancy.discrepancy_frozen',
  'posting.posting_period_open',
]

/** What cannot be there twice. */
const UNIQUE = [
  'posting_key_line_key',
  'payout_live',
  'payout_gateway_reference_key',
  'payout_disbursement_n_key',
  'disbursement_programme_ref_tranche_key',
  'participant_identity_index_programme_key',
  'account_live',
  'callback_gateway_event_id_key',
  'proposal_act_content_hash_expires_at_key',
  'signing_key_public_key_key',
  'discrepancy_live',
  'gateway_credential_live',
  'failure_rule_live',
]

/** Limits that the database itself keeps. */
const LIMITS = [
  'appropriation_limit',
  'wave_quota',
  'commitment_limit',
  'disbursement_amount',
  'payout_money',
  'posting_amount',
  'posting_family',
]

interface Power {
  readonly role: string
  readonly table: string
  readonly power: string
}

const POWERS = `
SELECT r.rolname AS role, c.relname AS table, p.power
  FROM pg_class c CROSS JOIN (VALUES ('lunas_app'), ('lunas_seal'), ('lunas_audit')) AS n (name) JOIN pg_roles r ON r.rolname = n.name
 CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p (power)
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND CASE WHEN p.power IN ('INSERT', 'UPDATE') THEN has_any_column_privilege(r.oid, c.oid, p.power) ELSE has_table_privilege(r.oid, c.oid, p.power) END`

/** A name is looked for among temporary tables first. The auditor has some: it writes to nothing that a guard looks at. */
const SHADOWS = `
SELECT rolname AS role FROM pg_roles WHERE rolname IN ('lunas_app', 'lunas_seal') AND has_database_privilege(oid, current_database(), 'CREATE, TEMPORARY')
 UNION SELECT rolname FROM pg_roles WHERE rolname IN ('lunas_app', 'lunas_seal', 'lunas_audit') AND has_schema_privilege(oid, 'public', 'CREATE')`

export const powers: Check = {
  name: 'powers',
  invariants: ['I23'],
  title: 'the engine can neither rewrite what was recorded nor lift what guards it, and the auditor can write nothing',
  async run(books) {
    const tell = (kind: 'missing' | 'forbidden', entity: string, key: string, says: string): void =>
      books.tell('I23', kind, entity, key, says)
    for (const { role, table, power } of await books.rows<Power>(POWERS)) {
      const isAllowed =
        role === 'lunas_seal'
          ? table === 'seal' && power === 'INSERT'
          : role === 'lunas_app' &&
            (power === 'INSERT' ||
              (power === 'UPDATE' && !WRITTEN_ONCE.includes(table)) ||
              (power === 'DELETE' && table === 'idempotency_key'))
      if (!isAllowed) tell('forbidden', 'role', `${role}/${table}`, `${role} may ${power} ${table}`)
    }
    const roles = await books.rows<{ role: string }>(
      `SELECT rolname AS role FROM pg_roles WHERE rolname IN ('lunas_app', 'lunas_seal', 'lunas_audit')
          AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR pg_has_role(oid, 'lunas_owner', 'MEMBER'))`,
    )
    for (const { role } of roles) tell('forbidden', 'role', role, `${role} has power over the database itself`)
    for (const { role } of await books.rows<{ role: string }>(SHADOWS))
      tell('forbidden', 'role', role, `${role} can put a table of its own before the one that a guard reads`)
    const there = new Set(
      (
        await books.rows<{ name: string }>(
          `SELECT tgrelid::regclass::text || '.' || tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
           UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique AND indisvalid
           UNION ALL SELECT conname FROM pg_constraint WHERE contype = 'c' AND convalidated`,
        )
      ).map(({ name }) => name),
    )
    const needed = { trigger: TRIGGERS, index: UNIQUE, constraint: LIMITS }
    for (const [entity, names] of Object.entries(needed)) {
      books.count('guards', names.length)
      for (const name of names)
        if (!there.has(name)) tell('missing', entity, name, `${name} is not there, or is switched off`)
    }
  },
}
