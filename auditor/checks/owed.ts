import type { Books, Check } from '../books.ts'
import type { FindingKind } from '../finding.ts'
import type { Rules, TrancheRule } from '../rules.ts'
import { addDuration, deadlineOf, isDuration, nextOpen, releaseOf } from '../time.ts'

interface Fact {
  readonly kind: string
  readonly subject: string
  readonly at: number
  /** Its number in the trail. */
  readonly event: number
}

interface Tranche {
  readonly code: string
  readonly state: string
  readonly opens: number | null
  readonly closes: number | null
  readonly due: number | null
  readonly settled: number | null
}

interface Obligation {
  readonly key: string
  readonly tranche: string
  readonly state: string
  readonly owed: number
  readonly lapses: number
  readonly lapsed: number | null
  /** What its person was asked for, and until when. */
  readonly action: string | null
  readonly action_by: number | null
  readonly paid: number | null
  /** When it last came back, or people last decided about it: it is owed anew from then on. */
  readonly renewed: number | null
  readonly claims: readonly { readonly key: string; readonly at: number }[] | null
}

interface Life {
  readonly programme: string
  readonly ref: string
  readonly version: number
  readonly stage: string
  readonly outcome: string | null
  readonly admitted: number
  readonly trained: number | null
  readonly trained_event: number | null
  readonly closed: number | null
  readonly held: boolean
  readonly withdrawn: boolean
  /** A fiscal year of the programme is being closed: nothing falls due until it is. */
  readonly ending: boolean
  readonly held_for: number
  readonly facts: readonly Fact[]
  readonly holds: readonly { readonly from: number; readonly to: number | null }[]
  readonly tranches: readonly Tranche[]
  readonly obligations: readonly Obligation[]
}

const ms = (at: string): string => `(extract(epoch FROM ${at}) * 1000)::float8`
const list = (select: string): string => `(SELECT coalesce(jsonb_agg(${select}`

/** Everybody who was admitted, with all that says what they are owed: facts, holds, and what each tranche has come to. */
const LIVES = `
SELECT p.programme, p.ref, p.programme_version AS version, p.stage, p.outcome, ${ms('p.admitted_at')} AS admitted, ${ms('p.trained_at')} AS trained,
       (SELECT min(e.id)::float8 FROM audit_event e WHERE (e.programme, e.ref) = (p.programme, p.ref) AND e.act = 'training-finished') AS trained_event,
       ${ms('p.closed_at')} AS closed, p.held_at IS NOT NULL AS held, p.withdrawn_at IS NOT NULL AS withdrawn,
       EXISTS (SELECT FROM year_close z WHERE z.programme = p.programme AND z.state <> 'closed') AS ending, p.held_for_ms::float8 AS held_for,
       ${list(`jsonb_build_object('kind', v.kind, 'subject', v.subject, 'at', ${ms('v.occurred_at')}, 'event', (SELECT min(e.id) FROM audit_event e
                WHERE (e.programme, e.ref) = (p.programme, p.ref) AND e.act = v.kind AND e.subject = concat_ws(':', 'evidence', v.programme, v.ref, v.kind, v.subject)))`)}
          ORDER BY v.occurred_at), '[]') FROM evidence v WHERE (v.programme, v.ref) = (p.programme, p.ref)) AS facts,
       ${list(`jsonb_build_object('from', ${ms('h.at')}, 'to', ${ms('h.until')})`)} ORDER BY h.id), '[]')
          FROM (SELECT id, act, at, lead(at) OVER (ORDER BY id) AS until FROM audit_event e
                 WHERE (e.programme, e.ref) = (p.programme, p.ref) AND e.act IN ('hold-placed', 'hold-released')) AS h WHERE h.act = 'hold-placed') AS holds,
       ${list(`jsonb_build_object('code', t.code, 'state', t.state, 'opens', ${ms('t.opens_at')}, 'closes', ${ms('t.closes_at')}, 'due', ${ms('t.due_at')},
                'settled', ${ms('t.settled_at')})`)} ORDER BY t.position), '[]') FROM tranche t WHERE (t.programme, t.ref) = (p.programme, p.ref)) AS tranches,
       ${list(`jsonb_build_object('key', d.key, 'tranche', d.tranche, 'state', d.state, 'owed', ${ms('d.owed_at')}, 'lapses', ${ms('d.lapses_at')}, 'action', d.action, 'action_by', ${ms('d.action_by')},
                'lapsed', (SELECT ${ms('min(e.at)')} FROM audit_event e WHERE (e.programme, e.ref) = (p.programme, p.ref) AND e.subject = d.key AND e.act = 'disbursement-lapsed'
                   AND e.after ->> 'reason' IS DISTINCT FROM 'year-end'),
                'paid', CASE WHEN d.key IN (SELECT disbursement FROM decided_end) OR d.decided_under IS NOT NULL THEN ${ms('d.first_paid_at')} ELSE
                          (SELECT ${ms('min(o.observed_at)')} FROM observation o JOIN payout y ON y.key = o.payout
                            WHERE y.disbursement = d.key AND o.decision = 'move' AND o.to_state IN ('paid', 'returned')) END,
                'renewed', (SELECT max(at) FROM (SELECT ${ms('o.observed_at')} AS at FROM observation o JOIN payout y ON y.key = o.payout
                                                  WHERE y.disbursement = d.key AND o.decision = 'move' AND o.to_state = 'returned'
                                                 UNION ALL SELECT ${ms('e.at')} FROM audit_event e WHERE (e.programme, e.ref) = (p.programme, p.ref)
                                                   AND e.act = 'review-decided' AND (e.subject = d.key OR e.subject LIKE d.key || '#%')) AS again),
                'claims', (SELECT jsonb_agg(jsonb_build_object('key', y.key, 'at', ${ms('y.claimed_at')}) ORDER BY y.n) FROM payout y WHERE y.disbursement = d.key))`)}
          ORDER BY d.key), '[]') FROM disbursement d WHERE (d.programme, d.ref) = (p.programme, p.ref)) AS obligations
  FROM participant p WHERE p.admitted_at IS NOT NULL ORDER BY p.programme, p.ref`

/** A step that was due for less than this is under way. */
const GRACE_MS = 10 * 60_000

export const owed: Check = {
  name: 'owed',
  invariants: ['I3', 'I7', 'I9'],
  title:
    'what each person is owed, since when and until when, follows from what was reported of them and the rules of their programme version',
  async run(books) {
    const versions = new Map<string, Rules>()
    const rules = await books.rows<{ name: string; definition: Rules }>(
      `SELECT programme || '@' || version AS name, definition FROM programme_version`,
    )
    for (const { name, definition } of rules) versions.set(name, definition)
    // Here each life is looked up by its keys, one after the other.
    await books.rows('SET LOCAL enable_nestloop = on')
    for await (const life of books.stream<Life>(LIVES)) {
      books.count('lives', 1)
      const of = versions.get(`${life.programme}@${life.version}`)
      if (of) new Owed(books, of, life).look()
      else
        books.tell(
          'I3',
          'missing',
          'programme_version',
          `${life.programme}@${life.version}`,
          `${life.ref} lives under it`,
        )
    }
    await books.rows('SET LOCAL enable_nestloop = off')
  },
}

class Owed {
  readonly #books: Books
  readonly #rules: Rules
  readonly #life: Life

  constructor(books: Books, rules: Rules, life: Life) {
    this.#books = books
    this.#rules = rules
    this.#life = life
  }

  look(): void {
    this.#evidence()
    this.#training()
    for (const rule of this.#rules.tranches) {
      const tranche = this.#life.tranches.find(({ code }) => code === rule.code)
      if (tranche) this.#tranche(rule, tranche)
    }
  }

  get #name(): string {
    return `${this.#life.programme}:${this.#life.ref}`
  }

  #tell(invariant: string, kind: FindingKind, entity: string, key: string, says: string): void {
    this.#books.tell(invariant, kind, entity, key, says)
  }

  /** Facts that cannot be: of no course or survey of the plan, before admission, or in an order that does not happen. */
  #evidence(): void {
    const before: Readonly<Record<string, string>> = {
      'course-completed': 'course-started',
      'course-rated': 'course-completed',
    }
    for (const { kind, subject, at } of this.#life.facts) {
      const key = `${this.#name}:${kind}:${subject}`
      const isSurvey = kind === 'survey-answered'
      const isKnown = isSurvey
        ? this.#rules.tranches.some(({ trigger }) => trigger.survey === subject)
        : this.#rules.training.courses.some(({ code }) => code === subject)
      if (!isKnown) this.#tell('I3', 'forbidden', 'evidence', key, 'the plan has no such course or survey')
      if (at < this.#life.admitted - 300_000) this.#tell('I3', 'early', 'evidence', key, 'it lies before the admission')
      const needed = before[kind]
      const earlier = this.#life.facts.find((fact) => fact.kind === needed && fact.subject === subject)
      if (needed && (!earlier || earlier.at > at))
        this.#tell('I3', 'forbidden', 'evidence', key, `no ${needed} came before it`)
    }
  }

  #training(): void {
    const { trained, trained_event: event, facts, holds, admitted, held_for: heldFor, outcome, closed } = this.#life
    const told = facts.filter((fact) => event === null || fact.event < event)
    const ends = told.flatMap((fact) => {
      const rated =
        fact.kind === 'course-completed'
          ? told.find((one) => one.kind === 'course-rated' && one.subject === fact.subject)
          : undefined
      return rated ? [Math.max(fact.at, rated.at)] : []
    })
    const first = ends.length === 0 ? null : Math.min(...ends)
    if (trained !== null && trained !== first) {
      const says =
        first === null ? 'no course of it was completed and rated' : `its first course was rated at ${iso(first)}`
      this.#tell('I3', 'changed', 'participant', this.#name, `it is trained since ${iso(trained)}, and ${says}`)
    }
    const rested = holds.reduce(
      (sum, { from, to }) => sum + (to === null ? 0 : Math.max(0, to - Math.max(from, admitted))),
      0,
    )
    if (Math.round(heldFor) !== Math.round(rested)) {
      this.#tell(
        'I9',
        'changed',
        'participant',
        this.#name,
        `it was on hold for ${heldFor} ms, and the trail has ${rested}`,
      )
    }
    if (outcome !== 'expired' || closed === null) return
    const { firstPurchaseWithin, completeWithin } = this.#rules.training
    const within = (rule: string): number =>
      deadlineOf(admitted, rule, this.#rules.zone) + (isDuration(rule) ? heldFor : 0)
    const deadlines = [
      within(completeWithin),
      ...(facts.some(({ kind }) => kind === 'course-started') ? [] : [within(firstPurchaseWithin)]),
    ]
    if (closed < Math.min(...deadlines))
      this.#tell('I3', 'early', 'participant', this.#name, `it expired before ${iso(Math.min(...deadlines))}`)
  }

  #tranche(rule: TrancheRule, tranche: Tranche): void {
    const key = `${this.#name}:${rule.code}`
    const obligation = this.#life.obligations.find((one) => one.tranche === rule.code)
    const expected = this.#dueOf(rule, tranche, key)
    if (tranche.due !== null && expected === null)
      this.#tell('I3', 'extra', 'tranche', key, 'it is due, and what makes it due has not happened')
    else if (tranche.due !== null && expected !== null && Math.abs(tranche.due - expected) >= 1) {
      this.#tell('I3', 'changed', 'tranche', key, `it is due at ${iso(tranche.due)}, and must be at ${iso(expected)}`)
    } else if (tranche.due === null && expected !== null && this.#isLate(expected)) {
      this.#tell('I7', 'missing', 'tranche', key, `it is due since ${iso(expected)}, and the books do not say so`)
    }
    if (obligation) this.#obligation(rule, obligation, expected)
    else if (
      expected !== null &&
      tranche.due !== null &&
      this.#isLate(expected) &&
      expected < deadlineOf(expected, rule.lapsesAfter, this.#rules.zone)
    ) {
      this.#tell(
        'I7',
        'missing',
        'disbursement',
        `${this.#life.programme}:${this.#life.ref}:${this.#life.ref}:${rule.code}:1`,
        `it is due since ${iso(expected)} and nobody owes it`,
      )
    }
  }

  /** Whether a step at that time should long have been taken: nobody has left, and nothing rests. */
  #isLate(atMs: number): boolean {
    const { stage, withdrawn, held, ending } = this.#life
    return stage === 'incentives' && !withdrawn && !held && !ending && atMs < this.#books.settings.nowMs - GRACE_MS
  }

  /** When a tranche falls due by its rule; null while what makes it due has not happened. */
  #dueOf({ trigger }: TrancheRule, tranche: Tranche, key: string): number | null {
    const { zone } = this.#rules
    if (trigger.kind === 'first-course-rated') {
      return this.#life.trained === null ? null : addDuration(this.#life.trained, trigger.after, zone)
    }
    const paid = this.#life.obligations.find((one) => one.tranche === trigger.tranche)?.paid ?? null
    if (trigger.kind === 'tranche-paid') return paid === null ? null : addDuration(paid, trigger.after, zone)
    if (tranche.opens === null || tranche.closes === null) return null
    const opens = paid === null ? null : addDuration(paid, trigger.opensAfter ?? '', zone)
    if (opens === null || opens !== tranche.opens) {
      this.#tell(
        'I3',
        'changed',
        'tranche',
        key,
        `its survey opens at ${iso(tranche.opens)}, and must at ${opens === null ? 'no time' : iso(opens)}`,
      )
      return tranche.due
    }
    this.#moved('tranche', key, {
      rule: trigger.window ?? '',
      from: opens,
      to: tranche.closes,
      what: 'its survey closes',
    })
    const answer = this.#life.facts.find((fact) => fact.kind === 'survey-answered' && fact.subject === trigger.survey)
    if (!answer) {
      const isMissedEarly = tranche.state === 'missed' && tranche.settled !== null && tranche.settled < tranche.closes
      if (isMissedEarly)
        this.#tell('I3', 'early', 'tranche', key, `it was missed before its survey closed at ${iso(tranche.closes)}`)
      return null
    }
    if (answer.at < opens || answer.at >= tranche.closes) {
      this.#tell(
        'I3',
        'forbidden',
        'evidence',
        `${this.#name}:survey-answered:${answer.subject}`,
        'the survey was not open then',
      )
    }
    return addDuration(answer.at, trigger.after, zone)
  }

  /** A deadline that holds may have moved, by no more than they lasted. */
  #moved(
    entity: string,
    key: string,
    of: {
      readonly rule: string
      readonly from: number
      readonly to: number
      readonly what: string
      readonly renewed?: number | null
    },
  ): void {
    const due = deadlineOf(of.from, of.rule, this.#rules.zone)
    const holds = isDuration(of.rule) ? this.#life.holds : []
    const latest =
      typeof of.renewed === 'number' ? Math.max(due, deadlineOf(of.renewed, of.rule, this.#rules.zone)) : due
    const most = holds.reduce(
      (sum, { from, to }) => sum + (to === null ? 0 : Math.max(0, to - Math.max(from, of.from))),
      latest,
    )
    if (of.to >= due - 0.5 && of.to <= most + 0.5) return
    this.#tell(
      'I9',
      'changed',
      entity,
      key,
      `${of.what} at ${iso(of.to)}, and must at ${iso(due)}${most > due ? ` to ${iso(most)}` : ''}`,
    )
  }

  #obligation(
    rule: TrancheRule,
    { key, owed: at, lapses, lapsed, action, action_by: actionBy, renewed, claims }: Obligation,
    due: number | null,
  ): void {
    if (due === null) return
    if (at < due)
      this.#tell('I9', 'early', 'disbursement', key, `it is owed since ${iso(at)}, and was due at ${iso(due)}`)
    this.#moved('disbursement', key, { rule: rule.lapsesAfter, from: due, to: lapses, what: 'it lapses', renewed })
    const isLate = actionBy !== null && this.#rules.payment.actions?.[action ?? '']?.otherwise === 'lapse'
    if (lapsed !== null && lapsed < (isLate ? Math.min(lapses, actionBy) : lapses))
      this.#tell('I9', 'early', 'disbursement', key, `it lapsed before ${iso(lapses)}`)
    const { calendar, zone, payment } = this.#rules
    const release = releaseOf(calendar, zone, due, payment.releaseAfter)
    for (const claim of claims ?? []) {
      if (claim.at < release)
        this.#tell(
          'I9',
          'early',
          'payout',
          claim.key,
          `it was sent at ${iso(claim.at)}, and could be from ${iso(release)} on`,
        )
      else if (nextOpen(calendar, zone, claim.at) > claim.at)
        this.#tell('I9', 'forbidden', 'payout', claim.key, `it was sent at ${iso(claim.at)}, outside of working hours`)
    }
  }
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString()
}
