/** A participant as the wire has it: rows of the store joined with the rules of the person's programme version. */
import { isMended, nextActionFor } from '../domain/next-action.ts'
import type { Programme } from '../domain/programme.ts'
import type { AccountView } from '../store/accounts.ts'
import type { ParticipantDetail, ParticipantItem, TrancheView } from '../store/read-participants.ts'
import type { DisbursementView } from '../store/read-payments.ts'
import { text } from '../text/catalogue.ts'
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
    .reduce((sum, one) => sum + BigInt(one.amount) - BigInt(one.deducted), 0n)
  return {
    programme: detail.programme,
    version: detail.version,
    ...summaryView(detail, nowMs),
    admittedAt: timeOrNull(detail.admittedAt),
    trainedAt: timeOrNull(detail.trainedAt),
    closedAt: timeOrNull(detail.closedAt),
    withdrawnAt: timeOrNull(detail.withdrawnAt),
    hold: detail.heldAt && { since: time(detail.heldAt), reason: detail.holdReason ?? '', cause: detail.holdCause },
    checks: detail.checks.map(({ rule, outcome, code }) => ({ rule, outcome, code })),
    account: live ? accountView(live) : null,
    tranches: detail.tranches.map((tranche) => trancheView(tranche, { rules, disbursements, live }, nowMs)),
    received: money(received, rules.currency),
    temporalUrl,
  }
}

function trancheView(
  row: TrancheView,
  {
    rules,
    disbursements,
    live,
  }: Pick<ParticipantParts, 'rules' | 'disbursements'> & { readonly live: AccountView | undefined },
  nowMs: number,
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
    next: owed ? nextStepView(owed, live, rules, nowMs) : null,
  }
}

/** What is to be done next about a disbursement, by whom and until when; null where all goes its way. */
function nextStepView(
  owed: DisbursementView,
  live: AccountView | undefined,
  { payment: { actions } }: Programme,
  nowMs: number,
): ParticipantView['tranches'][number]['next'] {
  const usable = live && live.state !== 'failed' ? live : undefined
  const rests = usable?.restsUntil?.getTime() ?? null
  const usableFromMs = usable ? Math.max(usable.usableFrom.getTime(), rests ?? 0) : null
  const waits = {
    state: owed.state,
    reason: owed.reason,
    accountUsableFromMs: usableFromMs,
    accountRestsUntilMs: rests,
  }
  const next = nextActionFor(waits)
  if (next === null) return null
  const { action, mover } = next
  const isTimed = action !== 'nothing' && action !== 'wait-for-limit'
  const own = isTimed && action === owed.action ? owed.actionBy : null
  const otherwise = own && isTimed ? (actions?.[action]?.otherwise ?? 'lapse') : 'lapse'
  const resumes =
    owed.state === 'released' ? owed.releaseAt.getTime() : isMended(action) ? live?.checkAt?.getTime() : usableFromMs
  return {
    action,
    whoseMove: mover,
    text: { id: text('id', `action.${action}`), en: text('en', `action.${action}`) },
    by: isTimed ? time(own ?? owed.lapsesAt) : null,
    otherwise: isTimed ? otherwise : null,
    resumesAt: resumes != null && resumes > nowMs ? time(new Date(resumes)) : null,
  }
}
