/** One simulated world: everything that one seed decides, from the first registration to the verdict. */
import type { DisbursementStanding, Standing } from '../../domain/standing.ts'
import { carryOut, type Outward, type SimStore } from './engine.ts'
import type { Fault } from './faults.ts'
import { Host } from './hosts.ts'
import { Judge } from './judge.ts'
import { SimLife } from './life.ts'
import { CallbackRoad, Network } from './network.ts'
import { PAYOUTS_MIN, People } from './people.ts'
import type { Plant } from './plants.ts'
import { Provider } from './provider.ts'
import { PROGRAMME } from './rows.ts'
import { END, FAULTS_END, HOUR, SECOND, openSetting, type Finding, type Setting } from './setting.ts'
import { ReviewDesk } from './reviews.ts'
import { RunDesk } from './runs.ts'
import { Statements } from './statement.ts'
import { SimClaims } from './store-claims.ts'
import { SimDesk } from './store-desk.ts'
import { SimLives } from './store-lives.ts'
import { SimPayouts } from './store-payouts.ts'
import { SimReviews } from './store-reviews.ts'
import { SimRuns } from './store-runs.ts'
import { judgeBooks, judgeEnd } from './verdict.ts'

export interface Outcome {
  readonly seed: number
  readonly payouts: number
  /** Of everything that happened: a replay has the same. */
  readonly hash: string
  readonly findings: readonly Finding[]
  readonly faults: ReadonlyMap<Fault, number>
  readonly trace: readonly string[] | undefined
}

/** Runs the world of a seed; `isTraced` keeps every line of what happened. */
export async function runSeed(seed: number, plant: Plant | null = null, isTraced = false): Promise<Outcome> {
  const setting = openSetting(seed, plant, isTraced)
  const world = new World(setting)
  await world.run()
  const payouts = setting.rows.payouts.size
  if (payouts < PAYOUTS_MIN) setting.find('failure', `only ${payouts} payouts`)
  const { findings, faults, trace } = setting
  return { seed, payouts, hash: trace.hash, findings, faults: faults.counts, trace: trace.lines }
}

function registered({ rows }: Setting): string[] {
  return Array.from(rows.people.all(), ({ ref }) => ref)
}

class World {
  readonly #setting: Setting
  readonly #judge: Judge
  readonly #store: SimStore
  readonly #lives: SimLives
  readonly #provider: Provider
  readonly #network: Network
  readonly #callbacks: CallbackRoad
  readonly #reviews: ReviewDesk
  readonly #runs: RunDesk
  readonly #statements: Statements
  readonly #workers: readonly Host[]
  readonly #api: Host
  readonly #byRef = new Map<string, SimLife>()

  constructor(setting: Setting) {
    this.#setting = setting
    this.#judge = new Judge(setting)
    const tell = (ref: string): void => this.#deliver(ref)
    const payouts = new SimPayouts(setting, this.#judge, tell)
    const desk = new SimDesk(setting, payouts, tell)
    this.#store = { claims: new SimClaims(setting, this.#judge), payouts, desk }
    this.#lives = new SimLives(setting)
    const float = BigInt(setting.programme.tranches[0]?.amount ?? 1) * BigInt(setting.random.pick([5, 20, 500]))
    this.#provider = new Provider(setting, float, (told) => this.#callbacks.send(told))
    this.#network = new Network(setting, this.#judge, () => this.#provider)
    this.#workers = ['worker-1', 'worker-2'].map((name) => new Host(name, setting, this.#judge))
    this.#api = new Host('api', setting, this.#judge)
    this.#callbacks = new CallbackRoad(setting, this.#api, desk)
    this.#runs = new RunDesk(setting, new SimRuns(setting, this.#judge, tell), this.#api)
    this.#reviews = new ReviewDesk(setting, new SimReviews(setting, tell), this.#provider, this.#api)
    this.#statements = new Statements(setting, payouts, this.#provider, this.#api)
  }

  async run(): Promise<void> {
    const { clock, faults } = this.#setting
    new People(this.#setting, this.#store.desk, this.#api, this.#provider).begin()
    this.#runs.begin()
    this.#reviews.begin()
    this.#statements.begin()
    this.#disturb()
    await clock.run(FAULTS_END)
    judgeBooks(this.#setting)
    faults.end()
    this.#callbacks.makeUp()
    await clock.run(END)
    judgeEnd(this.#setting, this.#judge, this.#provider.executed)
  }

  /** The workflow of a life, started by whatever concerns it first. */
  #life(ref: string): SimLife {
    const known = this.#byRef.get(ref)
    if (known) return known
    const calls = { look: this.#look.bind(this), carryOut: this.#carryOut.bind(this) }
    const life = new SimLife(ref, this.#setting, calls)
    this.#byRef.set(ref, life)
    return life
  }

  /** A message: delivered at least once, late, again, in any order. */
  #deliver(ref: string): void {
    const { clock, faults, random } = this.#setting
    const copies = faults.strikes('message-repeated') ? 3 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const most = faults.strikes('message-late') ? HOUR : 2 * SECOND
      clock.after(random.between(5, most), () => this.#life(ref).tell())
    }
  }

  /** Operators reset lives, and lives continue as new, at any time. */
  #disturb(): void {
    const { clock, faults, random } = this.#setting
    clock.after(random.between(SECOND, 2 * HOUR), () => {
      const life = this.#life(random.pick(registered(this.#setting)))
      if (faults.strikes('workflow-reset') || faults.strikes('continued-as-new')) life.restart()
      if (clock.nowMs < FAULTS_END) this.#disturb()
    })
  }

  /** A process that stands still asks for no work: only what was given to it just before comes to it. */
  #worker(): Host | undefined {
    const { clock, random } = this.#setting
    const up = this.#workers.filter(({ isUp }) => isUp)
    if (up.length === 0) return undefined
    const first = random.pick(up)
    return first.standsStillUntilMs > clock.nowMs ? random.pick(up) : first
  }

  /** A local activity, one attempt: not answered when its worker is gone or stands still. */
  #look(ref: string, done: (standing: Standing | undefined) => void): void {
    const { clock, faults, failed } = this.#setting
    const worker = this.#worker()
    let isDone = false
    const end = (standing: Standing | undefined): void => {
      if (isDone) return
      isDone = true
      done(standing)
    }
    if (!worker) return clock.after(SECOND, () => this.#look(ref, done))
    clock.after(10 * SECOND, () => end(undefined))
    const work = (): Standing => this.#lives.advance(ref, clock.nowMs)
    const running = worker.begin()
    // A local activity that has committed can run again after a kill.
    if (faults.strikes('look-repeated')) {
      running.transaction('advance again', work).catch((error: unknown) => failed('advance again', error))
    }
    running
      .transaction(`advance ${ref}`, work)
      .then(end)
      .catch((error: unknown) => {
        failed(`advance ${ref}`, error)
        end(undefined)
      })
  }

  /** An activity: one attempt, by whichever worker is up; lost when nothing is heard of it in its time. */
  #carryOut(ref: string, disbursement: string, next: Outward, done: (told: DisbursementStanding | null) => void): void {
    const { clock, faults, random, trace, failed } = this.#setting
    const worker = this.#worker()
    if (!worker) return clock.after(SECOND, () => this.#carryOut(ref, disbursement, next, done))
    let isDone = false
    const end = (told: DisbursementStanding | null): void => {
      if (isDone) return
      isDone = true
      done(told)
    }
    clock.after('withinMs' in next ? next.withinMs : 10 * SECOND, () => end(null))
    const running = worker.begin()
    trace.add(clock.nowMs, `${next.kind} ${disbursement} by ${worker.name}`)
    const of = { programme: PROGRAMME, ref, disbursement, next }
    const isLost = faults.strikes('activity-answer-lost')
    const bring = (told: DisbursementStanding | null): void => {
      if (!isLost) clock.after(random.between(5, 200), () => end(told))
    }
    carryOut(this.#setting, this.#store, this.#network, running, of)
      .then(bring)
      .catch((error: unknown) => {
        failed(`${next.kind} ${disbursement}`, error)
        bring(null)
      })
  }
}
