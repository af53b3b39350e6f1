/** Gathers what arrives together into one commit: many small requests cost one transaction, and none waits for a timer long. */
import { Problem } from '../../domain/problem.ts'

export interface CoalesceOptions<Item, Result> {
  /** Handles a batch in one transaction; results in the order of the items. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly batchMax: number
  /** How long the first of a batch waits for others. Milliseconds. */
  readonly waitMs: number
  /** Batches under way at once; what arrives meanwhile makes the next ones larger. */
  readonly openMax: number
  /** Items that wait; more are refused as `overloaded`. */
  readonly waitingMax: number
  /** What a repeat shares with what it repeats: it waits for that outside PostgreSQL, where it would make its whole batch wait. */
  readonly keyOf?: (item: Item) => string
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly key: string | undefined
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** So many are not divided: a commit costs as much as they do. More are, so that one batch is made ready while PostgreSQL writes another. */
const WORTH_A_COMMIT = 32

/** Makes a function that handles one item, together with those that come at the same time. */
export function coalesce<Item, Result>(options: CoalesceOptions<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  /** Repeats of what is under way, by its key. */
  const behind = new Map<string, Waiting<Item, Result>[]>()
  let queued = 0
  let open = 0
  let underWay = 0
  let timer: NodeJS.Timeout | undefined

  /** An equal part of all that waits and is under way: what is answered together comes again together, so batches stay as large. */
  function share(): number {
    const equal = Math.ceil((waiting.length + underWay) / options.openMax)
    return Math.min(options.batchMax, Math.max(equal, WORTH_A_COMMIT))
  }

  function schedule(): void {
    if (waiting.length === 0 || open >= options.openMax) return
    // Nothing is under way after a rest: who comes first waits for those that come with it.
    if (open > 0 && waiting.length >= share()) start()
    else if (waiting.length >= options.batchMax) start()
    else timer ??= setTimeout(start, options.waitMs)
  }

  function start(): void {
    clearTimeout(timer)
    timer = undefined
    if (open >= options.openMax) return
    const batch = take(share())
    // Repeats only, then: what they repeat is under way, and starts them when it has ended.
    if (batch.length === 0) return
    open += 1
    underWay += batch.length
    void settle(options.run, batch).finally(() => {
      open -= 1
      underWay -= batch.length
      for (const { key } of batch) release(key)
      schedule()
    })
    schedule()
  }

  /** The first of those that wait; repeats of what another batch has under way step behind it. */
  function take(size: number): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = []
    let looked = 0
    for (; looked < waiting.length && batch.length < size; looked += 1) {
      const one = waiting[looked]
      if (one === undefined) break
      const lane = one.key === undefined ? undefined : behind.get(one.key)
      if (lane) lane.push(one)
      else batch.push(one)
    }
    waiting.splice(0, looked)
    for (const { key } of batch) if (key !== undefined) behind.set(key, [])
    queued -= batch.length
    return batch
  }

  function release(key: string | undefined): void {
    if (key === undefined) return
    for (const one of behind.get(key) ?? []) waiting.push(one)
    behind.delete(key)
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (queued >= options.waitingMax) {
        reject(new Problem('overloaded', 'too many requests wait to be written; send it again'))
        return
      }
      const key = options.keyOf?.(item)
      const lane = key === undefined ? undefined : behind.get(key)
      ;(lane ?? waiting).push({ item, key, resolve, reject })
      queued += 1
      schedule()
    })
}

/** A batch that fails over its data is tried one by one, so that one bad item does not fail the others. */
async function settle<Item, Result>(
  run: CoalesceOptions<Item, Result>['run'],
  batch: readonly Waiting<Item, Result>[],
): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item))
    for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
  } catch (error) {
    if (batch.length === 1 || !isAboutData(error)) {
      for (const { reject } of batch) reject(error)
      return
    }
    for (const one of batch) await settle(run, [one])
  }
}

/** SQLSTATE classes in which one row can fail a whole statement; a lost connection fails every item alike. */
function isAboutData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return /^(21|22|23|40|55|P0)[0-9A-Z]{3}$/.test(code)
}
