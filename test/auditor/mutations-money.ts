import { change, copy, keyOf, remove, update, type Mutation } from '../support/mutation.ts'

const POSTING = `t.key || ':' || t.line`

/** The ledger, what it stands for, and the limits over it. */
export const MONEY: readonly Mutation[] = [
  change(
    'a posting of another amount',
    'ledger',
    ['changed', 'posting'],
    update('posting', 'amount = amount + 1', POSTING),
  ),
  change(
    'a posting to another account',
    'ledger',
    ['changed', 'posting'],
    update('posting', `debit = debit || 's'`, POSTING),
  ),
  change(
    'a posting the other way round',
    'ledger',
    ['changed', 'posting'],
    update('posting', 'debit = credit, credit = debit', POSTING),
  ),
  change(
    'a posting on another day',
    'ledger',
    ['changed', 'posting'],
    update('posting', 'business_date = business_date - 40', POSTING),
  ),
  change(
    'a posting in another period',
    'ledger',
    ['changed', 'posting'],
    update('posting', `period = '2026-01'`, POSTING),
  ),
  change(
    'a posting of another fiscal year',
    'ledger',
    ['changed', 'posting'],
    update('posting', 'fiscal_year = fiscal_year - 1', POSTING),
  ),
  change(
    'a posting of another budget line',
    'ledger',
    ['changed', 'posting'],
    update('posting', `budget_line = 'OTHER'`, POSTING),
  ),
  change(
    'a posting of somebody else',
    'ledger',
    ['changed', 'posting'],
    update('posting', `ref = '0000000000000'`, POSTING, 'ref IS NOT NULL'),
  ),
  change(
    'a posting of another currency',
    'ledger',
    ['changed', 'posting'],
    update('posting', `currency = 'USD'`, POSTING),
  ),
  change(
    'a posting of another event',
    'ledger',
    ['changed', 'posting'],
    update('posting', `event = 'paid'`, POSTING, `event <> 'paid'`),
  ),
  change('a posting that is gone', 'ledger', ['missing', 'posting'], remove('posting', POSTING)),
  change(
    'all postings of a payment gone',
    'ledger',
    ['missing', 'posting'],
    `
    WITH one AS (SELECT key FROM posting WHERE event = 'paid' ORDER BY random() LIMIT 1), gone AS (DELETE FROM posting USING one WHERE posting.key = one.key)
    SELECT key || ':1' AS key FROM one`,
  ),
  change(
    'a posting for nothing',
    'ledger',
    ['extra', 'posting'],
    copy('posting', { id: '9000001', key: `t.key || '/again'` }, POSTING),
  ),
  change(
    'a payment posted a second time',
    'ledger',
    ['extra', 'posting'],
    copy('posting', { id: '9000002', key: `t.key || ':2'` }, POSTING, `event = 'paid'`),
  ),
  {
    name: 'a posting that is there twice',
    check: 'ledger',
    finds: ['duplicate', 'posting'],
    async tamper(sql) {
      await sql.query('DROP INDEX posting_key_line_key')
      return keyOf(sql, copy('posting', { id: '9000003' }, POSTING))
    },
  },
  {
    name: 'a period closed behind its postings',
    check: 'ledger',
    finds: ['forbidden', 'posting'],
    async tamper(sql) {
      await sql.query(`INSERT INTO closed_period VALUES ('swift', '2026-11', '2026-01-01Z')`)
      return keyOf(sql, `SELECT ${POSTING} AS key FROM posting t WHERE period = '2026-11' ORDER BY id LIMIT 1`)
    },
  },
  change(
    'an appropriation that is raised',
    'limits',
    ['changed', 'appropriation'],
    update('appropriation', 'amount = amount * 2', 't.id'),
  ),
  change(
    'an appropriation that promises less than it did',
    'limits',
    ['changed', 'appropriation'],
    update(
      'appropriation',
      'committed = (SELECT sum(c.amount - c.released) - 1 FROM commitment c WHERE c.appropriation = t.id)',
      't.id',
    ),
  ),
  {
    name: 'an appropriation below what is committed, postings and trail and all',
    check: 'limits',
    finds: ['over-limit', 'posting'],
    async tamper(sql) {
      const small = 100_000_000
      await sql.query(`ALTER TABLE appropriation DROP CONSTRAINT appropriation_limit`)
      await sql.query(`UPDATE audit_event SET after = after || '{"amount":"${small}"}' WHERE act = 'appropriation-set'`)
      await sql.query(`UPDATE appropriation SET amount = ${small}`)
      await sql.query(`UPDATE posting SET amount = ${small} WHERE event = 'appropriated' AND key NOT LIKE '%:2'`)
      await sql.query(`DELETE FROM posting WHERE event = 'appropriated' AND key LIKE '%:2'`)
      return keyOf(
        sql,
        `SELECT key || ':' || line AS key FROM (SELECT *, sum(CASE WHEN credit = 'budget:available' THEN amount ELSE -amount END) OVER (ORDER BY id) AS left
        FROM posting WHERE programme = 'swift' AND 'budget:available' IN (credit, debit)) AS p WHERE p.left < 0 ORDER BY id LIMIT 1`,
      )
    },
  },
  change(
    'an appropriation that two people never agreed to',
    'acts',
    ['forbidden', 'appropriation'],
    `
    UPDATE audit_event SET after = after || '{"amount":"900000000000"}' WHERE id = (SELECT max(id) FROM audit_event WHERE act = 'appropriation-set')
    RETURNING split_part(subject, ':', 2) AS key`,
  ),
  change(
    'an appropriation that is gone',
    'events',
    ['missing', 'appropriation'],
    remove('appropriation', `'appropriation:' || t.id`),
  ),
  change(
    'a wave of more places',
    'events',
    ['changed', 'wave'],
    update('wave', 'quota = quota + 5', `t.programme || ':' || t.code`),
  ),
  change(
    'a wave that has admitted fewer',
    'limits',
    ['changed', 'wave'],
    update('wave', 'admitted = admitted - 1', `t.programme || ':' || t.code`),
  ),
  change(
    'a wave under another decree',
    'events',
    ['changed', 'wave'],
    update('wave', `decree = 'SK-9'`, `t.programme || ':' || t.code`),
  ),
  change(
    'a transfer of another amount',
    'events',
    ['changed', 'funding'],
    update('funding', 'amount = amount + 1', 't.id'),
  ),
  change('a transfer that is gone', 'events', ['missing', 'funding'], remove('funding', `'funding:' || t.id`)),
  change(
    'a transfer that nobody made',
    'events',
    ['extra', 'funding'],
    copy('funding', { id: 'gen_random_uuid()', number: `'SP2D-9'` }, `'funding:' || t.id`),
  ),
  change(
    'more promised to somebody',
    'obligations',
    ['changed', 'commitment'],
    update('commitment', 'amount = amount + 1', `t.programme || ':' || t.ref`),
  ),
  change(
    'less owed to somebody than is',
    'obligations',
    ['changed', 'commitment'],
    update('commitment', 'obligated = obligated - 1', `t.programme || ':' || t.ref`, 'obligated > 0'),
  ),
  change(
    'given back what is still promised',
    'obligations',
    ['changed', 'commitment'],
    update('commitment', 'released = 1', `t.programme || ':' || t.ref`, 'released = 0 AND amount > obligated'),
  ),
  change(
    'a promise that is gone',
    'obligations',
    ['missing', 'commitment'],
    remove('commitment', `t.programme || ':' || t.ref`),
  ),
  change(
    'a promise from another appropriation',
    'obligations',
    ['changed', 'commitment'],
    update('commitment', 'appropriation = gen_random_uuid()', `t.programme || ':' || t.ref`),
  ),
  change(
    'a tranche of another amount',
    'obligations',
    ['changed', 'tranche'],
    update('tranche', 'amount = amount + 1', `concat_ws(':', t.programme, t.ref, t.code)`),
  ),
  change(
    'a tranche that is gone',
    'obligations',
    ['missing', 'tranche'],
    remove('tranche', `concat_ws(':', t.programme, t.ref, t.code)`),
  ),
  change(
    'a tranche of no plan',
    'obligations',
    ['extra', 'tranche'],
    copy('tranche', { code: `'bonus'` }, `concat_ws(':', t.programme, t.ref, t.code)`),
  ),
  change(
    'more owed than the plan says',
    'obligations',
    ['changed', 'disbursement'],
    update('disbursement', 'amount = amount + 1', 't.key'),
  ),
  change(
    'owed from another year’s budget',
    'obligations',
    ['changed', 'disbursement'],
    update('disbursement', 'fiscal_year = fiscal_year + 1', 't.key'),
  ),
  change('an obligation that is gone', 'events', ['missing', 'disbursement'], remove('disbursement', 't.key')),
  change(
    'an obligation under another name',
    'keys',
    ['changed', 'disbursement'],
    update('disbursement', `key = replace(key, ':1', ':2')`, 't.key'),
  ),
  change(
    'an obligation that is said to be paid',
    'transitions',
    ['changed', 'disbursement'],
    update('disbursement', `state = 'paid'`, 't.key', `state IN ('needs-account', 'lapsed', 'released', 'owed')`),
  ),
  change(
    'an obligation that is paid and called owed',
    'transitions',
    ['changed', 'disbursement'],
    update('disbursement', `state = 'released'`, 't.key', `state = 'paid'`),
  ),
  change(
    'a lapsed obligation brought back',
    'events',
    ['missing', 'disbursement'],
    update('disbursement', `state = 'needs-account'`, 't.key', `state = 'lapsed'`),
  ),
  change(
    'an obligation that counts another return',
    'attempts',
    ['changed', 'disbursement'],
    update('disbursement', 'returns = returns + 1, returned = returned + amount', 't.key', 'attempts > 0'),
  ),
  change(
    'an obligation that counts fewer attempts',
    'attempts',
    ['changed', 'disbursement'],
    update('disbursement', 'attempts = attempts - 1', 't.key', 'attempts > 0'),
  ),
  change(
    'owed on another day',
    'events',
    ['changed', 'disbursement'],
    update('disbursement', `owed_at = owed_at + interval '1 day'`, 't.key'),
  ),
  change(
    'an obligation that lapses later',
    'owed',
    ['changed', 'disbursement'],
    update('disbursement', `lapses_at = lapses_at + interval '90 days'`, 't.key'),
  ),
  change(
    'first paid at another time',
    'transitions',
    ['changed', 'disbursement'],
    update('disbursement', `first_paid_at = first_paid_at - interval '1 day'`, 't.key', 'first_paid_at IS NOT NULL'),
  ),
]
