/** Rows in the binary form of COPY: what PostgreSQL would otherwise read out of text, a million times. */

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const END = Buffer.from([0xff, 0xff])
const NULL = -1
const DAY_MS = 86_400_000
/** Days from 1970 to 2000, from which PostgreSQL counts. */
const EPOCH_DAYS = 10_957
const ASCII_MAX = 0x7f

/** Gathers rows, value by value in the order of the columns, until they are taken. */
export class CopyRows {
  #bytes = Buffer.allocUnsafe(512 * 1024)
  #at = 0
  readonly #days = new Map<string, number>()

  constructor() {
    this.#at = SIGNATURE.copy(this.#bytes)
  }

  row(columns: number): void {
    this.#room(2)
    this.#at = this.#bytes.writeInt16BE(columns, this.#at)
  }

  /** Nothing but the values of 0 to 255 in `octets`. */
  octets(octets: string | null): void {
    if (octets === null) return this.#length(NULL)
    this.#length(octets.length)
    this.#at += this.#bytes.write(octets, this.#at, 'latin1')
  }

  bytes(bytes: Uint8Array): void {
    this.#length(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  text(text: string | null): void {
    if (text === null) return this.#length(NULL)
    // One octet a character, as good as always: no call into native code is as quick for so short a text.
    this.#length(text.length)
    const from = this.#at
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i)
      if (code > ASCII_MAX) {
        this.#at = from - 4
        return this.bytes(Buffer.from(text))
      }
      this.#bytes[from + i] = code
    }
    this.#at = from + text.length
  }

  int4(value: number): void {
    this.#length(4)
    this.#at = this.#bytes.writeInt32BE(value, this.#at)
  }

  int8(value: bigint | null): void {
    if (value === null) return this.#length(NULL)
    this.#length(8)
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at)
  }

  /** A date as `YYYY-MM-DD`. */
  date(date: string): void {
    let days = this.#days.get(date)
    if (days === undefined) {
      days = Date.parse(date) / DAY_MS - EPOCH_DAYS
      if (this.#days.size > 1000) this.#days.clear()
      this.#days.set(date, days)
    }
    this.int4(days)
  }

  /** What has been gathered since the last time; with `end`, nothing may come after it. */
  take(end = false): Buffer {
    if (end) {
      this.#room(END.length)
      this.#at += END.copy(this.#bytes, this.#at)
    }
    const taken = this.#bytes.subarray(0, this.#at)
    this.#bytes = Buffer.allocUnsafe(this.#bytes.length)
    this.#at = 0
    return taken
  }

  /** Begins a value, and makes room for it. */
  #length(length: number): void {
    this.#room(4 + Math.max(length, 0))
    this.#at = this.#bytes.writeInt32BE(length, this.#at)
  }

  #room(octets: number): void {
    if (this.#at + octets <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#bytes.length + octets))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
