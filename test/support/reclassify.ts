/** Classing codes of the sandbox in tests of the store: alone, or by two. */
import { DOUBTED, type Meaning } from '../../domain/failure-rule.ts'
import type { Failure } from '../../domain/observation.ts'
import type { PayoutFact } from '../../domain/payout.ts'
import { inTransaction } from '../../store/database.ts'
import type { Store } from '../../store/index.ts'
import { reclassify, type Reclassified } from '../../store/reclassify.ts'
import { pairOf } from './freezes.ts'
import { agree, type Put } from './two-people.ts'
import { HOUR, NOON, OPERATOR, seen, type World } from './world.ts'

export const CLOSED = { class: 'needs-account', code: 'account-closed' } as const
export const COMPLIANCE = { class: 'compliance', code: 'compliance-refused' } as const
export const DOUBT = { class: 'unknown', code: DOUBTED } as const
export const PASSING = { class: 'retry-new', code: 'transfer-temporarily-failed' } as const
export const UNDOCUMENTED = { class: 'undocumented', code: 'undocumented' } as const
/** What a refusal means that nobody has heard of. */
export const REFUSED = { class: 'unknown', code: 'undocumented-refusal' } as const

let codes = 0
/** A code of an outcome that nobody has heard of. */
export const newCode = (): string => `NEW_${(codes += 1)}`
/** The same of a refusal. */
export const newRefusal = (): string => `422 ${newCode()}`

/** One person classes a code; null gives it back to the released table. */
export function alone(
  store: Store,
  vendorCode: string,
  meaning: Meaning | null,
  gateway = 'sandbox',
): Promise<Reclassified> {
  const asked = { gateway, vendorCode, meaning, reason: 'some were paid' }
  return inTransaction(store.context.database, (sql) => reclassify(sql, store.context, asked, null, OPERATOR, NOON))
}

let ends = 0
/** A proposal; no two of them end at the same time. */
export function put(vendorCode: string, from: Meaning, meaning: Meaning | null): Put {
  const content = { gateway: 'sandbox', vendorCode, from, meaning }
  return { act: 'reclassification', content, expiresAtMs: NOON + HOUR + (ends += 1) }
}

/** Two class it: `executed`, or why not. */
export async function together(
  world: World,
  vendorCode: string,
  from: Meaning,
  meaning: Meaning | null,
): Promise<string> {
  const { sari, budi } = await pairOf(world)
  const { state, outcome } = await agree(world.store, [sari, budi], put(vendorCode, from, meaning), NOON)
  return outcome ?? state
}

/** What a code means now. */
export async function meant({ store }: World, vendorCode: string): Promise<Meaning> {
  const [found] = await store.failures.list(['sandbox'], vendorCode)
  if (!found) throw new Error(`${vendorCode} is no code`)
  return { class: found.class, code: found.code }
}

export const failedBy = (vendorCode: string, released: Meaning = UNDOCUMENTED): PayoutFact =>
  seen('failed', { failure: tabled(vendorCode, released) })
export const refusedBy = (vendorCode: string): PayoutFact => ({
  kind: 'unanswered',
  failure: tabled(vendorCode, REFUSED),
})

function tabled(vendorCode: string, meaning: Meaning): Failure {
  return { class: meaning.class, code: meaning.code, vendorCode, isTabled: true }
}
