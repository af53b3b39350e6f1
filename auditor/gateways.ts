/** Where the days of each gateway end, as its documents say: written here a second time, and not read from the engine. */
const ZONES: Readonly<Record<string, string>> = { sandbox: 'Asia/Jakarta' }

/** Of whoever stands in no line above: payments of the country are booked by this clock. */
const DEFAULT = 'Asia/Jakarta'

export function gatewayZone(gateway: string): string {
  return ZONES[gateway] ?? DEFAULT
}

/** The local date of an instant where a gateway's days end, in SQL. */
export function gatewayDate(at: string, gateway: string): string {
  const cases = Object.entries(ZONES).map(([code, zone]) => `WHEN '${code}' THEN '${zone}'`)
  return `(${at} AT TIME ZONE CASE ${gateway} ${cases.join(' ')} ELSE '${DEFAULT}' END)::date`
}
