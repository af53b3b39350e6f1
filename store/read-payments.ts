/** Reads of disbursements and payouts. Amounts are text, times are `Date`. */
import type { DeductionCause } from '../domain/deduction.ts'
import type { DisbursementState } from '../domain/disbursement.ts'
import type { PersonAction } from '../domain/next-action.ts'
import type { PayoutMoney, PayoutState } from '../domain/payout.ts'
import { Problem } from '../domain/problem.ts'
import type { Sql } from './database.ts'
import { Conditions, readPage, type Page, type PageRequest } from './read-page.ts'

export interface DisbursementView {
  readonly key: string
  readonly ref: string
  readonly tranche: string
  readonly amount: string
  /** Taken off it: what is sent is the rest. */
  readonly deducted: string
  readonly currency: string
  readonly version: number
  readonly state: DisbursementState
  readonly reason: string | null
  readonly attempts: number
  readonly returns: number
  readonly returned: string
  readonly owedAt: Date
  readonly releaseAt: Date
  readonly lapsesAt: Date
  readonly action: PersonAction | null
  readonly actionBy: Date | null
  readonly firstPaidAt: Date | null
  readonly paidAt: Date | null
}

export interface DeductionView {
  readonly id: string
  readonly disbursement: string
  readonly ref: string
  /** The receivable that it was set off against; null where it was not for what the person owed us. */
  readonly payout: string | null
  readonly cause: DeductionCause
  readonly reference: string
  readonly amount: string
  readonly currency: string
  readonly proposal: string
  readonly madeAt: Date
}

export interface PayoutView {
  readonly key: string
  readonly disbursement: string
  readonly ref: string
  readonly n: number
  readonly gateway: string
  readonly reference: string
  readonly amount: string
  readonly currency: string
  readonly institution: string
  readonly masked: string
  readonly state: PayoutState
  readonly money: PayoutMoney
  readonly returned: string
  readonly gatewayId: string | null
  readonly failureClass: string | null
  readonly failureCode: string | null
  readonly vendorCode: string | null
  readonly alarm: string | null
  readonly sendCount: number
  readonly enquiries: number
  readonly claimedAt: Date
  readonly finishedAt: Date | null
}

export interface PayoutDetail extends PayoutView {
  readonly sends: readonly SendView[]
  readonly observations: readonly ObservationView[]
}

export interface SendView {
  readonly number: number
  readonly startedAt: Date
  readonly sendBy: Date
  readonly endedAt: Date | null
  readonly result: string | null
}

export interface ObservationView {
  readonly source: string
  readonly fact: string
  readonly observed: string | null
  readonly vendorStatus: string | null
  readonly decision: string
  readonly fromState: string
  readonly toState: string
  readonly observedAt: Date
}

export interface PaymentFilter {
  readonly state?: string | undefined
  readonly ref?: string | undefined
}

const DISBURSEMENT = `
SELECT d.key, d.ref, d.tranche, d.amount::text, d.deducted::text, d.currency, d.version, d.state, d.reason, d.attempts, d.returns, d.returned::text,
       d.owed_at AS "owedAt", d.release_at AS "releaseAt", d.lapses_at AS "lapsesAt", d.action, d.action_by AS "actionBy", d.first_paid_at AS "firstPaidAt",
       d.paid_at AS "paidAt"
  FROM disbursement d`

const PAYOUT = `
SELECT y.key, y.disbursement, y.ref, y.n, y.gateway, y.reference, y.amount::text, y.currency, a.institution, a.masked,
       y.state, y.gateway_id AS "gatewayId", y.failure_class AS "failureClass", y.failure_code AS "failureCode",
       y.vendor_code AS "vendorCode", y.money, y.returned::text, y.alarm, y.sends AS "sendCount", y.enquiries, y.claimed_at AS "claimedAt",
       y.finished_at AS "finishedAt"
  FROM payout y JOIN account a ON a.id = y.account`

const DEDUCTION = `
SELECT n.id::text, n.disbursement, n.ref, n.payout, n.cause, n.reference, n.amount::text, n.currency, n.agreed_under AS proposal, n.made_at AS "madeAt"
  FROM deduction n`

/** What was taken off what people are owed, by its id. */
export function listDeductions(
  sql: Sql,
  programme: string,
  ref: string | undefined,
  page: PageRequest,
): Promise<Page<DeductionView>> {
  const conditions = new Conditions().add('n.programme = ?', programme).add('n.ref = ?', ref)
  return readPage(sql, { select: DEDUCTION, orderBy: 'n.id::text', orderType: 'text' }, conditions, page)
}

export function listDisbursements(
  sql: Sql,
  programme: string,
  filter: PaymentFilter,
  page: PageRequest,
): Promise<Page<DisbursementView>> {
  const conditions = new Conditions()
    .add('d.programme = ?', programme)
    .add('d.state = ?', filter.state)
    .add('d.ref = ?', filter.ref)
  return readPage(sql, { select: DISBURSEMENT, orderBy: 'd.key', orderType: 'text' }, conditions, page)
}

/** Every disbursement of one person, in the order they became owed. */
export async function disbursementsOf(sql: Sql, programme: string, ref: string): Promise<DisbursementView[]> {
  const { rows } = await sql.query<DisbursementView>(
    `${DISBURSEMENT} WHERE d.programme = $1 AND d.ref = $2 ORDER BY d.owed_at, d.key`,
    [programme, ref],
  )
  return rows
}

/** One disbursement and its attempts. Throws `not-found`. */
export async function findDisbursement(
  sql: Sql,
  programme: string,
  key: string,
): Promise<DisbursementView & { readonly payouts: readonly PayoutView[] }> {
  const { rows } = await sql.query<DisbursementView>(`${DISBURSEMENT} WHERE d.programme = $1 AND d.key = $2`, [
    programme,
    key,
  ])
  if (!rows[0]) throw new Problem('not-found', 'the programme has no disbursement of this key')
  const payouts = await sql.query<PayoutView>(`${PAYOUT} WHERE y.disbursement = $1 ORDER BY y.n`, [key])
  return { ...rows[0], payouts: payouts.rows }
}

export function listPayouts(
  sql: Sql,
  programme: string,
  filter: PaymentFilter,
  page: PageRequest,
): Promise<Page<PayoutView>> {
  const conditions = new Conditions()
    .add('y.programme = ?', programme)
    .add('y.state = ?', filter.state)
    .add('y.ref = ?', filter.ref)
  return readPage(sql, { select: PAYOUT, orderBy: 'y.key', orderType: 'text' }, conditions, page)
}

/** Every payout of one person, oldest first. */
export async function payoutsOf(sql: Sql, programme: string, ref: string): Promise<PayoutView[]> {
  const { rows } = await sql.query<PayoutView>(
    `${PAYOUT} WHERE y.programme = $1 AND y.ref = $2 ORDER BY y.claimed_at, y.key`,
    [programme, ref],
  )
  return rows
}

/** One payout with its sends and all that was learnt about it. Throws `not-found`. */
export async function findPayout(sql: Sql, programme: string, key: string): Promise<PayoutDetail> {
  const { rows } = await sql.query<PayoutView>(`${PAYOUT} WHERE y.programme = $1 AND y.key = $2`, [programme, key])
  if (!rows[0]) throw new Problem('not-found', 'the programme has no payout of this key')
  const sends = await sql.query<SendView>(
    `SELECT number, started_at AS "startedAt", send_by AS "sendBy", ended_at AS "endedAt", result
       FROM send WHERE payout = $1 ORDER BY number`,
    [key],
  )
  return { ...rows[0], sends: sends.rows, observations: await observationsOf(sql, key) }
}

/** All that was learnt about a payout, in order. */
export async function observationsOf(sql: Sql, payout: string): Promise<ObservationView[]> {
  const { rows } = await sql.query<ObservationView>(
    `SELECT source, fact, observed, vendor_status AS "vendorStatus", decision, from_state AS "fromState",
            to_state AS "toState", observed_at AS "observedAt"
       FROM observation WHERE payout = $1 ORDER BY id`,
    [payout],
  )
  return rows
}
