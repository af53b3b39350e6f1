/**
 * One life as its scripts see it: where it stands, and how to wait. The truth is in the store; a life only remembers its last
 * look at it, looks again when it is told something or when an instant has come, and hands its calls through one gate so that it
 * can continue as new when nothing is open.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow'
import type { DisbursementStanding, Standing } from '../domain/standing.ts'
import { detailsOf, shownOf } from './details.ts'
import { hear, standing, summaryOf, tell, type LifeInput, type Shown } from './messages.ts'
import { stepsOf } from './proxies.ts'
import { Waits } from './waits.ts'

/** Enough to recognise repeats; older ones only cause one look too many. */
const SEEN_MAX = 200

export class Life {
  readonly programme: string
  readonly ref: string
  readonly steps = stepsOf(Math.random())
  readonly #input: LifeInput
  readonly #summary: string
  readonly #waits = new Waits()
  #seen: string[]
  #shown: Shown | undefined
  #standing: Standing | undefined
  #looks = 0
  #told = true
  #looking = false
  #answering = 0
  #draining = false
  #openCalls = 0
  #stepping = false
  /** Calls that leave the house, so that those which nobody has taken can be given back. */
  readonly #calls = new CancellationScope()
  #alarmAtMs: number | null = null
  #alarm: CancellationScope | undefined

  constructor(input: LifeInput) {
    this.#input = input
    this.programme = input.programme
    this.ref = input.ref
    this.#summary = summaryOf(workflowInfo().workflowType, input.programme, input.ref)
    this.#seen = [...(input.seen ?? [])]
    this.#shown = input.shown
    setHandler(tell, (ids) => this.#hear(ids))
    setHandler(hear, (id) => {
      this.#answerFirst() // before it is heard, or the watch wakes at once
      this.#hear([id])
      return { heard: true }
    })
    setHandler(standing, () => this.#standing ?? null)
    // A run that is cancelled from outside ends, wherever its scripts wait.
    CancellationScope.current().cancelRequested.catch((cancelled: unknown) => this.stop(cancelled))
  }

  /** Where the life stood at the last look. Throws before the first one. */
  get standing(): Standing {
    if (!this.#standing) throw new Error('the life has not looked yet')
    return this.#standing
  }

  disbursement(key: string): DisbursementStanding | undefined {
    return this.standing.disbursements.find((disbursement) => disbursement.key === key)
  }

  /** Keeps looking for as long as the life runs: when told, and when an instant has come. */
  async watch(): Promise<void> {
    for (;;) {
      await this.#waits.until(() => this.#told && this.#answering === 0)
      this.#told = false
      this.#looking = true
      const look = this.#looks === 0 ? this.steps.screen : this.steps.advance
      const seen = await this.step(() => look({ programme: this.programme, ref: this.ref, nowMs: Date.now() }))
      this.#looks += 1
      this.#looking = false
      this.#see(seen)
      if (this.#isLong()) this.#drain()
    }
  }

  /** Waits until the life has been seen to stand so. A bug of any branch surfaces here. */
  until(reached: (standing: Standing) => boolean): Promise<void> {
    return this.#waits.until(() => this.#standing !== undefined && reached(this.#standing))
  }

  /** Something that others wait for has changed beside the life itself: one of its branches has ended. */
  changed(): void {
    this.#waits.changed()
  }

  /** A call that leaves the house. */
  call<T>(work: () => Promise<T>): Promise<T> {
    return this.#asked(() => {
      let call: Promise<T> | undefined
      // Begun within the scope and waited for outside: a turn more on the way back would change what recorded lives did next.
      void this.#calls.run(() => Promise.resolve(void (call = work())))
      if (!call) throw new Error('a scope begins at once what it runs')
      return call
    })
  }

  /**
   * A call of the house, one at a time: of two that are under way at once a worker learns in two turns, and whoever replays the life in one, in which
   * it looks once where it had looked twice, and is stuck.
   */
  async step<T>(work: () => Promise<T>): Promise<T> {
    // Lives that did two at once before are replayed as they were.
    if (this.#stepping && patched('steps-in-turn')) while (this.#stepping) await condition(() => !this.#stepping)
    this.#stepping = true
    try {
      return await this.#asked(work)
    } finally {
      this.#stepping = false
    }
  }

  /** Everything that is asked of an activity passes here: the gate is closed while the life drains to continue as new. */
  async #asked<T>(work: () => Promise<T>): Promise<T> {
    if (this.#draining) await condition(() => !this.#draining)
    this.#openCalls += 1
    try {
      return await work()
    } finally {
      this.#openCalls -= 1
    }
  }

  /**
   * Nothing begins any more, not even a look. So that it is soon over, calls that still stand in a queue are given back: nobody may
   * ever take them, and the life would look no more. What is under way ends within its time.
   */
  #drain(): void {
    this.#draining = true
    // Lives that drained before this was done are replayed as they were.
    if (this.#openCalls > 0 && patched('calls-given-back')) this.#calls.cancel()
  }

  #see(next: Standing): void {
    this.#standing = next
    this.#arm(earliest(next))
    setCurrentDetails(detailsOf(this.#summary, next))
    this.#show(shownOf(this.programme, next))
    this.#waits.changed()
  }

  /** How often the life has looked: tells whether what an activity brought back is older than the present picture. */
  get looks(): number {
    return this.#looks
  }

  /** Takes in where one disbursement stands; the rest of the life is as it was. */
  seeDisbursement(next: DisbursementStanding): void {
    const disbursements = this.standing.disbursements.map((each) =>
      each.key === next.key ? { ...each, ...next } : each,
    )
    this.#see({ ...this.standing, disbursements })
  }

  /**
   * Waits until a disbursement stands otherwise than `before`, at most `ms`, and then looks. The time is the branch's own: looks that
   * others take meanwhile neither end it nor begin it anew.
   */
  async pause(key: string, before: string, ms: number): Promise<void> {
    if (await condition(() => JSON.stringify(this.disbursement(key)) !== before, ms)) return
    await this.lookAgain()
  }

  /** Looks again at once, and waits until that has been done. */
  lookAgain(): Promise<void> {
    const before = this.#looks
    this.#look()
    return this.until(() => this.#looks > before)
  }

  #look(): void {
    this.#told = true
    this.#waits.changed()
  }

  /** A branch met a bug: the script stops with it, so that the task fails, is seen, and resumes with mended code. */
  stop(bug: unknown): void {
    this.#waits.fail(bug)
  }

  /** True when nothing was told since the last look, and no look is under way. */
  get isQuiet(): boolean {
    return !this.#told && !this.#looking
  }

  /** Resolves when the life should continue as new and nothing of it is open. */
  async drained(): Promise<LifeInput> {
    await condition(() => this.#draining && this.#openCalls === 0 && allHandlersFinished())
    const shown = this.#shown
    return { ...this.#input, seen: this.#seen, ...(shown ? { shown } : {}) }
  }

  #hear(ids: readonly string[]): void {
    const fresh = ids.filter((id) => !this.#seen.includes(id))
    if (fresh.length === 0) return
    this.#seen = [...this.#seen, ...fresh].slice(-SEEN_MAX)
    this.#look()
  }

  /**
   * People are answered before the life looks: a step that begins in the same task keeps the answer back until it ends, which with a
   * database that hangs is seconds.
   */
  #answerFirst(): void {
    this.#answering += 1
    const answered = (): void => {
      this.#answering -= 1
      this.#waits.changed()
    }
    sleep(1, { summary: 'answer first' }).then(answered, (error: unknown) => this.stop(error))
  }

  /** One timer at the next instant of the life; moved only when that instant changes, which costs two events and no task. */
  #arm(atMs: number | null): void {
    if (atMs === this.#alarmAtMs) return
    this.#alarm?.cancel()
    this.#alarmAtMs = atMs
    if (atMs === null) return
    const scope = new CancellationScope()
    this.#alarm = scope
    scope
      .run(() => sleep(Math.max(atMs - Date.now(), 1), { summary: 'next look' }))
      .then(
        () => {
          this.#alarmAtMs = null
          this.#look()
        },
        (error: unknown) => {
          if (!isCancellation(error)) this.stop(error)
        },
      )
  }

  #show(seen: Shown): void {
    const before = this.#shown
    // The gateway that last carried money stays shown: clearing it between payouts would cost an event each time.
    const next = seen.Gateway === '' && before ? { ...seen, Gateway: before.Gateway } : seen
    this.#shown = next
    const changes = Object.entries(next).filter(([name, value]) => before?.[name as keyof Shown] !== value)
    if (changes.length === 0) return
    upsertSearchAttributes(Object.fromEntries(changes.map(([name, value]) => [name, value === '' ? [] : [value]])))
  }

  #isLong(): boolean {
    const info = workflowInfo()
    const { eventsMax } = this.#input
    return eventsMax === undefined ? info.continueAsNewSuggested : info.historyLength > eventsMax
  }
}

/** The next instant at which something may be due, over the life and its payments. */
function earliest(standing: Standing): number | null {
  const instants = standing.disbursements.flatMap(({ next }) =>
    next.kind === 'wait' && next.untilMs !== null ? [next.untilMs] : [],
  )
  if (standing.wakeAtMs !== null) instants.push(standing.wakeAtMs)
  return instants.length === 0 ? null : Math.min(...instants)
}
