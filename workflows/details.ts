/** What an operator reads about a life in the Temporal UI: plain words, codes and times; nothing personal. */
import type { Standing } from '../domain/standing.ts'
import type { Shown } from './messages.ts'

/** Current details in Markdown. */
export function detailsOf(standing: Standing): string {
  const lines = [`**Stage:** ${standing.stage}${standing.outcome ? ` (${standing.outcome})` : ''}`]
  if (standing.held) lines.push('**On hold:** nothing is paid until an operator releases it')
  if (standing.attention) lines.push(`**Needs attention:** ${standing.attention}`)
  for (const { tranche, state, reason, next } of standing.disbursements) {
    const why = reason ? ` (${reason})` : ''
    const then = next.kind === 'wait' ? waitOf(next.untilMs) : `next: ${next.kind}`
    lines.push(`- ${tranche}: ${state}${why}${next.kind === 'end' ? '' : `, ${then}`}`)
  }
  if (standing.wakeAtMs !== null) lines.push(`**Looks again:** ${new Date(standing.wakeAtMs).toISOString()}`)
  return lines.join('\n\n')
}

/** Search attributes of a life. */
export function shownOf(programme: string, standing: Standing): Shown {
  const outward = standing.disbursements.map(({ next }) => ('gateway' in next ? next.gateway : undefined))
  return {
    Programme: programme,
    Region: standing.region,
    Stage: standing.stage,
    Wave: standing.wave ?? '',
    Gateway: outward.find((gateway) => gateway !== undefined) ?? '',
    Attention: standing.attention ?? '',
  }
}

function waitOf(untilMs: number | null): string {
  return untilMs === null ? 'waiting' : `waiting until ${new Date(untilMs).toISOString()}`
}
