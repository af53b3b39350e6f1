/** Payout runs: collected, looked at, paused and dropped by one person; released and aborted by the acts run-release and run-abort. */
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../domain/problem.ts'
import { allows, programmesIn, type Role } from '../../domain/roles.ts'
import type { RunLineRow, RunRow } from '../../store/run-rows.ts'
import type { RouteContext } from '../context.ts'
import { instantOf } from '../instant.ts'
import { get, post, type App } from '../operation.ts'
import { pageRequest, pageView } from '../page.ts'
import { callerOf, hasPart } from '../plugins/access.ts'
import { sendPerformed } from '../plugins/idempotency.ts'
import { ref } from '../schemas/named.ts'
import { Because } from '../schemas/participant.ts'
import {
  NewRun,
  Run,
  RunLinePage,
  runLinesQuery,
  runLineView,
  RunList,
  runParams,
  runQuery,
  RunReport,
  runReportView,
  runResult,
  runResultQuery,
  runView,
} from '../schemas/run.ts'

const WHO_SEE: readonly Role[] = ['operator', 'approver', 'auditor', 'administrator']
const WHO_ACT: readonly Role[] = ['operator', 'approver']
const WHO_STOP: readonly Role[] = ['operator', 'approver', 'administrator']

export function runRoutes(app: App, context: RouteContext): void {
  const { store } = context

  app.post('/v1/runs', COLLECT, async (request, reply) => {
    const { programme, cutOff } = request.body
    requireRole(request, WHO_ACT, programme)
    const performed = await context.perform(request, async (acts, { atMs }) => {
      const cutOffMs = cutOff === undefined ? atMs : instantOf(cutOff, '/cutOff')
      return { status: 201, body: runView(await acts.collectRun({ programme, cutOffMs })) }
    })
    return sendPerformed(reply, performed)
  })

  app.get('/v1/runs', LIST, async (request, reply) => {
    const { programme, state } = request.query
    const seen = programmesIn(callerOf(request).grants, WHO_SEE)
    const programmes = programme === undefined ? seen : seen === null || seen.includes(programme) ? [programme] : []
    const rows = await store.runs.list(programmes, state !== 'any')
    return reply.send({ data: rows.map(runView) })
  })

  app.get('/v1/runs/:run', FIND, async (request, reply) => reply.send(runView(await seenBy(context, request, WHO_SEE))))

  app.get('/v1/runs/:run/lines', LINES, async (request, reply) => {
    const { key } = await seenBy(context, request, WHO_SEE)
    const page = await store.runs.lines(key, pageRequest(request.query))
    return reply.send(pageView(page, ({ disbursement }) => disbursement, runLineView))
  })

  app.get('/v1/runs/:run/report', REPORT, async (request, reply) => {
    const run = await seenBy(context, request, WHO_SEE)
    return reply.send(runReportView(run, await store.runs.totals(run.key)))
  })

  app.get('/v1/runs/:run/result', RESULT, async (request, reply) => {
    const run = await seenBy(context, request, WHO_SEE)
    const { format = 'json' } = request.query
    const file = Readable.from(runResult(run, format, allLines(context, run.key)))
    return reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8').send(file)
  })

  stopRoutes(app, context)
}

function stopRoutes(app: App, context: RouteContext): void {
  app.post('/v1/runs/:run/pause', PAUSE, async (request, reply) => {
    const { key: run } = await seenBy(context, request, WHO_STOP)
    const { reason } = request.body
    const performed = await context.perform(request, async (acts) => ({
      status: 200,
      body: runView(await acts.pauseRun({ run, reason })),
    }))
    return sendPerformed(reply, performed)
  })

  app.post('/v1/runs/:run/resume', RESUME, async (request, reply) => {
    const { key: run } = await seenBy(context, request, WHO_ACT)
    const { reason } = request.body
    const performed = await context.perform(request, async (acts) => ({
      status: 200,
      body: runView(await acts.resumeRun({ run, reason })),
    }))
    return sendPerformed(reply, performed)
  })

  app.post('/v1/runs/:run/discard', DISCARD, async (request, reply) => {
    const { key: run } = await seenBy(context, request, WHO_STOP)
    const { reason } = request.body
    const performed = await context.perform(request, async (acts) => ({
      status: 200,
      body: runView(await acts.discardRun({ run, reason })),
    }))
    return sendPerformed(reply, performed)
  })
}

const PAGE = 5000

async function* allLines({ store }: RouteContext, key: string): AsyncGenerator<readonly RunLineRow[]> {
  for (let after: string | null = null; ;) {
    const { rows, hasMore } = await store.runs.lines(key, { limit: PAGE, after })
    yield rows
    const last: RunLineRow | undefined = rows.at(-1)
    if (!hasMore || last === undefined) return
    after = last.disbursement
  }
}

function requireRole(request: FastifyRequest, roles: readonly Role[], programme: string): void {
  const { grants } = callerOf(request)
  const role = roles.find((candidate) => allows(grants, [candidate], programme))
  if (role) {
    request.role = role
    return
  }
  // Whether a programme exists is told only to those who have a part in it.
  if (!hasPart(grants, programme)) {
    throw new Problem('unknown-programme', 'no such programme is published, or the key has no part in it')
  }
  throw new Problem('forbidden', `this needs one of the roles ${roles.join(', ')} in ${programme}`)
}

/** One that the caller may know of, and has one of the roles for. Throws `not-found`, `forbidden`. */
async function seenBy({ store }: RouteContext, request: FastifyRequest, roles: readonly Role[]): Promise<RunRow> {
  const { run: key } = request.params as { readonly run: string }
  const run = await store.runs.find(key)
  if (!allows(callerOf(request).grants, WHO_SEE, run.programme)) throw new Problem('not-found', `no payout run ${key}`)
  requireRole(request, roles, run.programme)
  return run
}

const COLLECT = post(
  {
    id: 'collectRun',
    summary: 'Collect what a programme owes, up to a cut-off',
    description:
      'Takes everything that is due and can be paid: nobody on hold, frozen or withdrawn, nothing on an open run. The run is then put forward as the act `run-release`, with its hash.',
    tag: 'runs',
    roles: WHO_ACT,
    scope: 'none',
    answers: { 201: ref(Run) },
    problems: ['unknown-programme', 'release-automatic', 'nothing-owed', 'conflict'],
  },
  { body: ref(NewRun) },
)
const LIST = get(
  {
    id: 'listRuns',
    summary: 'Payout runs that have not ended, newest first',
    description: 'All of them with `state=any`; of the programmes in which the key has a role.',
    tag: 'runs',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(RunList) },
  },
  { querystring: runQuery },
)
const FIND = get(
  {
    id: 'getRun',
    summary: 'One payout run',
    tag: 'runs',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(Run) },
    problems: ['not-found'],
  },
  { params: runParams },
)
const LINES = get(
  {
    id: 'listRunLines',
    summary: 'The lines of a run, in the order in which they are hashed',
    tag: 'runs',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(RunLinePage) },
    problems: ['not-found'],
  },
  { params: runParams, querystring: runLinesQuery },
)
const REPORT = get(
  {
    id: 'getRunReport',
    summary: 'What a run comes to by gateway, region, tranche and outcome',
    tag: 'runs',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: ref(RunReport) },
    problems: ['not-found'],
  },
  { params: runParams },
)
const RESULT = get(
  {
    id: 'getRunResult',
    summary: 'The result file: every line, its outcome and its reason',
    description: 'JSON, or comma separated values with `format=csv`. Final once the run has ended.',
    tag: 'runs',
    roles: WHO_SEE,
    scope: 'none',
    answers: { 200: null },
    problems: ['not-found'],
  },
  { params: runParams, querystring: runResultQuery },
)
const stop = (id: string, summary: string, description: string, roles: readonly Role[]) =>
  post(
    {
      id,
      summary,
      description,
      tag: 'runs',
      roles,
      scope: 'none',
      answers: { 200: ref(Run) },
      problems: ['not-found', 'run-not-open'],
    },
    { params: runParams, body: ref(Because) },
  )
const PAUSE = stop(
  'pauseRun',
  'Pause a run: nothing of it is claimed or sent again',
  'In force when answered, and nothing is queued. What is under way at the gateway goes on.',
  WHO_STOP,
)
const RESUME = stop(
  'resumeRun',
  'Let a paused run go on',
  'Under the approval it has, which has gone on running out.',
  WHO_ACT,
)
const DISCARD = stop(
  'discardRun',
  'Drop a run that nobody has approved',
  'An approved one is aborted by the act `run-abort` of two people.',
  WHO_STOP,
)
