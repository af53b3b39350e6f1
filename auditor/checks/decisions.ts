import type { Books, Check } from '../books.ts'
import { CHART } from '../chart.ts'

/** What two people found about a payout under review: where its money goes from where it stood, and what that posts. */
const FOUND: Readonly<
  Record<string, Readonly<Record<string, readonly [money: string, state: string, ...events: string[]]>>>
> = {
  clearing: {
    paid: ['credited', 'paid', 'paid'],
    'not-paid': ['back', 'failed', 'voided'],
    returned: ['back', 'returned', 'paid', 'returned'],
    'partly-returned': ['credited', 'paid', 'paid', 'returned'],
    unknown: ['clearing', 'unknown'],
    receivable: ['receivable', 'paid', 'voided', 'overpaid'],
    'written-off': ['written-off', 'paid', 'voided', 'overpaid', 'receivable-written-off'],
  },
  credited: {
    paid: ['credited', 'paid'],
    'not-paid': ['back', 'failed', 'unpaid'],
    returned: ['back', 'returned', 'returned'],
    'partly-returned': ['credited', 'paid', 'returned'],
    receivable: ['receivable', 'paid', 'unpaid', 'overpaid'],
    'written-off': ['written-off', 'paid', 'unpaid', 'overpaid', 'receivable-written-off'],
  },
  back: {
    paid: ['credited', 'paid', 'late-paid'],
    'not-paid': ['back', 'failed'],
    returned: ['back', 'returned'],
    'partly-returned': ['credited', 'paid', 'late-paid', 'returned'],
    receivable: ['receivable', 'paid', 'overpaid'],
    'written-off': ['written-off', 'paid', 'overpaid', 'receivable-written-off'],
  },
  receivable: {
    paid: ['credited', 'paid', 'recovered', 'late-paid'],
    'not-paid': ['back', 'failed', 'recovered'],
    returned: ['back', 'returned', 'recovered'],
    receivable: ['receivable', 'paid'],
    'written-off': ['written-off', 'paid', 'receivable-written-off'],
  },
  'written-off': {
    paid: ['credited', 'paid', 'written-off-recovered', 'late-paid'],
    'not-paid': ['back', 'failed', 'written-off-recovered'],
    returned: ['back', 'returned', 'written-off-recovered'],
    'written-off': ['written-off', 'paid'],
  },
  repaid: { receivable: ['repaid', 'paid'] },
}

interface Step {
  /** A state that a fact moved it to, or what people found, or how a receivable ended. */
  readonly to?: string
  readonly finding?: string
  readonly returned?: string
  readonly end?: string
  /** How much of it was repaid, where it was a part. */
  readonly part?: string
  /** How much of it was set off against what its person is owed. */
  readonly offset?: string
  /** What was owed lapsed here: what leaves the payee afterwards lapses too. */
  readonly lapsed?: true
}

interface Decided {
  readonly key: string
  readonly gateway: string
  readonly amount: string
  readonly state: string
  readonly money: string
  readonly returned: string
  readonly repaid: string
  readonly steps: readonly Step[]
  readonly posted: readonly (readonly [event: string, debit: string, credit: string, amount: string])[]
}

/** Payouts that people have decided about, with all that moved them, in the order of the commits. */
const DECIDED = `
SELECT y.key, y.gateway, y.amount::text AS amount, y.state, y.money, y.returned::text AS returned, y.repaid::text AS repaid,
       (SELECT jsonb_agg(step ORDER BY recorded_at, place) FROM (
          SELECT o.recorded_at, o.id AS place, jsonb_build_object('to', o.to_state) AS step FROM observation o WHERE o.payout = y.key AND o.decision = 'move'
          UNION ALL
          SELECT e.recorded_at, e.id, jsonb_strip_nulls(jsonb_build_object('finding', e.after ->> 'finding', 'returned', e.after ->> 'returned', 'end', e.after ->> 'end',
                   'part', CASE WHEN (e.after ->> 'isPart')::boolean THEN e.after ->> 'amount' END))
            FROM audit_event e WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.subject = y.key AND e.act IN ('review-decided', 'receivable-ended')
          UNION ALL
          SELECT e.recorded_at, e.id, jsonb_build_object('offset', e.after ->> 'amount') FROM audit_event e
           WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act = 'deduction-made' AND e.after ->> 'payout' = y.key
          UNION ALL
          SELECT e.recorded_at, e.id, '{"lapsed":true}' FROM audit_event e WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.subject = y.disbursement AND e.act = 'disbursement-lapsed') AS s) AS steps,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(p.event, p.debit, p.credit, p.amount::text) ORDER BY p.id), '[]') FROM posting p
         WHERE (p.programme, p.ref) = (y.programme, y.ref) AND p.subject = y.key) AS posted
  FROM payout y WHERE y.key IN (SELECT payout FROM decided_payout) ORDER BY y.key`

export const decisions: Check = {
  name: 'decisions',
  invariants: ['I5', 'I17', 'I21'],
  title: 'what people decided about payments moved state and money as it may, was posted so, and was agreed to by two',
  async run(books) {
    for await (const row of books.stream<Decided>(DECIDED)) {
      books.count('decided payouts', 1)
      look(books, row)
    }
    const alone = `
SELECT e.subject AS key FROM audit_event e WHERE e.act IN ('review-decided', 'receivable-ended', 'deduction-made')
   AND NOT EXISTS (SELECT FROM proposal p WHERE p.id::text = e.after ->> 'proposal' AND p.state = 'executed' AND p.act IN ('review-decision', 'receivable-end', 'deduction')
                      AND e.subject IN (p.content ->> 'payout', p.content ->> 'disbursement'))`
    for await (const { key } of books.stream<{ key: string }>(alone)) {
      books.tell('I21', 'forbidden', 'audit_event', key, 'it was decided about, and no two people agreed to that')
    }
  },
}

function look(books: Books, row: Decided): void {
  const made = fold(row)
  if (made === null)
    return books.tell('I17', 'forbidden', 'payout', row.key, 'it was found to be what its money contradicts')
  if (
    made.state !== row.state ||
    made.money !== row.money ||
    made.returned !== BigInt(row.returned) ||
    made.repaid !== BigInt(row.repaid)
  ) {
    const says = `it is ${row.state} with its money ${row.money}, and what was decided leaves it ${made.state} and ${made.money}, ${made.repaid} of it given back`
    books.tell('I17', 'changed', 'payout', row.key, says)
  }
  const posted = row.posted.map((line) => line.join(' '))
  for (const line of made.posted) {
    const at = posted.indexOf(line)
    if (at < 0) books.tell('I5', 'missing', 'posting', row.key, `never posted: ${line}`)
    else posted.splice(at, 1)
  }
  for (const line of posted) books.tell('I5', 'extra', 'posting', row.key, `stands for nothing that happened: ${line}`)
}

interface Made {
  state: string
  money: string
  returned: bigint
  /** Given back while it was a receivable. */
  repaid: bigint
  isLapsed: boolean
  readonly posted: string[]
}

function fold({ gateway, amount, steps }: Decided): Made | null {
  const made: Made = { state: 'submitting', money: 'clearing', returned: 0n, repaid: 0n, isLapsed: false, posted: [] }
  const post = (event: string, of: bigint): void => {
    for (const [debit, credit] of CHART[event] ?? []) {
      made.posted.push([event, debit, credit].map((text) => text.replace('{gateway}', gateway)).join(' ') + ` ${of}`)
    }
  }
  post('claimed', BigInt(amount))
  for (const step of steps) {
    const left = BigInt(amount) - made.returned - made.repaid
    if (step.lapsed) made.isLapsed = true
    else if (step.to !== undefined) observe(made, step.to, BigInt(amount), post)
    else if (step.offset !== undefined) giveBack(made, BigInt(step.offset), left)
    else if (step.part !== undefined) {
      post('repaid', BigInt(step.part))
      giveBack(made, BigInt(step.part), left)
    } else if (step.end !== undefined) {
      post(step.end === 'repaid' ? 'repaid' : 'receivable-written-off', left)
      made.money = step.end
    } else {
      const found = FOUND[made.money]?.[step.finding ?? '']
      if (!found) return null
      const [money, state, ...events] = found
      const part = BigInt(step.returned ?? 0)
      for (const event of events) post(event, event === 'returned' ? part : left)
      const gone = money === 'credited' ? (events.includes('returned') ? part : 0n) : left
      if (made.isLapsed && made.money === 'credited' && gone > 0n) post('lapsed', gone)
      made.returned = money === 'back' ? 0n : made.returned + (events.includes('returned') ? part : 0n)
      Object.assign(made, { money, state })
    }
  }
  return made
}

/** Somebody gives back what they owe; once nothing is left of it, it is repaid. */
function giveBack(made: Made, amount: bigint, left: bigint): void {
  made.repaid += amount
  if (amount === left) made.money = 'repaid'
}

/** A fact, as it moves money by itself. */
function observe(made: Made, to: string, amount: bigint, post: (event: string, of: bigint) => void): void {
  made.state = to
  const { money } = made
  if (money === 'receivable' || money === 'written-off' || money === 'repaid') {
    if (to !== 'returned') return
    post(money === 'receivable' ? 'recovered' : 'written-off-recovered', amount)
    made.money = 'back'
    return
  }
  if ((to === 'paid' || to === 'returned') && money === 'clearing') post('paid', amount)
  if (to === 'paid' || to === 'returned') made.money = 'credited'
  if (to === 'returned') {
    post('returned', amount)
    if (made.isLapsed) post('lapsed', amount)
    made.money = 'back'
  }
  if (['failed', 'cancelled', 'not-sent'].includes(to) && money === 'clearing') {
    post('voided', amount)
    made.money = 'back'
  }
}
