/** Simulated time: a queue of what happens next. Nothing in a simulated world waits for a real clock. */
import { setImmediate } from 'node:timers/promises'

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

  /** Lets everything happen that is due until `endMs`. */
  async run(endMs: number): Promise<void> {
    for (let next = this.#take(endMs); next; next = this.#take(endMs)) {
      this.nowMs = next.atMs
      next.work()
      if (!this.#isCodeResumed) continue
      this.#isCodeResumed = false
      await setImmediate()
    }
    this.nowMs = endMs
  }

  #take(endMs: number): Happening | undefined {
    const heap = this.#happenings
    const first = heap[0]
    if (!first || first.atMs > endMs) return undefined
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
