/** Discrepancies and the report of a day, on the wire. */
import Type, { type Static } from 'typebox'
import { dueBy } from '../../domain/discrepancy-care.ts'
import { DISCREPANCY_CLASSES, RESOLUTIONS } from '../../domain/reconciliation.ts'
import type { DiscrepancyView } from '../../store/discrepancies.ts'
import type { DayReport, ReportedClass } from '../../store/reconciliation-report.ts'
import { Money, money, pageOf, PageQuery, ProgrammeCode, Time, time, TimeOrNull, timeOrNull, Uuid } from './common.ts'
import { closed, enumOrNull, named, ref, refOrNull, textOrNull } from './named.ts'
import { Person } from './service.ts'

const GatewayCode = Type.String({ pattern: '^[a-z0-9-]{1,40}$', examples: ['sandbox'] })
const Day = Type.String({ pattern: '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$', examples: ['2026-11-22'] })

const Difference = named(
  'Difference',
  {
    gatewayHas: Type.Enum(['more', 'less', 'the-same'], { description: 'Of our money, than the books had' }),
    amount: ref(Money),
  },
  'What the statement says of our money at the gateway, held against the books',
)

export const Discrepancy = named(
  'Discrepancy',
  {
    id: Uuid,
    gateway: GatewayCode,
    programme: ProgrammeCode,
    class: Type.Enum([...DISCREPANCY_CLASSES]),
    day: Day,
    payout: textOrNull({ description: 'The payout it is about; null when it is of none' }),
    participant: textOrNull(),
    reference: textOrNull({ description: 'As the statement has it' }),
    gatewayId: textOrNull(),
    direction: Type.Enum(['debit', 'credit']),
    there: refOrNull(Money),
    here: refOrNull(Money),
    valueDate: textOrNull(),
    state: Type.Enum(['found', 'open', 'resolved'], { description: '`found`: what follows from it is being booked' }),
    difference: ref(Difference),
    owner: Type.String({
      description: 'Who looks after it: a role, as `role:operator`, until it is assigned to a person',
    }),
    resolution: enumOrNull([...RESOLUTIONS]),
    reason: textOrNull(),
    resolvedBy: textOrNull(),
    foundAt: Time,
    dueBy: { ...Time, description: 'By when a difference of its class is to have ended' },
    overdue: Type.Boolean({ description: 'It has not, and that time is over' }),
    ageDays: Type.Integer({ description: 'Whole days since it was found, until it was resolved' }),
    resolvedAt: TimeOrNull,
  },
  'A difference between a gateway’s statement and our books',
)
export const DiscrepancyPage = pageOf('DiscrepancyPage', Discrepancy)
export const NewOwner = named('NewOwner', { owner: Person }, 'Who looks after it from now on')

export const DayClass = named(
  'DayClass',
  {
    class: Type.Enum([...DISCREPANCY_CLASSES]),
    found: Type.Integer(),
    open: Type.Integer(),
    overdue: Type.Integer({ description: 'Of those that are open' }),
    owners: Type.Array(Type.String(), { description: 'Who looks after those that are open' }),
    difference: ref(Difference),
    unresolved: ref(Difference),
  },
  'The differences of one class on one day',
)

export const ReconciliationDay = named(
  'ReconciliationDay',
  {
    programme: ProgrammeCode,
    gateway: GatewayCode,
    day: Day,
    version: Type.Integer({ description: 'Of the statement: 1, and one more for each that corrected it' }),
    currency: Type.String(),
    opening: textOrNull({
      description: 'Minor units; negative when overdrawn; null when the statement does not tell it',
    }),
    closing: textOrNull(),
    lines: Type.Integer(),
    complete: Type.Boolean({ description: 'Count and balances prove that nothing of the day is missing' }),
    state: Type.Enum(['loaded', 'matched', 'settled']),
    sha256: Type.String({ description: 'Of the statement’s bytes' }),
    classes: Type.Array(ref(DayClass)),
  },
  'One day of one programme at one gateway',
)

const DAY_MS = 86_400_000

export function discrepancyView(row: DiscrepancyView, nowMs: number): Static<typeof Discrepancy> {
  const { id, gateway, programme, payout, reference, gatewayId, direction, valueDate, state, owner } = row
  const { resolution, reason, resolvedBy, currency, day } = row
  const end = row.resolvedAt?.getTime() ?? nowMs
  const dueMs = dueBy(row.class, row.foundAt.getTime())
  return {
    id,
    gateway,
    programme,
    class: row.class,
    day,
    payout,
    participant: row.ref,
    reference,
    gatewayId,
    direction,
    there: row.amountThere === null ? null : money(row.amountThere, currency),
    here: row.amountHere === null ? null : money(row.amountHere, currency),
    valueDate,
    state,
    difference: differenceView(row.difference, currency),
    owner,
    resolution,
    reason,
    resolvedBy,
    foundAt: time(row.foundAt),
    dueBy: time(new Date(dueMs)),
    overdue: row.resolvedAt === null && nowMs > dueMs,
    ageDays: Math.max(0, Math.floor((end - row.foundAt.getTime()) / DAY_MS)),
    resolvedAt: timeOrNull(row.resolvedAt),
  }
}

function differenceView(difference: bigint, currency: string): Static<typeof Difference> {
  const gatewayHas = difference === 0n ? 'the-same' : difference > 0n ? 'more' : 'less'
  return { gatewayHas, amount: money(difference < 0n ? -difference : difference, currency) }
}

export function dayView({ statement, classes, ...of }: DayReport): Static<typeof ReconciliationDay> {
  const { version, currency, lines, complete, state, sha256 } = statement
  return {
    ...of,
    version,
    currency,
    lines,
    complete,
    state,
    sha256,
    opening: statement.opening?.toString() ?? null,
    closing: statement.closing?.toString() ?? null,
    classes: classes.map((row) => ({
      class: row.class,
      found: row.found,
      open: row.open,
      overdue: row.overdue,
      owners: [...row.owners],
      difference: differenceView(row.difference, currency),
      unresolved: differenceView(row.unresolved, currency),
    })),
  }
}

/** The same as comma separated values: a line a class. Amounts are minor units, negative where the gateway has less. */
export function dayCsv({ programme, gateway, day, statement, classes }: DayReport): string {
  const head = 'programme,gateway,day,version,complete,class,found,open,difference,unresolved,currency,overdue,owners'
  const { version, complete, currency } = statement
  const line = (row: ReportedClass): string =>
    [
      programme,
      gateway,
      day,
      version,
      complete,
      row.class,
      row.found,
      row.open,
      row.difference,
      row.unresolved,
      currency,
      row.overdue,
      quoted(row.owners.join(' ')),
    ].join()
  return `${[head, ...classes.map(line)].join('\n')}\n`
}

/** Names of people may have commas and quotes in them. */
function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const discrepancyParams = closed({ id: Uuid })
export const discrepancyQuery = closed({
  programme: Type.Optional(ProgrammeCode),
  gateway: Type.Optional(GatewayCode),
  day: Type.Optional(Day),
  class: Type.Optional(Type.Enum([...DISCREPANCY_CLASSES])),
  owner: Type.Optional(Person),
  state: Type.Optional(Type.Enum(['open', 'overdue', 'any'])),
  ...PageQuery,
})
export const dayParams = closed({ programme: ProgrammeCode, gateway: GatewayCode, day: Day })
export const dayQuery = closed({ format: Type.Optional(Type.Enum(['json', 'csv'])) })
