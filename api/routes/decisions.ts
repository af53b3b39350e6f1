/** What people decide about one life: in force at the commit, and told to the life at once when it listens. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../../domain/problem.ts'
import { checkRegistration, normaliseRegistration, type Registration } from '../../domain/registration.ts'
import { localDate } from '../../domain/zone.ts'
import type { Acts, ActOnPerson } from '../../store/acts.ts'
import type { Told as StoreTold } from '../../store/people.ts'
import type { RouteContext } from '../context.ts'
import { post, type App, type OperationText } from '../operation.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { ParticipantRef, ProgrammeCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { Because, Correction, Told } from '../schemas/participant.ts'

const BASE = '/v1/programmes/:programme/participants/:ref'
const params = closed({ programme: ProgrammeCode, ref: ParticipantRef })

export function decisionRoutes(app: App, context: RouteContext): void {
  const { store, now } = context

  app.post(`${BASE}/hold`, HOLD, (request, reply) => {
    const person = { ...request.params, reason: request.body.reason }
    return decide(context, request, reply, person, (acts) => acts.hold(person))
  })

  app.post(`${BASE}/release`, RELEASE, (request, reply) => {
    const person = { ...request.params, reason: request.body.reason }
    return decide(context, request, reply, person, (acts) => acts.release(person))
  })

  app.post(`${BASE}/withdraw`, WITHDRAW, (request, reply) => {
    const person = { ...request.params, reason: request.body.reason }
    return decide(context, request, reply, person, (acts) => acts.withdraw(person))
  })

  app.post(`${BASE}/corrections`, CORRECT, async (request, reply) => {
    const { programme, ref: participant } = request.params
    const { reason, changes } = request.body
    const detail = await store.reads.participant(programme, participant)
    const rules = await store.programmes.version(programme, detail.version)
    const identity = await store.reads.identityForCheck(programme, participant)
    const after = { ...identity.open(), ...changes } as Registration
    refuseFaults(after, changes, localDate(rules.zone, now()))
    const correction = normalised(after, changes)
    const person = { programme, ref: participant, reason }
    return decide(context, request, reply, person, (acts) => acts.correct(person, correction))
  })
}

/** Performs an act, then tells the life: 200 when it heard within two seconds, else 202 and the relay's work. */
async function decide(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { programme, ref: participant }: ActOnPerson,
  act: (acts: Acts) => Promise<StoreTold>,
): Promise<FastifyReply> {
  const performed = await context.perform(request, async (acts) => {
    const { messageId } = await act(acts)
    return { status: 202, body: { ref: participant, heard: false, messageId } }
  })
  if (performed.replayed) return sendPerformed(reply, performed)
  const heard = (await context.lives.tellNow(programme, participant, String(performed.body['messageId']))) === 'heard'
  return sendPerformed(reply, { ...performed, status: heard ? 200 : 202 }, { heard })
}

/** Faults of the corrected person that lie in what is changed; what was accepted before is not judged again. */
function refuseFaults(after: Registration, changes: object, today: string): void {
  const faults = checkRegistration(after, today)
    .filter(({ severity, pointer }) => severity === 'refusal' && pointer.slice(1) in changes)
    .map(({ pointer, detail }) => ({ pointer: `/changes${pointer}`, detail }))
  if (faults.length > 0) throw new Problem('invalid-request', 'the correction is not valid', { faults })
}

function normalised<Changes extends object>(after: Registration, changes: Changes): Changes {
  const whole = normaliseRegistration(after) as unknown as Record<string, unknown>
  return Object.fromEntries(Object.keys(changes).map((field) => [field, whole[field]])) as Changes
}

function decision(
  id: string,
  summary: string,
  more: Partial<OperationText>,
  problems: readonly ProblemCode[],
): OperationText {
  return {
    id,
    summary,
    description:
      'In force when answered, whether the workflow listens or not. 200 when the life has heard of it, else 202: it will by itself. A repetition with the same key gets the stored 202.',
    tag: 'decisions',
    roles: ['operator'],
    scope: 'programme',
    answers: { 200: ref(Told), 202: ref(Told) },
    problems: ['unknown-participant', ...problems],
    ...more,
  }
}

const HOLD = post(
  decision('holdParticipant', 'Stop all payments to one person', { roles: ['operator', 'helpdesk'] }, [
    'already-held',
    'life-closed',
  ]),
  { params, body: ref(Because) },
)
const RELEASE = post(decision('releaseParticipant', 'End a hold: payments go on', {}, ['not-held']), {
  params,
  body: ref(Because),
})
const WITHDRAW = post(
  decision('withdrawParticipant', 'The person leaves: nothing more becomes due, what is under way ends first', {}, [
    'life-closed',
  ]),
  { params, body: ref(Because) },
)
const CORRECT = post(
  decision(
    'correctParticipant',
    'Correct what was registered; the old version is kept',
    { roles: ['operator', 'helpdesk'] },
    ['life-closed', 'family-card-full', 'region-frozen'],
  ),
  { params, body: ref(Correction) },
)
