/** What is loaded of a statement, value by value, and statements whose lines do not fit into one look. */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StatementLine } from '../../domain/statement.ts'
import { Vault } from '../../store/vault.ts'
import { credit, line, loadInto, reconciling, RULE } from '../support/statements.ts'
import { HOUR, NOON, openWorld, VAULT_KEYS, type World } from '../support/world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const text = (max: number) =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: max }).filter((told) => !told.includes('\0'))
const date = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10))
const LINES = fc.array(
  fc.record({
    kind: fc.constant('line' as const),
    id: text(64),
    direction: fc.constantFrom('debit' as const, 'credit' as const),
    type: fc.constantFrom('payout' as const, 'return' as const, 'fee' as const, 'top-up' as const, 'other' as const),
    reference: fc.option(text(64)),
    gatewayId: fc.option(text(64)),
    amount: fc.option(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n })),
    currency: fc.constantFrom('IDR', 'USD'),
    account: fc.option(fc.record({ institution: text(34), number: fc.stringMatching(/^\+?\d{4,20}$/) })),
    rawDate: text(40),
    valueDate: date,
    businessDate: date,
  }),
  { minLength: 1, maxLength: 60 },
)

test('every value of a line is kept as it was told, and of its account the index that is looked for', async () => {
  const vault = new Vault(VAULT_KEYS)
  const { rawDate: _raw, ...few } = line({ payout: '', reference: '' })
  let version = 0
  await fc.assert(
    fc.asyncProperty(LINES, async (lines) => {
      version += 1
      const told = [...lines, { ...few, rawDate: `${version}` }]
      const { id } = await loadInto(world.store, told, { version }, NOON)
      const { rows } = await world.root.pool.query(
        `SELECT entry, direction, type, reference, gateway_id, amount::text, currency, institution, encode(account_index, 'hex') AS index,
                account_index_key, masked, raw_date, value_date::text, business_date::text
           FROM statement_line WHERE statement = '${id}' ORDER BY line`,
      )
      expect(rows).toEqual(told.map((one) => rowOf(vault, one)))
    }),
    { numRuns: 25 },
  )
})

function rowOf(vault: Vault, { account, ...told }: StatementLine) {
  const index = account && vault.accountIndex(account.institution, account.number)
  return {
    entry: told.id,
    direction: told.direction,
    type: told.type,
    reference: told.reference,
    gateway_id: told.gatewayId,
    amount: told.amount?.toString() ?? null,
    currency: told.currency,
    institution: account?.institution ?? null,
    index: index && Buffer.from(index.index).toString('hex'),
    account_index_key: index && index.keyId,
    masked: account?.number.slice(-4) ?? null,
    raw_date: told.rawDate,
    value_date: told.valueDate,
    business_date: told.businessDate,
  }
}

test('of twelve thousand lines that differ each is found once, and a payout whose line stands first and last among them is told twice', async () => {
  const paid = await reconciling(world).send()
  const strangers = Array.from({ length: 6000 }, (_, i) => line({ payout: `${i}`, reference: `S${i}` }))
  const strays = Array.from({ length: 6000 }, (_, i) => credit(`c${i}`))
  const { id } = await loadInto(world.store, [line(paid), ...strangers, ...strays, line(paid)], {}, NOON)
  expect(await world.store.statements.match(id, RULE, NOON + HOUR)).toEqual({ differences: 12_001 })
  const { rows } = await world.root.pool.query(
    'SELECT class, count(*)::int AS count, max(line) AS last FROM discrepancy GROUP BY class ORDER BY class',
  )
  expect(rows).toEqual([
    { class: 'duplicate', count: 1, last: 12_002 },
    { class: 'unknown-reference', count: 6000, last: 6001 },
    { class: 'unreferenced-credit', count: 6000, last: 12_001 },
  ])
})
