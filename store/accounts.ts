/** Account links: immutable; a new one replaces the old. Numbers and names are sealed. */
import type { CheckVerdict } from '../domain/account-check.ts'
import type { Actor } from '../domain/act.ts'
import { addDuration } from '../domain/duration.ts'
import type { NameReason } from '../domain/name-match.ts'
import { Problem } from '../domain/problem.ts'
import type { AccountDetails } from '../domain/registration.ts'
import { insertCheck, type AccountCheckRow } from './account-checks.ts'
import { followAccount } from './account-holds.ts'
import type { AccountHold } from './account-marks.ts'
import { accountPlaces, sharedAccountOf, type AccountPlace } from './account-places.ts'
import { insertAccounts, newAccountRow } from './account-rows.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { dataKeyOf, insertDocument, jsonBytes, participantOwner, sealDocument } from './documents.ts'
import { lockNumber, takeLocks } from './family-cards.ts'
import { lockLife } from './life-rows.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'
import { checkNow } from './people.ts'

export interface LinkRequest {
  readonly programme: string
  readonly ref: string
  /** Normalised. */
  readonly account: AccountDetails
  /** What the gateway said when it was asked; `unverified` when it could not be. */
  readonly state: 'verified' | 'unverified'
  /** What it was asked and answered, where it was. */
  readonly check?: AccountCheckRow
  /** Two people have agreed to it: a doubtful name stops nobody any more. */
  readonly agreed?: boolean
}

export interface AccountView {
  readonly id: string
  readonly kind: string
  readonly institution: string
  readonly masked: string
  readonly state: string
  readonly reason: string | null
  readonly linkedAt: Date
  readonly usableFrom: Date
  readonly endedAt: Date | null
  /** Until when nothing is sent to it because its limit of the month is used up. */
  readonly restsUntil: Date | null
  /** When it is asked about again, where its owner is to mend it. */
  readonly checkAt: Date | null
  /** It was linked when as many people as the programme allows were paid to it. */
  readonly shared: boolean
  /** Its name agrees too little with the identity card, and nobody has decided about that: nothing is sent to it. */
  readonly doubtful: boolean
  readonly checks: readonly AccountCheckView[]
  readonly payouts: readonly string[]
}

export interface AccountCheckView {
  readonly gateway: string
  readonly verdict: CheckVerdict
  readonly code: string | null
  readonly score: number | null
  readonly reasons: readonly NameReason[]
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/** Links an account, replacing the live one. Throws `account-unchanged` when it is the one in use and nothing is wrong with it. */
export async function linkAccount(
  sql: Sql,
  context: StoreContext,
  link: LinkRequest,
  actor: Actor,
  atMs: number,
): Promise<{ id: string; usableFromMs: number }> {
  const life = await lockLife(sql, link.programme, link.ref)
  const programme = await context.programmes.version(life.programme, life.programme_version, sql)
  const live = await refuseUnchanged(sql, context, link)
  // A first link is used at once; a change rests, so that a stolen session cannot redirect the next payout at once.
  const usableFromMs = live ? addDuration(atMs, programme.payment.coolingAfterRelink, programme.zone) : atMs
  if (live) {
    await sql.query(
      `UPDATE account SET state = CASE WHEN state = 'failed' THEN state ELSE 'replaced' END, ended_at = $2 WHERE id = $1`,
      [live.id, new Date(atMs)],
    )
  }
  const shared = sharedAccountOf(context.vault, programme, link.ref, link.account)
  if (shared) await takeLocks(sql, [lockNumber(shared.marks)])
  const [place = null] = shared ? await accountPlaces(sql, [shared]) : []
  const id = await insertLink(sql, context, link, { atMs, usableFromMs, place })
  const { programme: code, ref } = link
  if (link.check) {
    await insertCheck(
      sql,
      { programme: code, ref, institution: link.account.institution, account: id },
      link.check,
      atMs,
    )
  }
  const { institution, kind } = link.account
  const name = link.check && { score: link.check.score, reasons: link.check.reasons }
  const after = { institution, kind, state: link.state, replaces: live?.id ?? null, ...(name ? { name } : {}) }
  const before = live && { account: live.id, institution: live.institution, state: live.state }
  const told = { actor, atMs, subject: `account:${id}`, programme: code, ref, after }
  await insertAudit(sql, [before ? { ...told, act: 'account-replaced', before } : { ...told, act: 'account-linked' }])
  await followAccount(sql, context, life, holdFor(link, place), atMs)
  await insertMessages(sql, [nudge(code, ref, 'account')])
  return { id, usableFromMs }
}

/** Why a new link stops its person first, for both is kept with it; null when nothing is wrong with it. */
function holdFor(link: LinkRequest, place: AccountPlace | null): AccountHold | null {
  if (place !== null && place.place === null) return 'account-shared'
  return isDoubtful(link) ? 'account-doubtful' : null
}

function isDoubtful({ check, agreed }: LinkRequest): boolean {
  return check?.verdict === 'review' && !agreed
}

interface LiveAccount {
  readonly id: string
  readonly institution: string
  readonly state: string
  readonly account_index: Buffer
}

/** The link that is live. Throws `account-unchanged` when it is this very account and nothing is wrong with it. */
export async function refuseUnchanged(
  sql: Sql,
  { vault }: Pick<StoreContext, 'vault'>,
  link: Omit<LinkRequest, 'state'>,
): Promise<LiveAccount | undefined> {
  const { index } = vault.accountIndex(link.account.institution, link.account.number)
  const { rows } = await sql.query<LiveAccount>(
    'SELECT id, institution, state, account_index FROM account WHERE programme = $1 AND ref = $2 AND ended_at IS NULL',
    [link.programme, link.ref],
  )
  const live = rows[0]
  if (live && live.state !== 'failed' && live.account_index.equals(index)) {
    throw new Problem('account-unchanged', 'this account is linked already')
  }
  return live
}

async function insertLink(
  sql: Sql,
  context: StoreContext,
  link: LinkRequest,
  at: { readonly atMs: number; readonly usableFromMs: number; readonly place: AccountPlace | null },
): Promise<string> {
  const owner = participantOwner(link.programme, link.ref)
  const key = await dataKeyOf(sql, context.vault, owner)
  const document = sealDocument(context.vault, key, owner, 'account', jsonBytes(link.account))
  await insertDocument(sql, document)
  const row = newAccountRow(context.vault, {
    programme: link.programme,
    ref: link.ref,
    account: link.account,
    document: document.id,
    state: link.state,
    linkedAtMs: at.atMs,
    usableFromMs: at.usableFromMs,
    place: at.place,
    doubtful: isDoubtful(link),
  })
  await insertAccounts(sql, [row])
  return row.id
}

/** Records that a gateway refused an account a person offered: nothing else changes. */
export async function recordRefusedAccount(
  sql: Sql,
  link: Pick<LinkRequest, 'programme' | 'ref' | 'check'> & { readonly institution: string; readonly code: string },
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { programme, ref, institution, code: reason } = link
  const subject = `${programme}:${ref}`
  if (link.check) await insertCheck(sql, { programme, ref, institution, account: null }, link.check, atMs)
  await insertAudit(sql, [
    { act: 'account-refused', actor, atMs, subject, programme, ref, reason, after: { institution } },
  ])
}

/** Has a failed account that its owner is to mend asked about at once. Throws `account-unchanged` where there is none such. */
export async function checkAgain(
  sql: Sql,
  { programme, ref }: Pick<LinkRequest, 'programme' | 'ref'>,
  atMs: number,
): Promise<void> {
  await lockLife(sql, programme, ref)
  if (!(await checkNow(sql, { programme, ref, atMs }))) {
    throw new Problem('account-unchanged', 'no account of this person waits to be mended')
  }
  await insertMessages(sql, [nudge(programme, ref, 'account')])
}

/** Every link a person has had, newest first. */
export async function accountHistory(sql: Sql, programme: string, ref: string): Promise<AccountView[]> {
  const { rows } = await sql.query<AccountView>(
    `SELECT id, kind, institution, masked, state, reason, linked_at AS "linkedAt", usable_from AS "usableFrom",
            ended_at AS "endedAt", rests_until AS "restsUntil", check_at AS "checkAt", shared, doubtful,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('gateway', c.gateway, 'verdict', c.verdict, 'code', c.code, 'score', c.score,
                                                          'reasons', c.reasons, 'atMs', ms(c.checked_at)) ORDER BY c.id), '[]')
               FROM account_check c WHERE (c.programme, c.ref) = (a.programme, a.ref) AND c.account = a.id) AS checks,
            (SELECT coalesce(jsonb_agg(y.key ORDER BY y.claimed_at, y.key), '[]') FROM payout y
              WHERE (y.programme, y.ref) = (a.programme, a.ref) AND y.account = a.id) AS payouts
       FROM account a WHERE programme = $1 AND ref = $2 ORDER BY linked_at DESC, ended_at DESC NULLS FIRST, id`,
    [programme, ref],
  )
  return rows
}
