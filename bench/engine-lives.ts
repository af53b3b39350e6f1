/** Drives lives through the engine as its callers do: by HTTP, facts as they come, callbacks signed by the gateway. */
import type { Programme } from '../domain/programme.ts'
import { benchPerson } from './people.ts'
import type { Stand } from './stand.ts'
import { SEEDED_WAVE } from '../local/seed.ts'

interface Progress {
  readonly ref: string
  readonly stage: string
  readonly surveys: readonly string[] | null
}

const LOOK_MS = 50

/** Lives `count` lives with so many in flight; returns their references and the seconds it took. */
export async function liveEngineLives(
  stand: Stand,
  programme: Programme,
  of: { readonly series: number; readonly count: number; readonly inFlight: number },
): Promise<{ readonly refs: readonly string[]; readonly seconds: number }> {
  const base = `/v1/programmes/${programme.code}/participants`
  const course = programme.training.courses[0]?.code ?? ''
  const refs: string[] = []
  const open = new Set<string>()
  const admitted = new Set<string>()
  const answered = new Set<string>()
  let closed = 0
  const began = performance.now()
  while (closed < of.count) {
    await Promise.all(
      Array.from({ length: Math.min(of.inFlight - open.size, of.count - refs.length) }, async (_, index) => {
        const { body } = await stand.calls.post('registrar', base, benchPerson(of.series, refs.length + index))
        open.add(String(body['ref']))
        return String(body['ref'])
      }),
    ).then((made) => refs.push(...made))
    const seen = await look(stand, [...open])
    const waiting = seen.filter(({ ref, stage }) => stage === 'admission' && !admitted.has(ref)).map(({ ref }) => ref)
    if (waiting.length > 0) {
      await stand.calls.post('operator', `/v1/programmes/${programme.code}/waves/${SEEDED_WAVE}/admissions`, {
        decree: 'SK-BENCH',
        refs: waiting,
      })
      for (const ref of waiting) admitted.add(ref)
      await Promise.all(waiting.map((ref) => train(stand, `${base}/${ref}`, course)))
    }
    await Promise.all(
      seen.flatMap(({ ref, surveys }) =>
        (surveys ?? []).map(async (survey) => {
          if (answered.has(`${ref}${survey}`)) return
          answered.add(`${ref}${survey}`)
          await report(stand, `${base}/${ref}`, 'survey-answered', survey)
        }),
      ),
    )
    for (const { ref, stage } of seen) if (stage === 'closed' && open.delete(ref)) closed += 1
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  return { refs, seconds: (performance.now() - began) / 1000 }
}

async function train(stand: Stand, path: string, course: string): Promise<void> {
  for (const kind of ['course-started', 'course-completed', 'course-rated']) await report(stand, path, kind, course)
}

async function report(stand: Stand, path: string, kind: string, subject: string): Promise<void> {
  await stand.calls.post('institution', `${path}/evidence`, { kind, subject, occurredAt: new Date().toISOString() })
}

/** Where the open lives stand: one statement for all, so that looking costs next to nothing. */
async function look(stand: Stand, refs: readonly string[]): Promise<Progress[]> {
  const { rows } = await stand.store.context.database.pool.query<Progress>({
    name: 'bench-look',
    text: `SELECT p.ref, p.stage,
                  (SELECT array_agg('evaluation-' || right(t.code, 1)) FROM tranche t
                    WHERE (t.programme, t.ref) = (p.programme, p.ref) AND t.state = 'open') AS surveys
             FROM participant p WHERE p.ref = ANY ($1)`,
    values: [refs],
  })
  return rows
}
