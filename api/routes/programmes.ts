/** Programmes: published once a version, read by everybody who has a part in them. */
import { createHash } from 'node:crypto'
import Type from 'typebox'
import { Problem } from '../../domain/problem.ts'
import { allows, ROLES } from '../../domain/roles.ts'
import { canonicalJson } from '../../programmes/json.ts'
import { parseProgramme } from '../../programmes/parse.ts'
import type { RouteContext } from '../context.ts'
import { get, post, type App } from '../operation.ts'
import { callerOf, hasPart } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { ProgrammeCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { Definition, ProgrammeList, ProgrammePublished, programmeView } from '../schemas/service.ts'

export function programmeRoutes(app: App, context: RouteContext): void {
  const { store } = context

  app.post('/v1/programmes', PUBLISH, async (request, reply) => {
    const parsed = parseProgramme(request.body)
    if (!parsed.ok) throw new Problem('programme-invalid', 'the definition has faults', { faults: parsed.faults })
    const { programme } = parsed
    if (!allows(callerOf(request).grants, ['administrator'], programme.code)) {
      throw new Problem('forbidden', 'this needs the role administrator in the programme')
    }
    const sha256 = createHash('sha256').update(canonicalJson(programme)).digest()
    const performed = await context.perform(request, async (acts) => {
      await acts.publishProgramme(programme, sha256)
      const { code, version } = programme
      return { status: 201, body: { code, version, sha256: sha256.toString('hex') } }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/programmes', LIST, async (request, reply) => {
    const { grants } = callerOf(request)
    const programmes = await store.programmes.list()
    return reply.send({ data: programmes.filter(({ code }) => hasPart(grants, code)).map(programmeView) })
  })

  app.get('/v1/programmes/:programme', FIND, async (request, reply) =>
    reply.send(await store.programmes.current(request.params.programme)),
  )

  app.get('/v1/programmes/:programme/versions/:version', FIND_VERSION, async (request, reply) => {
    const { programme, version } = request.params
    return reply.send(await store.programmes.version(programme, Number(version)))
  })
}

const PUBLISH = post(
  {
    id: 'publishProgramme',
    summary: 'Publish a programme version',
    description: 'Every fault of the definition is told at once. A published version never changes.',
    tag: 'programmes',
    roles: ['administrator'],
    scope: 'none',
    answers: { 201: ref(ProgrammePublished) },
    problems: ['programme-invalid', 'programme-version-exists'],
  },
  { body: Definition },
)
const LIST = get(
  {
    id: 'listProgrammes',
    summary: 'List the programmes the key has a part in',
    tag: 'programmes',
    roles: ROLES,
    scope: 'none',
    answers: { 200: ref(ProgrammeList) },
  },
  {},
)
const FIND = get(
  {
    id: 'getProgramme',
    summary: 'The newest version of a programme, whole',
    tag: 'programmes',
    roles: ROLES,
    scope: 'programme',
    answers: { 200: Definition },
  },
  { params: closed({ programme: ProgrammeCode }) },
)
const FIND_VERSION = get(
  {
    id: 'getProgrammeVersion',
    summary: 'One version of a programme, whole',
    tag: 'programmes',
    roles: ROLES,
    scope: 'programme',
    answers: { 200: Definition },
  },
  { params: closed({ programme: ProgrammeCode, version: Type.String({ pattern: '^[1-9][0-9]{0,6}$' }) }) },
)
