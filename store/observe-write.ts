/** What a batch of facts changes, gathered while folding and written set-based: one statement a table, however many. */
import type { LedgerEvent } from '../domain/ledger.ts'
import type { PayoutState } from '../domain/payout.ts'
import type { Programme } from '../domain/programme.ts'
import { localDate } from '../domain/zone.ts'
import { insertAudit, type AuditEntry } from './audit.ts'
import type { TwoPayouts } from './breaker.ts'
import type { Sql } from './database.ts'
import { insertMessages, nudge, type NewMessage } from './nudges.ts'
import { accountFailed, accountRests } from './observe-audit.ts'
import type { ObservationItem } from './observation-item.ts'
import type { Work } from './payout-rows.ts'
import type { StandsBeside } from './receivables-beside.ts'
import { insertPostings, numbered, type LedgerEntry } from './postings.ts'

interface SendEnd {
  readonly payout: string
  readonly number: number
  readonly atMs: number
  readonly result: string
}

interface Observed {
  readonly row: Work
  readonly item: ObservationItem
  readonly from: PayoutState
  readonly to: PayoutState
  readonly decision: string
}

/** Gathers the writes of one batch. */
export class Harvest {
  readonly audit: AuditEntry[] = []
  readonly postings: LedgerEntry[] = []
  readonly messages = new Map<string, NewMessage>()
  /** Disbursements that are owed again while their payee has what was delivered beside it. */
  readonly beside = new Map<string, StandsBeside>()
  readonly payouts = new Map<string, { row: Work; item: ObservationItem | undefined }>()
  readonly disbursements = new Map<string, Work['disbursement']>()
  readonly sends: SendEnd[] = []
  readonly observations: Observed[] = []
  readonly accounts = new Map<string, string>()
  /** Until when accounts rest because their limit of the month is used up. */
  readonly rests = new Map<string, number>()
  /** Gateways that showed two payouts for one reference. */
  readonly twins = new Map<string, TwoPayouts>()

  touch(row: Work): void {
    this.payouts.set(row.key, { row, item: this.observations.at(-1)?.item })
  }

  observed(row: Work, item: ObservationItem, from: PayoutState, decision: string): void {
    this.observations.push({ row, item, from, to: row.state, decision })
  }

  endSend(payout: string, number: number, atMs: number, result: string): void {
    this.sends.push({ payout, number, atMs, result })
  }

  failAccount(row: Work, reason: string, atMs: number): void {
    // One that was replaced meanwhile, or has failed before, fails no more.
    if (row.live_account?.id === row.account && !this.accounts.has(row.account)) {
      this.audit.push(accountFailed(row, reason, row.key, atMs))
    }
    this.accounts.set(row.account, reason)
  }

  restAccount(row: Work, untilMs: number, atMs: number): void {
    if (row.live_account?.id === row.account && !this.rests.has(row.account)) {
      this.audit.push(accountRests(row, untilMs, row.key, atMs))
    }
    this.rests.set(row.account, untilMs)
  }

  moveDisbursement({ disbursement }: Work): void {
    this.disbursements.set(disbursement.key, disbursement)
  }

  callBeside({ disbursement }: Work, atMs: number): void {
    this.beside.set(disbursement.key, { disbursement: disbursement.key, atMs })
  }

  nudge(row: Work): void {
    this.messages.set(`${row.programme}:${row.ref}`, nudge(row.programme, row.ref, 'payout'))
  }

  post(row: Work, programme: Programme, event: LedgerEvent, atMs: number): void {
    this.postings.push({
      event,
      subject: row.key,
      amount: row.amount,
      currency: row.currency,
      gateway: row.gateway,
      programme: row.programme,
      ref: row.ref,
      fiscalYear: row.disbursement.fiscal_year,
      budgetLine: row.disbursement.budget_line,
      businessDate: localDate(programme.zone, atMs),
    })
  }
}

/** What came back and was found to be paid after all may come back again. */
export const MAY_COME_AGAIN: readonly LedgerEvent[] = ['returned', 'recovered', 'written-off-recovered', 'lapsed']

/** Numbers the events that their payouts may have had before. The caller holds the lives' locks. */
export async function numberHarvest(sql: Sql, { postings }: Harvest): Promise<void> {
  const again = postings.filter(({ event }) => MAY_COME_AGAIN.includes(event))
  if (again.length === 0) return
  const turns = await numbered(sql, again)
  const turnOf = new Map(again.map((entry, index) => [entry, turns[index] ?? entry]))
  postings.splice(0, postings.length, ...postings.map((entry) => turnOf.get(entry) ?? entry))
}

/** Writes a batch. Throws when a row is not at the version it was folded from: under the lives' locks that is a bug. */
export async function writeHarvest(sql: Sql, harvest: Harvest): Promise<void> {
  await Promise.all([
    endSends(sql, harvest.sends),
    insertObservations(sql, harvest.observations),
    updatePayouts(sql, [...harvest.payouts.values()]),
    updateDisbursements(sql, [...harvest.disbursements.values()]),
    failAccounts(sql, harvest.accounts),
    restAccounts(sql, harvest.rests),
    insertPostings(sql, harvest.postings),
    insertAudit(sql, harvest.audit),
    insertMessages(sql, [...harvest.messages.values()]),
  ])
}

async function endSends(sql: Sql, sends: readonly SendEnd[]): Promise<void> {
  if (sends.length === 0) return
  await sql.query({
    name: 'end-sends',
    text: `UPDATE send SET ended_at = greatest(send.started_at, ended.at), result = ended.result
       FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[]) AS ended (payout, number, at, result)
      WHERE send.payout = ended.payout AND send.number = ended.number AND send.ended_at IS NULL`,
    values: [
      sends.map((send) => send.payout),
      sends.map((send) => send.number),
      sends.map((send) => new Date(send.atMs)),
      sends.map((send) => send.result),
    ],
  })
}

async function insertObservations(sql: Sql, observed: readonly Observed[]): Promise<void> {
  await sql.query({
    name: 'insert-observations',
    text: `INSERT INTO observation (payout, source, fact, observed, vendor_status, decision, from_state, to_state, observed_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                          $9::timestamptz[])`,
    values: [
      observed.map(({ row }) => row.key),
      observed.map(({ item }) => item.source),
      observed.map(({ item }) => item.fact.kind),
      observed.map(({ item }) => (item.fact.kind === 'observed' ? item.fact.observation.state : null)),
      observed.map(({ item }) => (item.fact.kind === 'observed' ? item.fact.observation.vendorStatus : null)),
      observed.map(({ decision }) => decision),
      observed.map(({ from }) => from),
      observed.map(({ to }) => to),
      observed.map(({ item }) => new Date(item.atMs)),
    ],
  })
}

async function updatePayouts(
  sql: Sql,
  touched: readonly { row: Work; item: ObservationItem | undefined }[],
): Promise<void> {
  const rows = touched.map(({ row }) => row)
  const { rowCount } = await sql.query({
    name: 'update-payouts',
    text: `UPDATE payout
        SET state = new.state, money = new.money, version = payout.version + 1, gateway_id = new.gateway_id, enquiries = new.enquiries,
            not_found = new.not_found, not_found_at = new.not_found_at,
            asked_at = new.asked_at, same_key_retries = new.same_key_retries, last_enquiry_at = new.last_enquiry_at,
            send_again_at = new.send_again_at,
            failure_class = new.failure_class, failure_code = new.failure_code, vendor_code = new.vendor_code, alarm = new.alarm,
            finished_at = CASE WHEN new.state = 'paid' AND payout.state = 'failing' THEN new.at
                               WHEN new.state IN ('failing', 'paid', 'failed', 'cancelled', 'not-sent', 'returned')
                               THEN coalesce(payout.finished_at, new.at) END
       FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::timestamptz[],
                   $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::text[], $15::timestamptz[], $16::timestamptz[], $17::text[])
            AS new (key, version, state, gateway_id, enquiries, not_found, same_key_retries, last_enquiry_at,
                    send_again_at, failure_class, failure_code, vendor_code, at, money, not_found_at, asked_at, alarm)
      WHERE payout.key = new.key AND payout.version = new.version`,
    values: [
      rows.map((row) => row.key),
      rows.map((row) => row.version),
      rows.map((row) => row.state),
      rows.map((row) => row.gateway_id),
      rows.map((row) => row.enquiries),
      rows.map((row) => row.not_found),
      rows.map((row) => row.same_key_retries),
      rows.map((row) => dateOf(row.last_enquiry_ms)),
      rows.map((row) => dateOf(row.send_again_ms)),
      rows.map(({ failure }) => failure?.class ?? null),
      rows.map(({ failure }) => failure?.code ?? null),
      rows.map(({ failure }) => failure?.vendorCode ?? null),
      touched.map(({ item }) => dateOf(item?.atMs ?? null)),
      rows.map((row) => row.money),
      rows.map((row) => dateOf(row.not_found_ms)),
      rows.map((row) => dateOf(row.asked_ms)),
      rows.map((row) => row.alarm),
    ],
  })
  if (rowCount !== rows.length) throw new Error('a payout changed under its life lock')
}

async function updateDisbursements(sql: Sql, rows: readonly Work['disbursement'][]): Promise<void> {
  if (rows.length === 0) return
  const { rowCount } = await sql.query({
    name: 'update-disbursements',
    text: `UPDATE disbursement
        SET state = new.state, reason = new.reason, version = disbursement.version + 1, retries = new.retries,
            returns = new.returns, returned = new.returned, lapses_at = new.lapses_at, release_at = new.release_at,
            first_paid_at = new.first_paid_at, paid_at = new.paid_at
       FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[], $7::timestamptz[], $8::timestamptz[],
                   $9::timestamptz[], $10::bigint[], $11::timestamptz[])
            AS new (key, version, state, reason, retries, returns, release_at, first_paid_at, paid_at, returned, lapses_at)
      WHERE disbursement.key = new.key AND disbursement.version = new.version`,
    values: [
      rows.map((row) => row.key),
      rows.map((row) => row.version),
      rows.map((row) => row.state),
      rows.map((row) => row.reason),
      rows.map((row) => row.retries),
      rows.map((row) => row.returns),
      rows.map((row) => new Date(row.release_ms)),
      rows.map((row) => dateOf(row.first_paid_ms)),
      rows.map((row) => dateOf(row.paid_ms)),
      rows.map((row) => row.returned),
      rows.map((row) => new Date(row.lapses_ms)),
    ],
  })
  if (rowCount !== rows.length) throw new Error('a disbursement changed under its life lock')
}

async function failAccounts(sql: Sql, failed: ReadonlyMap<string, string>): Promise<void> {
  if (failed.size === 0) return
  await sql.query(
    `UPDATE account SET state = 'failed', reason = failed.reason
       FROM unnest($1::uuid[], $2::text[]) AS failed (id, reason)
      WHERE account.id = failed.id AND account.ended_at IS NULL`,
    [[...failed.keys()], [...failed.values()]],
  )
}

async function restAccounts(sql: Sql, rests: ReadonlyMap<string, number>): Promise<void> {
  if (rests.size === 0) return
  await sql.query(
    `UPDATE account SET rests_until = greatest(account.rests_until, rests.until)
       FROM unnest($1::uuid[], $2::timestamptz[]) AS rests (id, until)
      WHERE account.id = rests.id AND account.ended_at IS NULL`,
    [[...rests.keys()], [...rests.values()].map((until) => new Date(until))],
  )
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
