/**
 * Steps of reconciling one day of a gateway. Each may run again from its beginning: what is here already is found, and nothing is
 * booked twice. A statement's bytes go from the gateway to the database as they come, and never through the workflow.
 */
import { createHash } from 'node:crypto'
import { StatementRefused, type StatementRefusal } from '../domain/statement.ts'
import { passBy, type Pass } from '../failpoints.ts'
import type { Gateway } from '../gateways/gateway.ts'
import type { Store } from '../store/index.ts'
import { translateProblems } from './failures.ts'

export interface GatewayDay {
  readonly gateway: string
  /** `YYYY-MM-DD`, the gateway's. */
  readonly day: string
}

export type Fetched =
  /** `isNew` is false where these very bytes were here already; absent in what was fetched before this was said. */
  | { readonly kind: 'loaded'; readonly statement: string; readonly isNew?: boolean }
  /** The day is not over there, or its statement is not made yet. */
  | { readonly kind: 'not-ready' }
  /** It is no statement of that day; what is wrong is in the audit trail. */
  | { readonly kind: 'refused'; readonly code: StatementRefusal }

export interface ReconciliationActivities {
  /** The days of a gateway that are over and not reconciled yet, oldest first, and those whose statement may still be corrected. */
  dueDays(of: { readonly gateway: string; readonly nowMs: number }): Promise<readonly string[]>
  /** Fetches the statement of a day and loads it. */
  fetchStatement(of: GatewayDay): Promise<Fetched>
  /** Finds what differs; how much it is. */
  matchStatement(of: { readonly gateway: string; readonly statement: string }): Promise<number>
  /** Books what follows from the differences, all of them, and ends what was told to have failed; how many differences there were left. */
  settleStatement(of: { readonly statement: string }): Promise<number>
}

export interface ReconciliationDependencies {
  readonly store: Pick<Store, 'statements'>
  readonly gateways: ReadonlyMap<string, Gateway>
  /** Business time, milliseconds since the epoch. */
  readonly now: () => number
  /** Tells the server that the step is still at work. */
  readonly beat: () => void
  /** Where tests kill the process; absent, nothing happens there. */
  readonly pass?: Pass
}

const SETTLED_AT_ONCE = 200

export function createReconciliationActivities(dependencies: ReconciliationDependencies): ReconciliationActivities {
  const { store, now, beat, pass = passBy } = dependencies
  return {
    dueDays: ({ gateway, nowMs }) =>
      translateProblems(() =>
        store.statements.dueDays(gateway, gatewayOf(dependencies, gateway).capabilities.statement, nowMs),
      ),
    fetchStatement: (of) => translateProblems(() => fetchOne(dependencies, of)),
    matchStatement: ({ gateway, statement }) =>
      translateProblems(async () => {
        const rule = gatewayOf(dependencies, gateway).capabilities.statement
        const matching = store.statements.match(statement, rule, now())
        return (await pass('match:committed', matching)).differences
      }),
    settleStatement: ({ statement }) =>
      translateProblems(async () => {
        let sum = 0
        for (;;) {
          const settling = store.statements.settle(statement, SETTLED_AT_ONCE, now())
          const { settled } = await pass('settle:committed', settling)
          if (settled === 0) break
          sum += settled
          beat()
        }
        const ruleOf = (code: string) => gatewayOf(dependencies, code).capabilities.statement
        const confirmed = () => store.statements.confirmFailures(statement, ruleOf, SETTLED_AT_ONCE, now())
        while ((await pass('settle:confirmed', confirmed())) > 0) beat()
        return sum
      }),
  }
}

/** Throws when the gateway cannot be reached: it is asked again. */
async function fetchOne(
  dependencies: ReconciliationDependencies,
  { gateway: code, day }: GatewayDay,
): Promise<Fetched> {
  const { store, now, beat } = dependencies
  const gateway = gatewayOf(dependencies, code)
  const signal = AbortSignal.timeout(gateway.capabilities.statement.timeoutMs)
  const answer = await gateway.statement(day, signal)
  if (answer.kind === 'not-ready') return answer
  if (answer.kind === 'unavailable') throw new Error(`the statement of ${code} cannot be had: ${answer.failure.code}`)
  const { format } = answer.file
  const hash = createHash('sha256')
  async function* heard(): AsyncGenerator<Uint8Array> {
    if (answer.kind !== 'found') return
    for await (const chunk of answer.file.bytes) {
      hash.update(chunk)
      beat()
      yield chunk
    }
  }
  const parts = gateway.readStatement({ format, bytes: heard() })
  try {
    const { id, isNew } = await store.statements.load(
      { gateway: code, day, format, parts, sha256: () => hash.digest() },
      now(),
    )
    return { kind: 'loaded', statement: id, isNew }
  } catch (error) {
    if (error instanceof StatementRefused) return { kind: 'refused', code: error.code }
    throw error
  }
}

function gatewayOf({ gateways }: Pick<ReconciliationDependencies, 'gateways'>, code: string): Gateway {
  const gateway = gateways.get(code)
  if (!gateway) throw new Error(`no gateway ${code}`)
  return gateway
}
