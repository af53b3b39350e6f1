/** Everything that happened, as one running number: two runs of one seed that differ anywhere differ here. */
export class Trace {
  readonly lines: string[] | undefined
  #high = 0xdeadbeef | 0
  #low = 0x41c6ce57 | 0

  /** `isKept`: keeps the lines too, for a person to read. */
  constructor(isKept = false) {
    this.lines = isKept ? [] : undefined
  }

  add(atMs: number, line: string): void {
    this.lines?.push(`${atMs} ${line}`)
    this.#take(atMs | 0)
    for (let index = 0; index < line.length; index += 1) this.#take(line.charCodeAt(index))
  }

  #take(code: number): void {
    this.#high = Math.imul(this.#high ^ code, 2_654_435_761)
    this.#low = Math.imul(this.#low ^ code, 1_597_334_677)
  }

  get hash(): string {
    const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, '0')
    return hex(this.#high) + hex(this.#low)
  }
}
