import Type from 'typebox'
import { normaliseAccount, type AccountDetails } from '../../domain/registration.ts'
import { Problem } from '../../domain/problem.ts'
import { contentHash } from '../../domain/signing.ts'
import { CHECK_VERDICTS } from '../../domain/account-check.ts'
import { NAME_REASONS } from '../../domain/name-match.ts'
import { insertCheck, type AccountCheckRow } from '../account-checks.ts'
import { linkAccount, refuseUnchanged } from '../accounts.ts'
import type { Sql } from '../database.ts'
import {
  dataKeyOf,
  insertDocument,
  jsonBytes,
  openDocument,
  parseSealed,
  participantOwner,
  sealDocument,
} from '../documents.ts'
import type { StoreContext } from '../options.ts'
import { identityVersion } from '../read-identity.ts'
import { sha256 } from '../signing-keys.ts'
import { invalid, shapeFaults, twoPersonAct, UUID } from '../two-person-act.ts'

const closed = { additionalProperties: false }
const kind = Type.Enum(['bank', 'wallet'])
const institution = Type.String({ minLength: 1, maxLength: 40 })

const Personal = Type.Object(
  {
    account: Type.Object({ kind, institution, number: Type.String(), holder: Type.String() }, closed),
    salt: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    state: Type.Enum(['verified', 'unverified']),
    check: Type.Optional(
      Type.Object(
        {
          gateway: Type.String(),
          verdict: Type.Enum([...CHECK_VERDICTS]),
          code: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
          score: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
          reasons: Type.Array(Type.Enum([...NAME_REASONS])),
        },
        closed,
      ),
    ),
    identity: Type.Optional(UUID),
  },
  closed,
)

interface Personal {
  readonly account: AccountDetails
  /** 32 random bytes: without them an account number would soon be guessed from its hash. */
  readonly salt: string
  /** What the gateway said when it was asked, before others were. */
  readonly state: 'verified' | 'unverified'
  readonly check?: AccountCheckRow
  /** The version of who the person is that it was asked about; what counts at the sealing where nobody was asked. */
  readonly identity?: string
}

/** Where a person is paid, changed by an operator. Number and holder are sealed; what is signed is bound to them by a hash. */
export const accountChange = twoPersonAct({
  name: 'account-change',
  title: { id: 'Perubahan rekening peserta oleh petugas', en: 'Account changed by an operator' },
  proposers: ['operator', 'helpdesk'],
  content: Type.Object(
    {
      programme: Type.String({ maxLength: 40 }),
      ref: Type.String({ maxLength: 20 }),
      kind,
      institution,
      masked: Type.String({ maxLength: 10 }),
      commitment: Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'SHA-256 of the canonical JSON of `{ account, salt }`',
      }),
    },
    closed,
  ),
  place: (_sql, { programme, ref }) => ({ programme, subject: `${programme}:${ref}` }),
  async seal(sql, context, content, personal, atMs) {
    const faults = shapeFaults(Personal, personal)
    if (faults.length > 0) throw invalid(faults.map((one) => ({ ...one, pointer: `/personal${one.pointer}` })))
    const { account: given, salt, state, check, ...asked } = personal as Personal
    // What is kept is what the gateway was asked about, and what a payout will be sent to.
    const account = normaliseAccount(given)
    const masked = `••${account.number.slice(-4)}`
    const isMeant =
      contentHash({ account, salt }, sha256) === content.commitment &&
      [account.kind, account.institution, masked].join() === [content.kind, content.institution, content.masked].join()
    if (!isMeant) throw invalid([{ pointer: '/personal', detail: 'is not what the content commits to' }])
    await refuseUnchanged(sql, context, { ...content, account })
    const owner = participantOwner(content.programme, content.ref)
    const key = await dataKeyOf(sql, context.vault, owner)
    const replaces = await liveAccount(sql, content)
    const identity = await identityVersion(sql, content)
    if ((asked.identity ?? identity) !== identity) {
      throw new Problem('conflict', 'the person was corrected while the bank or wallet was asked; propose it again')
    }
    const kept: Kept = { account, salt, state, replaces, identity, ...(check ? { check } : {}) }
    const document = sealDocument(context.vault, key, owner, 'account', jsonBytes(kept))
    await insertDocument(sql, document)
    // Whoever decides sees what the bank or wallet has said, and how well the names agree.
    const { programme, ref } = content
    const of = { programme, ref, institution: account.institution, account: null, document: document.id }
    if (check) await insertCheck(sql, of, check, atMs)
    return document.id
  },
  check: (sql, _context, { programme, ref }, _atMs, { person }) => refuseOwnName(sql, { programme, ref }, [person]),
  async execute(sql, context, { programme, ref, commitment }, by, actor, atMs) {
    const of = { programme, ref }
    const kept = await sealed(sql, context, { ...of, document: by.document ?? '' })
    const { account, salt, state, replaces, check } = kept
    if (contentHash({ account, salt }, sha256) !== commitment) {
      throw new Problem('proposal-stale', 'what lies sealed is not what was signed; propose it again')
    }
    // An older proposal must not put back what a newer one has replaced.
    if ((await liveAccount(sql, of)) !== replaces) {
      throw new Problem('proposal-stale', 'another account was linked since; propose it again')
    }
    // What others have seen of the names agreeing was about the name of then.
    if ((await identityVersion(sql, of)) !== kept.identity) {
      throw new Problem(
        'proposal-stale',
        'the person was corrected since the bank or wallet was asked; propose it again',
      )
    }
    await refuseOwnName(sql, of, [by.proposer, actor.person])
    const link = { ...of, account, state, agreed: true, ...(check ? { check } : {}) }
    await linkAccount(sql, context, link, actor, atMs)
  },
})

/** What lies sealed beside the proposal. */
interface Kept extends Omit<Personal, 'identity'> {
  readonly identity: string
  /** Id of the account that was linked when it was proposed; null when there was none. */
  readonly replaces: string | null
}

/**
 * Whoever has written the name that an account is compared with says nothing about the account: they would be agreeing with themselves.
 * Throws `forbidden`.
 */
async function refuseOwnName(
  sql: Sql,
  { programme, ref }: { readonly programme: string; readonly ref: string },
  people: readonly string[],
): Promise<void> {
  const { rows } = await sql.query<{ person: string }>(
    `SELECT person FROM audit_event WHERE (programme, ref) = ($1, $2) AND act = 'corrected' AND after -> 'fields' ? 'name'
      ORDER BY id DESC LIMIT 1`,
    [programme, ref],
  )
  const [corrected] = rows
  if (!corrected || !people.includes(corrected.person)) return
  const detail = `${corrected.person} has corrected the name that the account is compared with; others propose and agree to it`
  throw new Problem('forbidden', detail)
}

/** The life is locked: the link is of this moment until the transaction ends. */
async function liveAccount(
  sql: Sql,
  { programme, ref }: { readonly programme: string; readonly ref: string },
): Promise<string | null> {
  await sql.query('SELECT FROM participant WHERE programme = $1 AND ref = $2 FOR UPDATE', [programme, ref])
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM account WHERE programme = $1 AND ref = $2 AND ended_at IS NULL',
    [programme, ref],
  )
  return rows[0]?.id ?? null
}

async function sealed(
  sql: Sql,
  context: StoreContext,
  of: { readonly programme: string; readonly ref: string; readonly document: string },
): Promise<Kept> {
  const place = { id: of.document, owner: participantOwner(of.programme, of.ref), kind: 'account' as const }
  return parseSealed<Kept>(await openDocument(sql, context.vault, place)).open()
}
