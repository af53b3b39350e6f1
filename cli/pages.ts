/** Lists that come in pages: how many are shown, where it goes on, and all of them to the end. */
import { Option, type Command } from 'commander'
import { print } from './output.ts'

export interface PageOptions {
  readonly limit: string
  readonly after?: string
  readonly all?: boolean
}

/** What a page is asked for by; the cursor is opaque. */
export interface PageQuery {
  readonly limit: string
  readonly cursor?: string
}

export interface Page<Row> {
  readonly data: Row[]
  readonly nextCursor: string | null
  readonly hasMore: boolean
}

/** As many as the API gives at once. */
const PAGE_MAX = '500'

/** Adds the options that every list in pages has. */
export function withPages(command: Command): Command {
  return command
    .option('--limit <n>', `how many at most, 1 to ${PAGE_MAX}`, '50')
    .option('--after <cursor>', 'those that follow: what a list says at its end')
    .addOption(new Option('--all', 'all of them, to the end, page by page').conflicts('limit'))
}

/** One page as it is, or everything from where it begins as one; throws what `read` throws. */
export async function readPages<Row>(
  { limit, after, all = false }: PageOptions,
  read: (query: PageQuery) => Promise<Page<Row>>,
): Promise<Page<Row>> {
  const query = { limit: all ? PAGE_MAX : limit, ...(after === undefined ? {} : { cursor: after }) }
  let page = await read(query)
  if (!all) return page
  const data = page.data
  while (page.nextCursor !== null) {
    page = await read({ ...query, cursor: page.nextCursor })
    // One after the other: a list of a hundred thousand is more than a call takes as arguments.
    for (const row of page.data) data.push(row)
  }
  return { ...page, data }
}

/** Says at the end of a list how it goes on, where it does. */
export function printNext({ nextCursor }: Pick<Page<unknown>, 'nextCursor'>): void {
  if (nextCursor !== null) print(`There are more; go on with --after ${nextCursor}, or show them all with --all.`)
}
