/** Personal reads, each recorded, and the story of one life. */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Problem } from '../../domain/problem.ts'
import type { LookUp as LookUpOf } from '../../store/read-identity.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { actorOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { ParticipantRef, ProgrammeCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { Found, Identity, LookUp, Timeline } from '../schemas/participant.ts'
import { tellTimeline } from '../timeline.ts'

const NATIONAL_ID = /^[0-9]{16}$/

export function peopleRoutes(app: App, context: RouteContext): void {
  const { store, now } = context

  app.get('/v1/programmes/:programme/participants/:ref/timeline', TIMELINE, async (request, reply) => {
    const { programme, ref: person } = request.params
    const { language } = request.query
    const facts = await store.reads.timeline(programme, person)
    const rules = await store.programmes.version(programme, facts.version)
    return reply.send({ data: tellTimeline(facts, rules, language ? [language] : ['id', 'en']) })
  })

  app.get('/v1/programmes/:programme/participants/:ref/identity', IDENTITY, async (request, reply) => {
    const { programme, ref: person } = request.params
    const identity = await store.reads.identity(programme, person, actorOf(request), now())
    return reply.send(identity.open())
  })

  app.post('/v1/programmes/:programme/participants/look-up', LOOK_UP, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const { nationalId } = request.body
    if (!NATIONAL_ID.test(nationalId)) {
      const faults = [{ pointer: '/nationalId', detail: 'a national id (NIK) has exactly 16 digits' }]
      throw new Problem('invalid-request', 'the body is not valid', { faults })
    }
    const person = { programme: programme.code, nationalId }
    try {
      const performed = await context.perform(request, async (acts) => {
        const found = await acts.lookUp(person)
        if (found === null) throw new Problem('unknown-participant', 'nobody is registered with this national id')
        return { status: 200, body: { ref: found } }
      })
      return sendPerformed(reply, performed)
    } catch (error) {
      // Nothing of a refusal stays; that somebody asked does.
      if (error instanceof Problem && error.code === 'unknown-participant') await recordLookUp(context, request, person)
      throw error
    }
  })
}

async function recordLookUp(context: RouteContext, request: FastifyRequest, person: LookUpOf): Promise<void> {
  await context.store.desk.perform({ ...context.request(request), idempotency: null }, async (acts) => {
    await acts.lookUp(person)
    return { status: 404, body: {} }
  })
}

const params = closed({ programme: ProgrammeCode, ref: ParticipantRef })
const TIMELINE = get(
  {
    id: 'getTimeline',
    summary: 'What happened in one life, in words',
    tag: 'participants',
    roles: ['operator', 'helpdesk', 'auditor', 'registrar'],
    scope: 'programme',
    answers: { 200: ref(Timeline) },
    problems: ['unknown-participant'],
  },
  { params, querystring: closed({ language: Type.Optional(Type.Enum(['id', 'en'])) }) },
)
const IDENTITY = get(
  {
    id: 'readIdentity',
    summary: 'Who a person is, in clear; reading it is recorded with who did',
    tag: 'participants',
    roles: ['helpdesk', 'operator'],
    scope: 'programme',
    answers: { 200: ref(Identity) },
    problems: ['unknown-participant'],
  },
  { params },
)
const LOOK_UP = post(
  {
    id: 'lookUpParticipant',
    summary: 'Find a participant by national id; asking is recorded with who did',
    description: 'A POST, so that the number is in no URL. Of the request only keyed hashes are stored.',
    tag: 'participants',
    roles: ['helpdesk'],
    scope: 'programme',
    answers: { 200: ref(Found) },
    problems: ['unknown-participant'],
  },
  { params: closed({ programme: ProgrammeCode }), body: ref(LookUp) },
)
