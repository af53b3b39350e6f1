/**
 * Payouts that people have decided about, worked out anew: what moved them, fact by fact and decision by decision, where that leaves
 * state and money, and what of it must be posted. They are few; the views `decided_event` and `decided_end` tell it to every check.
 */
import { localDate, type Books } from './books.ts'

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
    paid: ['credited', 'paid', 'receivable-counted'],
    'not-paid': ['back', 'failed', 'recovered'],
    returned: ['back', 'returned', 'recovered'],
    receivable: ['receivable', 'paid'],
    'written-off': ['written-off', 'paid', 'receivable-written-off'],
  },
  'written-off': {
    paid: ['credited', 'paid', 'written-off-counted'],
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
  /** The local day of it, and the fiscal year that the obligation was owed from then. */
  readonly day: string
  readonly year: number
}

interface Row {
  readonly key: string
  readonly disbursement: string
  readonly gateway: string
  readonly amount: string
  readonly steps: readonly Step[]
}

const STEP_YEAR = (recorded: string): string => `coalesce(
         (SELECT (x.after ->> 'from')::int FROM audit_event x WHERE (x.programme, x.ref) = (d.programme, d.ref) AND x.act = 'disbursement-carried' AND x.subject = d.key
             AND x.recorded_at > ${recorded} ORDER BY x.id LIMIT 1), d.fiscal_year)`

const TOLD = `jsonb_strip_nulls(jsonb_build_object('finding', e.after ->> 'finding', 'returned', e.after ->> 'returned', 'end', e.after ->> 'end',
                   'part', CASE WHEN (e.after ->> 'isPart')::boolean THEN e.after ->> 'amount' END))`

/** Each with all that moved it, in the order of the commits; the claim is the first of it. */
const DECIDED = `
SELECT y.key, y.disbursement, y.gateway, y.amount::text AS amount,
       (SELECT jsonb_agg(step || jsonb_build_object('day', ${localDate('at', 'y.programme')}, 'year', ${STEP_YEAR('s.recorded_at')}) ORDER BY place, recorded_at, id) FROM (
          SELECT 0 AS place, min(e.recorded_at) AS recorded_at, 0::bigint AS id, y.claimed_at AS at,
                 jsonb_build_object('to', CASE WHEN bool_or(e.act = 'payout-recovered' AND e.after ? 'stray') THEN 'counted' ELSE 'submitting' END) AS step FROM audit_event e
           WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act IN ('payout-sent', 'payout-recovered') AND e.subject = y.key
          UNION ALL
          SELECT 1, o.recorded_at, o.id, o.observed_at, jsonb_build_object('to', o.to_state) FROM observation o WHERE o.payout = y.key AND o.decision = 'move'
          UNION ALL
          SELECT 1, e.recorded_at, e.id, e.at, ${TOLD} FROM audit_event e
           WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.subject = y.key AND e.act IN ('review-decided', 'receivable-ended')
          UNION ALL
          SELECT 1, e.recorded_at, e.id, e.at, jsonb_build_object('offset', e.after ->> 'amount') FROM audit_event e
           WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.act = 'deduction-made' AND e.after ->> 'payout' = y.key
          UNION ALL
          SELECT 1, e.recorded_at, e.id, e.at, '{"lapsed":true}' FROM audit_event e
           WHERE (e.programme, e.ref) = (y.programme, y.ref) AND e.subject = y.disbursement AND e.act = 'disbursement-lapsed') AS s) AS steps
  FROM payout y JOIN disbursement d ON d.key = y.disbursement WHERE y.key IN (SELECT payout FROM decided_payout) ORDER BY y.key`

interface Event {
  readonly event: string
  readonly amount: bigint
  readonly step: Step
}

interface Made {
  state: string
  money: string
  returned: bigint
  /** Given back while it was a receivable. */
  repaid: bigint
  isLapsed: boolean
  readonly events: Event[]
}

type Post = (event: string, of: bigint) => void

/** Works them out and tells the views. Nothing is written: a setting of the transaction holds it. */
export async function layDecided(books: Books): Promise<void> {
  const events: object[] = []
  const ends: object[] = []
  for await (const row of books.stream<Row>(DECIDED)) {
    books.count('decided payouts', 1)
    const made = fold(row)
    const { state = null, money = null, returned = 0n, repaid = 0n } = made ?? {}
    const { key: payout, disbursement } = row
    ends.push({ payout, disbursement, state, money, returned: returned.toString(), repaid: repaid.toString() })
    const turns = new Map<string, number>()
    for (const { event, amount, step } of made?.events ?? []) {
      const turn = (turns.get(event) ?? 0) + 1
      turns.set(event, turn)
      const key = `${row.key}/${event}${turn === 1 ? '' : `:${turn}`}`
      events.push({ key, event, payout: row.key, amount: amount.toString(), day: step.day, year: step.year })
    }
  }
  await books.rows(`SELECT set_config('auditor.decided', $1, true)`, [JSON.stringify({ events, ends })])
}

const list = (name: string): string =>
  `coalesce(nullif(current_setting('auditor.decided', true), '')::jsonb -> '${name}', '[]')`

export const DECIDED_VIEWS = `
CREATE TEMPORARY VIEW decided_event AS
SELECT t.key, t.event, t.payout, t.amount, t.year, t.day FROM jsonb_to_recordset(${list('events')}) AS t (key text, event text, payout text, amount bigint, year int, day date);
CREATE TEMPORARY VIEW decided_end AS
SELECT t.payout, t.disbursement, t.state, t.money, t.returned, t.repaid
  FROM jsonb_to_recordset(${list('ends')}) AS t (payout text, disbursement text, state text, money text, returned bigint, repaid bigint);`

/** Null where people found what its money contradicts. */
function fold({ amount, steps }: Row): Made | null {
  const made: Made = { state: 'submitting', money: 'clearing', returned: 0n, repaid: 0n, isLapsed: false, events: [] }
  for (const step of steps) {
    const post: Post = (event, of) => void made.events.push({ event, amount: of, step })
    const left = BigInt(amount) - made.returned - made.repaid
    if (step.lapsed) made.isLapsed = true
    else if (step.to === 'submitting') post('claimed', BigInt(amount))
    // A debit of nobody's that people found to be this payment: nothing of it was booked as one before.
    else if (step.to === 'counted') Object.assign(made, { state: 'review', money: 'back' })
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
function observe(made: Made, to: string, amount: bigint, post: Post): void {
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
