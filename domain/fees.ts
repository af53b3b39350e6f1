/** Fees, pure: what a gateway may take for a payment at most, as the programme knows it. Minor units. */
import type { FeeRule, Programme } from './programme.ts'

/** Of one payment through a gateway to a bank or a wallet; nothing where no rule names it. */
export function feeOf(
  { payment: { fees = [] } }: Pick<Programme, 'payment'>,
  gateway: string,
  channel: 'bank' | 'wallet',
): bigint {
  const own = fees.filter((rule) => rule.gateway === gateway)
  return mostOf(own.find((rule) => rule.channel === channel) ?? own.find((rule) => rule.channel === undefined))
}

/**
 * Of everything one person is paid, whichever way: it is not known yet; without as many tranches as an ended year was for. Nothing where runs
 * reserve it.
 */
export function feesOfPerson({ payment, tranches }: Pick<Programme, 'payment' | 'tranches'>, ended = 0): bigint {
  if (payment.release !== 'automatic') return 0n
  const most = (payment.fees ?? []).map(mostOf).reduce((one, other) => (one > other ? one : other), 0n)
  return most * BigInt(Math.max(0, tranches.length - ended))
}

function mostOf(rule: FeeRule | undefined): bigint {
  return rule ? BigInt(rule.amount) * BigInt(rule.times) : 0n
}
