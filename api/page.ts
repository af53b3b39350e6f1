/** Pages as the wire has them: the cursor is opaque, so that what it is made of can change. */
import type { Page, PageRequest } from '../store/read-page.ts'
import { ParameterProblem } from './plugins/problems.ts'

const LIMIT_DEFAULT = 50

export interface PageParameters {
  readonly limit?: string
  readonly cursor?: string
}

/** Reads `limit` and `cursor`. Throws when the cursor is not one of ours; `accepts` checks what it holds. */
export function pageRequest(query: PageParameters, accepts: RegExp = /^[\x20-\x7e]{1,400}$/): PageRequest {
  const limit = query.limit === undefined ? LIMIT_DEFAULT : Number(query.limit)
  if (query.cursor === undefined) return { limit, after: null }
  const after = Buffer.from(query.cursor, 'base64url').toString('utf8')
  if (!accepts.test(after) || cursorOf(after) !== query.cursor) {
    throw new ParameterProblem([{ parameter: 'cursor', detail: 'is not a cursor of this list' }])
  }
  return { limit, after }
}

/** A page of rows as views; `keyOf` is what the list is ordered by. */
export function pageView<Row, View>(
  page: Page<Row>,
  keyOf: (row: Row) => string,
  view: (row: Row) => View,
): { data: View[]; nextCursor: string | null; hasMore: boolean } {
  const last = page.rows.at(-1)
  const nextCursor = page.hasMore && last !== undefined ? cursorOf(keyOf(last)) : null
  return { data: page.rows.map(view), nextCursor, hasMore: page.hasMore }
}

function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url')
}
