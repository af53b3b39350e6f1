-- What the auditor reads besides: whose a key is, not its hash; that a sealed document is there, not what is in it; and which
-- requests were answered, not with what.
GRANT SELECT (id, person, kind, label, created_at, created_by, expires_at, revoked_at, revoked_by) ON api_key TO lunas_audit;
GRANT SELECT (id, number, owner, kind, created_at) ON sealed_document TO lunas_audit;
GRANT SELECT (caller, route, key_hash, request_hash, status, created_at, expires_at) ON idempotency_key TO lunas_audit;

-- It lays down what gateways told beside the books, in temporary tables of its own connection: nothing of ours is written.
DO $$ BEGIN
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO lunas_audit', current_database());
END $$;
