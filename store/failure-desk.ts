/** The failure table as the API reads it. */
import type { Meaning } from '../domain/failure-rule.ts'
import type { Failure } from '../domain/observation.ts'
import { ruleOf } from './failure-rules.ts'
import type { StoreContext } from './options.ts'
import { listMeanings, type CodedFailure } from './reclassify.ts'

export interface Failures {
  /** What the documented codes of gateways mean now, and every other one that people have classed; or the one that is asked for. */
  list(gateways: readonly string[], vendorCode?: string): Promise<CodedFailure[]>
  /** The rule about what a gateway has said of an account; undefined where there is none. */
  ruleOf(
    gateway: string,
    failure: Partial<Pick<Failure, 'vendorCode' | 'isTabled'>> | undefined,
  ): Promise<Meaning | undefined>
}

export function createFailures(context: StoreContext): Failures {
  const { pool } = context.database
  return {
    list: (gateways, vendorCode) => listMeanings(pool, context, gateways, vendorCode),
    ruleOf: (gateway, failure) => ruleOf(pool, gateway, failure),
  }
}
