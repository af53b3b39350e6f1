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
import { sha256 } from '../signing-keys.ts'
import { invalid, shapeFaults, twoPersonAct } from '../two-person-act.ts'

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
    const { account: given, salt, state, check } = personal as Personal
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
    const kept: Kept = { account, salt, state, replaces, ...(check ? { check } : {}) }
    const document = sealDocument(context.vault, key, owner, 'account', jsonBytes(kept))
    await insertDocument(sql, document)
    // Whoever decides sees what the bank or wallet has said, and how well the names agree.
    const { programme, ref } = content
    const of = { programme, ref, institution: account.institution, account: null, document: document.id }
    if (check) await insertCheck(sql, of, check, atMs)
    return document.id
  },
  // The sealing has looked.
  check: () => Promise.resolve(),
  async execute(sql, context, { programme, ref, commitment }, by, actor, atMs) {
    const { account, salt, state, replaces, check } = await sealed(sql, context, {
      programme,
      ref,
      document: by.document ?? '',
    })
    if (contentHash({ account, salt }, sha256) !== commitment) {
      throw new Problem('proposal-stale', 'what lies sealed is not what was signed; propose it again')
    }
    // An older proposal must not put back what a newer one has replaced.
    if ((await liveAccount(sql, { programme, ref })) !== replaces) {
      throw new Problem('proposal-stale', 'another account was linked since; propose it again')
    }
    const link = { programme, ref, account, state, agreed: true, ...(check ? { check } : {}) }
    await linkAccount(sql, context, link, actor, atMs)
  },
})

/** What lies sealed beside the proposal. */
interface Kept extends Personal {
  /** Id of the account that was linked when it was proposed; null when there was none. */
  readonly replaces: string | null
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
