/** The books at the demo's end, counted at one moment: nothing moves any more, and journal and database tell of the same instant. */
import type { Programme } from '../../domain/programme.ts'
import { inSnapshot, type Database, type Sql } from '../../store/database.ts'
import { controlLines, paidSums, type ControlLine } from '../../store/read-books.ts'
import { checkBooks, type Books } from './books.ts'
import { clearingReferences, movingCount, owedByRef, readFigures, returnedCount, type Figures } from './figures.ts'
import { awaitedReturns, returnsIn, type Journal } from './journal.ts'

export interface Known {
  readonly ref: string
  /** Every account that money for this person may go to. */
  readonly accounts: readonly string[]
}

export interface Counted {
  readonly figures: Figures
  readonly control: readonly ControlLine[]
  readonly books: Books
}

/** True when no payment is on its way, and every payout the gateway gives back has come back and is in our books. */
export async function isAtRest(sql: Sql, journal: Journal, programme: string): Promise<boolean> {
  if ((await movingCount(sql, programme)) > 0) return false
  await journal.update()
  if (awaitedReturns(journal.entries) > 0) return false
  return (await returnedCount(sql)) === returnsIn(journal.entries)
}

/** Reads everything in one snapshot, again until the gateway journalled nothing meanwhile. */
export async function countBooks(
  database: Database,
  journal: Journal,
  programme: Programme,
  people: readonly Known[],
): Promise<Counted> {
  for (;;) {
    await journal.update()
    const before = journal.entries.length
    const { owed, ...read } = await inSnapshot(database, async (sql) => ({
      control: await controlLines(sql),
      paid: await paidSums(sql),
      clearing: await clearingReferences(sql),
      owed: await owedByRef(sql, programme),
      figures: await readFigures(sql, programme.code),
    }))
    await journal.update()
    if (journal.entries.length > before) continue
    const books = checkBooks({
      journal: journal.entries,
      control: read.control,
      paid: read.paid,
      clearing: read.clearing,
      people: people.map(({ ref, accounts }) => ({ ref, accounts, owed: owed.get(ref) ?? 0n })),
    })
    return { figures: read.figures, control: read.control, books }
  }
}
