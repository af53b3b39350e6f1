/** Programmes: published once a version, read by everybody who has a part in them. */
import Type from 'typebox'
import { ROLES } from '../../domain/roles.ts'
import type { RouteContext } from '../context.ts'
import { get, type App } from '../operation.ts'
import { callerOf, hasPart } from '../plugins/access.ts'
import { ProgrammeCode } from '../schemas/common.ts'
import { closed, ref } from '../schemas/named.ts'
import { Definition, ProgrammeList, programmeView } from '../schemas/service.ts'

export function programmeRoutes(app: App, context: RouteContext): void {
  const { store } = context

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
