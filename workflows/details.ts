/** What an operator reads about a life in the Temporal UI: plain words, and nothing personal. */
import { knownFailure } from '../domain/failure-code.ts'
import type { DisbursementStanding, Standing } from '../domain/standing.ts'
import { attentionText, text } from '../text/catalogue.ts'
import { ATTENTION, type AttentionCode } from '../text/codes.ts'
import type { Shown } from './messages.ts'

const LANGUAGE = 'en'

/** Current details in Markdown, headed by the line of the run. */
export function detailsOf(summary: string, standing: Standing): string {
  const zone = standing.zone ?? 'UTC'
  const lines = [`**${summary}**`, `**${text(LANGUAGE, `stage.${standing.stage}`)}.** ${stageText(standing)}`]
  if (standing.held) lines.push(attentionText(LANGUAGE, 'on-hold'))
  if (standing.attention && standing.attention !== 'on-hold') lines.push(attentionText(LANGUAGE, standing.attention))
  for (const disbursement of standing.disbursements) lines.push(`- ${disbursementText(disbursement, zone)}`)
  if (standing.wakeAtMs !== null) {
    lines.push(text(LANGUAGE, 'waits.until', { until: { atMs: standing.wakeAtMs, zone } }))
  }
  return lines.join('\n\n')
}

/** What the life waits for, and whose move that is. */
function stageText({ stage, outcome }: Standing): string {
  switch (stage) {
    case 'admission':
      return attentionText(LANGUAGE, 'waiting-for-admission')
    case 'closed':
      return outcome ? `${text(LANGUAGE, `outcome.${outcome}`)}.` : ''
    default:
      return text(LANGUAGE, `waits.${stage}`)
  }
}

/** Waits of people by name: why it came so, and whose move it is. */
const NAMED: Readonly<Partial<Record<DisbursementStanding['state'], AttentionCode>>> = {
  'needs-account': 'waiting-for-account',
  'float-short': 'waiting-for-float',
  review: 'review',
  failed: 'failed',
}

/** `**Incentive 1:** It waits for another account. The account is closed. It is the participant's move. …` */
function disbursementText(of: DisbursementStanding, zone: string): string {
  const { state, reason, next, lapsesAtMs, action, actionByMs, otherwise } = of
  const sentences = [`**${of.name ?? of.tranche}:** ${text(LANGUAGE, `money.${state}`)}`]
  const named = NAMED[state]
  if (reason !== null && (named || state === 'released')) {
    sentences.push(text(LANGUAGE, `failure.${knownFailure(reason)}`))
  }
  if (named) sentences.push(text(LANGUAGE, `move.${ATTENTION[named]}`))
  if (action !== undefined && action !== 'nothing') sentences.push(text(LANGUAGE, `action.${action}`))
  const byMs = actionByMs ?? lapsesAtMs
  if (state === 'needs-account' && byMs !== undefined && action !== 'wait-for-limit') {
    const key = otherwise === 'hold' ? 'account.deadline-hold' : 'account.deadline'
    sentences.push(text(LANGUAGE, key, { until: { atMs: byMs, zone } }))
  }
  if (next.kind === 'wait' && next.untilMs !== null) {
    sentences.push(text(LANGUAGE, 'waits.until', { until: { atMs: next.untilMs, zone } }))
  }
  if (next.kind !== 'wait' && next.kind !== 'end') sentences.push(text(LANGUAGE, `engine.${next.kind}`))
  return sentences.join(' ')
}

/** Search attributes of a life. */
export function shownOf(programme: string, standing: Standing): Shown {
  const outward = standing.disbursements.map(({ next }) => ('gateway' in next ? next.gateway : undefined))
  return {
    Programme: programme,
    Region: standing.region,
    Stage: standing.stage,
    Wave: standing.wave ?? '',
    // Known from the first look on: shown only once money leaves, it would cost another event.
    Gateway: outward.find((gateway) => gateway !== undefined) ?? standing.gateway ?? '',
    Attention: standing.attention ?? '',
  }
}
