/** Lists longer than one page, as the command line reads them. */
import { expect, test } from 'vitest'
import { readPages, type Page, type PageQuery } from '../../cli/pages.ts'

const ROWS = Array.from({ length: 1203 }, (_, at) => at)
/** Pages of the API, at most 500 rows each; the cursor is the row before. */
function pagesOf(asked: PageQuery[]) {
  return (query: PageQuery): Promise<Page<number>> => {
    asked.push(query)
    const from = query.cursor === undefined ? 0 : Number(query.cursor) + 1
    const data = ROWS.slice(from, from + Math.min(Number(query.limit), 500))
    const last = data.at(-1) ?? 0
    const hasMore = last < ROWS.length - 1
    return Promise.resolve({ data, hasMore, nextCursor: hasMore ? String(last) : null })
  }
}

test('one page is asked for, and it tells where the next one begins', async () => {
  const asked: PageQuery[] = []
  const first = await readPages({ limit: '50' }, pagesOf(asked))
  expect(first).toEqual({ data: ROWS.slice(0, 50), hasMore: true, nextCursor: '49' })
  const second = await readPages({ limit: '50', after: first.nextCursor ?? '' }, pagesOf(asked))
  expect(second.data).toEqual(ROWS.slice(50, 100))
  expect(asked).toEqual([{ limit: '50' }, { limit: '50', cursor: '49' }])
})

test('all of them come page by page, each of them once', async () => {
  const asked: PageQuery[] = []
  const all = await readPages({ limit: '50', all: true }, pagesOf(asked))
  expect(all).toEqual({ data: ROWS, hasMore: false, nextCursor: null })
  expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '499', '999'])
})

test('all that follow begin after the cursor that was given', async () => {
  expect((await readPages({ limit: '50', all: true, after: '1200' }, pagesOf([]))).data).toEqual([1201, 1202])
})
