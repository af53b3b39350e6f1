-- Who may do what in a Lunas database. Run by a superuser inside the database, before its first migration; repeating it changes nothing.
-- Passwords are the caller's: the roles that log in cannot do so before they are given one.
DO $roles$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['lunas_owner', 'lunas_migrate', 'lunas_app', 'lunas_audit', 'lunas_seal'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I', name);
    END IF;
    EXECUTE format(
      'ALTER ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
      name, CASE name WHEN 'lunas_owner' THEN 'NOLOGIN' ELSE 'LOGIN' END);
    IF name IN ('lunas_app', 'lunas_audit', 'lunas_seal') AND pg_has_role(name, 'lunas_owner', 'MEMBER') THEN
      EXECUTE format('REVOKE lunas_owner FROM %I', name);
    END IF;
  END LOOP;

  -- Migrations act as the owner, by name and not by inheritance: whatever they make belongs to lunas_owner.
  IF current_setting('server_version_num')::int >= 160000 THEN
    GRANT lunas_owner TO lunas_migrate WITH INHERIT FALSE, SET TRUE;
  ELSE
    GRANT lunas_owner TO lunas_migrate;
  END IF;
END
$roles$;

DO $database$
DECLARE
  database text := current_database();
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO lunas_owner', database);
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', database);
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lunas_migrate, lunas_audit, lunas_seal', database);
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO lunas_app', database);
  -- What the auditor is told by gateways is laid down in temporary tables. The application has none: a name is looked for among them first, so
  -- that a table of its own would stand before the one that a guard reads.
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO lunas_audit', database);
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM lunas_app, lunas_seal', database);

  EXECUTE format('ALTER ROLE lunas_migrate IN DATABASE %I SET role = %L', database, 'lunas_owner');
  EXECUTE format('ALTER ROLE lunas_app IN DATABASE %I SET statement_timeout = %L', database, '30s');
  -- A row that others queue for is waited for twice, each time this long: both together must end before the client gives up.
  EXECUTE format('ALTER ROLE lunas_app IN DATABASE %I SET lock_timeout = %L', database, '3s');
  EXECUTE format('ALTER ROLE lunas_app IN DATABASE %I SET idle_in_transaction_session_timeout = %L', database, '30s');
  EXECUTE format('ALTER ROLE lunas_audit IN DATABASE %I SET default_transaction_read_only = on', database);
END
$database$;

ALTER SCHEMA public OWNER TO lunas_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lunas_app, lunas_audit, lunas_seal;
