/** Account links: immutable; a new one replaces the old. Numbers and names are sealed. */
import type { Actor } from '../domain/act.ts'
import { addDuration } from '../domain/duration.ts'
import { Problem } from '../domain/problem.ts'
import type { AccountDetails } from '../domain/registration.ts'
import { insertAccounts, newAccountRow } from './account-rows.ts'
import { insertAudit } from './audit.ts'
import type { Sql } from './database.ts'
import { dataKeyOf, insertDocument, jsonBytes, participantOwner, sealDocument } from './documents.ts'
import { lockLife } from './life-rows.ts'
import { insertMessages, nudge } from './nudges.ts'
import type { StoreContext } from './options.ts'

export interface LinkRequest {
  readonly programme: string
  readonly ref: string
  /** Normalised. */
  readonly account: AccountDetails
  /** What the gateway said when it was asked; `unverified` when it could not be. */
  readonly state: 'verified' | 'unverified'
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
  const id = await insertLink(sql, context, link, { atMs, usableFromMs })
  const { programme: code, ref } = link
  const { institution, kind } = link.account
  const after = { institution, kind, state: link.state, replaces: live?.id ?? null }
  const act = live ? 'account-replaced' : 'account-linked'
  await insertAudit(sql, [{ act, actor, atMs, subject: `account:${id}`, programme: code, ref, after }])
  await insertMessages(sql, [nudge(code, ref, 'account')])
  return { id, usableFromMs }
}

interface LiveAccount {
  readonly id: string
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
    'SELECT id, state, account_index FROM account WHERE programme = $1 AND ref = $2 AND ended_at IS NULL',
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
  at: { readonly atMs: number; readonly usableFromMs: number },
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
  })
  await insertAccounts(sql, [row])
  return row.id
}

/** Records that a gateway refused an account a person offered: nothing else changes. */
export async function recordRefusedAccount(
  sql: Sql,
  link: Pick<LinkRequest, 'programme' | 'ref'> & { readonly institution: string; readonly code: string },
  actor: Actor,
  atMs: number,
): Promise<void> {
  const { programme, ref, institution, code: reason } = link
  const subject = `${programme}:${ref}`
  await insertAudit(sql, [
    { act: 'account-refused', actor, atMs, subject, programme, ref, reason, after: { institution } },
  ])
}

/** Every link a person has had, newest first. */
export async function accountHistory(sql: Sql, programme: string, ref: string): Promise<AccountView[]> {
  const { rows } = await sql.query<AccountView>(
    `SELECT id, kind, institution, masked, state, reason, linked_at AS "linkedAt", usable_from AS "usableFrom",
            ended_at AS "endedAt"
       FROM account WHERE programme = $1 AND ref = $2 ORDER BY linked_at DESC, ended_at DESC NULLS FIRST, id`,
    [programme, ref],
  )
  return rows
}
