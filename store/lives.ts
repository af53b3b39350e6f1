/** Moves a life forward: one transaction that applies every step that is due and says where the life stands now. */
import { engineActor } from '../domain/act.ts'
import { AT_REST, FINAL_STATES, type DisbursementState } from '../domain/disbursement.ts'
import { screen, isEligible } from '../domain/eligibility.ts'
import { unansweredFromMs } from '../domain/enquiry.ts'
import { isFrozen } from '../domain/freeze.ts'
import { nextInstant, nextStep } from '../domain/lifecycle.ts'
import { nextForDisbursement } from '../domain/next.ts'
import { isMended, nextActionFor } from '../domain/next-action.ts'
import { FOLLOWED_STATES } from '../domain/payout.ts'
import { mayBeSent, mayBeSentAgain } from '../domain/payout-run.ts'
import type { Programme } from '../domain/programme.ts'
import type { Registration } from '../domain/registration.ts'
import {
  ACCOUNT_UNCHECKED,
  attentionFor,
  type DisbursementStanding,
  type NextForDisbursement,
  type Standing,
} from '../domain/standing.ts'
import { localDate } from '../domain/zone.ts'
import { stopForAccount } from './account-holds.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import { inTransaction, type Sql } from './database.ts'
import { openDocument, participantOwner, parseSealed } from './documents.ts'
import { heldFreezes } from './freeze-locks.ts'
import { credentialTarget, isInForce, sendsInForce } from './gateway-credentials.ts'
import { keepHeard } from './heard.ts'
import {
  askedPayout,
  lifeOf,
  lockLife,
  openSend,
  readLife,
  waitingPayout,
  type DisbursementRow,
  type LifeRow,
} from './life-rows.ts'
import { showLookFailed } from './life-failed.ts'
import { patched } from './life-patch.ts'
import { applyStep, isOneStatement, type Pass } from './life-steps.ts'
import { heldInLostTime } from './lost-time.ts'
import type { StoreContext } from './options.ts'
import { shortUntil } from './shorts.ts'
import { insertPostings, type LedgerEntry } from './postings.ts'

export interface Lives {
  /** Applies the screening rules to what was registered, once; then advances. Throws `unknown-participant`. */
  screen(programme: string, ref: string, nowMs: number): Promise<Standing>
  /** Applies every step that is due at `nowMs`, screening first of all, and returns where the life stands. Repeating it changes nothing more. */
  advance(programme: string, ref: string, nowMs: number): Promise<Standing>
  /** Shows people a life that cannot be looked at, until it is. */
  showFailed(programme: string, ref: string): Promise<void>
}

/** More steps than any plan has: a machine that does not come to rest is a bug. */
const STEPS_MAX = 200

export function createLives(context: StoreContext): Lives {
  return {
    screen: (programme, ref, nowMs) =>
      inTransaction(context.database, async (sql) => {
        const row = await context.pass('screening:locked', lockLife(sql, programme, ref))
        return advanceLocked(sql, context, await screened(sql, context, row, nowMs), nowMs)
      }),
    advance: (programme, ref, nowMs) =>
      inTransaction(context.database, async (sql) => {
        const locking = lockLife(sql, programme, ref).then((life) => stopForAccount(sql, life, nowMs))
        const row = await context.pass('life:locked', locking)
        return advanceLocked(sql, context, await screened(sql, context, row, nowMs), nowMs)
      }),
    async showFailed(programme, ref) {
      await showLookFailed(context.database.pool, programme, ref)
    },
  }
}

/** The life once the screening rules have been applied: by any look, for a restored database may have forgotten that its run has passed them. */
async function screened(sql: Sql, context: StoreContext, row: LifeRow, nowMs: number): Promise<LifeRow> {
  if (row.stage !== 'screening' || row.withdrawn) return row
  await context.pass('screening:applied', applyScreening(sql, context, row, nowMs))
  return context.pass('screening:read', readLife(sql, row.programme, row.ref))
}

async function applyScreening(sql: Sql, context: StoreContext, row: LifeRow, nowMs: number): Promise<void> {
  const programme = await context.programmes.version(row.programme, row.programme_version, sql)
  const owner = participantOwner(row.programme, row.ref)
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM sealed_document WHERE owner = $1 AND kind = 'identity' ORDER BY number DESC LIMIT 1`,
    [owner],
  )
  const place = { id: rows[0]?.id ?? '', owner, kind: 'identity' } as const
  const identity = parseSealed<Registration>(await openDocument(sql, context.vault, place))
  const results = screen(programme.eligibility, identity.open(), localDate(programme.zone, nowMs))
  const checking = sql.query(
    `INSERT INTO check_result (programme, ref, rule, source, outcome, code, checked_at)
     SELECT $1, $2, rule, 'registration', outcome, code, $6
     FROM unnest($3::text[], $4::text[], $5::text[]) AS checked (rule, outcome, code)
     ON CONFLICT (programme, ref, rule) DO NOTHING`,
    [
      row.programme,
      row.ref,
      results.map((result) => result.rule),
      results.map((result) => result.outcome),
      results.map((result) => result.code),
      new Date(nowMs),
    ],
  )
  const refusals = results.filter((result) => result.outcome === 'fail').map((result) => result.code)
  const set = isEligible(results)
    ? `stage = 'admission'`
    : `stage = 'closed', outcome = 'refused', closed_at = $3, heard_by = NULL`
  const values = isEligible(results) ? [row.programme, row.ref] : [row.programme, row.ref, new Date(nowMs)]
  const moving = sql.query(
    `UPDATE participant SET ${set}, version = version + 1 WHERE programme = $1 AND ref = $2`,
    values,
  )
  const telling = insertAudit(sql, [
    {
      act: isEligible(results) ? 'screened-eligible' : 'screened-refused',
      actor: engineActor(),
      atMs: nowMs,
      subject: `${row.programme}:${row.ref}`,
      programme: row.programme,
      ref: row.ref,
      before: { stage: 'screening' },
      after: { refusals },
    },
  ])
  await Promise.all([checking, moving, telling])
}

/**
 * Sends the next steps that are due, one behind the other, and tells how the life stands after them. A step of several statements
 * goes alone: it sees what those before it wrote, and those behind see what it wrote.
 */
function sendSteps(of: Pass, gateway: string | null): { readonly life: LifeRow; readonly sent: Promise<void>[] } {
  const { programme, nowMs } = of
  const sent: Promise<void>[] = []
  let { life } = of
  for (;;) {
    const step = nextStep(lifeOf(life, gateway), programme, nowMs)
    if (!step || (sent.length > 0 && !isOneStatement(step))) return { life, sent }
    if (sent.length === STEPS_MAX) throw restless(life)
    const applying = applyStep({ ...of, life }, step)
    // Told with the others; until then its failure must not end the process.
    applying.catch(() => undefined)
    sent.push(applying)
    life = patched(life, step, programme.currency, nowMs)
    if (!isOneStatement(step)) return { life, sent }
  }
}

function restless({ programme, ref }: LifeRow): Error {
  return new Error(`the life ${programme}:${ref} does not come to rest`)
}

async function advanceLocked(sql: Sql, context: StoreContext, loaded: LifeRow, nowMs: number): Promise<Standing> {
  const { pass } = context
  const versioning = context.programmes.version(loaded.programme, loaded.programme_version, sql)
  const programme = await pass('life:ruled', versioning)
  const audit: AuditEntry[] = []
  const postings: LedgerEntry[] = []
  const gateway = gatewayFor(context, programme, loaded)
  let life = loaded
  for (let rounds = 0; ; rounds += 1) {
    if (rounds === STEPS_MAX) throw restless(life)
    const { sent, life: after } = sendSteps({ sql, life, programme, nowMs, audit, postings }, gateway)
    if (sent.length === 0) break
    await pass('life:stepped', Promise.all(sent))
    life = after
  }
  // A wait for a freeze or a restore to end, or for a credential, is taken while it cannot end: whoever ends it finds the wait, and ends it.
  const unknownAt = withoutCredential(context, life, gateway)
  if (life.freezes.length > 0 || life.in_lost_time || unknownAt.length > 0) {
    life = { ...life, ...(await pass('life:held', heldWaits(sql, life, unknownAt))) }
  }
  const standing = standingOf(context, life, programme, nowMs)
  const writing = [insertPostings(sql, postings), insertAudit(sql, audit), keepHeard(sql, life, standing, nowMs)]
  await pass('life:written', Promise.all(writing))
  return standing
}

/** The gateways where something would be sent, or asked about, but for what this process would do it with. */
function withoutCredential(
  context: Pick<StoreContext, 'sendsWith'>,
  life: LifeRow,
  gateway: string | null,
): readonly string[] {
  const concerned = life.tranches.flatMap(({ disbursement: row }) => {
    if (!row) return []
    const { state, payout, asked, open_send: open } = row
    return [
      state === 'released' ? gateway : null,
      payout && FOLLOWED_STATES.includes(payout.state) ? payout.gateway : null,
      asked?.gateway ?? null,
      open && !FINAL_STATES.includes(state) ? open.gateway : null,
    ].filter((code) => code !== null)
  })
  return [...new Set(concerned)].filter((code) => !isInForce(context, life.sends, code))
}

/** What the life waits for, as it stays until the transaction ends; `unknownAt`: where it waits for a credential. */
async function heldWaits(
  sql: Sql,
  life: LifeRow,
  unknownAt: readonly string[],
): Promise<Pick<LifeRow, 'freezes' | 'in_lost_time' | 'sends'>> {
  const targets = [...new Set([...life.freezes, ...unknownAt.map(credentialTarget)])]
  const freezes = targets.length > 0 ? await heldFreezes(sql, targets) : []
  const sends = unknownAt.length === 0 ? life.sends : await sendsInForce(sql)
  return { freezes, sends, in_lost_time: life.in_lost_time && (await heldInLostTime(sql, life.programme, life.ref)) }
}

/** The gateway that would carry money to the life's account; null without an account, or when none reaches it. */
export function gatewayFor(context: Pick<StoreContext, 'route'>, programme: Programme, life: LifeRow): string | null {
  return life.account ? context.route(programme.payment.gateways, life.account.institution) : null
}

/** The failed account that waits to be mended; null when no gateway of the programme reaches it, or nobody has asked for that. */
function checkFor(
  { route }: Pick<StoreContext, 'route'>,
  { payment }: Programme,
  { failed_account: failed }: LifeRow,
): { readonly gateway: string; readonly atMs: number } | null {
  if (failed === null || failed.check_ms === null) return null
  const gateway = route(payment.gateways, failed.institution)
  return gateway === null ? null : { gateway, atMs: failed.check_ms }
}

/** What the person is to do about a disbursement, as people read it. */
function askedOf(
  life: LifeRow,
  { state, reason, action, action_by_ms: byMs }: DisbursementRow,
  { payment: { actions } }: Programme,
): Pick<DisbursementStanding, 'action' | 'actionByMs' | 'otherwise'> {
  if (state !== 'needs-account' && state !== 'failed') return {}
  const account = {
    accountUsableFromMs: life.account?.usable_ms ?? null,
    accountRestsUntilMs: life.account?.rests_ms ?? null,
  }
  const next = nextActionFor({ state, reason, ...account })
  if (next === null) return {}
  const isDue = byMs !== null && next.action === action && action !== 'wait-for-limit'
  const due = isDue && action !== null ? { actionByMs: byMs, otherwise: actions?.[action]?.otherwise ?? 'lapse' } : {}
  return { action: next.action, ...due }
}

const UNKNOWN: readonly string[] = ['unknown', 'failing']

type StandingContext = Pick<StoreContext, 'timingOf' | 'route' | 'sendsWith'>

/** From when on its gateway has not answered in time about an attempt that has ended: until it does nothing is sent, and no deadline counts. */
function unansweredFrom(
  { timingOf }: Pick<StoreContext, 'timingOf'>,
  { state, asked, open_send: open }: DisbursementRow,
): number {
  const ofAsked = asked ? unansweredFromMs(asked.asked_ms, timingOf(asked.gateway)) : Infinity
  const isOpen = open !== null && AT_REST.includes(state)
  return isOpen ? Math.min(ofAsked, unansweredFromMs(open.started_ms, timingOf(open.gateway))) : ofAsked
}

/** When the life may stand otherwise although nobody writes anything: by its own rules, or because a gateway is silent for too long. */
function wakeAt(context: StandingContext, life: LifeRow, programme: Programme, nowMs: number): number | null {
  const own = nextInstant(lifeOf(life, gatewayFor(context, programme, life)), programme, nowMs)
  const silent = life.tranches.flatMap(({ disbursement: row }) => (row ? [unansweredFrom(context, row)] : []))
  const first = Math.min(own ?? Infinity, ...silent.filter((atMs) => atMs > nowMs))
  return first === Infinity ? null : first
}

/** Another process may have the credential in force, so that this one is not believed for longer. */
const UNASKED_MS = 15 * 60_000

/** A question that nobody may ask, for want of a credential in force, is waited with: else each such life would fill its gateway's queue with it. */
function askable(
  context: StandingContext,
  { sends }: LifeRow,
  next: NextForDisbursement,
  nowMs: number,
): NextForDisbursement {
  const asks = next.kind === 'enquire' || next.kind === 'check-account'
  return asks && !isInForce(context, sends, next.gateway) ? { kind: 'wait', untilMs: nowMs + UNASKED_MS } : next
}

/** Where the life stands, from its rows alone. */
export function standingOf(context: StandingContext, life: LifeRow, programme: Programme, nowMs: number): Standing {
  const gateway = gatewayFor(context, programme, life)
  const frozenAt = (through: string): boolean => life.in_lost_time || isFrozen(life.freezes, life, through)
  const stoppedAt = (through: string): boolean => frozenAt(through) || !isInForce(context, life.sends, through)
  const disbursements = life.tranches.flatMap((tranche) => {
    const row = tranche.disbursement
    if (!row) return []
    const payout = row.payout && {
      ...waitingPayout(row.payout),
      key: row.payout.key,
      gateway: row.payout.gateway,
    }
    const releaseAtMs = Math.max(row.release_ms, life.account?.usable_ms ?? 0)
    const open = row.open_send && openSend(row.open_send)
    const asked = row.asked && askedPayout(row.asked)
    const { release } = programme.payment
    const { owed: amount, currency, approval } = row
    const approved =
      row.state === 'in-flight'
        ? mayBeSentAgain(release, approval, nowMs)
        : mayBeSent(release, approval, { gateway, account: life.account?.id ?? null, amount, currency }, nowMs)
    const check = isMended(row.action) ? checkFor(context, programme, life) : null
    const question = {
      state: row.state,
      releaseAtMs,
      held: life.held,
      gateway,
      stoppedAt,
      approved,
      accountGone: row.payout !== null && row.payout.account !== life.account?.id,
      yearEnding: row.year_ending,
      check,
      shortUntilMs: shortUntil(life.shorts, gateway, row.reason, context.timingOf),
      payout,
      openSend: open,
      asked,
    }
    const next = askable(context, life, nextForDisbursement(question, programme, context.timingOf, nowMs), nowMs)
    const rule = programme.tranches.find(({ code }) => code === tranche.code)
    const said = { name: rule?.name.en ?? tranche.code, lapsesAtMs: row.lapses_ms, ...askedOf(life, row, programme) }
    return [{ key: row.key, tranche: tranche.code, state: row.state, reason: row.reason, next, ...said }]
  })
  const isUnheard = (row: DisbursementRow): boolean => unansweredFrom(context, row) <= nowMs
  // An attempt that people must look at is shown also where its obligation has ended; what waits for an answer about one waits for nothing else.
  const stateOf = (row: DisbursementRow): DisbursementState => (isUnheard(row) ? 'in-flight' : row.state)
  const states = life.tranches.flatMap(({ disbursement: row }) =>
    row ? [row.reviewing ? 'review' : stateOf(row)] : [],
  )
  const actions = life.tranches.flatMap(({ disbursement: row }) => (row ? [row.action] : []))
  const isShort = disbursements.some(({ state, reason }) => {
    const untilMs = state === 'released' ? shortUntil(life.shorts, gateway, reason, context.timingOf) : null
    return untilMs !== null && untilMs > nowMs
  })
  const unknown = life.tranches.some(
    ({ disbursement: row }) =>
      row && (isUnheard(row) || (row.state === 'in-flight' && UNKNOWN.includes(row.payout?.state ?? ''))),
  )
  const unchecked =
    (life.account?.unverified ?? false) &&
    disbursements.some(({ state, reason }) => state === 'released' && reason === ACCOUNT_UNCHECKED)
  const isOver = life.stage === 'closed' && disbursements.every(({ state }) => FINAL_STATES.includes(state))
  const refused = disbursements.some(({ state, reason }) => state === 'released' && reason === 'gateway-refuses')
  const frozen = gateway !== null && frozenAt(gateway) && disbursements.some(({ state }) => state === 'released')
  return {
    stage: life.stage,
    outcome: life.outcome,
    held: life.held,
    wave: life.wave,
    region: life.region,
    zone: programme.zone,
    gateway,
    attention: attentionFor(
      isShort ? [...states, 'float-short'] : states,
      life.held && !isOver && (life.hold_cause ?? true),
      unknown,
      refused,
      frozen,
      actions,
      unchecked,
      withoutCredential(context, life, gateway).length > 0,
    ),
    wakeAtMs: wakeAt(context, life, programme, nowMs),
    disbursements,
  }
}
