/** Where requests from outside are taken in: each once per idempotency key, its effect and its stored answer in one commit. */
import type { Actor } from '../domain/act.ts'
import type { AccountCheckRow } from './account-checks.ts'
import { recordRefusedAccount } from './accounts.ts'
import { actsIn, type Acts } from './acts.ts'
import { inTransaction } from './database.ts'
import { receiveCallbacks, type CallbackVerdict, type ReceivedCallback } from './inbox.ts'
import { areInForce, callerOf, type Caller } from './keys.ts'
import type { StoreContext } from './options.ts'
import { findAnswer, markOf, perform, type Answer, type Performed, type Request } from './perform.ts'
import { registerAll, type Registered, type RegistrationRequest } from './registrations.ts'

export interface Desk {
  /** Runs `work` once per idempotency key. Throws what `work` throws; refusals are not stored. */
  perform(request: Request, work: (acts: Acts) => Promise<Answer>): Promise<Performed>
  /** The stored answer of a request that was performed before. Throws `idempotency-key-reused`. */
  answered(request: Request): Promise<Performed | undefined>
  /** Registers a batch in one commit; results in the order of the requests. */
  registerAll(requests: readonly RegistrationRequest[]): Promise<Registered[]>
  /** Takes in a batch of callbacks in one commit; verdicts in their order. */
  receiveCallbacks(callbacks: readonly ReceivedCallback[]): Promise<CallbackVerdict[]>
  /** Records that an account somebody offered was refused. */
  recordRefusedAccount(link: RefusedAccount, actor: Actor, atMs: number): Promise<void>
  /** Who a secret belongs to; undefined when unknown, revoked or expired. */
  callerOf(secret: string): Promise<Caller | undefined>
  /** Which secrets are those of keys in force, in their order. */
  areInForce(secrets: readonly string[]): Promise<boolean[]>
  /** Deletes stored answers that nobody may ask for any more, at most `limit`; how many they were. */
  forgetAnswers(limit: number): Promise<number>
}

export interface RefusedAccount {
  readonly programme: string
  readonly ref: string
  readonly institution: string
  readonly code: string
  /** What the gateway was asked and answered. */
  readonly check?: AccountCheckRow
}

/** Several processes may forget at once: what one has deleted the others no longer find. */
const FORGET = `
DELETE FROM idempotency_key
 WHERE (caller, route, key_hash) IN (SELECT caller, route, key_hash FROM idempotency_key WHERE expires_at < now()
                                 ORDER BY expires_at LIMIT $1)`

export function createDesk(context: StoreContext): Desk {
  const { database } = context
  return {
    perform: (request, work) =>
      perform(context, request, (sql) => work(actsIn(sql, context, request.actor, request.atMs))),
    async answered(request) {
      const mark = markOf(context.vault, request)
      return mark ? findAnswer(database.pool, mark) : undefined
    },
    registerAll: (requests) => registerAll(context, requests),
    receiveCallbacks: (callbacks) => receiveCallbacks(context, callbacks),
    recordRefusedAccount: (link, actor, atMs) =>
      inTransaction(database, (sql) => recordRefusedAccount(sql, link, actor, atMs)),
    callerOf: (secret) => callerOf(database.pool, secret),
    areInForce: (secrets) => areInForce(database.pool, secrets),
    async forgetAnswers(limit) {
      const { rowCount } = await database.pool.query(FORGET, [limit])
      return rowCount ?? 0
    },
  }
}
