import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { CODE_ROOT } from './project.ts'

/** Passwords of the roles that log in. */
export interface RolePasswords {
  readonly migrate: string
  readonly app: string
  readonly audit: string
  readonly seal: string
}

/** One URL for each role that logs in to a database. */
export interface DatabaseUrls {
  readonly migrate: string
  readonly app: string
  readonly audit: string
  readonly seal: string
}

/** Runs prisma/roles.sql in the database of `superUrl` and sets the passwords. Repeating it changes nothing. */
export async function applyRoles(superUrl: string, passwords: RolePasswords): Promise<void> {
  const script = readFileSync(path.join(CODE_ROOT, 'prisma/roles.sql'), 'utf8')
  await withClient(superUrl, async (client) => {
    await client.query(script)
    for (const role of ['migrate', 'app', 'audit', 'seal'] as const) {
      await client.query(`ALTER ROLE lunas_${role} PASSWORD ${client.escapeLiteral(passwords[role])}`)
    }
  })
}

/** The URLs of the roles in the database of `superUrl`. */
export function urlsFor(superUrl: string, passwords: RolePasswords): DatabaseUrls {
  const as = (role: keyof DatabaseUrls) => {
    const url = new URL(superUrl)
    url.username = `lunas_${role}`
    url.password = passwords[role]
    return url.href
  }
  return { migrate: as('migrate'), app: as('app'), audit: as('audit'), seal: as('seal') }
}

/** The same server and role, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(database)}`
  return other.href
}

/** Does something over one connection, which is closed again. */
export async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
