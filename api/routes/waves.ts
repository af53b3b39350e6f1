/** Waves: opened on an appropriation, filled by decreed lists, closed. */
import Type from 'typebox'
import { DOCUMENT_NUMBER_PATTERN } from '../../domain/document-number.ts'
import { Problem } from '../../domain/problem.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { NewWave, Wave, WaveClosed, WaveList, WaveOpened, waveView } from '../schemas/budget.ts'
import { ParticipantRef, ProgrammeCode, WaveCode } from '../schemas/common.ts'
import { closed, named, ref } from '../schemas/named.ts'

const ADMISSION_BYTES_MAX = 2 * 1024 * 1024
const params = closed({ programme: ProgrammeCode })
const waveParams = closed({ programme: ProgrammeCode, wave: WaveCode })

const NewAdmission = named(
  'NewAdmission',
  {
    decree: Type.String({ pattern: DOCUMENT_NUMBER_PATTERN, examples: ['SK-DEMO-2026-001'] }),
    decreeDate: Type.Optional(
      Type.String({ format: 'date', description: 'The day it was signed; some programmes require it' }),
    ),
    refs: Type.Array(ParticipantRef, { minItems: 1, maxItems: 100_000 }),
  },
  'The list of a signed decree: all are admitted, or none',
)
const Admitted = named(
  'Admitted',
  { wave: WaveCode, admitted: Type.Integer() },
  'How many of the list were admitted: all',
)

export function waveRoutes(app: App, context: RouteContext): void {
  const { store } = context

  app.post('/v1/programmes/:programme/waves', OPEN, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const performed = await context.perform(request, async (acts) => {
      await acts.openWave({ programme, ...request.body })
      return { status: 201, body: { code: request.body.code, state: 'open' } }
    })
    return sendPerformed(reply, performed)
  })

  app.post('/v1/programmes/:programme/waves/:wave/admissions', ADMIT, async (request, reply) => {
    const { programme, wave } = request.params
    const { decree, decreeDate, refs } = request.body
    refuseRepeated(refs)
    const performed = await context.perform(request, async (acts) => {
      const { admitted } = await acts.admit({ programme, wave, decree, decreeDate, refs })
      return { status: 200, body: { wave, admitted } }
    })
    return sendPerformed(reply, performed)
  })

  app.post('/v1/programmes/:programme/waves/:wave/close', CLOSE, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const { wave } = request.params
    const performed = await context.perform(request, async (acts) => {
      await acts.closeWave(programme, wave)
      return { status: 200, body: { code: wave, state: 'closed' } }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/programmes/:programme/waves', LIST, async (request, reply) => {
    const programme = await store.programmes.current(request.params.programme)
    const rows = await store.reads.waves(programme.code)
    return reply.send({ data: rows.map(waveView) })
  })

  app.get('/v1/programmes/:programme/waves/:wave', FIND, async (request, reply) =>
    reply.send(waveView(await store.reads.wave(request.params.programme, request.params.wave))),
  )
}

/** Somebody named twice in a decree is a mistake of the list, not something to overlook. */
function refuseRepeated(refs: readonly string[]): void {
  const seen = new Set<string>()
  for (const [index, participant] of refs.entries()) {
    if (seen.has(participant)) {
      const faults = [{ pointer: `/refs/${index}`, detail: `${participant} is in the list already` }]
      throw new Problem('invalid-request', 'the body is not valid', { faults })
    }
    seen.add(participant)
  }
}

const OPEN = post(
  {
    id: 'openWave',
    summary: 'Open a wave on the appropriation of a fiscal year',
    tag: 'waves',
    roles: ['operator'],
    scope: 'programme',
    answers: { 201: ref(WaveOpened) },
    problems: ['wave-exists', 'not-found', 'year-ending'],
  },
  { params, body: ref(NewWave) },
)
const ADMIT = post(
  {
    id: 'admitParticipants',
    summary: 'Admit the list of a decree: all or none',
    description: 'Reserves each person’s whole entitlement under the wave’s quota and appropriation.',
    tag: 'waves',
    roles: ['operator'],
    scope: 'programme',
    answers: { 200: ref(Admitted) },
    problems: [
      'unknown-wave',
      'wave-not-open',
      'not-awaiting-admission',
      'wave-quota-exceeded',
      'budget-exceeded',
      'year-ending',
    ],
    bodyLimit: ADMISSION_BYTES_MAX,
  },
  { params: waveParams, body: ref(NewAdmission) },
)
const CLOSE = post(
  {
    id: 'closeWave',
    summary: 'Close a wave: nobody is admitted to it any more',
    tag: 'waves',
    roles: ['operator'],
    scope: 'programme',
    answers: { 200: ref(WaveClosed) },
    problems: ['unknown-wave', 'wave-not-open'],
  },
  { params: waveParams },
)
const LIST = get(
  {
    id: 'listWaves',
    summary: 'The waves of a programme, newest first',
    tag: 'waves',
    roles: ['operator', 'helpdesk', 'approver', 'auditor', 'administrator'],
    scope: 'programme',
    answers: { 200: ref(WaveList) },
  },
  { params },
)
const FIND = get(
  {
    id: 'getWave',
    summary: 'One wave',
    tag: 'waves',
    roles: ['operator', 'helpdesk', 'approver', 'auditor', 'administrator'],
    scope: 'programme',
    answers: { 200: ref(Wave) },
    problems: ['unknown-wave'],
  },
  { params: waveParams },
)
