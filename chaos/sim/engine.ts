/** The real activities on the simulated store and network, each call in a process that may die under it. */
import { createPaymentActivities, type LifeOf, type PaymentDependencies, type Told } from '../../activities/payments.ts'
import type { NextForDisbursement } from '../../domain/standing.ts'
import type { Running } from './hosts.ts'
import type { Network } from './network.ts'
import { GATEWAY } from './rows.ts'
import type { Setting } from './setting.ts'
import type { SimClaims } from './store-claims.ts'
import type { SimDesk } from './store-desk.ts'
import type { SimPayouts } from './store-payouts.ts'

export interface SimStore {
  readonly claims: SimClaims
  readonly payouts: SimPayouts
  readonly desk: SimDesk
}

export type Outward = Extract<
  NextForDisbursement,
  { kind: 'send' | 'resend' | 'enquire' | 'check-float' | 'check-account' | 'give-up' }
>

/** Carries one step out as the workflow would, in a process. */
export function carryOut(
  setting: Setting,
  store: SimStore,
  network: Network,
  running: Running,
  of: LifeOf & { readonly disbursement: string; readonly next: Outward },
): Promise<Told> {
  const { next, disbursement } = of
  const activities = createPaymentActivities(dependenciesOf(setting, store, network, running))
  switch (next.kind) {
    case 'send':
      return activities.submit({ ...of, disbursement })
    case 'resend':
      return activities.resend({ ...of, payout: next.payout })
    case 'enquire':
      return activities.enquire({ ...of, payout: next.payout })
    case 'check-account':
      return activities.checkAccount(of)
    case 'check-float':
      return activities.checkFloat({ ...of, disbursement, gateway: next.gateway })
    case 'give-up':
      return running
        .transaction('give up', () => store.payouts.giveUp(next.payout, setting.clock.nowMs))
        .then(() => null)
  }
}

function dependenciesOf(
  { clock }: Setting,
  { claims, payouts, desk }: SimStore,
  network: Network,
  running: Running,
): PaymentDependencies {
  const store = {
    claims: {
      draft: (key: string, nowMs: number) => running.transaction('draft', () => claims.draft(key, nowMs)),
      claim: (...of: Parameters<SimClaims['claim']>) =>
        running.transaction(`claim ${of[0].payout}`, () => claims.claim(...of)),
      refuse: (...of: Parameters<SimClaims['refuse']>) => running.transaction('refuse', () => claims.refuse(...of)),
    },
    payouts: {
      observe: (...of: Parameters<SimPayouts['observe']>) =>
        running.transaction(`observe ${of[0].map(({ fact, payout }) => `${payout} ${fact.kind}`).join()}`, () =>
          payouts.observe(...of),
        ),
      question: (...of: Parameters<SimPayouts['question']>) =>
        running.transaction('question', () => payouts.question(...of)),
      reopen: (...of: Parameters<SimPayouts['reopen']>) =>
        running.transaction(`reopen ${of[0]}`, () => payouts.reopen(...of)),
      giveUp: (...of: Parameters<SimPayouts['giveUp']>) => running.transaction('give up', () => payouts.giveUp(...of)),
    },
    floats: {
      waits: (key: string) => running.transaction('waits', () => desk.waits(key)),
      restore: (key: string, at: { readonly balance: { minor: bigint; currency: string } }, nowMs: number) =>
        running.transaction('restore', () => desk.restore(key, at.balance, nowMs)),
      postpone: (key: string, _gateway: string, nowMs: number) =>
        running.transaction('postpone', () => desk.postpone(key, nowMs)),
    },
  }
  return {
    store: store as unknown as PaymentDependencies['store'],
    gateways: new Map([[GATEWAY, network.gatewayFor(running)]]),
    now: () => clock.nowMs,
    wait: (ms) => running.answer(clock.nowMs + ms, () => undefined),
  }
}
