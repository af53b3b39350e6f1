/** Registering people, and seeing where their lives stand. */
import Type from 'typebox'
import { Problem } from '../../domain/problem.ts'
import { checkRegistration, normaliseRegistration, type RegistrationFault } from '../../domain/registration.ts'
import type { Registration as DomainRegistration } from '../../domain/registration.ts'
import type { Programme } from '../../domain/programme.ts'
import { STAGES } from '../../domain/lifecycle.ts'
import { ATTENTIONS } from '../../domain/standing.ts'
import { allows, type Role } from '../../domain/roles.ts'
import { localDate } from '../../domain/zone.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { pageRequest, pageView } from '../page.ts'
import { participantView, summaryView } from '../participant-view.ts'
import { callerOf } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { PageQuery, ParticipantRef, ProgrammeCode, WaveCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { Participant, ParticipantPage, Registered, Registration } from '../schemas/participant.ts'

/** Who may see every participant of a programme; a registrar sees whom it registered. */
const READERS: readonly Role[] = ['operator', 'helpdesk', 'auditor', 'administrator']
const REF = /^[0-9A-HJKMNP-TV-Z]{13}$/

export function participantRoutes(app: App, context: RouteContext): void {
  const { store, lives, now } = context

  app.post('/v1/programmes/:programme/participants', REGISTER, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const faults = faultsOf(context, programme, request.body)
    refuse(faults)
    const registration = normaliseRegistration(request.body)
    const seesOthers = allows(callerOf(request).grants, READERS, programme.code)
    const warnings = faults.map(({ pointer, detail }) => ({ pointer, detail }))
    const answer = (person: string) => {
      const self = `/v1/programmes/${programme.code}/participants/${person}`
      const links = { self, timeline: `${self}/timeline`, temporal: lives.describeUrl(programme.code, person) }
      return { programme: programme.code, ref: person, stage: 'screening', warnings, links }
    }
    const asked = context.request(request)
    const registered = await context.register({ ...asked, programme, registration, seesOthers, answer })
    if (registered instanceof Problem) throw registered
    return sendPerformed(reply, registered)
  })

  app.get('/v1/programmes/:programme/participants', LIST, async (request, reply) => {
    const { stage, attention, wave } = request.query
    const programme = await store.programmes.current(request.params.programme)
    const page = await store.reads.participants(
      programme.code,
      { stage, attention, wave },
      pageRequest(request.query, REF),
    )
    return reply.send(
      pageView(
        page,
        (row) => row.ref,
        (row) => summaryView(row, now()),
      ),
    )
  })

  app.get('/v1/programmes/:programme/participants/:ref', FIND, async (request, reply) => {
    const { programme, ref: person } = request.params
    const detail = await store.reads.participant(programme, person)
    const rules = await store.programmes.version(programme, detail.version)
    const accounts = await store.reads.accounts(programme, person)
    const disbursements = await store.reads.disbursementsOf(programme, person)
    const temporalUrl = lives.describeUrl(programme, person)
    return reply.send(participantView({ detail, rules, accounts, disbursements, temporalUrl }, now()))
  })
}

/** What is wrong beyond the shape; an account no gateway reaches could never be paid. */
function faultsOf(context: RouteContext, programme: Programme, body: DomainRegistration): RegistrationFault[] {
  const faults = checkRegistration(body, localDate(programme.zone, context.now()))
  const { route } = context.store.context
  if (body.account && route(programme.payment.gateways, body.account.institution) === null) {
    const detail = 'no gateway of the programme reaches this institution'
    faults.push({ pointer: '/account/institution', detail, severity: 'refusal' })
  }
  if (programme.admission.perFamilyCard !== undefined && body.familyCardNumber === undefined) {
    const detail = 'is needed: the programme limits how many of one family card take part'
    faults.push({ pointer: '/familyCardNumber', detail, severity: 'refusal' })
  }
  return faults
}

function refuse(faults: readonly RegistrationFault[]): void {
  const refusals = faults.filter((fault) => fault.severity === 'refusal')
  if (refusals.length === 0) return
  throw new Problem('invalid-request', 'the registration is not valid', {
    faults: refusals.map(({ pointer, detail }) => ({ pointer, detail })),
  })
}

const params = closed({ programme: ProgrammeCode })
const REGISTER = post(
  {
    id: 'registerParticipant',
    summary: 'Register a person',
    description:
      'A person is registered once per programme; asking again is recorded as a look-up. Screening follows by itself.',
    tag: 'participants',
    roles: ['registrar'],
    scope: 'programme',
    answers: { 201: ref(Registered) },
    problems: ['participant-exists', 'family-card-full'],
  },
  { params, body: ref(Registration) },
)
const LIST = get(
  {
    id: 'listParticipants',
    summary: 'Participants by stage, wave, or why people should look',
    tag: 'participants',
    roles: ['operator', 'auditor', 'helpdesk'],
    scope: 'programme',
    answers: { 200: ref(ParticipantPage) },
  },
  {
    params,
    querystring: closed({
      stage: Type.Optional(Type.Enum([...STAGES])),
      attention: Type.Optional(Type.Enum(['any', ...ATTENTIONS])),
      wave: Type.Optional(WaveCode),
      ...PageQuery,
    }),
  },
)
const FIND = get(
  {
    id: 'getParticipant',
    summary: 'Where one life stands: plan, money and account, nothing personal',
    tag: 'participants',
    roles: ['operator', 'auditor', 'helpdesk', 'registrar', 'administrator'],
    scope: 'programme',
    answers: { 200: ref(Participant) },
    problems: ['unknown-participant'],
  },
  { params: closed({ programme: ProgrammeCode, ref: ParticipantRef }) },
)
