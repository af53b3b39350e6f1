/** Simulated time: a queue of what happens next. Nothing in a simulated world waits for a real clock. */
/** How many turns are asked for at once: between two of them all code that was resumed runs to its next wait, at a fraction of a loop's cost. */
const TURNS = 256

interface Happening {
  readonly atMs: number
  readonly number: number
  readonly work: () => void
}

export class Clock {
  nowMs: number
  #happenings: Happening[] = []
  #number = 0
  #isCodeResumed = false
  #isStopped = false

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  after(delayMs: number, work: () => void): void {
    this.at(this.nowMs + Math.max(0, delayMs), work)
  }

  /** Of what is due at one instant, what was asked for first happens first. */
  at(atMs: number, work: () => void): void {
    this.#number += 1
    const added = { atMs: Math.max(atMs, this.nowMs), number: this.#number, work }
    const heap = this.#happenings
    let place = heap.push(added) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]
      if (!parent || isBefore(parent, added)) break
      heap[place] = parent
      place = above
    }
    heap[place] = added
  }

  /** Says that code which awaited something goes on: it runs to its next wait before anything else happens. */
  resumed(): void {
    this.#isCodeResumed = true
  }

  /** Nothing happens any more. */
  stop(): void {
    this.#isStopped = true
  }

  /** Lets everything happen that is due until `endMs`. Rejects with what any of it throws. */
  run(endMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false
      const turn = (): void => {
        if (isOver) return
        try {
          isOver = !this.#runToResumption(endMs)
        } catch (error) {
          isOver = true
          reject(error instanceof Error ? error : new Error(String(error)))
        }
        if (isOver) resolve()
      }
      const turns = (): void => {
        for (let number = 0; number < TURNS; number += 1) setImmediate(turn)
        setImmediate(() => {
          if (!isOver) turns()
        })
      }
      turns()
    })
  }

  /** Until code that awaited something goes on; false once nothing more is due. */
  #runToResumption(endMs: number): boolean {
    this.#isCodeResumed = false
    while (!this.#isCodeResumed) {
      const next = this.#take(endMs)
      if (!next) {
        this.nowMs = endMs
        return false
      }
      this.nowMs = next.atMs
      next.work()
    }
    return true
  }

  #take(endMs: number): Happening | undefined {
    const heap = this.#happenings
    const first = heap[0]
    if (this.#isStopped || !first || first.atMs > endMs) return undefined
    const last = heap.pop()
    if (!last || last === first) return first
    let place = 0
    for (;;) {
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      if (!left) break
      const isRight = right !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (isBefore(last, child)) break
      heap[place] = child
      place = 2 * place + (isRight ? 2 : 1)
    }
    heap[place] = last
    return first
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number)
}
