/** What every part of a simulated world shares: its rules, its clock, its dice, its record of what went wrong. */
import type { Programme } from '../../domain/programme.ts'
import { shippedProgramme } from '../../programmes/index.ts'
import type { FoldContext } from '../../store/observe.ts'
import type { PaymentTiming, StoreContext } from '../../store/options.ts'
import { Clock } from './clock.ts'
import { Faults } from './faults.ts'
import type { Plant } from './plants.ts'
import { Random } from './random.ts'
import { GATEWAY, PROGRAMME, Rows, SENDS } from './rows.ts'
import { Trace } from './trace.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Sunday 22 November 2026, noon in Jakarta. */
export const START = Date.parse('2026-11-22T05:00:00Z')
/** Until then things go wrong; afterwards what is left must come to its end. */
export const FAULTS_END = START + 6 * DAY
export const END = START + 60 * DAY

export interface Finding {
  readonly kind: 'duplicate' | 'lost' | 'over-budget' | 'failure'
  readonly what: string
}

export interface Setting {
  readonly clock: Clock
  readonly random: Random
  readonly faults: Faults
  readonly trace: Trace
  readonly rows: Rows
  readonly programme: Programme
  readonly timing: PaymentTiming
  readonly plant: Plant | null
  readonly findings: Finding[]
  /** What the real folds and standings ask of the store around them. */
  readonly context: FoldContext & Pick<StoreContext, 'sendsWith'>
  find(kind: Finding['kind'], what: string): void
  /** Work that failed: a broken connection is part of the game, everything else is a mistake, of the engine or of the simulation. */
  failed(what: string, error: unknown): void
}

/** The connection broke: whether the transaction committed is for the caller not to know. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** Also as an activity tells it: by its name only. */
function isConnectionLost(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ConnectionLost' || error.message === 'ConnectionLost')
}

export function openSetting(seed: number, plant: Plant | null, isTraced = false): Setting {
  const random = new Random(seed)
  const clock = new Clock(START)
  const trace = new Trace(isTraced)
  const findings: Finding[] = []
  const timing = drawTiming(random)
  // A wrong engine waits for no horizon.
  const believed =
    plant === 'resend-after-horizon' ? { ...timing, replayHorizonMs: 365 * DAY, replayMarginMs: 0 } : timing
  const find: Setting['find'] = (kind, what) => {
    trace.add(clock.nowMs, `FOUND ${kind}: ${what}`)
    findings.push({ kind, what })
  }
  return {
    clock,
    random,
    faults: new Faults(random),
    trace,
    rows: new Rows(),
    programme: random.chance(0.35) ? PROGRAMMES.approved : PROGRAMMES.automatic,
    timing,
    plant,
    findings,
    context: {
      timingOf: () => believed,
      route: () => GATEWAY,
      sendsWith: () => SENDS[0] ?? null,
      vault: { accountIndexUnder: (_key, _institution, number) => Buffer.from(number) },
    },
    find,
    failed(what, error) {
      if (!isConnectionLost(error)) find('failure', `${what}: ${String(error)}`)
    },
  }
}

/** Gateways differ in what they promise; each world has one of them. Ladders end wide, else a world does little but enquire. */
function drawTiming(random: Random): PaymentTiming {
  const horizonMs = random.pick([30 * MINUTE, 6 * HOUR, DAY, 30 * DAY])
  return {
    failureFinal: random.chance(0.3) ? 'after-statement' : 'at-once',
    duplicate: random.pick(['returns-live-object', 'returns-live-object', 'error-then-enquire', 'silent']),
    submitTimeoutMs: random.pick([5 * SECOND, 30 * SECOND]),
    enquiryLadderMs: random.pick([
      [30 * SECOND, 2 * MINUTE, HOUR],
      [5 * SECOND, 30 * SECOND, 5 * MINUTE, 2 * HOUR],
    ]),
    quietPeriodMs: random.pick([MINUTE, 5 * MINUTE]),
    replayHorizonMs: horizonMs,
    replayMarginMs: Math.round(horizonMs / 10),
    giveUpMs: random.pick([HOUR, 6 * HOUR, 2 * DAY]),
    windowDays: 1,
    retryDelaysMs: [10 * MINUTE, HOUR, 3 * HOUR],
    floatCheckMs: HOUR,
  }
}

/** Two tranches: one at once, one a day after the first is paid; a relinked account rests for an hour. Some let people release. */
function simProgramme(isApproved: boolean): Programme {
  const demo = shippedProgramme(isApproved ? 'demo-approved' : 'demo')
  const [first] = demo.tranches
  if (!first) throw new Error('the demo has tranches')
  return {
    ...demo,
    code: PROGRAMME,
    budgetLine: 'SIM',
    training: { ...demo.training, firstPurchaseWithin: 'P30D', completeWithin: 'P60D' },
    tranches: [
      { ...first, trigger: { kind: 'first-course-rated', after: 'PT0S' }, lapsesAfter: 'P30D' },
      {
        ...first,
        code: 'incentive-2',
        trigger: { kind: 'tranche-paid', tranche: first.code, after: 'P1D' },
        lapsesAfter: 'P30D',
      },
    ],
    payment: { ...demo.payment, gateways: [GATEWAY], releaseAfter: 'PT0S', coolingAfterRelink: 'PT1H' },
  }
}

/** Read once, whatever the number of worlds. */
const PROGRAMMES = { approved: simProgramme(true), automatic: simProgramme(false) }
