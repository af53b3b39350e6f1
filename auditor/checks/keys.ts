import type { Books, Check } from '../books.ts'
import { obligationKey, referenceOf } from '../identity.ts'

interface Row {
  readonly key: string
  readonly disbursement: string
  readonly obligation_of: string
  readonly obligation_ref: string
  readonly tranche: string
  readonly programme: string
  readonly ref: string
  readonly n: number
  readonly salt: number
  readonly reference: string
  /** The idempotency key that it is sent under, where that is not its own. */
  readonly gateway_key: string | null
  readonly gateway: string
  /** The reference of the debit that two people found to be this payment: a restored database had lost by which key it was sent. */
  readonly counted: string | null
}

const PAYOUTS = `
SELECT y.key, y.disbursement, y.programme, y.ref, y.n, y.salt, y.reference, y.gateway_key, y.gateway, coalesce(d.programme, '') AS obligation_of,
       coalesce(d.ref, '') AS obligation_ref, coalesce(d.tranche, '') AS tranche,
       CASE WHEN y.recovered_at IS NOT NULL THEN (
         SELECT x.reference FROM proposal p JOIN discrepancy x ON x.id::text = p.content ->> 'stray' AND x.gateway = y.gateway AND x.resolution = 'corrected'
          WHERE p.act = 'review-decision' AND p.state = 'executed' AND p.content ->> 'payout' = y.key LIMIT 1) END AS counted
  FROM payout y LEFT JOIN disbursement d ON d.key = y.disbursement ORDER BY y.disbursement, y.n`

const OBLIGATIONS = 'SELECT key, programme, ref, tranche FROM disbursement ORDER BY key'

export const keys: Check = {
  name: 'keys',
  invariants: ['I2'],
  title: 'every key and reference is the one that its business identity gives, and attempts are counted without a gap',
  async run(books) {
    for await (const row of books.stream<Pick<Row, 'key' | 'programme' | 'ref' | 'tranche'>>(OBLIGATIONS)) {
      books.count('disbursements', 1)
      const expected = obligationKey(row.programme, row.ref, row.tranche)
      if (row.key === expected) continue
      books.tell('I2', 'changed', 'disbursement', row.key, `it must be called ${expected}`)
    }
    let before = { disbursement: '', n: 0 }
    for await (const row of books.stream<Row>(PAYOUTS)) {
      books.count('payouts', 1)
      const due = row.disbursement === before.disbursement ? before.n + 1 : 1
      if (row.n > due) {
        const says = due === row.n - 1 ? `attempt ${due} is not there` : `attempts ${due} to ${row.n - 1} are not there`
        books.tell('I2', 'missing', 'payout', `${row.disbursement}#${due}`, says)
      }
      if (row.n < due) books.tell('I2', 'duplicate', 'payout', row.key, `attempt ${row.n} is there twice`)
      before = row
      await named(books, row)
    }
  },
}

async function named(books: Books, row: Row): Promise<void> {
  const obligation = obligationKey(row.obligation_of, row.obligation_ref, row.tranche)
  if (row.tranche === '') books.tell('I2', 'extra', 'payout', row.key, `there is no obligation ${row.disbursement}`)
  else if (row.key !== `${obligation}#${row.n}`) {
    books.tell('I2', 'changed', 'payout', row.key, `it must be called ${obligation}#${row.n}`)
  } else if (row.programme !== row.obligation_of || row.ref !== row.obligation_ref) {
    books.tell('I2', 'changed', 'payout', row.key, `it is of ${row.obligation_of}:${row.obligation_ref}`)
  }
  const expected = row.counted ?? referenceOf(row.disbursement, row.n, row.salt)
  if (row.reference !== expected) {
    books.tell('I2', 'changed', 'payout', row.key, `its reference is ${row.reference} and must be ${expected}`)
  } else if (row.salt > 0) await salted(books, row)
  // Null where it is sent under its own key; with a salt, where an older version has sent it under one of two.
  if (row.gateway_key === null || (row.salt > 0 && row.gateway_key === `${row.key}~${row.salt}`)) return
  books.tell('I2', 'changed', 'payout', row.key, `it is sent under ${row.gateway_key}, which is no key of its`)
}

/** The debit under it was another payment, as two people have said of this obligation. */
const ANOTHER_PAYMENT = `
SELECT FROM discrepancy x JOIN proposal p ON p.act = 'review-decision' AND p.state = 'executed' AND p.subject = $3
   AND p.content ->> 'next' = 'pay-again' AND p.content -> 'strays' ? x.id::text
 WHERE x.gateway = $1 AND x.reference = $2 AND x.payout IS NULL AND x.direction = 'debit' AND x.line IS NOT NULL`

/** Another salt is taken only where the one before belongs to another attempt, or stands in a statement as something else. */
async function salted(books: Books, { key, disbursement, n, salt, gateway }: Row): Promise<void> {
  const taken = referenceOf(disbursement, n, salt - 1)
  const rows = await books.rows('SELECT FROM payout WHERE gateway = $1 AND reference = $2 AND key <> $3', [
    gateway,
    taken,
    key,
  ])
  if (rows.length > 0) return
  if ((await books.rows(ANOTHER_PAYMENT, [gateway, taken, disbursement])).length > 0) return
  books.tell('I2', 'changed', 'payout', key, `it is salted, and ${taken} is nobody's`)
}
