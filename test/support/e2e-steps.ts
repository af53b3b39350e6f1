/** Single steps of a life over HTTP, for tests that stop people where they want them. */
import type { Called } from '../../local/demo/calls.ts'
import type { Person } from '../../local/demo/people.ts'
import { SEEDED_WAVE } from '../../local/seed.ts'
import { until, type LiveStack } from './e2e.ts'

export interface Steps {
  /** Registers and admits people; answers with their references once all are in training. */
  admit(people: readonly Person[]): Promise<string[]>
  /** Waits until all of them are at a stage, without asking for each by HTTP, which would be a load of its own. */
  allIn(stage: string, refs: readonly string[]): Promise<void>
  /** Reports a whole course: the first incentive becomes due. */
  train(ref: string): Promise<void>
  /** Answers both surveys once they are open. */
  answer(ref: string): Promise<void>
  /** What the API says of a person. */
  see(ref: string): Promise<any>
  /** Waits until a tranche's disbursement is so. */
  disbursement(ref: string, tranche: string, state: string, withinMs?: number): Promise<void>
  /** Waits until the person is at a stage. */
  stage(ref: string, stage: string, withinMs?: number): Promise<any>
  /** What an operator or the help desk does to one person. */
  act(ref: string, act: 'hold' | 'release' | 'withdraw' | 'corrections' | 'accounts', body: unknown): Promise<Called>
}

export function stepsOn(live: LiveStack): Steps {
  const { calls, participants } = live
  const course = live.programme.training.courses[0]?.code ?? ''
  const report = (ref: string, kind: string, subject: string): Promise<Called> =>
    calls.post('institution', `${participants}/${ref}/evidence`, {
      kind,
      subject,
      occurredAt: new Date().toISOString(),
      ...(kind === 'course-completed' ? { document: 'SERT/1' } : {}),
    })
  const steps: Steps = {
    async admit(people) {
      const registered = await Promise.all(
        people.map((person) => calls.post('registrar', participants, person.registration)),
      )
      const refs = registered.map(({ body }) => String(body['ref']))
      for (const [index, ref] of refs.entries()) live.remember(ref, people[index]?.registration.account?.number ?? '')
      await steps.allIn('admission', refs)
      const wave = `/v1/programmes/${live.programme.code}/waves/${SEEDED_WAVE}/admissions`
      await calls.post('operator', wave, { decree: `SK-${refs[0]}`, refs })
      await steps.allIn('training', refs)
      return refs
    },
    async allIn(stage, refs) {
      const text = 'SELECT count(*)::int FROM participant WHERE stage = $1 AND ref = ANY ($2)'
      const arrived = async (): Promise<boolean> => {
        const [row] = await live.rows<{ count: number }>(text, [stage, refs])
        return row?.count === refs.length
      }
      await until(`all are in ${stage}`, arrived, { withinMs: 60_000, pauseMs: 100 })
    },
    async train(ref) {
      for (const kind of ['course-started', 'course-completed', 'course-rated']) await report(ref, kind, course)
    },
    async answer(ref) {
      for (const { code, trigger } of live.programme.tranches) {
        if (trigger.kind !== 'survey-answered') continue
        await until(`${code} is open`, async () => {
          const { tranches } = await steps.see(ref)
          const found = tranches.find((tranche: { code: string }) => tranche.code === code)
          return found.state === 'open' && Date.parse(found.opensAt) <= Date.now()
        })
        await report(ref, 'survey-answered', trigger.survey)
      }
    },
    see: async (ref) => (await calls.get('operator', `${participants}/${ref}`)).body,
    async disbursement(ref, tranche, state, withinMs = 20_000) {
      const look = async (): Promise<boolean> => {
        const found = (await steps.see(ref)).tranches.find(({ code }: { code: string }) => code === tranche)
        return found.disbursement?.state === state
      }
      await until(`${tranche} of ${ref} is ${state}`, look, { withinMs, pauseMs: 100 })
    },
    stage: (ref, stage, withinMs = 20_000) =>
      until(
        `${ref} is in ${stage}`,
        async () => {
          const seen = await steps.see(ref)
          return seen.stage === stage && seen
        },
        { withinMs, pauseMs: 100 },
      ),
    act: (ref, act, body) =>
      calls.post(act === 'accounts' ? 'registrar' : 'operator', `${participants}/${ref}/${act}`, body),
  }
  return steps
}
