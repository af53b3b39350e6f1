/** Everything the API reads, bound to the pool: lists, views and the audited reads of personal data. */
import type { Actor } from '../domain/act.ts'
import { accountHistory, type AccountView } from './accounts.ts'
import { reportBudget, type BudgetReport } from './budget-report.ts'
import { isWithoutKeys, listKeys, type KeyView } from './keys.ts'
import type { StoreContext } from './options.ts'
import { identityOf, identityVersion, readIdentity, type Identity } from './read-identity.ts'
import {
  findWave,
  ledgerAccounts,
  listAppropriations,
  listFundings,
  listPostings,
  listWaves,
  type AppropriationView,
  type FundingView,
  type LedgerAccountView,
  type PostingView,
  type WaveView,
} from './read-money.ts'
import type { Page, PageRequest } from './read-page.ts'
import {
  findParticipant,
  listEvidence,
  listParticipants,
  requireParticipant,
  type EvidenceView,
  type ParticipantDetail,
  type ParticipantFilter,
  type ParticipantItem,
} from './read-participants.ts'
import {
  disbursementsOf,
  findDisbursement,
  findPayout,
  listDeductions,
  listDisbursements,
  listPayouts,
  type DeductionView,
  type DisbursementView,
  type PaymentFilter,
  type PayoutDetail,
  type PayoutView,
} from './read-payments.ts'
import { timelineFacts, type TimelineFacts } from './read-timeline.ts'
import { sealLag, type SealLag } from './seal-lag.ts'
import type { Sealed } from './vault.ts'

export interface Reads {
  participants(programme: string, filter: ParticipantFilter, page: PageRequest): Promise<Page<ParticipantItem>>
  participant(programme: string, ref: string): Promise<ParticipantDetail>
  evidence(programme: string, ref: string): Promise<EvidenceView[]>
  accounts(programme: string, ref: string): Promise<AccountView[]>
  timeline(programme: string, ref: string): Promise<TimelineFacts>
  /** Audited. */
  identity(programme: string, ref: string, actor: Actor, atMs: number): Promise<Sealed<Identity>>
  /** For a comparison the engine makes itself; nobody sees it. */
  identityForCheck(programme: string, ref: string): Promise<Sealed<Identity>>
  /** Which version of it counts now. Throws `unknown-participant`. */
  identityVersion(programme: string, ref: string): Promise<string>
  disbursements(programme: string, filter: PaymentFilter, page: PageRequest): Promise<Page<DisbursementView>>
  disbursementsOf(programme: string, ref: string): Promise<DisbursementView[]>
  disbursement(programme: string, key: string): Promise<DisbursementView & { readonly payouts: readonly PayoutView[] }>
  deductions(programme: string, ref: string | undefined, page: PageRequest): Promise<Page<DeductionView>>
  payouts(programme: string, filter: PaymentFilter, page: PageRequest): Promise<Page<PayoutView>>
  payout(programme: string, key: string): Promise<PayoutDetail>
  appropriations(programme: string): Promise<AppropriationView[]>
  fundings(programme: string): Promise<FundingView[]>
  /** Throws `not-found`. */
  budget(programme: string, fiscalYear: number): Promise<BudgetReport>
  waves(programme: string): Promise<WaveView[]>
  wave(programme: string, code: string): Promise<WaveView>
  ledgerAccounts(programme: string): Promise<LedgerAccountView[]>
  postings(programme: string, filter: PostingFilter, page: PageRequest): Promise<Page<PostingView>>
  keys(): Promise<KeyView[]>
  /** True while no key was ever created. */
  isWithoutKeys(): Promise<boolean>
  sealLag(): Promise<SealLag>
  /** Resolves when the database answers. Throws what the driver throws. */
  ping(): Promise<void>
}

export interface PostingFilter {
  readonly account?: string | undefined
  readonly ref?: string | undefined
}

/** Whoever asks whether we are ready wants to know it soon. */
const PING = { text: 'SELECT', query_timeout: 1500 }

export function createReads(context: StoreContext): Reads {
  const { pool } = context.database
  return {
    participants: (programme, filter, page) => listParticipants(pool, programme, filter, page),
    participant: (programme, ref) => findParticipant(pool, programme, ref),
    evidence: (programme, ref) => listEvidence(pool, programme, ref),
    async accounts(programme, ref) {
      await requireParticipant(pool, programme, ref)
      return accountHistory(pool, programme, ref)
    },
    timeline: (programme, ref) => timelineFacts(pool, programme, ref),
    identity: (programme, ref, actor, atMs) => readIdentity(context, { programme, ref }, actor, atMs),
    identityForCheck: (programme, ref) => identityOf(pool, context, programme, ref),
    identityVersion: (programme, ref) => identityVersion(pool, { programme, ref }),
    disbursements: (programme, filter, page) => listDisbursements(pool, programme, filter, page),
    disbursementsOf: (programme, ref) => disbursementsOf(pool, programme, ref),
    disbursement: (programme, key) => findDisbursement(pool, programme, key),
    deductions: (programme, ref, page) => listDeductions(pool, programme, ref, page),
    payouts: (programme, filter, page) => listPayouts(pool, programme, filter, page),
    payout: (programme, key) => findPayout(pool, programme, key),
    appropriations: (programme) => listAppropriations(pool, programme),
    fundings: (programme) => listFundings(pool, programme),
    budget: (programme, fiscalYear) => reportBudget(context.database, programme, fiscalYear),
    waves: (programme) => listWaves(pool, programme),
    wave: (programme, code) => findWave(pool, programme, code),
    ledgerAccounts: (programme) => ledgerAccounts(pool, programme),
    postings: (programme, filter, page) => listPostings(pool, programme, filter, page),
    keys: () => listKeys(pool),
    isWithoutKeys: () => isWithoutKeys(pool),
    sealLag: () => sealLag(pool),
    async ping() {
      await pool.query(PING)
    },
  }
}
