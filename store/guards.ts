/** Compares what guards the database (checks, triggers, partial indexes, functions, owners, powers) with what must guard it. */
import { GUARDS, type Guard } from '../prisma/guards.ts'
import type { Sql } from './database.ts'

const CATALOG = `
SELECT 'check' AS kind, conrelid::regclass::text || '.' || conname AS name, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'c'
UNION ALL
SELECT 'reference', conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f'
UNION ALL
SELECT 'unique', indrelid::regclass::text || '.' || indexrelid::regclass::text, pg_get_indexdef(indexrelid)
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid
 WHERE c.relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary
   AND indrelid::regclass::text <> '_prisma_migrations'
UNION ALL
SELECT 'trigger', tgrelid::regclass::text || '.' || tgname, pg_get_triggerdef(oid) || CASE tgenabled WHEN 'O' THEN '' ELSE ' (disabled)' END
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', oid::regprocedure::text, md5(pg_get_functiondef(oid))
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL
SELECT 'owner', c.relname, r.rolname
  FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT 'power', r.rolname || ' on ' || c.relname, string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type)
  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND g.grantee <> c.relowner
 GROUP BY r.rolname, c.relname`

/** Prisma's own book of migrations is watched by its own checks. */
const OWN_BOOK = /_prisma_migrations/

const STANDING = `
SELECT current_user AS name, rolsuper AS superuser, pg_has_role(current_user, 'lunas_owner', 'MEMBER') AS owner,
       (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole AND relnamespace = 'public'::regnamespace) AS owned
  FROM pg_roles WHERE rolname = current_user`

/** Every guard that is missing, changed or foreign, one sentence each with the command that mends it; empty when all stand. */
export async function guardFaults(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<Guard>(CATALOG)
  const actual = new Map(
    rows.filter((row) => !OWN_BOOK.test(row.name)).map((row) => [`${row.kind} ${row.name}`, row.definition]),
  )
  const wanted = new Map(GUARDS.map((guard) => [`${guard.kind} ${guard.name}`, guard.definition]))
  const mend = 'restore it from prisma/migrations, or migrate: lunas migrate'
  const missing = [...wanted].filter(([name]) => !actual.has(name)).map(([name]) => `${name} is missing; ${mend}`)
  const changed = [...wanted]
    .filter(([name, definition]) => actual.has(name) && actual.get(name) !== definition)
    .map(([name]) => `${name} is not what it must be; ${mend}`)
  const foreign = [...actual.keys()]
    .filter((name) => !wanted.has(name))
    .map((name) => `${name} is not known to this version; remove it, or run the version that made it`)
  return [...missing, ...changed, ...foreign, ...(await powerFaults(sql))]
}

/** The application must not be able to lift its own guards. */
async function powerFaults(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ name: string; superuser: boolean; owner: boolean; owned: bigint }>(STANDING)
  const row = rows[0]
  if (!row) return []
  const faults: string[] = []
  if (row.superuser) faults.push(`role ${row.name} is a superuser; connect as lunas_app`)
  if (row.owner) faults.push(`role ${row.name} can become lunas_owner; connect as lunas_app`)
  if (row.owned > 0n) faults.push(`role ${row.name} owns tables; connect as lunas_app`)
  return faults
}

/** What the catalog holds now, in the form of `prisma/guards.ts`: for writing that file after a migration. */
export async function catalogGuards(sql: Sql): Promise<Guard[]> {
  const { rows } = await sql.query<Guard>(`${CATALOG} ORDER BY 1, 2`)
  return rows.filter((row) => !OWN_BOOK.test(row.name))
}
