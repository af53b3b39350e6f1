/** What the sandbox can do, as data. Times are short, so that a demonstration shows every wait. */
import type { BreakerRule } from '../../domain/freeze.ts'
import type { Capabilities, GatewayTiming, Institution, StatementRule } from '../gateway.ts'

const TIMING: GatewayTiming = {
  failureFinal: 'at-once',
  duplicate: 'returns-live-object',
  submitTimeoutMs: 2_000,
  outcomeWithinMs: 600,
  enquireTimeoutMs: 2_000,
  enquiryLadderMs: [1_000, 2_000, 4_000, 8_000, 15_000],
  quietPeriodMs: 3_000,
  replayHorizonMs: 600_000,
  replayMarginMs: 30_000,
  callbackToleranceMs: 300_000,
  giveUpMs: 60_000,
  retryDelaysMs: [2_000, 4_000, 8_000],
  floatCheckMs: 2_000,
}

/** The sandbox is there to misbehave: it is stopped when most calls go wrong, a real gateway at one in five. */
const BREAKER: BreakerRule = { windowMs: 300_000, minimumCalls: 50, failurePercent: 60, unknownPercent: 60 }

/** A million payments a day, each at most as large as an entry of camt.053, the wordiest of its formats: a gibibyte. */
const LINES_A_DAY = 2 ** 20
const BYTES_A_LINE = 2 ** 10

const STATEMENT: StatementRule = {
  zone: 'Asia/Jakarta',
  readyAt: { hour: 0, minute: 30 },
  windowDays: 1,
  timeoutMs: 600_000,
  bytesMax: LINES_A_DAY * BYTES_A_LINE,
}

/** Minor units (sen): the limits a BI-FAST transfer and a full-service wallet have. */
const BANK_LIMITS = { minMinor: '1000000', maxMinor: '25000000000' }
const WALLET_LIMITS = { minMinor: '1000000', maxMinor: '2000000000' }

const INSTITUTIONS: readonly Institution[] = [
  bank('ID.BNI', 'BNI'),
  bank('ID.BCA', 'BCA'),
  bank('ID.BRI', 'BRI'),
  bank('ID.MANDIRI', 'Bank Mandiri'),
  bank('ID.BSI', 'Bank Syariah Indonesia'),
  wallet('ID.OVO', 'OVO'),
  wallet('ID.GOPAY', 'GoPay'),
  wallet('ID.DANA', 'DANA'),
  wallet('ID.LINKAJA', 'LinkAja'),
]

/** Its own where nothing else is said. */
export function sandboxCapabilities(
  timing: Partial<GatewayTiming> = {},
  ratePerSecond = 2_000,
  statement: Partial<StatementRule> = {},
): Capabilities {
  return {
    callback: 'signed',
    institutions: INSTITUTIONS,
    timing: { ...TIMING, ...timing },
    statement: { ...STATEMENT, ...statement },
    breaker: BREAKER,
    ratePerSecond,
  }
}

function bank(code: string, name: string): Institution {
  return { code, kind: 'bank', name, ...BANK_LIMITS }
}

function wallet(code: string, name: string): Institution {
  return { code, kind: 'wallet', name, ...WALLET_LIMITS }
}
