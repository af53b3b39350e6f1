import type { StatementLine } from '../../domain/statement.ts'
import { bankAccount } from '../support/builders.ts'
import { FIRST_DAY, FOURTH_DAY, SECOND_DAY } from '../support/audited-teller.ts'
import { change, copy, keyOf, remove, retold, update, type Mutation, type Telling } from '../support/mutation.ts'

/** What was read of statements and found by them, changed in the database. */
export const READ: readonly Mutation[] = [
  change(
    'a line of another amount',
    'statements',
    ['changed', 'statement_line'],
    update(
      'statement_line',
      'amount = amount + 1',
      `(SELECT s.gateway || '/' || s.day FROM statement s WHERE s.id = t.statement) || '/' || t.line`,
    ),
  ),
  change(
    'a line of another reference',
    'statements',
    ['changed', 'statement_line'],
    update(
      'statement_line',
      `reference = 'X'`,
      `(SELECT s.gateway || '/' || s.day FROM statement s WHERE s.id = t.statement) || '/' || t.line`,
    ),
  ),
  change(
    'a line that is gone',
    'statements',
    ['missing', 'statement_line'],
    remove(
      'statement_line',
      `(SELECT s.gateway || '/' || s.day FROM statement s WHERE s.id = t.statement) || '/' || t.line`,
    ),
  ),
  change(
    'a line nobody told',
    'statements',
    ['extra', 'statement_line'],
    copy(
      'statement_line',
      { line: '900' },
      `(SELECT s.gateway || '/' || s.day FROM statement s WHERE s.id = t.statement) || '/' || t.line`,
    ),
  ),
  change(
    'another closing balance',
    'statements',
    ['changed', 'statement'],
    update('statement', 'closing = closing + 1', 't.id::text'),
  ),
  change(
    'other bytes than were read',
    'statements',
    ['changed', 'statement'],
    update('statement', `sha256 = decode(repeat('33', 32), 'hex')`, 't.id::text'),
  ),
  change(
    'a statement that is gone',
    'statements',
    ['missing', 'statement'],
    `
    WITH gone AS (DELETE FROM statement WHERE day = '${SECOND_DAY}') SELECT 'sandbox/${SECOND_DAY}' AS key`,
  ),
  change(
    'a discrepancy that is gone',
    'told',
    ['extra', 'told_line'],
    remove(
      'discrepancy',
      `concat_ws('/', t.gateway, t.day, t.line)`,
      `class IN ('unreferenced-credit', 'fee', 'unknown-reference')`,
    ),
  ),
  change(
    'a duplicate that is forgotten',
    'told',
    ['duplicate', 'told_line'],
    remove('discrepancy', `concat_ws('/', t.gateway, t.day, t.line)`, `class = 'duplicate'`),
  ),
  change(
    'another amount that is forgotten',
    'told',
    ['changed', 'told_line'],
    remove('discrepancy', `concat_ws('/', t.gateway, t.day, t.line)`, `class = 'amount'`),
  ),
  change(
    'a missing line that is forgotten',
    'told',
    ['missing', 'told_line'],
    remove('discrepancy', 't.payout', `class = 'missing-there' AND payout IS NOT NULL`),
  ),
  change(
    'a discrepancy that is none',
    'discrepancies',
    ['changed', 'discrepancy'],
    copy(
      'discrepancy',
      { id: `'00000000-0000-0000-0000-000000000000'`, number: '900', key: `'invented'`, line: '1', class: `'fee'` },
      't.id::text',
      'line > 1',
    ),
  ),
  change(
    'a discrepancy of another class',
    'discrepancies',
    ['changed', 'discrepancy'],
    update(
      'discrepancy',
      `class = 'unknown-reference'`,
      't.id::text',
      `class IN ('duplicate', 'unreferenced-credit', 'amount')`,
    ),
  ),
  change(
    'a discrepancy of another amount',
    'discrepancies',
    ['changed', 'discrepancy'],
    update('discrepancy', 'difference = difference + 1', 't.id::text', 'difference <> 0'),
  ),
  change(
    'a discrepancy that one person ended',
    'discrepancies',
    ['forbidden', 'discrepancy'],
    update('discrepancy', 'proposed_by = resolved_by', 't.id::text', `resolution IN ('receivable', 'to-treasury')`),
  ),

  change(
    'a discrepancy ended by a third',
    'discrepancies',
    ['missing', 'audit_event'],
    update('discrepancy', `resolved_by = 'mallory'`, 't.id::text', `resolution IN ('receivable', 'to-treasury')`),
  ),
  change(
    'money explained away',
    'discrepancies',
    ['forbidden', 'discrepancy'],
    update(
      'discrepancy',
      `state = 'resolved', resolution = 'explained', resolved_by = 'sari', reason = 'x', resolved_at = now()`,
      't.id::text',
      `state = 'open' AND difference <> 0`,
    ),
  ),

  change(
    'a line that belongs to nothing by what the gateway calls it',
    'told',
    ['missing', 'statement_pair'],
    remove('statement_pair', `t.statement || '/' || t.line`),
  ),
  change(
    'a line that is given to another payout',
    'told',
    ['changed', 'statement_pair'],
    update(
      'statement_pair',
      'payout = (SELECT y.key FROM payout y WHERE y.key <> t.payout ORDER BY random() LIMIT 1)',
      `t.statement || '/' || t.line`,
    ),
  ),
  change(
    'a pair of no line',
    'told',
    ['extra', 'statement_pair'],
    copy('statement_pair', { line: '900' }, `t.statement || '/' || t.line`),
  ),
  change(
    'a transfer that no statement has',
    'told',
    ['missing', 'funding'],
    update(
      'funding',
      `number = 'SP2D-8', recorded_at = '2026-11-23T05:00:00Z'`,
      't.id::text',
      `number LIKE 'SP2D-1-%'`,
    ),
  ),
  change(
    'a transfer that came and is said to be missing',
    'discrepancies',
    ['extra', 'discrepancy'],
    update(
      'discrepancy',
      `state = 'open', resolution = NULL, resolved_by = NULL, resolved_at = NULL`,
      't.id::text',
      `class = 'missing-there' AND type = 'top-up'`,
    ),
  ),
  change(
    'a transfer that never came and is said to have',
    'discrepancies',
    ['changed', 'discrepancy'],
    `WITH gone AS (DELETE FROM statement_line WHERE reference = 'SP2D-2-swift') SELECT id::text AS key FROM discrepancy WHERE class = 'missing-there' AND type = 'top-up'`,
  ),
  change(
    'another fingerprint of an account',
    'told',
    ['changed', 'told_line'],
    `
    UPDATE account a SET account_index = decode(repeat('44', 32), 'hex')
      FROM payout y JOIN statement_line l ON l.reference = y.reference AND l.type = 'payout' JOIN statement s ON s.id = l.statement
     WHERE y.account = a.id AND y.key = (SELECT z.key FROM payout z JOIN statement_line m ON m.reference = z.reference
                                          WHERE z.state = 'paid' AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payout = z.key) ORDER BY random() LIMIT 1)
     RETURNING concat_ws('/', s.gateway, s.day, l.line) AS key`,
  ),
]

/** Columns of one row that say how far the engine has looked, changed alone. */
export const READ_AS: readonly Mutation[] = [
  ...(
    [
      ['a statement that is said to be cut off', 'complete = false'],
      ['a statement that is said to have a newer one', 'superseded = true'],
      ['a statement of another version', 'told_version = 7'],
      ['a statement of another format', `format = 'csv'`],
      ['a statement of other differences', 'differences = differences + 1'],
      ['a statement that nobody has matched', `state = 'loaded'`],
    ] as const
  ).map(([name, set]) => change(name, 'statements', ['changed', 'statement'], update('statement', set, 't.id::text'))),
  ...(
    [
      ['a line that was booked on another day', `raw_date = '2026-12-30T12:00:00+07:00'`],
      ['a line of another business date', `business_date = '2026-12-30'`],
      ['a line to another account', `account_index = sha256('x')`],
    ] as const
  ).map(([name, set]) =>
    change(
      name,
      'statements',
      ['changed', 'statement_line'],
      update(
        'statement_line',
        set,
        `(SELECT s.gateway || '/' || s.day FROM statement s WHERE s.id = t.statement) || '/' || t.line`,
      ),
    ),
  ),
  ...(
    [
      ['a discrepancy of another statement', 'statement = gen_random_uuid()'],
      ['a discrepancy of another reference', `reference = 'SOMEBODYELSES000'`],
      ['a discrepancy of another value date', `value_date = '2026-11-01'`],
      ['a discrepancy under another name', `key = 'another'`],
      [
        'a discrepancy that goes the other way',
        `direction = CASE direction WHEN 'debit' THEN 'credit' ELSE 'debit' END`,
      ],
      ['a discrepancy in another currency', `currency = 'USD'`],
      ['a discrepancy that somebody else looks after', `owner = 'nobody'`],
    ] as const
  ).map(([name, set]) =>
    change(name, 'discrepancies', ['changed', 'discrepancy'], update('discrepancy', set, 't.id::text')),
  ),
  change(
    'a discrepancy against another amount of ours',
    'discrepancies',
    ['changed', 'discrepancy'],
    update('discrepancy', 'amount_here = amount_here + 1', 't.id::text', `amount_here IS NOT NULL AND class <> 'fee'`),
  ),
  change(
    'a discrepancy that ended for another reason',
    'discrepancies',
    ['changed', 'discrepancy'],
    update('discrepancy', `reason = 'another'`, 't.id::text', `resolution IN ('receivable', 'to-treasury')`),
  ),
]

/** A payout that the first day tells, and nothing is wrong with. */
const WELL = `SELECT y.reference AS key FROM payout y JOIN statement_line l ON l.reference = y.reference JOIN statement s ON s.id = l.statement
  WHERE s.day = '${FIRST_DAY}' AND y.state = 'paid' AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payout = y.key) ORDER BY random() LIMIT 1`

const payoutOf = (reference: string): string => `SELECT key FROM payout WHERE reference = '${reference}'`

/** The gateway's own word against the database as it is: money went otherwise, and the engine never noticed. */
export const TOLD: readonly Telling[] = [
  {
    name: 'the gateway has paid somebody else',
    check: 'told',
    finds: ['changed', 'told_line'],
    retell: (told, sql) =>
      swap(told, sql, (line) => ({ ...line, account: { institution: 'ID.BNI', number: bankAccount().number } })),
  },
  {
    name: 'the gateway has paid another amount',
    check: 'told',
    finds: ['changed', 'told_line'],
    retell: (told, sql) => swap(told, sql, (line) => ({ ...line, amount: (line.amount ?? 0n) + 1n })),
  },
  {
    name: 'the gateway has paid twice',
    check: 'told',
    finds: ['over-limit', 'disbursement'],
    async retell(told, sql) {
      const reference = await keyOf(sql, WELL)
      const twice = retold(told, FIRST_DAY, (lines) =>
        lines.flatMap((line) => (line.reference === reference ? [line, line] : [line])),
      )
      return [twice, (await keyOf(sql, payoutOf(reference))).replace(/#\d+$/, '')]
    },
  },
  {
    name: 'the gateway has not paid',
    check: 'told',
    finds: ['missing', 'told_line'],
    async retell(told, sql) {
      const reference = await keyOf(sql, WELL)
      return [
        retold(told, FIRST_DAY, (lines) => lines.filter((line) => line.reference !== reference)),
        await keyOf(sql, payoutOf(reference)),
      ]
    },
  },
  {
    name: 'the gateway has paid what nobody ordered',
    check: 'told',
    finds: ['extra', 'told_line'],
    async retell(told) {
      const made = retold(told, SECOND_DAY, (lines) => [
        ...lines,
        {
          ...lines[0],
          id: 'x1',
          type: 'payout',
          direction: 'debit',
          reference: 'QQQQQQQQQQQQQQQQ',
          gatewayId: null,
          amount: 5n,
        } as StatementLine,
      ])
      return [made, `sandbox/${SECOND_DAY}/${(made.get(SECOND_DAY)?.length ?? 0) - 2}`]
    },
  },
  {
    name: 'the gateway has taken nothing back',
    check: 'told',
    finds: ['missing', 'told_line'],
    async retell(told, sql) {
      const without = retold(told, FIRST_DAY, (lines) => lines.filter((line) => line.type !== 'return'))
      return [without, await keyOf(sql, `SELECT key FROM payout WHERE state = 'returned'`)]
    },
  },
  {
    name: 'the gateway has given back twice',
    check: 'told',
    finds: ['duplicate', 'told_line'],
    async retell(told, sql) {
      const twice = retold(told, FIRST_DAY, (lines) =>
        lines.flatMap((line) => (line.type === 'return' ? [line, line] : [line])),
      )
      return [twice, await keyOf(sql, `SELECT key FROM payout WHERE state = 'returned'`)]
    },
  },
  {
    name: 'the gateway never had a transfer',
    check: 'told',
    finds: ['missing', 'funding'],
    async retell(told, sql) {
      const without = retold(told, FOURTH_DAY, () => [])
      return [without, await keyOf(sql, `SELECT id::text AS key FROM funding WHERE number = 'SP2D-2-swift'`)]
    },
  },
  {
    name: 'the days do not follow each other',
    check: 'statements',
    finds: ['changed', 'told_day'],
    async retell(told) {
      const days = new Map(told)
      days.set(
        SECOND_DAY,
        (told.get(SECOND_DAY) ?? []).map((part) => (part.kind === 'head' ? { ...part, opening: 1n } : part)),
      )
      return [days, `sandbox/${SECOND_DAY}`]
    },
  },
]

async function swap(
  told: Parameters<Telling['retell']>[0],
  sql: Parameters<Telling['retell']>[1],
  make: (line: StatementLine) => StatementLine,
) {
  const reference = await keyOf(sql, WELL)
  const at = (told.get(FIRST_DAY) ?? []).findIndex((part) => part.kind === 'line' && part.reference === reference)
  const made = retold(told, FIRST_DAY, (lines) =>
    lines.map((line) => (line.reference === reference ? make(line) : line)),
  )
  return [made, `sandbox/${FIRST_DAY}/${at}`] as const
}
