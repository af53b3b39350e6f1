/**
 * Waits for what a life has been told or has seen. With a `condition` each, the SDK goes through the sandbox once more for every
 * wait that ends, and makes several promises of which it keeps where each was made; here only the wait whose moment has come
 * wakes. Measured: see the decision record on what a life costs.
 */
export class Waits {
  readonly #waiting = new Set<Waiting>()
  #bug: { readonly thrown: unknown } | undefined

  /** Resolves once it is so; looked at now, and whenever something has changed. Throws the bug that a branch met. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ isSo, resolve, reject })
      this.changed()
    })
  }

  /** Something has changed: wakes those whose moment has come. */
  changed(): void {
    for (const waiting of this.#waiting) {
      if (!this.#bug && !waiting.isSo()) continue
      this.#waiting.delete(waiting)
      if (this.#bug) waiting.reject(this.#bug.thrown)
      else waiting.resolve()
    }
  }

  /** Ends every wait, also those that are yet to come. */
  fail(thrown: unknown): void {
    this.#bug ??= { thrown }
    this.changed()
  }
}

interface Waiting {
  readonly isSo: () => boolean
  readonly resolve: () => void
  readonly reject: (bug: unknown) => void
}
