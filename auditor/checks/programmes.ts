import type { Books, Check } from '../books.ts'
import { canonical, sha256 } from '../signature.ts'

interface Version {
  readonly programme: string
  readonly version: number
  readonly definition: { readonly code?: unknown; readonly version?: unknown }
  readonly sha256: string
  readonly told: string | null
  /** Hashes of what two people agreed to publish under this name. */
  readonly agreed: readonly string[]
}

const VERSIONS = `
SELECT v.programme, v.version, v.definition, encode(v.sha256, 'hex') AS sha256,
       (SELECT after ->> 'sha256' FROM audit_event e WHERE e.act = 'programme-published' AND e.subject = v.programme || '@' || v.version LIMIT 1) AS told,
       (SELECT coalesce(jsonb_agg(encode(p.content_hash, 'hex')), '[]') FROM proposal p WHERE p.act = 'programme-publication' AND p.state = 'executed'
           AND p.subject = 'programme:' || v.programme || '@' || v.version) AS agreed
  FROM programme_version v ORDER BY v.programme, v.version`

/** Versions are few, and each definition is some pages. */
export const programmes: Check = {
  name: 'programmes',
  invariants: ['I21'],
  title:
    'every published programme version is what two people signed, and what the programme file says; and whoever has power was given it by two',
  async run(books) {
    for (const row of await books.rows<Version>(VERSIONS)) {
      books.count('programme versions', 1)
      look(books, row)
    }
    await effects(books)
  },
}

function look(books: Books, row: Version): void {
  const name = `${row.programme}@${row.version}`
  const hash = sha256(canonical(row.definition)).toString('hex')
  const tell = (kind: 'changed' | 'forbidden', says: string): void =>
    books.tell('I21', kind, 'programme_version', name, says)
  if (hash !== row.sha256) tell('changed', `its definition hashes to ${hash} and says ${row.sha256}`)
  if (row.told !== row.sha256) tell('changed', `the trail has ${row.told ?? 'nothing'}`)
  if (!row.agreed.includes(hash)) tell('forbidden', 'no two people agreed to publish it')
  if (`${String(row.definition.code)}@${String(row.definition.version)}` !== name)
    tell('changed', 'its definition is of another name')
  const file = books.settings.programmeFiles?.get(name)
  if (file === undefined) return
  books.count('programme files', 1)
  const filed = sha256(canonical(file)).toString('hex')
  if (filed !== hash)
    books.tell('I21', 'changed', 'programme_file', name, `the file hashes to ${filed}, and ${hash} was published`)
}

interface Effect {
  readonly kind: 'forbidden'
  readonly entity: string
  readonly key: string
  readonly says: string
}

/** Who has one of these moves money, or says who is paid. */
const IS_POWER = `g.role IN ('registrar', 'operator', 'helpdesk', 'approver', 'administrator')`

/** Made by a development stack; or before there were two people who could agree: one administrator and two approvers. */
const begins = (by: string): string => `(
  ${by} = 'local' AND current_setting('auditor.development') = 'true'
  OR ${by} = 'bootstrap' AND g.programme IS NULL AND g.place <= CASE g.role WHEN 'administrator' THEN 1 WHEN 'approver' THEN 2 ELSE 0 END)`

/** Proposal \`p\` gives role \`g\`. */
const GIVES = `p.state = 'executed' AND p.content ->> 'person' = g.person AND
         (p.act = 'role-grant' AND p.content ->> 'role' = g.role AND p.content ->> 'programme' IS NOT DISTINCT FROM g.programme
          OR p.act = 'key' AND p.content -> 'grants' @> jsonb_build_array(jsonb_build_object('role', g.role, 'programme', g.programme)))`

/**
 * What only two people may do, done otherwise. A proposal gives a role once: by one of those who agreed, in the commit of the last word, and
 * before the trail has that it was carried out. Given again after its end, it takes a proposal of its own.
 */
const EFFECTS = `
SELECT 'forbidden' AS kind, 'role_grant' AS entity, g.id::text AS key, format('%s was made %s and no two people agreed to it', g.person, g.role) AS says
  FROM (SELECT *, row_number() OVER (PARTITION BY role, programme IS NULL ORDER BY granted_at, id) AS place FROM role_grant) AS g
 WHERE ${IS_POWER} AND NOT ${begins('g.granted_by')} AND NOT EXISTS (SELECT FROM proposal p WHERE ${GIVES})
UNION ALL
SELECT 'forbidden', 'role_grant', concat_ws('/', g.person, g.role, g.programme), format('%s gave it at %s, and no two people agreed to it then', g.by, g.at)
  FROM (SELECT id, at, person AS by, substr(subject, 8) AS person, after ->> 'role' AS role, after ->> 'programme' AS programme,
               row_number() OVER (PARTITION BY subject, after ->> 'role', after ->> 'programme', at ORDER BY id) AS nth,
               row_number() OVER (PARTITION BY after ->> 'role', after ->> 'programme' IS NULL ORDER BY id) AS place
          FROM audit_event WHERE act = 'role-granted') AS g
 WHERE ${IS_POWER} AND NOT ${begins('g.by')}
   AND NOT (g.nth = 1 AND EXISTS (
         SELECT FROM proposal p JOIN approval a ON a.proposal = p.id AND a.person = g.by
           JOIN audit_event x ON x.act = 'proposal-executed' AND x.subject = 'proposal:' || p.id AND x.id > g.id
          WHERE p.decided_at = g.at AND ${GIVES}))
UNION ALL
SELECT 'forbidden', 'signing_key', k.id::text, format('%s has another signing key and no two people agreed to it', k.person)
  FROM signing_key k
 WHERE EXISTS (SELECT FROM signing_key b WHERE b.person = k.person AND b.registered_at < k.registered_at)
   AND NOT EXISTS (SELECT FROM proposal p WHERE p.state = 'executed' AND p.content ->> 'person' = k.person
                      AND coalesce(p.content ->> 'publicKey', p.content #>> '{signingKey,publicKey}') = encode(k.public_key, 'base64'))`

async function effects(books: Books): Promise<void> {
  for await (const { kind, entity, key, says } of books.stream<Effect>(EFFECTS))
    books.tell('I21', kind, entity, key, says)
}
