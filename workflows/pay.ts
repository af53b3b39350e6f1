/**
 * One disbursement to its end. Re-entrant: every step asks where the disbursement stands, so that continuing as new, a reset or
 * a lost worker only repeats the question.
 */
import { ActivityFailure } from '@temporalio/workflow'
import type { DisbursementStanding, NextForDisbursement } from '../domain/standing.ts'
import type { Life } from './life.ts'
import { gatewayCalls } from './proxies.ts'

/** A step that was turned away without a time is tried again after this, and then after ever longer pauses. */
const TURNED_AWAY_MS = 5000
const TURNED_AWAY_MAX_MS = 120_000

export async function pay(life: Life, key: string): Promise<void> {
  let pauseMs = TURNED_AWAY_MS
  for (;;) {
    const disbursement = life.disbursement(key)
    if (!disbursement || disbursement.next.kind === 'end') return
    if (disbursement.next.kind === 'wait') {
      await life.until(() => life.disbursement(key)?.next.kind !== 'wait')
      continue
    }
    const before = JSON.stringify(disbursement)
    const { looks } = life
    const told = await carryOut(life, key, disbursement.tranche, disbursement.next)
    // What an activity brought back may be older than a look that was taken while it ran: then only another look tells.
    if (told && life.looks === looks) life.seeDisbursement(told)
    else await life.lookAgain()
    if (JSON.stringify(life.disbursement(key)) === before) {
      await life.pause(key, before, pauseMs)
      pauseMs = Math.min(pauseMs * 2, TURNED_AWAY_MAX_MS)
    } else pauseMs = TURNED_AWAY_MS
  }
}

/**
 * Does the next thing; null when the life must look to know what became of it. A worker that was lost proves nothing, and a call
 * that failed by itself, or that nobody took from its queue, is tried again only after the pause of a step that was turned away, so that
 * a fault does not run in circles.
 */
async function carryOut(
  life: Life,
  disbursement: string,
  tranche: string,
  next: Exclude<NextForDisbursement, { kind: 'wait' | 'end' }>,
): Promise<DisbursementStanding | null> {
  const of = { programme: life.programme, ref: life.ref }
  try {
    switch (next.kind) {
      case 'send':
        return await life.call(() =>
          gatewayCalls(next.gateway, next.withinMs, `send ${tranche}`).submit({ ...of, disbursement }),
        )
      case 'resend':
        return await life.call(() =>
          gatewayCalls(next.gateway, next.withinMs, `send ${tranche} again`).resend({ ...of, payout: next.payout }),
        )
      case 'enquire':
        return await life.call(() =>
          gatewayCalls(next.gateway, next.withinMs, `ask about ${tranche}`).enquire({ ...of, payout: next.payout }),
        )
      case 'check-float':
        return await life.call(() =>
          gatewayCalls(next.gateway, next.withinMs, 'read the balance').checkFloat({
            ...of,
            disbursement,
            gateway: next.gateway,
          }),
        )
      case 'check-account':
        return await life.call(() => gatewayCalls(next.gateway, next.withinMs, 'check the account').checkAccount(of))
      case 'give-up':
        await life.step(() => life.steps.giveUp({ ...of, payout: next.payout, nowMs: Date.now() }))
        return null
    }
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error
    return null
  }
}
