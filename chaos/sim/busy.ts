/** Finds worlds that go round in circles: what is done over and over without an end in sight is a mistake like any other. */
import type { Setting } from './setting.ts'

/** A busy world commits some thousands of times; one life in a loop of five seconds more than this in a day. */
const COMMITS_MAX = 40_000

export class Busy {
  readonly #setting: Setting
  readonly #times = new Map<string, number>()
  #commits = 0

  constructor(setting: Setting) {
    this.#setting = setting
  }

  /** Counts one commit; past the bound it names what was committed most, and ends the world. */
  count(what: string): void {
    this.#commits += 1
    if (this.#commits < COMMITS_MAX / 2) return
    this.#times.set(what, (this.#times.get(what) ?? 0) + 1)
    if (this.#commits !== COMMITS_MAX) return
    const [most, times] = [...this.#times].reduce((one, other) => (other[1] > one[1] ? other : one))
    this.#setting.find('failure', `goes round in circles: ${most} ${times} times`)
    this.#setting.clock.stop()
  }
}
