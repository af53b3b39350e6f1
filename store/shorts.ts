/** Gateways where our money is short: while somebody waits for it there, nobody else is sent only to be refused as well. */
import type { PaymentTiming } from './options.ts'

/** A gateway, and when its balance is next read by whoever waits for it. */
export interface Short {
  readonly gateway: string
  readonly check_ms: number
}

/** So many of those who wait are looked at, however long the queue is: every life reads this. */
const FIRST = 20

/** The gateways whose balance is being waited for, in SQL. Whoever is on hold waits for nothing, and keeps nobody waiting. */
export const SHORTS = `(
       SELECT coalesce(jsonb_agg(jsonb_build_object('gateway', short.gateway, 'check_ms', short.check_ms)), '[]')
         FROM (SELECT first.gateway, ms(max(first.release_at)) AS check_ms
                 FROM (SELECT y.gateway, s.release_at
                         FROM disbursement s JOIN payout y ON y.disbursement = s.key AND y.n = s.attempts
                         JOIN participant h ON (h.programme, h.ref) = (s.programme, s.ref)
                        WHERE s.state = 'float-short' AND h.held_at IS NULL ORDER BY s.owed_at, s.key LIMIT ${FIRST}) AS first
                GROUP BY first.gateway) AS short)`

/**
 * Until when what is released waits for our money at a gateway; null when it need not. Whoever is first in the queue reads the balance;
 * the others come one pause later, and go all the same should nobody have read it by then.
 */
export function shortUntil(
  shorts: readonly Short[],
  gateway: string | null,
  reason: string | null,
  timingOf: (gateway: string) => Pick<PaymentTiming, 'floatCheckMs'>,
): number | null {
  // The balance was read, and is enough for this one.
  if (gateway === null || reason === 'float-restored') return null
  const short = shorts.find((one) => one.gateway === gateway)
  return short ? short.check_ms + timingOf(gateway).floatCheckMs : null
}
