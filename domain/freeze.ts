/**
 * What a freeze stops, and when the engine places one by itself. Pure. A freeze forbids claims and resends in its scope and
 * nothing else: asking, callbacks and statements go on, and what is owed stays owed.
 */
import type { FailureClass } from './observation.ts'

export const FREEZE_SCOPES = ['all', 'gateway', 'programme', 'wave', 'region'] as const
export type FreezeScope = (typeof FREEZE_SCOPES)[number]

/** What is stopped. `name` is the gateway's code, the wave's code, or a region: a regency (`3275`) or its whole province (`32`). */
export interface FreezeTarget {
  readonly scope: FreezeScope
  /** Null for everything and for a gateway, which belong to no programme. */
  readonly programme: string | null
  readonly name: string | null
}

/** The one text by which a target is stored, locked and compared: `all`, `gateway:sandbox`, `region:demo:3275`. */
export function targetKey({ scope, programme, name }: FreezeTarget): string {
  return [scope, programme, name].filter((part) => part !== null).join(':')
}

export function gatewayTarget(gateway: string): FreezeTarget {
  return { scope: 'gateway', programme: null, name: gateway }
}

/** Where a life stands, as far as freezes look at it. */
export interface FreezePlace {
  readonly programme: string
  readonly wave: string | null
  readonly region: string
}

const PROVINCE_DIGITS = 2

/** The targets that stop a payout of this life through this gateway, in the order in which every claim locks them. */
export function targetsOf({ programme, wave, region }: FreezePlace, gateway: string): string[] {
  const keys = [
    targetKey({ scope: 'all', programme: null, name: null }),
    targetKey(gatewayTarget(gateway)),
    targetKey({ scope: 'programme', programme, name: null }),
    ...(wave === null ? [] : [targetKey({ scope: 'wave', programme, name: wave })]),
    ...regionTargets({ programme, region }),
  ]
  return keys.toSorted()
}

/** The targets that stop people of a region: its province, and itself. */
export function regionTargets({ programme, region }: Pick<FreezePlace, 'programme' | 'region'>): string[] {
  const names = new Set([region.slice(0, PROVINCE_DIGITS), region])
  return Array.from(names, (name) => targetKey({ scope: 'region', programme, name }))
}

/** Whether one of the freezes in force, given by their targets, stops a payout of this life through this gateway. */
export function isFrozen(inForce: readonly string[], place: FreezePlace, gateway: string): boolean {
  return inForce.length > 0 && targetsOf(place, gateway).some((target) => inForce.includes(target))
}

export const FREEZE_CAUSES = [
  'person',
  'two-payouts',
  'failure-rate',
  'unknown-rate',
  'spend-rate',
  'restored',
] as const
/** Who or what placed a freeze: a person, or the engine for one of these reasons. */
export type FreezeCause = (typeof FREEZE_CAUSES)[number]

/** When the engine freezes a gateway that answers badly, as data of the gateway. */
export interface BreakerRule {
  /** How far back calls are counted. Milliseconds. */
  readonly windowMs: number
  /** Fewer calls prove nothing. */
  readonly minimumCalls: number
  /** Of a hundred calls so many with a failure that is the gateway's own, not the payee's. */
  readonly failurePercent: number
  /** Of a hundred calls so many of which nobody knows what became of them. */
  readonly unknownPercent: number
}

/**
 * Failures that tell of the gateway; the others tell of an account, of our money there or of one payment. A code that one person has classed
 * otherwise goes on telling of it, and a doubted failure is a call of which nobody knows what became of it.
 */
export const GATEWAY_FAULTS: readonly FailureClass[] = ['retry-new', 'config', 'unknown', 'undocumented']

/** Calls to one gateway within its window. */
export interface CallCount {
  readonly calls: number
  readonly failed: number
  readonly unknown: number
}

export interface Breach {
  readonly cause: FreezeCause
  /** In plain words, for whoever must decide. */
  readonly reason: string
}

/** Whether a gateway must be stopped by what its newest calls came to; undefined while it need not. */
export function callBreach(rule: BreakerRule, { calls, failed, unknown }: CallCount): Breach | undefined {
  if (calls < rule.minimumCalls) return undefined
  const within = `of the last ${calls} calls`
  if (unknown * 100 >= rule.unknownPercent * calls) {
    const reason = `${unknown} ${within} ended without an answer that proves anything; the limit is ${rule.unknownPercent} in a hundred`
    return { cause: 'unknown-rate', reason }
  }
  if (failed * 100 >= rule.failurePercent * calls) {
    const reason = `${failed} ${within} failed for a reason of the gateway; the limit is ${rule.failurePercent} in a hundred`
    return { cause: 'failure-rate', reason }
  }
  return undefined
}

/** What a programme may send in an hour, in minor units; an hour outside of it is stopped. */
export interface SpendBand {
  /** Less than this, although something waited to be sent for the whole hour, is as wrong as too much. */
  readonly min?: string
  readonly max: string
}

/** What a programme sent in the last hour. Minor units. */
export interface SpentHour {
  readonly spent: bigint
  /** The programme's hours were open, and something waited to be sent, for the whole hour. */
  readonly couldSpend: boolean
}

/** Whether a programme must be stopped by what it sent in the last hour; undefined while it need not. */
export function spendBreach(band: SpendBand, { spent, couldSpend }: SpentHour): Breach | undefined {
  if (spent > BigInt(band.max)) {
    return {
      cause: 'spend-rate',
      reason: `${spent} minor units were sent within an hour; at most ${band.max} are expected`,
    }
  }
  if (band.min !== undefined && couldSpend && spent < BigInt(band.min)) {
    const reason = `${spent} minor units were sent within an hour although more is due; at least ${band.min} are expected`
    return { cause: 'spend-rate', reason }
  }
  return undefined
}
