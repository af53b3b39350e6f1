/** Facts that training happened, reported by institutions. */
import type { RouteContext } from '../context.ts'
import { badInstant, instantOf } from '../instant.ts'
import { get, post, type App } from '../operation.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { ParticipantRef, ProgrammeCode, time } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { EvidenceList, EvidenceTaken, NewEvidence } from '../schemas/participant.ts'

/** Clocks differ; a fact further ahead has not happened. */
const AHEAD_MAX_MS = 5 * 60_000

export function evidenceRoutes(app: App, context: RouteContext): void {
  const { store, now } = context

  app.post('/v1/programmes/:programme/participants/:ref/evidence', RECORD, async (request, reply) => {
    const { programme, ref: person } = request.params
    const { kind, subject, document = null } = request.body
    const occurredAtMs = instantOf(request.body.occurredAt, '/occurredAt')
    if (occurredAtMs > now() + AHEAD_MAX_MS) throw badInstant('/occurredAt', 'is in the future')
    const performed = await context.perform(request, async (acts) => {
      await acts.recordEvidence({ programme, ref: person, kind, subject, occurredAtMs, document })
      return { status: 202, body: { ref: person, kind, subject, occurredAt: time(new Date(occurredAtMs)) } }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/programmes/:programme/participants/:ref/evidence', LIST, async (request, reply) => {
    const { programme, ref: person } = request.params
    const rows = await store.reads.evidence(programme, person)
    const data = rows.map((row) => ({ ...row, occurredAt: time(row.occurredAt), recordedAt: time(row.recordedAt) }))
    return reply.send({ data })
  })
}

const params = closed({ programme: ProgrammeCode, ref: ParticipantRef })
const RECORD = post(
  {
    id: 'recordEvidence',
    summary: 'Record that a course was started, completed or rated, or a survey answered',
    tag: 'evidence',
    roles: ['institution', 'registrar', 'operator'],
    scope: 'programme',
    answers: { 202: ref(EvidenceTaken) },
    problems: [
      'unknown-participant',
      'not-admitted',
      'life-closed',
      'unknown-course',
      'unknown-survey',
      'survey-not-open',
      'evidence-out-of-order',
      'evidence-exists',
    ],
  },
  { params, body: ref(NewEvidence) },
)
const LIST = get(
  {
    id: 'listEvidence',
    summary: 'Everything recorded about one person, in the order it happened',
    tag: 'evidence',
    roles: ['institution', 'registrar', 'operator', 'helpdesk', 'auditor'],
    scope: 'programme',
    answers: { 200: ref(EvidenceList) },
    problems: ['unknown-participant'],
  },
  { params },
)
