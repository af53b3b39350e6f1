/** A participant as the wire has it: rows of the store joined with the rules of the person's programme version. */
import type { Programme } from '../domain/programme.ts'
import type { AccountView } from '../store/accounts.ts'
import type { ParticipantDetail, ParticipantItem, TrancheView } from '../store/read-participants.ts'
import type { DisbursementView } from '../store/read-payments.ts'
import { ATTENTION, isAttentionCode } from '../text/codes.ts'
import { accountView } from './schemas/account.ts'
import { money, time, timeOrNull } from './schemas/common.ts'
import type { ParticipantView } from './schemas/participant.ts'
import { disbursementView } from './schemas/payment.ts'

export interface ParticipantParts {
  readonly detail: ParticipantDetail
  readonly rules: Programme
  readonly accounts: readonly AccountView[]
  readonly disbursements: readonly DisbursementView[]
  readonly temporalUrl: string
}

export function summaryView(row: ParticipantItem, nowMs: number) {
  const { ref, stage, outcome, wave, region, registeredAt } = row
  return { ref, stage, outcome, wave, region, registeredAt: time(registeredAt), attention: attentionView(row, nowMs) }
}

function attentionView({ attention, attentionSince }: ParticipantItem, nowMs: number): ParticipantView['attention'] {
  if (attention === null || attentionSince === null) return null
  const ageSeconds = Math.max(0, Math.floor((nowMs - attentionSince.getTime()) / 1000))
  // A code nobody has named a mover for is the operators': somebody must look.
  const whoseMove = isAttentionCode(attention) ? ATTENTION[attention] : 'operator'
  return { code: attention, since: time(attentionSince), ageSeconds, whoseMove }
}

export function participantView(parts: ParticipantParts, nowMs: number): ParticipantView {
  const { detail, rules, accounts, disbursements, temporalUrl } = parts
  const live = accounts.find((account) => account.endedAt === null)
  const received = disbursements
    .filter((one) => one.state === 'paid')
    .reduce((sum, one) => sum + BigInt(one.amount), 0n)
  return {
    programme: detail.programme,
    version: detail.version,
    ...summaryView(detail, nowMs),
    admittedAt: timeOrNull(detail.admittedAt),
    trainedAt: timeOrNull(detail.trainedAt),
    closedAt: timeOrNull(detail.closedAt),
    withdrawnAt: timeOrNull(detail.withdrawnAt),
    hold: detail.heldAt && { since: time(detail.heldAt), reason: detail.holdReason ?? '' },
    checks: detail.checks.map(({ rule, outcome, code }) => ({ rule, outcome, code })),
    account: live ? accountView(live) : null,
    tranches: detail.tranches.map((tranche) => trancheView(tranche, rules, disbursements)),
    received: money(received, rules.currency),
    temporalUrl,
  }
}

function trancheView(
  row: TrancheView,
  rules: Programme,
  disbursements: readonly DisbursementView[],
): ParticipantView['tranches'][number] {
  const name = rules.tranches.find(({ code }) => code === row.code)?.name ?? { id: row.code, en: row.code }
  const owed = disbursements.find(({ tranche }) => tranche === row.code)
  return {
    code: row.code,
    name,
    amount: money(row.amount, rules.currency),
    state: row.state,
    opensAt: timeOrNull(row.opensAt),
    closesAt: timeOrNull(row.closesAt),
    dueAt: timeOrNull(row.dueAt),
    disbursement: owed ? disbursementView(owed) : null,
  }
}
