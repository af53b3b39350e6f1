/** One receivable, by the payout it is of. */
import { dataOf, type LunasClient } from '../client/index.ts'
import type { components } from '../client/schema.ts'
import { Failure } from './output.ts'

/** As it stands now. Throws a Failure where nothing of the payout is to be had back. */
export async function receivableOf(client: LunasClient, payout: string): Promise<components['schemas']['Receivable']> {
  const { data } = dataOf(await client.GET('/v1/receivables', { params: { query: { payout } } }))
  const [one] = data
  if (!one) throw new Failure(`${payout} is nothing that is to be had back`)
  return one
}
