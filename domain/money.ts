/**
 * Money is a whole number of minor units (ISO 4217: the sen of IDR) and its currency.
 * There is no float anywhere: `bigint` in code, `bigint` columns, decimal strings on every wire.
 */
export interface Money {
  readonly minor: bigint
  readonly currency: string
}

/** Decimal places of a currency in ISO 4217. IDR has two there although no sen is in daily use. */
const EXPONENT: Readonly<Record<string, number>> = { IDR: 2 }

/** The smallest amount banks and wallets move, in minor units: whole rupiah. */
const INCREMENT: Readonly<Record<string, bigint>> = { IDR: 100n }

/** The pattern of an amount on the wire: digits only, no sign, no leading zero, at most 18 digits. */
export const AMOUNT_PATTERN = '^(0|[1-9][0-9]{0,17})$'
const AMOUNT = new RegExp(AMOUNT_PATTERN)

/** Reads an amount of minor units from its wire form; `undefined` when it is not one. */
export function parseMinor(text: string): bigint | undefined {
  return AMOUNT.test(text) ? BigInt(text) : undefined
}

/** Makes money from whole major units (rupiah), as programme manuals state them. */
export function major(amount: number, currency: string): Money {
  return { minor: BigInt(amount) * 10n ** BigInt(exponentOf(currency)), currency }
}

/** ISO 4217 exponent. Throws on a currency Lunas has no exponent for. */
export function exponentOf(currency: string): number {
  const exponent = EXPONENT[currency]
  if (exponent === undefined) throw new RangeError(`no exponent known for currency ${currency}`)
  return exponent
}

/** What every payable amount of a currency is a multiple of, in minor units: 100 sen for IDR. */
export function cashIncrement(currency: string): bigint {
  return INCREMENT[currency] ?? 1n
}

/** Adds amounts of one currency. Throws when the currencies differ: that is a bug, not a refusal. */
export function sum(amounts: readonly Money[], currency: string): Money {
  let minor = 0n
  for (const amount of amounts) {
    if (amount.currency !== currency) throw new RangeError(`cannot add ${amount.currency} to ${currency}`)
    minor += amount.minor
  }
  return { minor, currency }
}

/** What people read: `Rp 4.200.000`; sen are shown only when there are any. */
export function formatMoney(money: Money): string {
  const sign = money.minor < 0n ? '-' : ''
  const digits = money.minor < 0n ? -money.minor : money.minor
  const scale = 10n ** BigInt(exponentOf(money.currency))
  const whole = (digits / scale).toString().replace(/\B(?=(\d{3})+$)/g, '.')
  const rest = digits % scale
  const fraction = rest === 0n ? '' : `,${rest.toString().padStart(exponentOf(money.currency), '0')}`
  const symbol = money.currency === 'IDR' ? 'Rp' : money.currency
  return `${sign}${symbol} ${whole}${fraction}`
}
