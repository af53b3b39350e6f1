/** Disbursements, payouts and the ledger on the wire. */
import Type, { type Static } from 'typebox'
import { DEDUCTION_CAUSES } from '../../domain/deduction.ts'
import { DISBURSEMENT_STATES } from '../../domain/disbursement.ts'
import { isDebitNormal } from '../../domain/ledger.ts'
import { FAILURE_CLASSES } from '../../domain/observation.ts'
import { PAYOUT_MONEY, PAYOUT_STATES } from '../../domain/payout.ts'
import type { LedgerAccountView, PostingView } from '../../store/read-money.ts'
import type {
  DeductionView,
  DisbursementView,
  ObservationView,
  PayoutDetail,
  PayoutView,
  SendView,
} from '../../store/read-payments.ts'
import { listOf, Money, money, pageOf, ParticipantRef, Time, time, TimeOrNull, timeOrNull } from './common.ts'
import { closed, enumOrNull, named, ref, textOrNull } from './named.ts'

const DISBURSEMENT = {
  key: Type.String(),
  ref: ParticipantRef,
  tranche: Type.String(),
  amount: ref(Money),
  deducted: ref(Money),
  version: Type.Integer({ description: 'Rises with each change: what two people decide is bound to it' }),
  state: Type.Enum([...DISBURSEMENT_STATES]),
  reason: textOrNull(),
  attempts: Type.Integer(),
  returns: Type.Integer({ description: 'How often the money came back after success' }),
  returned: ref(Money),
  owedAt: Time,
  releaseAt: Time,
  lapsesAt: Time,
  firstPaidAt: TimeOrNull,
  paidAt: TimeOrNull,
}

export const Disbursement = named('Disbursement', DISBURSEMENT, 'One tranche owed to one person: the obligation')
export const DisbursementPage = pageOf('DisbursementPage', Disbursement)

export const Deduction = named(
  'Deduction',
  {
    id: Type.String({ format: 'uuid' }),
    disbursement: Type.String(),
    ref: ParticipantRef,
    payout: textOrNull({ description: 'What was paid in error and is set off' }),
    cause: Type.Enum([...DEDUCTION_CAUSES]),
    reference: Type.String({ description: 'Number of the document that orders it' }),
    amount: ref(Money),
    proposal: Type.String({ format: 'uuid' }),
    madeAt: Time,
  },
  'What was taken off what a person is owed, as two people agreed',
)
export const DeductionPage = pageOf('DeductionPage', Deduction)

export function deductionView({ amount, currency, madeAt, ...row }: DeductionView): Static<typeof Deduction> {
  return { ...row, amount: money(amount, currency), madeAt: time(madeAt) }
}

const PAYOUT = {
  key: Type.String(),
  disbursement: Type.String(),
  ref: ParticipantRef,
  n: Type.Integer({ description: 'Which attempt' }),
  gateway: Type.String(),
  reference: Type.String({ description: 'What the gateway knows it by' }),
  amount: ref(Money),
  institution: Type.String(),
  account: Type.String({ description: 'Masked' }),
  state: Type.Enum([...PAYOUT_STATES]),
  money: Type.Enum([...PAYOUT_MONEY], {
    description:
      'Where the amount stands: on its way, with the person, owed again; or what was not owed, and is to be had back',
  }),
  returned: ref(Money),
  gatewayId: textOrNull(),
  failure: Type.Unsafe<{ class: string | null; code: string; vendorCode: string | null } | null>({
    anyOf: [
      closed({ class: enumOrNull(FAILURE_CLASSES), code: Type.String(), vendorCode: textOrNull() }),
      { type: 'null' },
    ],
  }),
  alarm: textOrNull(),
  sendCount: Type.Integer(),
  enquiries: Type.Integer(),
  claimedAt: Time,
  finishedAt: TimeOrNull,
}

export const Payout = named('Payout', PAYOUT, 'One attempt to deliver a disbursement')
export const PayoutPage = pageOf('PayoutPage', Payout)

export const DisbursementWithPayouts = named(
  'DisbursementWithPayouts',
  { ...DISBURSEMENT, payouts: Type.Array(ref(Payout)) },
  'A disbursement and all its attempts',
)

export const PayoutWithHistory = named(
  'PayoutWithHistory',
  {
    ...PAYOUT,
    sends: Type.Array(
      closed({
        number: Type.Integer(),
        startedAt: Time,
        sendBy: Time,
        endedAt: TimeOrNull,
        result: textOrNull(),
      }),
    ),
    observations: Type.Array(
      closed({
        source: Type.String(),
        fact: Type.String(),
        observed: textOrNull(),
        vendorStatus: textOrNull(),
        decision: Type.String(),
        fromState: Type.String(),
        toState: Type.String(),
        observedAt: Time,
      }),
    ),
  },
  'A payout with every send of its bytes and everything that was learnt about it',
)

export function disbursementView(row: DisbursementView): Static<typeof Disbursement> {
  const { key, ref, tranche, version, state, reason, attempts, returns, currency } = row
  return {
    key,
    ref,
    tranche,
    version,
    state,
    reason,
    attempts,
    returns,
    amount: money(row.amount, currency),
    deducted: money(row.deducted, currency),
    returned: money(row.returned, currency),
    owedAt: time(row.owedAt),
    releaseAt: time(row.releaseAt),
    lapsesAt: time(row.lapsesAt),
    firstPaidAt: timeOrNull(row.firstPaidAt),
    paidAt: timeOrNull(row.paidAt),
  }
}

export function payoutView(row: PayoutView): Static<typeof Payout> {
  const { key, disbursement, ref, n, gateway, reference, institution, state, gatewayId, alarm } = row
  const { failureClass, failureCode, vendorCode, sendCount, enquiries, money: stands } = row
  return {
    key,
    disbursement,
    ref,
    n,
    gateway,
    reference,
    institution,
    state,
    gatewayId,
    alarm,
    sendCount,
    enquiries,
    money: stands,
    amount: money(row.amount, row.currency),
    returned: money(row.returned, row.currency),
    account: row.masked,
    failure: failureCode === null ? null : { class: failureClass, code: failureCode, vendorCode },
    claimedAt: time(row.claimedAt),
    finishedAt: timeOrNull(row.finishedAt),
  }
}

export function payoutDetailView(row: PayoutDetail): Static<typeof PayoutWithHistory> {
  return { ...payoutView(row), sends: row.sends.map(sendView), observations: row.observations.map(observationView) }
}

function sendView(row: SendView) {
  const { startedAt, sendBy, endedAt } = row
  return { ...row, startedAt: time(startedAt), sendBy: time(sendBy), endedAt: timeOrNull(endedAt) }
}

export function observationView(row: ObservationView) {
  return { ...row, observedAt: time(row.observedAt) }
}

export const LedgerAccount = named(
  'LedgerAccount',
  {
    account: Type.String({ examples: ['funds:clearing:sandbox'] }),
    normal: Type.Enum(['debit', 'credit'], { description: 'The side on which more means more' }),
    debit: Type.String({ description: 'Minor units' }),
    credit: Type.String({ description: 'Minor units' }),
    balance: Type.String({ description: 'Minor units on the normal side; may be negative' }),
    currency: Type.String(),
    postings: Type.Integer(),
  },
  'What an account took and gave, summed from its postings',
)
export const LedgerAccountList = listOf('LedgerAccountList', LedgerAccount)

export function ledgerAccountView(row: LedgerAccountView): Static<typeof LedgerAccount> {
  const debitNormal = isDebitNormal(row.account)
  const difference = BigInt(row.credit) - BigInt(row.debit)
  const balance = (debitNormal ? -difference : difference).toString()
  return { ...row, normal: debitNormal ? 'debit' : 'credit', balance }
}

export const Posting = named(
  'Posting',
  {
    id: Type.String(),
    key: Type.String(),
    line: Type.Integer(),
    event: Type.String(),
    debit: Type.String(),
    credit: Type.String(),
    amount: ref(Money),
    ref: textOrNull(),
    subject: Type.String(),
    fiscalYear: Type.Integer(),
    budgetLine: Type.String(),
    businessDate: Type.String({ format: 'date' }),
    period: Type.String(),
    recordedAt: Time,
  },
  'One immutable movement of one amount',
)
export const PostingPage = pageOf('PostingPage', Posting)

export function postingView({ amount, currency, recordedAt, ...row }: PostingView): Static<typeof Posting> {
  return { ...row, amount: money(amount, currency), recordedAt: time(recordedAt) }
}
