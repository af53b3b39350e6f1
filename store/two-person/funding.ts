import Type from 'typebox'
import { AMOUNT_PATTERN } from '../../domain/money.ts'
import type { Sql } from '../database.ts'
import { checkFunding, recordFunding, type NewFunding } from '../fundings.ts'
import type { StoreContext } from '../options.ts'
import { invalid, twoPersonAct } from '../two-person-act.ts'

interface Content {
  readonly programme: string
  readonly gateway: string
  readonly number: string
  readonly amount: { readonly minor: string; readonly currency: string }
}

/** Money that the treasury has put at a gateway, as its transfer says. */
export const funding = twoPersonAct({
  name: 'funding',
  title: { id: 'Pencatatan dana di mitra pembayaran', en: 'Money put at a gateway' },
  proposers: ['administrator', 'approver'],
  content: Type.Object(
    {
      programme: Type.String({ maxLength: 40 }),
      gateway: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
      number: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
      amount: Type.Object(
        { minor: Type.String({ pattern: AMOUNT_PATTERN }), currency: Type.String() },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
  place: (_sql, { programme, gateway }) => ({ programme, subject: `funding:${gateway}` }),
  check: async (sql, context, content) => checkFunding(sql, await asked(sql, context, content)),
  async execute(sql, context, content, _by, actor, atMs) {
    await recordFunding(sql, context, await asked(sql, context, content), actor, atMs)
  },
})

async function asked(sql: Sql, context: StoreContext, content: Content): Promise<NewFunding> {
  const programme = await context.programmes.current(content.programme, sql)
  const { gateway, number, amount } = content
  if (amount.currency !== programme.currency) {
    const detail = `must be ${programme.currency}, the currency of the programme`
    throw invalid([{ pointer: '/content/amount/currency', detail }])
  }
  const gateways = await gatewaysOf(sql, programme.code)
  if (!gateways.includes(gateway)) {
    const detail = `must be one of the programme’s gateways: ${gateways.join(', ')}`
    throw invalid([{ pointer: '/content/gateway', detail }])
  }
  const minor = BigInt(amount.minor)
  if (minor === 0n) throw invalid([{ pointer: '/content/amount/minor', detail: 'must be more than nothing' }])
  return { programme, gateway, number, amount: minor }
}

/** Those of every version: people stay on theirs, and are paid through its gateways. */
async function gatewaysOf(sql: Sql, programme: string): Promise<string[]> {
  const { rows } = await sql.query<{ gateway: string }>(
    `SELECT DISTINCT jsonb_array_elements_text(definition #> '{payment,gateways}') AS gateway
       FROM programme_version WHERE programme = $1 ORDER BY gateway`,
    [programme],
  )
  return rows.map(({ gateway }) => gateway)
}
