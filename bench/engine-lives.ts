/**
 * Drives lives through the engine as its callers do: by HTTP, facts as they come, callbacks signed by the gateway. Each life goes at
 * its own pace, like the twin's: none waits for the others but in the list of an admission, which takes who is there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Programme } from '../domain/programme.ts'
import { SEEDED_WAVE } from '../local/seed.ts'
import { benchPerson } from './people.ts'
import type { Stand } from './stand.ts'

interface Progress {
  readonly ref: string
  readonly stage: string
  readonly surveys: readonly string[] | null
}

interface Arm {
  readonly stand: Stand
  /** Path of the programme's participants. */
  readonly base: string
  readonly course: string
  readonly watch: Watch
  readonly admit: (ref: string) => Promise<void>
}

const LOOK_MS = 200

/** Lives `count` lives with so many in flight; returns their references and the seconds it took. */
export async function liveEngineLives(
  stand: Stand,
  programme: Programme,
  of: { readonly series: number; readonly count: number; readonly inFlight: number },
): Promise<{ readonly refs: readonly string[]; readonly seconds: number }> {
  const watch = new Watch(stand)
  const path = `/v1/programmes/${programme.code}`
  const course = programme.training.courses[0]?.code ?? ''
  const arm: Arm = { stand, base: `${path}/participants`, course, watch, admit: admissionDesk(stand, path) }
  const refs: string[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < of.count) {
      next += 1
      refs.push(await liveOne(arm, of.series, next))
    }
  }
  const began = performance.now()
  const watching = watch.run()
  await Promise.all(Array.from({ length: of.inFlight }, lane))
  const seconds = (performance.now() - began) / 1000
  watch.stop()
  await watching
  return { refs, seconds }
}

async function liveOne(arm: Arm, series: number, n: number): Promise<string> {
  const { stand, base, course, watch } = arm
  const { body } = await stand.calls.post('registrar', base, benchPerson(series, n))
  const ref = String(body['ref'])
  await watch.until(ref, ({ stage }) => stage === 'admission')
  await arm.admit(ref)
  for (const kind of ['course-started', 'course-completed', 'course-rated']) await report(arm, ref, kind, course)
  const answered = new Set<string>()
  for (let stage = ''; stage !== 'closed';) {
    const seen = await watch.until(ref, (at) => at.stage === 'closed' || surveysOf(at, answered).length > 0)
    const surveys = surveysOf(seen, answered)
    for (const survey of surveys) answered.add(survey)
    await Promise.all(surveys.map((survey) => report(arm, ref, 'survey-answered', survey)))
    ;({ stage } = seen)
  }
  return ref
}

function surveysOf({ surveys }: Progress, answered: ReadonlySet<string>): string[] {
  return (surveys ?? []).filter((survey) => !answered.has(survey))
}

async function report({ stand, base }: Arm, ref: string, kind: string, subject: string): Promise<void> {
  const evidence = { kind, subject, occurredAt: new Date().toISOString() }
  await stand.calls.post('institution', `${base}/${ref}/evidence`, evidence)
}

/** One list at a time; who comes while it is admitted is on the next one. */
function admissionDesk(stand: Stand, path: string): (ref: string) => Promise<void> {
  let waiting: string[] = []
  let next: Promise<void> | undefined
  let before: Promise<unknown> = Promise.resolve()
  return (ref) => {
    waiting.push(ref)
    next ??= before.then(async () => {
      const refs = waiting
      waiting = []
      before = next ?? before
      next = undefined
      await stand.calls.post('operator', `${path}/waves/${SEEDED_WAVE}/admissions`, { decree: 'SK-BENCH', refs })
    })
    return next
  }
}

/** Where the open lives stand: one statement for all, so that looking costs next to nothing. */
class Watch {
  readonly #stand: Stand
  readonly #waiting = new Map<string, { reached: (at: Progress) => boolean; resolve: (at: Progress) => void }>()
  #isOver = false

  constructor(stand: Stand) {
    this.#stand = stand
  }

  until(ref: string, reached: (at: Progress) => boolean): Promise<Progress> {
    return new Promise((resolve) => this.#waiting.set(ref, { reached, resolve }))
  }

  stop(): void {
    this.#isOver = true
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      for (const at of await this.#look([...this.#waiting.keys()])) {
        const waiting = this.#waiting.get(at.ref)
        if (!waiting?.reached(at)) continue
        this.#waiting.delete(at.ref)
        waiting.resolve(at)
      }
      await sleep(LOOK_MS)
    }
  }

  async #look(refs: readonly string[]): Promise<Progress[]> {
    const { rows } = await this.#stand.store.context.database.pool.query<Progress>({
      name: 'bench-look',
      text: `SELECT p.ref, p.stage,
                    (SELECT array_agg('evaluation-' || right(t.code, 1)) FROM tranche t
                      WHERE (t.programme, t.ref) = (p.programme, p.ref) AND t.state = 'open') AS surveys
               FROM participant p WHERE p.ref = ANY ($1)`,
      values: [refs],
    })
    return rows
  }
}
