import { SECOND_DAY } from '../support/audited-teller.ts'
import { change, copy, remove, update, type Mutation } from '../support/mutation.ts'

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
                                          WHERE z.state = 'paid' AND m.account_index IS NOT NULL AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.payout = z.key) ORDER BY random() LIMIT 1)
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
