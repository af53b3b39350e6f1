/** Whether the gateway ever took in a payout for something that had a live one there. Pure: its journal in order, and whose each reference is. */
import type { JournalEntry } from '../../local/demo/journal.ts'

/** One sentence for each. A payout is live from its acceptance until it has failed or come back; one that is paid stays so. */
export function secondPayouts(journal: readonly JournalEntry[], ownerOf: ReadonlyMap<string, string>): string[] {
  const live = new Map<string, Map<string, string>>()
  const found: string[] = []
  for (const { kind, id = '', reference = '' } of journal) {
    const owner = ownerOf.get(reference)
    if (owner === undefined) continue
    const there = live.get(owner) ?? new Map<string, string>()
    live.set(owner, there)
    if (kind === 'accepted') {
      found.push(
        ...[...there.values()].map((other) => `${reference} was taken in for ${owner} while ${other} was live`),
      )
    }
    if (kind === 'accepted' || kind === 'credited') there.set(id, reference)
    if (kind === 'failed' || kind === 'returned') there.delete(id)
  }
  return found
}
