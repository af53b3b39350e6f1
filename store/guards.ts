/** Compares what guards the database (checks, keys, triggers, unique indexes, functions, owners, powers) with what must guard it. */
import { GUARDS } from '../prisma/guards.ts'
import type { Sql } from './database.ts'
import { mendOf, restoringSql, type Found, type Guard } from './guard-repair.ts'

export interface GuardFault {
  readonly guard: Guard
  /** One sentence for operators. */
  readonly found: string
  /** The command that puts it right, as an operator types it. */
  readonly mend: string
  /** What puts it right; null when only people can. */
  readonly sql: string | null
}

const CATALOG = `
SELECT CASE contype WHEN 'c' THEN 'check' WHEN 'p' THEN 'primary' ELSE 'reference' END AS kind,
       conrelid::regclass::text || '.' || conname AS name,
       pg_get_constraintdef(oid)
         || CASE WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O')
                 THEN ' (disabled)' ELSE '' END AS definition
  FROM pg_constraint c WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'p', 'f')
UNION ALL
SELECT 'unique', indrelid::regclass::text || '.' || indexrelid::regclass::text,
       pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' (not valid)' END
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid
 WHERE c.relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary
UNION ALL
SELECT 'trigger', tgrelid::regclass::text || '.' || tgname, pg_get_triggerdef(oid) || CASE tgenabled WHEN 'O' THEN '' ELSE ' (disabled)' END
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'rule', tablename || '.' || rulename, definition FROM pg_rules WHERE schemaname = 'public'
UNION ALL
SELECT 'function', oid::regprocedure::text, pg_get_functiondef(oid)
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'
UNION ALL
SELECT 'owner', object, pg_get_userbyid(owner) FROM (
  SELECT CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'table ' END || relname, relowner
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f', 'v', 'm')
  UNION ALL
  SELECT 'function ' || oid::regprocedure::text, proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'schema ' || nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
) AS owned (object, owner)
UNION ALL
-- Whoever holds a power, everybody (PUBLIC, oid 0) included, over a whole table or over some columns of it.
SELECT 'power', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' on ' || object,
       string_agg(privilege, ', ' ORDER BY privilege COLLATE "C")
  FROM (
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence ' ELSE 'table ' END || c.relname, c.relowner, g.grantee,
           g.privilege_type || CASE WHEN g.is_grantable THEN ' with grant option' ELSE '' END
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 'table ' || c.relname, c.relowner, g.grantee,
           g.privilege_type || ' (' || string_agg(a.attname, ', ' ORDER BY a.attname COLLATE "C") || ')'
             || CASE WHEN bool_or(g.is_grantable) THEN ' with grant option' ELSE '' END
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN LATERAL aclexplode(a.attacl) g
     WHERE c.relnamespace = 'public'::regnamespace GROUP BY c.relname, c.relowner, g.grantee, g.privilege_type
    UNION ALL
    SELECT 'schema ' || n.nspname, n.nspowner, g.grantee,
           g.privilege_type || CASE WHEN g.is_grantable THEN ' with grant option' ELSE '' END
      FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) g WHERE n.nspname = 'public'
    UNION ALL
    -- Who may make schemas or temporary tables could put a table before the one that a guard reads. Whoever may only connect has no power here.
    SELECT 'database', d.datdba, g.grantee, g.privilege_type || CASE WHEN g.is_grantable THEN ' with grant option' ELSE '' END
      FROM pg_database d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) g
     WHERE d.datname = current_database() AND g.privilege_type <> 'CONNECT'
  ) AS held (object, owner, grantee, privilege)
 WHERE grantee <> owner GROUP BY grantee, object`

/** Prisma's own book of migrations is watched by its own checks. */
const OWN_BOOK = /_prisma_migrations/

/** What the catalog holds now, in the form of `prisma/guards.ts`. */
export async function catalogGuards(sql: Sql): Promise<Guard[]> {
  const { rows } = await sql.query<Guard>(`${CATALOG} ORDER BY 1, 2`)
  return rows.filter((row) => !OWN_BOOK.test(row.name))
}

/** Every guard that is missing, changed or foreign, those first that others need; empty when all stand. */
export async function catalogFaults(sql: Sql): Promise<GuardFault[]> {
  const actual = new Map((await catalogGuards(sql)).map((guard) => [keyOf(guard), guard]))
  const missing = wantedGuards()
    .filter((guard) => actual.get(keyOf(guard))?.definition !== guard.definition)
    .map((guard) => faultOf(guard, actual.has(keyOf(guard)) ? 'changed' : 'missing'))
  const wanted = new Set(wantedGuards().map(keyOf))
  const foreign = [...actual.values()].filter((guard) => !wanted.has(keyOf(guard)))
  return [...missing, ...foreign.map((guard) => faultOf(guard, 'foreign'))]
}

/** What must be, in the order in which it can be made. */
export function wantedGuards(): Guard[] {
  const kinds = Object.keys(GUARDS) as Guard['kind'][]
  return kinds.flatMap((kind) => Object.entries(GUARDS[kind]).map(([name, definition]) => ({ kind, name, definition })))
}

function keyOf({ kind, name }: Guard): string {
  return `${kind} ${name}`
}

const FOUND = {
  missing: 'is missing',
  changed: 'is not what it must be',
  foreign: 'is not known to this version',
} as const

function faultOf(guard: Guard, found: Found): GuardFault {
  const sql = restoringSql(guard, found)
  const mend = sql === null ? mendOf(guard, found) : 'lunas migrate'
  return { guard, found: `${keyOf(guard)} ${FOUND[found]}`, mend, sql }
}

const STANDING = `
SELECT current_user AS name, rolsuper AS superuser,
       (SELECT string_agg(other.rolname, ', ' ORDER BY other.rolname) FROM pg_roles other
         WHERE other.rolname NOT IN (current_user, $1) AND pg_has_role(current_user, other.oid, 'MEMBER')) AS becomes,
       has_database_privilege(current_user, current_database(), 'CREATE') AS creates,
       EXISTS (SELECT FROM pg_class WHERE relowner = current_user::regrole AND relnamespace = 'public'::regnamespace) AS owns
  FROM pg_roles WHERE rolname = current_user`

interface Standing {
  readonly name: string
  readonly superuser: boolean
  readonly becomes: string | null
  readonly creates: boolean
  readonly owns: boolean
}

/** A process must not be able to lift its own guards: one sentence for each way in which whoever connects as `role` could. */
export async function roleFaults(sql: Sql, role = 'lunas_app'): Promise<string[]> {
  const { rows } = await sql.query<Standing>(STANDING, [role])
  const row = rows[0]
  if (!row) return []
  if (row.superuser) return [`role ${row.name} is a superuser`]
  return [
    ...(row.becomes === null ? [] : [`role ${row.name} can become ${row.becomes}`]),
    ...(row.owns ? [`role ${row.name} owns tables`] : []),
    ...(row.creates ? [`role ${row.name} may create schemas`] : []),
  ]
}

/** Everything that is wrong as a process sees it that is to connect as `role`, one sentence each with what mends it; empty when all is well. */
export async function guardFaults(sql: Sql, role = 'lunas_app'): Promise<string[]> {
  const catalog = (await catalogFaults(sql)).map(({ found, mend }) => `${found}; mend it: ${mend}`)
  return [...catalog, ...(await roleFaults(sql, role)).map((fault) => `${fault}; connect as ${role}`)]
}
