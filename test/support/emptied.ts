/**
 * A test database made empty again: a small part of what a new one costs, which is the copy of some hundred files. Only where nothing
 * but rows has changed.
 */
import type pg from 'pg'

/** Whatever is created, altered, granted or dropped writes one of these anew, under a later transaction. */
const CATALOGS =
  'namespace class attribute attrdef type constraint index sequence trigger event_trigger proc policy rewrite extension default_acl'
    .split(' ')
    .map((name) => `SELECT '${name}' AS name, count(*) AS rows, sum(xmin::text::bigint) AS written FROM pg_${name}`)

/** What a database is besides its rows; `_prisma_migrations` tells what it is too. */
const BESIDE = `
SELECT md5(concat((SELECT array_agg(c ORDER BY c.name) FROM (${CATALOGS.join(' UNION ALL ')}) AS c),
                  (SELECT array[d.datacl::text, (SELECT array_agg(s ORDER BY s.setrole) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)::text]
                     FROM pg_database d WHERE d.datname = current_database()),
                  (SELECT array_agg(m ORDER BY m.id) FROM _prisma_migrations m))) AS beside`

/** After so many rows a new database is quicker than the old ones' remains. */
const ROWS_MAX = 5000

/** To be compared, later, with what it is then. */
export async function besideRows(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ beside: string }>(BESIDE)
  return rows[0]?.beside ?? ''
}

/** Deletes every row and sets every sequence back, as superuser, where nobody else is connected. False, with nothing done, where it is not again what it was. */
export async function madeEmpty(client: pg.ClientBase, beside: string): Promise<boolean> {
  if ((await besideRows(client)) !== beside) return false
  const tables = await filled(client)
  if (tables.reduce((sum, { rows }) => sum + rows, 0) > ROWS_MAX) return false
  // Rows that nobody may delete, and that others refer to: nothing of it holds for who is a replica.
  const deletes = tables.map(({ name }) => `DELETE FROM ${name};`).join('\n')
  await client.query(`BEGIN; SET LOCAL session_replication_role = replica; ${deletes} COMMIT`)
  await client.query(
    `SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
       FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL`,
  )
  return true
}

async function filled(client: pg.ClientBase): Promise<{ name: string; rows: number }[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations' ORDER BY oid`,
  )
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM ${name}`)
  const { rows } = await client.query<{ name: string; rows: number }>(counts.join(' UNION ALL '))
  return rows.filter((table) => table.rows > 0)
}
